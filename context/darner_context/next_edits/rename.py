"""A rename in progress: one name became another where it is defined, and its other uses have still the old one."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from darner_context.facts.file_facts import FileFacts
from darner_context.languages.file_language import code_language
from darner_context.lookup.names import package_scoped
from darner_context.lookup.reader import IndexReader
from darner_context.next_edits.changed_names import TOKEN
from darner_context.next_edits.edit import NextEdit, RecordedEdit
from darner_context.syntax.definition_types import FUNCTIONS, Definition
from darner_context.syntax.name_uses import NameUse, name_uses
from darner_context.text.identifiers import KEYWORDS

_MOST_FILES = 40
_MOST_TEXT = 600_000  # characters that are parsed for one rename
_LONG = 8  # letters from which on a member's name is no everyday word
_RECEIVER = re.compile(r"^func\s*\(\s*(\w+)\s")  # in Go, of a method
_SELF = frozenset({"self", "this", "cls", "Self", "super", "@"})
_BINDS = (
    r"(?:\b(?:let|const|var|val|mut|for|as|with|await)\s+(?:mut\s+)?\(?\s*{0}\b|^\s*{0}\s*(?::[^=:]*)?(?:=|:=)(?!=)"
    r"|^\s*[\w\s,*]*\b{0}\b[\w\s,]*:?=(?!=)|\b(?:int|auto|final|var|String|bool|[A-Z]\w*(?:<[^<>]*>)?)\s+{0}\s*[=;,)]"
    r"|\bfor\s+[\w,\s(]*\b{0}\b[\w,\s)]*\s(?:in|of)\b|\|[^|]*\b{0}\b[^|]*\|)"
)


_SCRIPTS = frozenset({"javascript", "typescript", "tsx", "vue", "svelte"})
_PLAIN = frozenset({"name", "shorthand"})
_BARE_MEMBERS = (
    ".java",
    ".kt",
    ".cs",
    ".swift",
    ".scala",
    ".cpp",
    ".cc",
    ".hpp",
    ".h",
    ".dart",
)  # used without `this.`
_Found = tuple[str, NameUse]  # with its path


@dataclass(frozen=True, slots=True)
class Rename:
    """`old` became `new` in line `line` of a file."""

    path: str
    line: int
    old: str
    new: str


def rename_of(edit: RecordedEdit) -> Rename | None:
    """Read an edit as a rename: all of its tokens stay but one name, which becomes another throughout."""
    if len(edit.before) != len(edit.after):
        return None
    pairs: dict[tuple[str, str], int] = {}
    for number, (before, after) in enumerate(zip(edit.before, edit.after, strict=True)):
        old, new = TOKEN.findall(before), TOKEN.findall(after)
        if len(old) != len(new):
            return None
        for one, other in zip(old, new, strict=True):
            if one != other:
                pairs.setdefault((one, other), edit.first + number)
    if len(pairs) != 1:
        return None
    (((old_name, new_name), line),) = pairs.items()
    if not (_name(old_name) and _name(new_name)):
        return None
    return Rename(edit.path, line, old_name, new_name)


def _name(token: str) -> bool:
    return token.isidentifier() and token not in KEYWORDS


def rename_edits(reader: IndexReader, edit: RecordedEdit) -> list[NextEdit]:
    """List the uses that are left of a rename, those of its own file first; empty if it is none, or not certainly."""
    rename = rename_of(edit)
    facts = reader.facts(rename.path) if rename is not None else None
    if rename is None or facts is None:
        return []
    text = reader.lines(rename.path).text
    uses = name_uses(rename.path, text, rename.old)
    renamed = name_uses(rename.path, text, rename.new) or []
    own = next((each for each in renamed if each.line == rename.line), None)
    if uses is None or own is None or own.role in {"keyword", "key"}:
        return []  # in a comment or a string, or not certainly a definition
    there = next((each for each in facts.definitions if (each.name, each.line) == (rename.new, rename.line)), None)
    return [_edit(path, use, rename) for path, use in _found(reader, rename, facts, (own, there), uses)]


def _found(
    reader: IndexReader,
    rename: Rename,
    facts: FileFacts,
    place: tuple[NameUse, Definition | None],
    uses: Sequence[NameUse],
) -> list[_Found]:
    """The uses that are left, by what was renamed: a member, a local variable, or something of the whole file."""
    own, there = place
    functions = own.functions
    head = range(there.start, there.line + 1) if there is not None and there.kind in FUNCTIONS else range(0)
    while functions and functions[-1][0] in head:
        functions = functions[:-1]  # the name of a function is not inside of it
    if own.role == "member" or (there is not None and there.container is not None and not _local(facts, there)):
        if there is None and own.owner not in _SELF:
            return []  # a use: its definition is not known
        return _members(reader, rename, facts, there, uses)
    binds = there is not None or re.search(
        _BINDS.format(re.escape(rename.new)), reader.lines(rename.path)[rename.line - 1]
    )
    if functions:
        first, last = functions[-1]
        heads = any(each.kind in FUNCTIONS and each.start <= rename.line <= each.head for each in facts.definitions)
        if not (binds or heads or first == rename.line):
            return []
        return [(rename.path, use) for use in uses if use.role in _PLAIN and (first, last) in use.functions]
    if not binds or any(each.name == rename.old and each.container is None for each in facts.definitions):
        return []  # there is another definition that the uses may mean
    return [*_plain(reader, rename.path, rename.old, uses), *_elsewhere(reader, rename)]


def _local(facts: FileFacts, there: Definition) -> bool:
    """Whether a definition is inside a function, with nothing else around it."""
    around = [each for each in facts.definitions if each.start <= there.line <= each.end and each is not there]
    return bool(around) and around[-1].kind in FUNCTIONS


def _plain(reader: IndexReader, path: str, name: str, uses: Iterable[NameUse]) -> list[_Found]:
    """The uses that mean what the whole file knows by the name."""
    return [(path, use) for use in uses if use.role in _PLAIN and not _shadowed(reader, path, name, use)]


def _edit(path: str, use: NameUse, rename: Rename) -> NextEdit:
    text = f"{rename.old}: {rename.new}" if use.role == "shorthand" else rename.new
    reason = f"`{rename.old}` was renamed to `{rename.new}`"
    return NextEdit(path, (use.line, use.start), (use.line, use.end), text, reason, 0.97, sure=True)


def _shadowed(reader: IndexReader, path: str, name: str, use: NameUse) -> bool:
    """Whether a function around a use binds the name itself."""
    lines = reader.lines(path)
    binds = re.compile(_BINDS.format(re.escape(name)), re.MULTILINE)
    for first, last in use.functions:
        head = lines.between(first, min(last, first + 1))
        body = lines.between(first, last)
        if code_language(path, lines.text) == "python" and re.search(rf"\bglobal\s[^\n]*\b{re.escape(name)}\b", body):
            continue
        parameters = re.search(r"\(([^()]*(?:\([^()]*\)[^()]*)*)\)", head)
        in_head = parameters is not None and _binds_parameter(parameters[1], name)
        if (in_head and first != last) or binds.search(body):
            return True
    return False


def _binds_parameter(parameters: str, name: str) -> bool:
    """Whether a name is a parameter, and not only the type of one; in a pattern with braces either may be meant."""
    type_of = "" if "{" in parameters else r"(?<![<:|&])(?<!: )"
    return re.search(rf"(?<![\w.=]){type_of}{re.escape(name)}\b(?!\()", parameters) is not None


def _elsewhere(reader: IndexReader, rename: Rename) -> list[_Found]:
    """The uses in files that import the renamed definition, or that share its package."""
    others = [path for path in reader.postings([rename.old])[rename.old].used if path != rename.path]
    if len(others) > _MOST_FILES:
        return []
    found: list[_Found] = []
    size = 0
    language = code_language(rename.path, reader.lines(rename.path).text)
    for path in others:
        text = reader.lines(path).text
        size += len(text)
        if size > _MOST_TEXT:
            break
        other = code_language(path, text)
        if other == language or {other, language} <= _SCRIPTS:
            found += _in_other_file(reader, path, rename)
    return found


def _in_other_file(reader: IndexReader, path: str, rename: Rename) -> list[_Found]:
    facts = reader.facts(path)
    if facts is None:
        return []
    plain = package_scoped(path) and path.rpartition("/")[0] == rename.path.rpartition("/")[0]
    lines, owners = set[int](), set[str]()
    for each in facts.imports:
        if each.name not in {rename.old, "", "*"} or rename.path not in reader.resolve(path, each):
            continue
        if each.name == rename.old:
            lines.add(each.line)
            plain = plain or each.alias == rename.old
        else:
            owners.add(each.alias)
            plain = plain or each.alias == "*"
    if not (plain or lines or owners):
        return []
    if any(each.name == rename.old and each.container is None for each in facts.definitions):
        plain = False
    uses = name_uses(path, reader.lines(path).text, rename.old) or []
    imported = [use for use in uses if _in_import(reader, path, use.line, lines)]
    behind = [use for use in uses if use.role == "member" and use.owner in owners]
    chosen = {use.line * 10_000 + use.start: (path, use) for use in (*imported, *behind)}
    if plain:
        chosen |= {use.line * 10_000 + use.start: (path, use) for _, use in _plain(reader, path, rename.old, uses)}
    return [chosen[key] for key in sorted(chosen)]


def _in_import(reader: IndexReader, path: str, line: int, lines: set[int]) -> bool:
    """Whether a line belongs to one of the import statements that begin at some lines."""
    if line in lines:
        return True
    begin = max((each for each in lines if each < line), default=0)
    if not begin:
        return False
    text = reader.lines(path).between(begin, line)
    return text.count("(") + text.count("{") > text.count(")") + text.count("}") or text.count("\n") == 0


def _members(
    reader: IndexReader, rename: Rename, facts: FileFacts, there: Definition | None, uses: Sequence[NameUse]
) -> list[_Found]:
    """The uses of a member: behind `self` in its class, and everywhere if no other definition has its name."""
    postings = reader.postings([rename.old])[rename.old]
    alone = postings.definitions == 0 and (len(rename.old) >= _LONG or "_" in rename.old.strip("_"))
    around = [each for each in facts.definitions if each.start <= rename.line <= each.end]
    here = [each for each in around if each.kind not in FUNCTIONS and each is not there][-1:]
    owner = there.container if there is not None else None
    kin = [each for each in facts.definitions if owner is not None and each.container == owner]
    lines = reader.lines(rename.path)
    found: list[_Found] = []
    for use in uses:
        method = next((each for each in kin if each.kind in FUNCTIONS and each.start <= use.line <= each.end), None)
        inside = method is not None or any(each.start <= use.line <= each.end for each in here)
        receiver = _RECEIVER.search(lines[method.line - 1]) if method is not None else None
        own = use.owner in _SELF or (receiver is not None and use.owner == receiver[1])
        bare = inside and use.role in _PLAIN and rename.path.endswith(_BARE_MEMBERS)
        if use.role == "member" and (alone or (inside and own)):
            found.append((rename.path, use))
        elif bare:
            found += _plain(reader, rename.path, rename.old, [use])
    others = [path for path in postings.used if path != rename.path] if alone else []
    size = 0
    for path in others if len(others) <= _MOST_FILES else []:
        text = reader.lines(path).text
        size += len(text)
        if size <= _MOST_TEXT:
            found += [(path, use) for use in name_uses(path, text, rename.old) or [] if use.role == "member"]
    return found
