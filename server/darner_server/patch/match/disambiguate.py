"""Which of several equal places is meant, if the reply contains more than the search text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from darner_server.patch.text.normalize import indent

if TYPE_CHECKING:
    from darner_server.patch.edit import Edit
    from darner_server.patch.text.indexed_text import Document

_CUT = 40  # diff tools cut a section header; so much of it is enough to know the line by


def choose(edit: Edit, search: list[str], places: list[int], document: Document, hint: int | None) -> int | None:
    """Return the one place that the edit's end mark, the line hint or the section header picks, or None."""
    if edit.at_end:
        at_end = [line for line in places if line + len(search) == len(document)]
        if len(at_end) == 1:
            return at_end[0]
    if hint is not None:
        now = document.line_now(hint - 1)
        if now in places:
            return now
    if edit.sections:
        inside = _in_sections(edit.sections, places, document)
        if len(inside) == 1:
            return inside[0]
    return None


def _in_sections(sections: tuple[str, ...], places: list[int], document: Document) -> list[int]:
    """Return the places inside the innermost named section, each section being searched inside the one before."""
    spans = [(0, len(document))]
    for section in sections:
        wanted = section.strip()
        heads = [
            line
            for line, body in enumerate(document.bodies)
            if body.strip() == wanted or (len(wanted) >= _CUT and body.strip().startswith(wanted))
        ]
        inner = [(line, _end(line, document)) for line in heads if any(a <= line < b for a, b in spans)]
        if inner:
            spans = inner
    return [line for line in places if any(first <= line < end for first, end in spans)]


def _end(head: int, document: Document) -> int:
    """Return the line after the section that `head` begins: up to the next line indented no deeper."""
    depth = len(indent(document.bodies[head]).expandtabs())
    for line in range(head + 1, len(document)):
        body = document.bodies[line]
        if body.strip() and len(indent(body).expandtabs()) <= depth and body.strip()[0] not in ")]}{":
            return line
    return len(document)
