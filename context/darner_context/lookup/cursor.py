"""What can be seen at a place: the names around the cursor, and what the file imports."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from darner_context.imports.reader import mentioned
from darner_context.imports.record import Import
from darner_context.languages.file_language import language_in
from darner_context.lookup.implied_imports import implied_imports
from darner_context.lookup.reader import IndexReader
from darner_context.syntax.definition_types import CLASSES, FUNCTIONS, Definition
from darner_context.text.identifiers import IDENTIFIER, KEYWORDS, parts
from darner_context.text.lines import Lines

_NEAR = 8  # lines around the cursor
_OFTEN = 3  # a name used so often shows what a file is about
_WINDOW = 400  # lines around the cursor that are read at all


@dataclass(slots=True)
class CursorContext:
    """`scope`, `near` and `file` are the names in the enclosing function, in the lines next to the cursor, anywhere."""

    path: str
    language: str
    folder: str
    scope: set[str] = field(default_factory=set[str])
    near: set[str] = field(default_factory=set[str])
    file: dict[str, int] = field(default_factory=dict[str, int])
    words: set[str] = field(default_factory=set[str])
    imports: list[tuple[Import, list[str]]] = field(default_factory=list[tuple[Import, list[str]]])
    imported: dict[str, list[str]] = field(default_factory=dict[str, list[str]])  # name here -> files
    original: dict[str, str] = field(default_factory=dict[str, str])  # name here -> name there
    defaults: set[str] = field(default_factory=set[str])  # names here of what modules export by default
    unused: set[str] = field(default_factory=set[str])
    within: list[Definition] = field(default_factory=list[Definition])  # outermost first
    header: str = ""  # the first lines of the enclosing classes
    read: tuple[int, int] = (1, 0)  # the lines whose names are in `file`


def cursor_context(
    reader: IndexReader,
    path: str,
    lines: Lines,
    first: int,
    last: int,
    *,
    hidden: tuple[int, int] | None,
    whole: CursorContext,
) -> CursorContext:
    """
    Collect the names around lines `first` to `last` of a file, without its hidden lines.

    `whole` is the file's context; what is the same at this place is taken over from it.
    """
    cursor = CursorContext(path, language_in(path, lines.text) or "", path.rpartition("/")[0])
    facts = reader.facts(path)
    found = facts.definitions if facts else ()
    cursor.within = [each for each in found if each.start <= first <= each.end and each.kind != "field"]
    if hidden:
        cursor.within = [each for each in cursor.within if each.start < hidden[0] or each.start > hidden[1]]
    gone = range(hidden[0], hidden[1] + 1) if hidden else range(0)
    functions = [each for each in cursor.within if each.kind in FUNCTIONS]
    begin, end = (functions[0].start, functions[0].end) if functions else (first - 15, last + 15)
    begin, end = max(begin, first - 150), min(end, last + 150)
    top, bottom = max(1, first - _WINDOW), min(len(lines), last + _WINDOW)
    cursor.scope = _names(_shown(lines, max(begin, top), min(end, bottom), gone))
    cursor.near = _names(_shown(lines, max(first - _NEAR, top), min(last + _NEAR // 2, bottom), gone))
    _read(cursor, reader, lines, (top, bottom), gone=gone, whole=whole)
    for name in sorted(cursor.near or _often(cursor)):
        cursor.words.update(parts(name))
    cursor.header = _header(lines, cursor.within)
    return cursor


def file_context(
    reader: IndexReader, path: str, lines: Lines, line: int, hidden: tuple[int, int] | None
) -> CursorContext:
    """Collect the names of a file, or of a long one's part around the line: the same for every line of the part."""
    middle = min(len(lines), (line - 1) // _WINDOW * _WINDOW + _WINDOW // 2)
    cursor = CursorContext(path, language_in(path, lines.text) or "", path.rpartition("/")[0])
    facts = reader.facts(path)
    gone = range(hidden[0], hidden[1] + 1) if hidden else range(0)
    window = max(1, middle - _WINDOW), min(len(lines), middle + _WINDOW)
    _read(cursor, reader, lines, window, gone=gone, whole=None)
    cursor.scope = set(cursor.file)
    for name in sorted(_often(cursor)):
        cursor.words.update(parts(name))
    cursor.header = _header(lines, [each for each in (facts.definitions if facts else ()) if each.start not in gone])
    return cursor


def _read(
    cursor: CursorContext,
    reader: IndexReader,
    lines: Lines,
    window: tuple[int, int],
    *,
    gone: range,
    whole: CursorContext | None,
) -> None:
    """Note what the file imports, and the names in a window of it."""
    if whole is not None:
        cursor.imports, cursor.imported = whole.imports, whole.imported
        cursor.original, cursor.defaults = whole.original, whole.defaults
    else:
        facts, text = reader.facts(cursor.path), _shown(lines, *window, gone)
        said = [each for each in (facts.imports if facts is not None else ()) if each.line not in gone]
        cursor.imports = [(each, reader.resolve(cursor.path, each)) for each in said]
        aliases = {each.alias: f"{each.module}.{each.name}" for each in said if each.name not in {"", "*"}}
        for each in mentioned(cursor.language, text):
            head, dot, rest = each.module.partition(".")
            meant = each._replace(module=aliases[head] + dot + rest) if head in aliases else each
            targets = reader.resolve(cursor.path, meant)
            if targets and targets != [cursor.path]:
                cursor.imports.append((meant, targets))
        cursor.imports += implied_imports(reader, cursor.path, cursor.language, text)
        for each, targets in cursor.imports:
            if each.alias and each.alias != "*":
                cursor.imported.setdefault(each.alias, []).extend(targets)
                if each.name == "default":
                    cursor.defaults.add(each.alias)
                elif each.name:
                    cursor.original[each.alias] = each.name
    cursor.read = window
    if whole is not None and whole.read == window:
        cursor.file, cursor.unused = whole.file, whole.unused
        return
    aside = {*_import_lines(lines, cursor.imports), *gone}
    counted = Counter(IDENTIFIER.findall(_shown(lines, *window, aside)))
    cursor.file = {name: count for name, count in counted.items() if name not in KEYWORDS}
    cursor.unused = {name for name in cursor.imported if name not in counted}


def _often(cursor: CursorContext) -> set[str]:
    return {name for name, count in cursor.file.items() if count >= _OFTEN}


def _header(lines: Lines, around: Iterable[Definition]) -> str:
    return "".join(lines.between(each.start, each.head) for each in around if each.kind in CLASSES)


def _shown(lines: Lines, first: int, last: int, without: Collection[int]) -> str:
    """Join some lines without others."""
    pieces: list[str] = []
    for number in sorted(number for number in without if first <= number <= last):
        pieces.append(lines.between(first, number - 1))
        first = number + 1
    return "".join((*pieces, lines.between(first, last)))


def _names(text: str) -> set[str]:
    return set(IDENTIFIER.findall(text)) - KEYWORDS


def _import_lines(lines: Lines, found: list[tuple[Import, list[str]]]) -> set[int]:
    """Number the lines of the import statements, with those that an open bracket carries on to."""
    numbers: set[int] = set()
    for line in dict.fromkeys([each.line for each, _ in found if each.line]):  # one statement may bring many names
        number, open_brackets = line, 0
        while number <= len(lines) and number < line + 80:
            numbers.add(number)
            text = lines[number - 1]
            open_brackets += text.count("(") + text.count("{") - text.count(")") - text.count("}")
            if open_brackets <= 0:
                break
            number += 1
    return numbers
