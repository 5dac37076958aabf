"""The language of a file whose name does not tell it: headers of three languages, scripts without a suffix."""

import re

from darner_context.languages.table import language_of

_OBJC = re.compile(r"^[ \t]*(?:@(?:interface|protocol|class|import|end|property)\b|#[ \t]*import\b)", re.MULTILINE)
_CPP = re.compile(
    r"^[ \t]*(?:export[ \t]+)?(?:"
    r"class\s+(?:\[\[\w+\]\]\s*)?(?:[A-Z]\w*(?:\([^)\n]*\))?\s+)*\w+\s*(?:final\s*)?[;{:]"
    r"|(?:struct|class)\s+[^;{}()\n]*\w\s*(?:final\s*)?:(?!:)\s*[\w:]+"
    r"|(?:inline[ \t]+)?namespace\b[^;{}()\n]*(?:[{=]|\n\s*\{)"
    r"|template\s*<|(?:public|private|protected)(?:\s+\w+)?\s*:(?!:)|using\s+[\w:]+\s*[;=]|using\s+namespace\b"
    r"|(?:static\s+|inline\s+)*constexpr\s|virtual\s|explicit\s|friend\s|enum\s+(?:class|struct)\s"
    r'|#[ \t]*include[ \t]*(?:<(?:[a-z_]+)>|"[^"\n]+\.(?:hpp|hh|hxx|h\+\+)"))'
    r"|\b\w+::\w|\)\s*(?:const|override|noexcept|final)\b|\boperator\s*[^\w\s;,)]|=\s*(?:default|delete)\s*;"
    r"|\bconst\s+[\w:]+\s*&|\b\w+&\s\w+\s*[,)]|^\s*~\w+\s*\(",
    re.MULTILINE,
)
_SHEBANG = re.compile(r"#!\s*(?:\S*/)?(?:env\s+(?:-\S+\s+)*(?:\w+=\S*\s+)*)?(?:\S*/)?([\w.+-]+)")
_PROGRAMS = {
    **dict.fromkeys(("sh", "bash", "dash", "ash", "zsh", "ksh"), "bash"),
    **dict.fromkeys(("python", "pypy", "uv"), "python"),
    **dict.fromkeys(("node", "nodejs"), "javascript"),
    **dict.fromkeys(("bun", "deno", "ts-node", "tsx"), "typescript"),
    **dict.fromkeys(("fish", "awk", "gawk", "tclsh"), "lines"),
    **{name: name for name in ("ruby", "perl", "php", "lua", "groovy", "julia", "elixir")},
    **{name: name for name in ("make", "kotlin", "scala", "swift")},
    "luajit": "lua", "Rscript": "r", "pwsh": "powershell", "escript": "erlang", "runhaskell": "haskell",
    "bb": "clojure",
}  # fmt: skip
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)


def language_in(path: str, text: str) -> str | None:
    """Name the language of a file by its name and its text."""
    name = language_of(path)
    if name == "c" and path.endswith(".h"):
        return _header(text)
    if name is None and may_be_script(path):
        told = _SHEBANG.match(text)
        return _PROGRAMS.get(told[1].rstrip("0123456789.") or told[1]) if told else None
    return name


def may_be_script(path: str) -> bool:
    """Whether a file has a name that tells no language, as a script without a suffix has."""
    return "." not in path.rpartition("/")[2] and language_of(path) is None


def code_language(path: str, text: str) -> str:
    """Name the language of the code in a file; empty where it is unknown."""
    name = language_in(path, text)
    return "python" if name == "notebook" else name or ""


def _header(text: str) -> str:
    plain = _COMMENT.sub(" ", text)
    if _CPP.search(plain):
        return "cpp"
    return "objc" if _OBJC.search(plain) else "c"
