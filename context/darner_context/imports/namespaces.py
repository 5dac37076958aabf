"""The imports of languages whose files belong to namespaces: C#, PHP, Ruby, Elixir, Scala, Swift."""

import re
from collections.abc import Iterable, Iterator

from darner_context.imports.record import OWN, Import

_CSHARP = re.compile(
    r"^[ \t]*(?:global\s+)?using\s+(?:(static)\s+)?(?:(\w+)\s*=\s*)?(?:global::)?([\w.]+)\s*(?:<[^;\n]*>)?;"
    r"|^[ \t]*namespace\s+([\w.]+)",
    re.MULTILINE,
)
_PHP = re.compile(
    r"^[ \t]*(?:<\?php\s+)?use\s+(?:(?:function|const)\s+)?\\?([\w\\]+)\\?\s*"
    r"(?:\{([^{}]*)\}|(?:\s+as\s+(\w+))?((?:\s*,\s*[\w\\]+(?:\s+as\s+\w+)?)*))\s*;"
    r"|^[ \t]*(?:<\?php\s+)?namespace\s+([\w\\]+)"
    r"|\b(?:require|include)(?:_once)?\b[ \t(]*(?:__DIR__\s*\.\s*)?['\"]/?([^'\"\n]+)['\"]",
    re.MULTILINE,
)
_RUBY = re.compile(
    r"^[ \t]*(?:(require_relative|require|load|import)[ \t(]*['\"]([^'\"\n]+)['\"]"
    r"|autoload[ \t(]*:(\w+),\s*['\"]([^'\"\n]+)['\"])",
    re.MULTILINE,
)
_ELIXIR = re.compile(
    r"^[ \t]*(alias|import|use|require)[ \t(]+([A-Z][\w.]*?)(?:\.\{([^{}]*)\})?"
    r"(?:\s*,\s*as:\s*([A-Z]\w*))?[ \t)]*(?:,|$|#|do\b)",
    re.MULTILINE,
)
_SCALA = re.compile(
    r"^[ \t]*import[ \t]+((?:[^\n{}]|\{[^{}]*\})+)|^[ \t]*package[ \t]+(?:object[ \t]+)?([\w.`]+)", re.MULTILINE
)
_SCALA_ONE = re.compile(r"([\w.`$]+?)\.(?:\{([^{}]*)\}|([\w`$]+|\*)(?:\s+as\s+(\w+))?)(?=\s*(?:,|$))")
_SWIFT = re.compile(
    r"^[ \t]*(?:@\w+(?:\([^)\n]*\))?\s+)*(?:public\s+|internal\s+|private\s+|package\s+)?import\s+"
    r"(?:(?:typealias|struct|class|enum|protocol|let|var|func)\s+)?([\w.]+)",
    re.MULTILINE,
)


def _numbered(text: str, found: Iterable[re.Match[str]]) -> Iterator[tuple[re.Match[str], int]]:
    at, line = 0, 1
    for each in found:
        start = each.end() if each[0][:1] == "\n" else each.start()
        line += text.count("\n", at, start)
        at = start
        yield each, line


def csharp(text: str) -> Iterator[Import]:
    """`using` in all its forms; the namespaces that the file's own lies in."""
    for found, line in _numbered(text, _CSHARP.finditer(text)):
        static, alias, name, own = found.groups()
        if own:
            parts = own.split(".")
            for size in range(len(parts), 0, -1):
                yield Import(OWN + ".".join(parts[:size]), "*", "*", line)
        elif alias:
            module, _, last = name.rpartition(".")
            yield Import(module, last, alias, line)
        elif static:
            module, _, last = name.rpartition(".")
            yield Import(module, last, "*", line)
        else:
            yield Import(name, "*", "*", line)


def php(text: str) -> Iterator[Import]:
    """`use` in all its forms; files that are required."""
    for found, line in _numbered(text, _PHP.finditer(text)):
        name, group, alias, more, own, file = found.groups()
        if own:
            yield Import(OWN + own, "*", "*", line)
        elif file:
            yield Import(file, "*", "*", line)
        elif group is not None:
            for each in group.split(","):
                inner, _, renamed = re.sub(r"^\s*(?:function|const)\s+", "", each).partition(" as ")
                if inner.strip():
                    yield _backslashed("\\".join((name.rstrip("\\"), inner.strip())), renamed.strip(), line)
        else:
            if "\\" in name:
                yield _backslashed(name, alias or "", line)
            for each in (more or "").split(","):
                inner, _, renamed = each.partition(" as ")
                if "\\" in inner:
                    yield _backslashed(inner.strip(), renamed.strip(), line)


def _backslashed(name: str, alias: str, line: int) -> Import:
    module, _, last = name.strip("\\").rpartition("\\")
    return Import(module, last, alias or last, line)


def ruby(text: str) -> Iterator[Import]:
    """What is required by name or path."""
    for found, line in _numbered(text, _RUBY.finditer(text)):
        name = found[2] or found[4]
        if found[1] == "require_relative" and not name.startswith("."):
            name = "./" + name
        yield Import(name, "*", "*", line)


def elixir(text: str) -> Iterator[Import]:
    """`alias` in all its forms, and modules whose functions are imported."""
    for found, line in _numbered(text, _ELIXIR.finditer(text)):
        word, name, group, alias = found.groups()
        for each in (group or "").split(",") if group else [""]:
            whole = f"{name}.{each.strip()}" if each.strip() else name
            module, _, last = whole.rpartition(".")
            yield Import(module, last, alias or (last if word in {"alias", "require"} else "*"), line)


def scala(text: str) -> Iterator[Import]:
    """`import` with braces, renames and wildcards; the package of the file."""
    for found, line in _numbered(text, _SCALA.finditer(text)):
        if found[2]:
            yield Import(OWN + found[2].replace("`", ""), "*", "*", line)
            continue
        for one in _SCALA_ONE.finditer(found[1].strip().rstrip(",")):
            module, group, name, alias = one.groups()
            module = module.replace("`", "")
            for each in group.split(",") if group is not None else [f"{name} as {alias}" if alias else name]:
                inner, _, renamed = re.sub(r"\s*=>\s*", " as ", each.strip()).partition(" as ")
                inner, renamed = inner.strip().strip("`"), renamed.strip()
                if inner in {"_", "*", "given"}:
                    yield Import(module, "*", "*", line)
                elif inner and renamed != "_":
                    yield Import(module, inner, renamed or inner, line)


def swift(text: str) -> Iterator[Import]:
    """Modules, and single names of them."""
    for found, line in _numbered(text, _SWIFT.finditer(text)):
        yield Import(found[1].split(".")[0], "*", "*", line)


NAMESPACED = {"csharp": csharp, "php": php, "ruby": ruby, "elixir": elixir, "scala": scala, "swift": swift}
