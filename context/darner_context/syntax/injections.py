"""Code inside other text: scripts in HTML, Vue and Svelte, fences in Markdown."""

import re

_SCRIPT = re.compile(r"<(script|style)\b([^>]*)>(.*?)</\1\s*>", re.DOTALL | re.IGNORECASE)
_FENCE = re.compile(
    r"^[ \t]*(`{3,}|~{3,})[ \t]*\{?\.?([\w+#-]+)[^\n]*\n(.*?)^[ \t]*\1[`~]*[ \t]*$", re.DOTALL | re.MULTILINE
)
_TYPE = re.compile(r"""\b(?:lang|type)\s*=\s*["']?([\w/+-]+)""")
_MARK = re.compile(
    r"\{\{[^{}]{0,2000}+\}\}|\{%(?:[^%{]|%(?!\})){0,2000}+%\}|\{#[^#{]{0,2000}+#\}"
    r"|<%(?:[^%<]|%(?!>)){0,2000}+%>|<\?(?:[^?<]|\?(?!>)){0,2000}+\?>"
)
_VALUES = ("{{", "<%=", "<?=")  # marks that stand for a value
_FRONT = re.compile(r"\s*+---[ \t]*\n(.*?)^---[ \t]*$", re.DOTALL | re.MULTILINE)
_NAMES = {
    "py": "python", "python3": "python", "js": "javascript", "jsx": "javascript", "ts": "typescript",
    "golang": "go", "rs": "rust", "c++": "cpp", "c#": "csharp", "cs": "csharp", "sh": "bash", "shell": "bash",
    "rb": "ruby", "kt": "kotlin", "module": "javascript", "text/javascript": "javascript", "babel": "tsx",
    "text/css": "css", "postcss": "css",
    "application/javascript": "javascript", "text/typescript": "typescript", "text/babel": "javascript",
}  # fmt: skip


def injections(language: str, text: str) -> dict[str, str]:
    """
    Map each embedded language to the text with all else blanked, line for line.

    The marks of a template in a script stand for a value, or for nothing.
    """
    pieces: dict[str, list[tuple[int, int]]] = {}
    if language == "markdown":
        for found in _FENCE.finditer(text):
            name = found[2].lower()
            pieces.setdefault(_NAMES.get(name, name), []).append(found.span(3))
    else:
        for found in _SCRIPT.finditer(text):
            told = _TYPE.search(found[2])
            name = told[1].lower() if told else "css" if found[1].lower() == "style" else "javascript"
            pieces.setdefault(_NAMES.get(name, name), []).append(found.span(3))
        head = _FRONT.match(text) if language == "astro" else None
        if head is not None:
            pieces.setdefault("typescript", []).insert(0, head.span(1))
        if language == "html" and pieces:
            text = _MARK.sub(_filled, text)
    return {name: _blanked(text, spans) for name, spans in pieces.items()}


def _filled(mark: re.Match[str]) -> str:
    said = mark[0]
    blank = "".join(["\n" if letter == "\n" else " " for letter in said])
    return "0" + blank[1:] if said.startswith(_VALUES) else blank


def _blanked(text: str, spans: list[tuple[int, int]]) -> str:
    parts: list[str] = []
    place = 0
    for begin, end in spans:
        parts += ("\n" * text.count("\n", place, begin), _after_line(text, begin), text[begin:end])
        place = end
    parts.append("\n" * text.count("\n", place))
    return "".join(parts)


def _after_line(text: str, offset: int) -> str:
    """Blanks up to an offset in its line, so that columns stay."""
    return " " * (offset - text.rfind("\n", 0, offset) - 1)
