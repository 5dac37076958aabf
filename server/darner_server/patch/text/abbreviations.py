"""A new text that is not all there: lines of it that stand for others, which nothing can fill in."""

from __future__ import annotations

import re

from darner_server.patch.lazy_pattern import lazy_pattern
from darner_server.patch.text import placeholder_lines, placeholder_words
from darner_server.patch.text.file_types import DOCUMENTS, YAML
from darner_server.patch.text.normalize import indent

_ALONE = lazy_pattern(r"\s*(?:\[\s*)?(?:\.{3,}|\u2026|\u22ee|\ufe19|\. \. \.)(?:\s*\])?\s*")  # no comment around it
_DOTTED = (  # texts in which a line of dots is a line like others
    *(*DOCUMENTS, ".py", ".pyi", ".org", ".tex", ".po", ".srt", ".jl", ".r", ".out", ".log", ".snap", ".golden"),
    *(".expected", ".ipynb"),
)
_AROUND = " .\u2026()[]<>*-~_=:"
_EMPTY = lazy_pattern(r"[{(]\s*[})]\s*[;,)]*\s*$")


def abbreviated(new: list[str], path: str) -> str | None:
    """Return a line of a text that replaces nothing which stands for others; None if there is none."""
    for number, body in enumerate(new):
        if placeholder_lines.is_suspect(body) and placeholder_lines.is_gap(body) and not _is_end(new, number, path):
            return body
        if _ALONE.fullmatch(body) and not path.lower().endswith(_DOTTED) and not _is_end(new, number, path):
            return body
        text = placeholder_lines.comment(body)
        if text is None or placeholder_lines.in_comment(new, number):
            continue
        if _stands(text) or _ends_block(new, number, text):
            return body
    return placeholder_lines.beside_code(new, []) or next((body for body in new if _is_hollow(body)), None)


def _stands(text: str) -> bool:
    """Return whether a whole comment announces code in its place, or is nothing but dots."""
    plain = text.strip(_AROUND)
    if not plain:
        return re.search(r"\.{3}|[\u2026\u22ee\ufe19]", text) is not None
    if plain.islower() and plain in placeholder_words.STAYS:
        return True
    return any(placeholder_words.STANDS.fullmatch(each) for each in (plain, text.strip("[](){} -")))


def _is_end(new: list[str], number: int, path: str) -> bool:
    """Return whether a line of dots ends a document of YAML."""
    if not path.lower().endswith(YAML) or new[number].rstrip() != "...":
        return False
    below = next((body for body in new[number + 1 :] if body.strip()), "---")
    return below.startswith(("---", "%", "#"))


def _ends_block(new: list[str], number: int, text: str) -> bool:
    """Return whether a comment means that code continues, and its block, or the text, ends there."""
    below = next((body for body in new[number + 1 :] if body.strip()), "")
    if below and len(indent(below)) >= len(indent(new[number])):
        return False
    return goes_on(text)


def goes_on(text: str) -> bool:
    """Return whether a terse comment means that code continues or is as it was."""
    words = set(placeholder_words.WORD.findall(text.lower()))
    said = words & (
        placeholder_words.STAYS
        | placeholder_words.ALIKE
        | placeholder_words.REST
        | placeholder_words.EXISTING
        | placeholder_words.EARLIER
    )
    said |= words & {"etc", "more", "ditto", "idem", "likewise", "usw", "continue", "continued"}
    return placeholder_lines.is_terse(text) and bool(said or "..." in text or "\u2026" in text)


def _is_hollow(body: str) -> bool:
    """Return whether a body on one line is only a comment that means that code continues."""
    found = placeholder_lines.BESIDE.search(body)
    text = next((group for group in found.groups() if group), "") if found is not None else ""
    rest = body[: found.start()] + body[found.end() :] if found is not None else ""
    return bool(text) and _EMPTY.search(rest) is not None and goes_on(text.strip())
