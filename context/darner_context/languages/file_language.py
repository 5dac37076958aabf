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
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)


def language_in(path: str, text: str) -> str | None:
    """Name the language of a file by its name and its text."""
    name = language_of(path)
    if name == "c" and path.endswith(".h"):
        return _header(text)
    return name


def code_language(path: str, text: str) -> str:
    """Name the language of the code in a file; empty where it is unknown."""
    name = language_in(path, text)
    return "python" if name == "notebook" else name or ""


def _header(text: str) -> str:
    plain = _COMMENT.sub(" ", text)
    if _CPP.search(plain):
        return "cpp"
    return "objc" if _OBJC.search(plain) else "c"
