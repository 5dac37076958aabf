"""What can be seen at a place: the names around the cursor, and what the file imports."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from darner_context.lookup.reader import IndexReader
from darner_context.syntax.imports import Import, imports, mentioned
from darner_context.syntax.languages import language_of
from darner_context.syntax.symbols import CLASSES, FUNCTIONS, Definition
from darner_context.text.identifiers import IDENTIFIER, KEYWORDS, parts
from darner_context.text.lines import Lines

_NEAR = 8  # lines around the cursor
_OFTEN = 3  # a name used so often says what a file is about
_TOP = 200  # lines that hold the imports
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
    place = CursorContext(path, language_of(path) or "", path.rpartition("/")[0])
    facts = reader.facts(path)
    found = facts.definitions if facts else ()
    place.within = [each for each in found if each.start <= first <= each.end and each.kind != "field"]
    if hidden:
        place.within = [each for each in place.within if each.start < hidden[0] or each.start > hidden[1]]
    gone = range(hidden[0], hidden[1] + 1) if hidden else range(0)
    functions = [each for each in place.within if each.kind in FUNCTIONS]
    begin, end = (functions[0].start, functions[0].end) if functions else (first - 15, last + 15)
    begin, end = max(begin, first - 150), min(end, last + 150)
    top, bottom = max(1, first - _WINDOW), min(len(lines), last + _WINDOW)
    place.scope = _names(_shown(lines, max(begin, top), min(end, bottom), gone))
    place.near = _names(_shown(lines, max(first - _NEAR, top), min(last + _NEAR // 2, bottom), gone))
    _read(place, reader, lines, (top, bottom), gone=gone, whole=whole)
    for name in sorted(place.near or _often(place)):
        place.words.update(parts(name))
    place.header = _header(lines, place.within)
    return place


def file_context(
    reader: IndexReader, path: str, lines: Lines, line: int, hidden: tuple[int, int] | None
) -> CursorContext:
    """Collect the names of a file, or of a long one's part around the line: the same for every line of the part."""
    middle = min(len(lines), (line - 1) // _WINDOW * _WINDOW + _WINDOW // 2)
    place = CursorContext(path, language_of(path) or "", path.rpartition("/")[0])
    facts = reader.facts(path)
    gone = range(hidden[0], hidden[1] + 1) if hidden else range(0)
    window = max(1, middle - _WINDOW), min(len(lines), middle + _WINDOW)
    _read(place, reader, lines, window, gone=gone, whole=None)
    place.scope = set(place.file)
    for name in sorted(_often(place)):
        place.words.update(parts(name))
    place.header = _header(lines, [each for each in (facts.definitions if facts else ()) if each.start not in gone])
    return place


def _read(
    place: CursorContext,
    reader: IndexReader,
    lines: Lines,
    window: tuple[int, int],
    *,
    gone: range,
    whole: CursorContext | None,
) -> None:
    """Note what the file imports, and the names in a window of it."""
    if whole is not None:
        place.imports, place.imported, place.original = whole.imports, whole.imported, whole.original
    else:
        top = _shown(lines, 1, min(len(lines), _TOP), gone)
        place.imports = [(each, reader.resolve(place.path, each)) for each in imports(place.language, top)]
        for each in mentioned(place.language, _shown(lines, *window, gone)):
            if targets := reader.resolve(place.path, each):
                place.imports.append((each, targets))
        for each, targets in place.imports:
            if each.alias and each.alias != "*":
                place.imported.setdefault(each.alias, []).extend(targets)
                if each.name and each.name != "default":
                    place.original[each.alias] = each.name
    place.read = window
    if whole is not None and whole.read == window:
        place.file, place.unused = whole.file, whole.unused
        return
    aside = {*_import_lines(lines, place.imports), *gone}
    counted = Counter(IDENTIFIER.findall(_shown(lines, *window, aside)))
    place.file = {name: count for name, count in counted.items() if name not in KEYWORDS}
    place.unused = {name for name in place.imported if name not in counted}


def _often(place: CursorContext) -> set[str]:
    return {name for name, count in place.file.items() if count >= _OFTEN}


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
