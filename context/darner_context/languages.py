"""The table of languages: a row names the files, the grammar's wheel and the query that finds its definitions."""

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Language:
    """One row. `query` is a file of `queries/` without its suffix; None takes the tags query shipped in the wheel."""

    name: str
    suffixes: tuple[str, ...]
    module: str
    function: str = "language"
    query: str | None = None
    filenames: tuple[str, ...] = ()
    comments: tuple[str, ...] = ("//", "/*", "*")
    embeds: bool = False


_SLASHES = ("//", "/*", "*")

LANGUAGES: tuple[Language, ...] = (
    Language("python", (".py", ".pyi", ".pyw"), "tree_sitter_python", query="python", comments=("#",)),
    Language("javascript", (".js", ".mjs", ".cjs", ".jsx"), "tree_sitter_javascript", query="javascript"),
    Language(
        "typescript", (".ts", ".mts", ".cts"), "tree_sitter_typescript", "language_typescript", query="typescript"
    ),
    Language("tsx", (".tsx",), "tree_sitter_typescript", "language_tsx", query="typescript"),
    Language("go", (".go",), "tree_sitter_go", query="go"),
    Language("rust", (".rs",), "tree_sitter_rust", query="rust", comments=("//", "/*", "*", "#[", "#![")),
    Language("java", (".java",), "tree_sitter_java", query="java", comments=("//", "/*", "*", "@")),
    Language("c", (".c", ".h"), "tree_sitter_c", query="c"),
    Language(
        "cpp",
        (".cc", ".cpp", ".cxx", ".c++", ".hh", ".hpp", ".hxx", ".h++", ".ipp", ".inl"),
        "tree_sitter_cpp",
        query="cpp",
    ),
)

BY_NAME = MappingProxyType({row.name: row for row in LANGUAGES})
_BY_SUFFIX = {suffix: row.name for row in LANGUAGES for suffix in row.suffixes}
_BY_FILENAME = {name: row.name for row in LANGUAGES for name in row.filenames}


def language_of(path: str) -> str | None:
    """Name the language of a file by its name alone; None where the table has no row for it."""
    name = path.rpartition("/")[2]
    if name in _BY_FILENAME:
        return _BY_FILENAME[name]
    dot = name.rfind(".")
    return _BY_SUFFIX.get(name[dot:].lower()) if dot > 0 else None
