"""Code inside other text: scripts in HTML, Vue and Svelte, fences in Markdown."""

import re

_SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script\s*>", re.DOTALL | re.IGNORECASE)
_FENCE = re.compile(
    r"^[ \t]*(`{3,}|~{3,})[ \t]*\{?\.?([\w+#-]+)[^\n]*\n(.*?)^[ \t]*\1[`~]*[ \t]*$", re.DOTALL | re.MULTILINE
)
_TYPE = re.compile(r"""\b(?:lang|type)\s*=\s*["']?([\w/+-]+)""")
_TEMPLATE = re.compile(r"\{\{|\{%|<%|<\?")
_NAMES = {
    "py": "python", "python3": "python", "js": "javascript", "jsx": "javascript", "ts": "typescript",
    "golang": "go", "rs": "rust", "c++": "cpp", "c#": "csharp", "cs": "csharp", "sh": "bash", "shell": "bash",
    "rb": "ruby", "kt": "kotlin", "module": "javascript", "text/javascript": "javascript", "babel": "tsx",
    "application/javascript": "javascript", "text/typescript": "typescript", "text/babel": "javascript",
}  # fmt: skip


def injections(language: str, text: str) -> dict[str, str]:
    """
    Map each embedded language to the text with all else blanked, line for line.

    A script with template marks in it is no script by itself, and left out.
    """
    pieces: dict[str, list[tuple[int, int]]] = {}
    if language == "markdown":
        for found in _FENCE.finditer(text):
            name = found[2].lower()
            pieces.setdefault(_NAMES.get(name, name), []).append(found.span(3))
    else:
        for found in _SCRIPT.finditer(text):
            told = _TYPE.search(found[1])
            name = told[1].lower() if told else "javascript"
            if language == "html" and _TEMPLATE.search(found[2]):
                continue
            pieces.setdefault(_NAMES.get(name, name), []).append(found.span(2))
    return {name: _blanked(text, spans) for name, spans in pieces.items()}


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
