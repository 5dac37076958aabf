"""What a file imports, read from its lines: which names, from where."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple


class Import(NamedTuple):
    """`name` of `module` is known here as `alias`. Name "*": all of it; name "": the module itself."""

    module: str
    name: str
    alias: str
    line: int


def imports(language: str, text: str) -> list[Import]:
    """All imports of a text in order."""
    reader = _READERS.get(language)
    return list(reader(text)) if reader else []


def mentioned(language: str, text: str) -> list[Import]:
    """The modules that a text names where it uses what is in them, without an import: Rust's `crate::flags::parse`."""
    paths = dict.fromkeys(re.findall(_RUST_PATH, text)) if language == "rust" else ()
    return [Import(path, "*", "", 0) for path in paths if path not in _RUST_ROOTS]


# Compiled when first used: a process needs those of a language or two. None may look at a text again and again: what
# repeats gives nothing back, or has an end, and no bracket is looked for beyond the next one that opens.
_PY_FROM = r"[ \t]*+from[ \t]++([.\w]++)[ \t]++import[ \t]*+(\((?:[^()#]++|#[^\n]*+)*+\)|[^\n#;]*+)"
_PY_IMPORT = r"[ \t]*+import[ \t]++([\w.][^\n#;]*+)"
_NAME = r"([\w*]++)(?:\s++as\s++(\w++))?"
_GAP, _SPACE, _STRING = r"\s{0,200}+", r"\s{1,200}+", r"""['"]([^'"\n]{1,2000}+)['"]"""
_BRACES = r"\{[^{};]{0,50000}+\}"
_ES = (
    rf"\b(?:import|export){_SPACE}(?:type{_SPACE})?([\w*$\s,]{{0,300}}?(?:{_BRACES}{_GAP})?)\bfrom{_GAP}{_STRING}"
    rf"|\bimport{_GAP}(?:\({_GAP})?{_STRING}"
    rf"|(?:const|let|var){_SPACE}(\w{{1,200}}+|{_BRACES}){_GAP}={_GAP}"
    rf"(?:await{_SPACE}import|require){_GAP}\({_GAP}{_STRING}{_GAP}\)"
)
_ES_PLAIN = ("import", "export")
_ES_ALL = (*_ES_PLAIN, "const", "let", "var")
_AWAITED = r"await\s++import"
_ES_NAME = r"(?:type\s++)?([\w$*]++)(?:\s*+(?:as|:)\s*+([\w$]++))?"
_GO_BLOCK = r'import\s*+(?:\(((?:[^()/]++|//[^\n]*+|/)*+)\)|([\w.]*+\s*+"[^"\n]++"))'
_GO_LINE = r'(?<![\w. \t])[ \t]*+([\w.]*+)[ \t]*+"([^"\n]++)"'
_RUST = (
    r"^[ \t]*+(?:pub(?:\([^()\n]*+\))?\s++)?"
    r"(?:use\s++((?:[^;\n]++|\n(?![ \t]*+(?:pub|use|fn|mod|let)\b))++);"
    r"|mod\s++(\w++)\s*+;|extern\s++crate\s++(\w++)(?:\s++as\s++(\w++))?)"
)
_RUST_ROOTS = frozenset({"crate", "self", "super"})
_RUST_PATH = r"(?<![\w:])((?:crate|self|super|[a-z_]\w*)(?:::[a-z_]\w*)*)::(?=\w)"
_JAVA = r"[ \t]*+import[ \t]++(?:static[ \t]++)?([\w.]+)\.(\*|\w++)(?:[ \t]++as[ \t]++(\w++))?[ \t]*+;?+[ \t\r]*+$"
_INCLUDE = r'^[ \t]*#[ \t]*(?:include|import)[ \t]*[<"]([^>"\n]+)[>"]'
_DEEPEST = 20  # braces within braces of a Rust `use`
_QUOTED = (
    r"""^[ \t]*(?:require(?:_relative|_once)?|import|include(?:_once)?|load|source|use|part|export)\b"""
    r"""[ \t(]*['"]([^'"\n]+)['"]"""
)
_DOTTED = r"^[ \t]*(?:using|import|use|open|alias)[ \t]+(?:static[ \t]+)?([\w.\\:]+)"


def _numbered(text: str, matches: Iterable[re.Match[str]]) -> Iterator[tuple[re.Match[str], int]]:
    """Number the line of each match; they come in the order of the text."""
    at, line = 0, 1
    for found in matches:
        line += text.count("\n", at, found.start())
        at = found.start()
        yield found, line


def _lines_with(text: str, word: str) -> list[int]:
    """Where the lines with a word begin: a plain search is far quicker than an expression."""
    begins: list[int] = []
    place = text.find(word)
    while place >= 0:
        begins.append(text.rfind("\n", 0, place) + 1)
        place = text.find("\n", place)
        place = text.find(word, place) if place >= 0 else -1
    return begins


def _at_lines(text: str, begins: Iterable[int], pattern: str, flags: int = 0) -> Iterator[re.Match[str]]:
    """Match a pattern at the beginning of some lines, but not within what has matched."""
    end, match = 0, re.compile(pattern, flags).match
    for begin in begins:
        found = match(text, begin) if begin >= end else None
        if found:
            yield found
            end = found.end()


