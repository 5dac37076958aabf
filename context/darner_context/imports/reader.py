"""What a file imports, read from its lines: which names, from where."""

import re
from collections.abc import Callable, Iterable, Iterator

from darner_context.imports.namespaces import NAMESPACED
from darner_context.imports.record import AT_PATH, NAMED_MODULE, OWN, Import


def imports(language: str, text: str) -> list[Import]:
    """All imports of a text in order."""
    reader = _READERS.get(language)
    return list(reader(text)) if reader else []


def mentioned(language: str, text: str) -> list[Import]:
    """The modules that a text names where it uses what is in them, without an import: Rust's `crate::flags::parse`."""
    if language == "rust":
        paths = dict.fromkeys(re.findall(_RUST_PATH, text))
        return [Import(path, "*", "", 0) for path in paths if path not in _RUST_ROOTS]
    pattern, sign = _QUALIFIED.get(language, ("", ""))
    names = dict.fromkeys(re.findall(pattern, text)) if pattern else ()
    split = [each.strip("\\").rpartition(sign) for each in names]
    return [Import(module, name, "", 0) for module, _, name in split if module]


_QUALIFIED = {  # names behind the module that they are in, and what joins them
    "php": (r"\\?(?:[A-Za-z_]\w*\\)+[A-Z]\w*", "\\"),
    "ruby": (r"(?<![\w:])(?:[A-Z]\w*::)+[A-Z]\w*", "::"),
    "elixir": (r"(?<![\w.])(?:[A-Z]\w*\.)+[A-Z]\w*", "."),
    "csharp": (r"(?<![\w.])(?:[A-Z]\w*\.)+[A-Z]\w*", "."),
    "java": (r"(?<![\w.])(?:[a-z]\w*\.){2,}[A-Z]\w*", "."),
    "kotlin": (r"(?<![\w.])(?:[a-z]\w*\.){2,}[A-Z]\w*", "."),
    "scala": (r"(?<![\w.])(?:[a-z]\w*\.)+[A-Z]\w*", "."),
    "groovy": (r"(?<![\w.])(?:[a-z]\w*\.){2,}[A-Z]\w*", "."),
}


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
    rf"|(?:const|let|var|import){_SPACE}([\w$]{{1,200}}+|{_BRACES}){_GAP}={_GAP}"
    rf"(?:await{_SPACE}import|require){_GAP}\({_GAP}{_STRING}{_GAP}\)"
    rf"|\brequire{_GAP}\({_GAP}{_STRING}{_GAP}\)"
)
_ES_PLAIN = ("import", "export")
_ES_ALL = (*_ES_PLAIN, "const", "let", "var", "require")
_AWAITED = r"await\s++import"
_ES_NAME = r"(?:type\s++)?([\w$*]++)(?:\s*+(?:as|:)\s*+([\w$]++))?"
_GO_BLOCK = r'import\s*+(?:\(((?:[^()/]++|//[^\n]*+|/)*+)\)|([\w.]*+\s*+["`][^"`\n]++["`]))'
_GO_LINE = r'(?<![\w. \t])[ \t]*+([\w.]*+)[ \t]*+["`]([^"`\n]++)["`]'
_RUST = (
    r"^[ \t]*+(?:#\[path\s*+=\s*+\"([^\"\n]++)\"\]\s*+(?:#\[[^\]\n]*+\]\s*+)*+)?"
    r"(?:#\[macro_use\]\s*+)?(?:pub(?:\([^()\n]*+\))?\s++)?"
    r"(?:use\s++((?:[^;\n]++|\n(?![ \t]*+(?:pub|use|fn|mod|let)\b))++);"
    r"|mod\s++((?:r#)?\w++)\s*+;|extern\s++crate\s++(\w++)(?:\s++as\s++(\w++))?)"
    r"|\binclude!\s*+\(\s*+\"([^\"\n]++)\""
)
_RUST_ROOTS = frozenset({"crate", "self", "super"})
_RUST_PATH = r"(?<![\w:])((?:crate|self|super|[a-z_]\w*)(?:::[a-z_]\w*)*)::(?=\w)"
_JAVA = (
    r"[ \t]*+import[ \t]++(?:static[ \t]++)?([\w.`]+)\.(\*|[\w`]++)(?:[ \t]++as[ \t]++([\w`]++))?[ \t]*+;?+[ \t\r]*+$"
)
_INCLUDE = r'^[ \t]*#[ \t]*(?:include|import)[ \t]*[<"]([^>"\n]+)[>"]'
_CPP_MODULE = r"^[ \t]*(?:module[ \t]+([\w.:]+)|(?:export[ \t]+)?import[ \t]+([\w.:]+))[ \t]*;"
_DEEPEST = 20  # braces within braces of a Rust `use`
_QUOTED = (
    r"""^[ \t]*(?:require(?:_relative|_once)?|import|include(?:_once)?|load|source|use|part(?:[ \t]+of)?|export)\b"""
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
    begins = _outside_strings(text, _lines_with(text, "import"))
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


def _outside_strings(text: str, places: list[int]) -> list[int]:
    """Those places that are in no string of several lines: an example in a docstring imports nothing."""
    if not places or ('"""' not in text and "'''" not in text):
        return places
    outside: list[int] = []
    at, sign = 0, ""  # sign: what ends the string that is open
    for place in places:
        while at < place:
            found = text.find(sign, at, place) if sign else -1
            if not sign:
                ends = [one for each in ('"""', "'''") if (one := text.find(each, at, place)) >= 0]
                found = min(ends, default=-1)
            if found < 0:
                at = place
            else:
                sign = "" if sign else text[found : found + 3]
                at = found + 3
        if not sign:
            outside.append(place)
    return outside


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
        clause, module = found[1] or found[4], found[2] or found[3] or found[5] or found[6]
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
            yield Import(each[2], "", each[1] or _go_name(each[2]), line)


def _go_name(module: str) -> str:
    """The name that a package most likely has: its folder's, without a version."""
    parts = module.split("/")
    last = parts[-2] if re.fullmatch(r"v\d+", parts[-1]) and len(parts) > 1 else parts[-1]
    return re.sub(r"\.v\d+$|^go-", "", last)


def _rust(text: str) -> Iterator[Import]:
    for found, line in _numbered(text, re.finditer(_RUST, text, re.MULTILINE)):
        attribute, tree, name, crate, renamed, included = found.groups()
        if included:
            yield Import(AT_PATH + included, "*", "*", line)
        elif name:
            outer = _rust_outer(text, found.start()) if "{" in text[: found.start()] else ""
            module = AT_PATH + outer.replace("::", "/") + attribute if attribute else f"self::{outer}{name}"
            yield Import(module, "", name.removeprefix("r#"), line)
        elif crate:
            yield Import(crate, "", renamed or crate, line)
        elif tree:
            for path, alias in _use_tree(tree, ""):
                module, _, name = path.rpartition("::")
                if name == "self":
                    module, _, name = module.rpartition("::")
                yield Import(module, name, alias or name, line)


def _rust_outer(text: str, place: int) -> str:
    """The inline modules around a place, as the beginning of a path."""
    opened: list[str] = []
    for found in re.finditer(r"\bmod\s++(\w++)\s*+\{|[{}]", text[:place]):
        if found[0] == "}":
            if opened:
                opened.pop()
        else:
            opened.append(found[1] or "")
    return "".join(f"{each}::" for each in opened if each)


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
    own = re.search(r"^[ \t]*+package[ \t]++([\w.`]++)", text, re.MULTILINE)
    if own:
        yield Import(OWN + own[1].replace("`", ""), "*", "*", text.count("\n", 0, own.start(1)) + 1)
    for found, line in _numbered(text, _at_lines(text, _lines_with(text, "import"), _JAVA, re.MULTILINE)):
        module, name, alias = (each.replace("`", "") if each else "" for each in found.groups())
        yield Import(module, name, alias or name, line)


def _c(text: str) -> Iterator[Import]:
    for found, line in _numbered(text, re.finditer(_INCLUDE, text, re.MULTILINE)):
        yield Import(found[1], "*", "*", line)
    if "import" in text or "module" in text:
        own = ""
        for found, line in _numbered(text, re.finditer(_CPP_MODULE, text, re.MULTILINE)):
            if found[1]:
                own = found[1].partition(":")[0]
            name = found[1] or (own + found[2] if found[2].startswith(":") else found[2])
            yield Import(NAMED_MODULE + name, "*", "*", line)


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
    **dict.fromkeys(("java", "kotlin", "groovy"), _java),
    **NAMESPACED,
    **dict.fromkeys(("c", "cpp", "objc", "cuda", "glsl", "hlsl"), _c),
    **dict.fromkeys(
        (
            "dart",
            "lua",
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
