"""How a one-line comment is written in a file, by its language."""

from darner_context.languages.file_language import code_language
from darner_context.languages.table import BY_NAME

_CLOSING = {"/*": " */", "(*": " *)", "<!--": " -->"}
_NAMES = {  # languages whose row names no comment
    "<!--": "markdown template razor",
    "//": "json proto thrift scss",
    "#": "graphql cython r gdscript cmake starlark dockerfile",
    ";": "clojure",
    "%": "erlang tex",
    "!": "fortran_fixed",
    "..": "rst",
}
_SUFFIXES = {  # languages that share a row with others
    "#": "org nim cr coffee tcl awk fish nu just mojo vy rego",
    "//": "adoc asciidoc cue pas pp dpr bicep hx wgsl hlsl metal odin gleam vala move cairo jsonnet libsonnet",
    "--": "adb ads elm purs vhd vhdl",
    "'": "vb vbs",
    '"': "vim",
    "(*": "sml",
    ";": "s asm",
    "REM": "bat cmd",
}
_SIGN_OF_NAME = {name: sign for sign, names in _NAMES.items() for name in names.split()}
_SIGN_OF_SUFFIX = {suffix: sign for sign, suffixes in _SUFFIXES.items() for suffix in suffixes.split()}


def one_line_comment(path: str, text: str, words: str) -> str:
    """The words as a comment in the language of a file with this name and text; with `#` where none is known."""
    sign = _sign(path, text)
    return f"{sign} {words}{_CLOSING.get(sign, '')}"


def _sign(path: str, text: str) -> str:
    name = code_language(path, text)
    row = BY_NAME.get(name)
    if row is not None and row.comments:
        return row.comments[0]
    return _SIGN_OF_NAME.get(name) or _SIGN_OF_SUFFIX.get(path.rpartition(".")[2].lower(), "#")