def _python(text: str) -> Iterator[Import]:
    begins = _lines_with(text, "import")
    for found, line in _numbered(text, _at_lines(text, begins, _PY_FROM)):
        module, said = found.groups()
        if "#" in said:
            said = re.sub(r"#[^\n]*", "", said)
        for name, alias in re.findall(_NAME, said):
            yield Import(module, name, alias or name, line)
    for found, line in _numbered(text, _at_lines(text, begins, _PY_IMPORT)):
        for part in found[1].split(","):
            module, _, alias = part.strip().partition(" as ")
            module = module.strip()
            if module:
                yield Import(module, "", alias.strip() or module.split(".")[0], line)


def _es_statements(text: str) -> Iterator[re.Match[str]]:
    """Find what imports, only at a word that begins an import: that is far quicker than to try everywhere."""
    words = _ES_ALL if "require" in text or re.search(_AWAITED, text) else _ES_PLAIN
    end, pattern = 0, re.compile(_ES)
    for place in sorted([place for word in words for place in _places(text, word)]):
        found = pattern.match(text, place) if place >= end else None
        if found:
            yield found
            end = found.end()


def _places(text: str, word: str) -> Iterator[int]:
    place = text.find(word)
    while place >= 0:
        yield place
        place = text.find(word, place + 1)


def _ecmascript(text: str) -> Iterator[Import]:
    for found, line in _numbered(text, _es_statements(text)):
        clause, module = found[1] or found[4], found[2] or found[3] or found[5]
        if not clause or not clause.strip():
            yield Import(module, "", "", line)
            continue
        outer, brace, inner = clause.partition("{")
        for name in re.finditer(_ES_NAME, inner.rstrip("} \n")) if brace else ():
            yield Import(module, name[1], name[2] or name[1], line)
        for part in map(str.strip, outer.split(",")):
            if part.startswith("*"):
                yield Import(module, "*", part.rpartition(" ")[2].strip("*") or "*", line)
            elif part:
                yield Import(module, "default", part, line)


def _go(text: str) -> Iterator[Import]:
    for found, line in _numbered(text, _at_lines(text, _lines_with(text, "import"), _GO_BLOCK)):
        for each in re.finditer(_GO_LINE, found[1] or found[2] or ""):
            last = each[2].rsplit("/", 1)[-1]
            yield Import(each[2], "", each[1] or last, line)


def _rust(text: str) -> Iterator[Import]:
    for found, line in _numbered(text, re.finditer(_RUST, text, re.MULTILINE)):
        if found[2]:
            yield Import(f"self::{found[2]}", "", found[2], line)
        elif found[3]:
            yield Import(found[3], "", found[4] or found[3], line)
        elif found[1]:
            for path, alias in _use_tree(found[1], ""):
                module, _, name = path.rpartition("::")
                if name == "self":
                    module, _, name = module.rpartition("::")
                yield Import(module, name, alias or name, line)


def _use_tree(tree: str, prefix: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    tree = tree.strip()
    head, brace, rest = tree.partition("{")
    if not brace or depth > _DEEPEST:
        path, _, alias = tree.partition(" as ")
        if path.strip():
            yield prefix + "".join(path.split()), alias.strip()
        return
    level, begin = 0, 0
    inner = rest[: rest.rfind("}")] if "}" in rest else rest
    for place, char in enumerate(inner + ","):
        level += (char == "{") - (char == "}")
        if char == "," and level == 0:
            yield from _use_tree(inner[begin:place], prefix + "".join(head.split()), depth + 1)
            begin = place + 1


def _java(text: str) -> Iterator[Import]:
    for found, line in _numbered(text, _at_lines(text, _lines_with(text, "import"), _JAVA, re.MULTILINE)):
        yield Import(found[1], found[2], found[3] or found[2], line)


def _c(text: str) -> Iterator[Import]:
    for found, line in _numbered(text, re.finditer(_INCLUDE, text, re.MULTILINE)):
        yield Import(found[1], "*", "*", line)


def _others(text: str) -> Iterator[Import]:
    for found, line in _numbered(text, re.finditer(_QUOTED, text, re.MULTILINE)):
        yield Import(found[1], "*", "*", line)
    for found, line in _numbered(text, re.finditer(_DOTTED, text, re.MULTILINE)):
        module, _, name = re.sub(r"\\|::", ".", found[1]).strip(".").rpartition(".")
        if name:
            yield Import(module, name, name, line)


_READERS: dict[str, Callable[[str], Iterator[Import]]] = {
    "python": _python,
    **dict.fromkeys(("javascript", "typescript", "tsx", "vue", "svelte", "html", "astro"), _ecmascript),
    "go": _go,
    "rust": _rust,
    **dict.fromkeys(("java", "kotlin", "scala", "groovy"), _java),
    **dict.fromkeys(("c", "cpp", "objc", "cuda", "glsl", "hlsl"), _c),
    **dict.fromkeys(
        (
            "ruby",
            "php",
            "dart",
            "lua",
            "csharp",
            "swift",
            "elixir",
            "haskell",
            "bash",
            "fsharp",
            "julia",
            "zig",
            "perl",
            "r",
        ),
        _others,
    ),
}
