"""Where a patch puts a place (`@@ class A`, `@@ def f`): the place must be there, or nowhere.

A heading that a diff tool writes after the numbers of a hunk is no such word: it may name what is above.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from darner_server.patch.edit import Refusal
from darner_server.patch.lazy_pattern import lazy_pattern
from darner_server.patch.match import definitions_in_text
from darner_server.patch.text.file_types import DOCUMENTS
from darner_server.patch.text.normalize import fold, indent

if TYPE_CHECKING:
    from darner_server.patch.edit import Edit
    from darner_server.patch.text.indexed_text import Document

FORMAT = "apply-patch"  # the only one whose sections are words of the model
_NUMBERS = lazy_pattern(
    r"-\d+(?:,\d+)?\s+\+\d+(?:,\d+)?(?:\s+@@.*)?|lines?\s+\d+(?:\s*-\s*\d+)?|\.{3}|\d+(?:[-,]\d+)?", re.IGNORECASE
)
_TABLE = lazy_pattern(r"\s*\[+[^\]]+\]+\s*(?:[#;].*)?")
_HEADING = lazy_pattern(r"(#{1,6})\s")
_GOES_ON = ")]}>{#/*@<-\"'"  # what begins lines between two definitions, or ends one

Span = tuple[int, int]


def contradiction(edit: Edit, places: list[int], size: int, document: Document) -> tuple[list[int], Refusal | None]:
    """Return those of the places that are where the edit puts them; and if there is none, why."""
    spans: list[Span] = [(0, len(document))]
    if edit.format != FORMAT:
        return places, None
    for level in _levels(edit.sections):
        there = _heads(level, document, edit.path or "")
        if not there:
            return [], _wrong(f"the patch puts the place below `@@ {level}`, but the file has no such line")
        spans = [
            (line, _end(line, document, edit.path or "")) for line in there if any(a <= line < b for a, b in spans)
        ]
        if not spans:
            reason = f"the patch puts the place below `@@ {level}`, which is not inside the heading before it"
            return [], _wrong(reason)
    found = [line for line in places if any(first < line + size and line <= end for first, end in spans)]
    if found or not places:
        return found, None
    at = ", ".join(str(line + 1) for line in places[:6])
    last = spans[0]
    return [], _wrong(
        f"the patch puts the place below `@@ {edit.sections[-1]}` (lines {last[0] + 1} to {last[1]}), "
        f"but the text is at line {at}"
    )


def _wrong(reason: str) -> Refusal:
    return Refusal("wrong-section", reason)


def _levels(sections: tuple[str, ...]) -> list[str]:
    levels = (level.strip() for section in sections if not _NUMBERS.fullmatch(section) for level in section.split("@@"))
    return [level for level in levels if level]


def _heads(level: str, document: Document, path: str) -> list[int]:
    """Return the lines that an anchor means: equal ones, else those it begins, else the definition of its name."""
    bodies = document.bodies
    wanted = fold(level)
    found = [line for line, body in enumerate(bodies) if wanted in body and body.strip() == level] or [
        line for line, body in enumerate(bodies) if fold(body) == wanted
    ]
    if found:
        return found
    found = [line for line, body in enumerate(bodies) if _begins(fold(body), wanted)]
    if found:
        return found
    head = definitions_in_text.head_of([level, "{"], 0, path) or definitions_in_text.head_of(
        [level + " {", "}"], 0, path
    )
    if head is not None:
        alike = [
            line
            for line in definitions_in_text.places(head.name, bodies, path)
            if definitions_in_text.head_of(bodies, line, path) == head
        ]
        if alike:
            return alike
    return document.stood(level)


def _begins(body: str, wanted: str) -> bool:
    """Return whether a line begins with an anchor that was cut short."""
    behind = body[len(wanted) : len(wanted) + 1]
    return body.startswith(wanted) and len(wanted) > 1 and not (wanted[-1].isalnum() and behind.isalnum())


def _end(head: int, document: Document, path: str) -> int:
    """Return the line after what an anchor is above: its block; for a plain line, the block it is in.

    A place may begin with that line too: diff tools name what is above it, and its own lines show where it is.
    """
    bodies = document.bodies
    body = bodies[head]
    depth = len(indent(body).expandtabs())
    following = next((line for line in range(head + 1, len(bodies)) if bodies[line].strip()), len(bodies))
    if following == len(bodies):
        return following
    if path.lower().endswith(DOCUMENTS):
        most = len(heading[1]) if (heading := _HEADING.match(body)) else 0
        return next((line for line in range(head + 1, len(bodies)) if _is_heading(bodies[line], most)), len(bodies)) - 1
    if _TABLE.fullmatch(body):
        return next((line for line in range(head + 1, len(bodies)) if _TABLE.fullmatch(bodies[line])), len(bodies)) - 1
    first = bodies[following]
    listed = body.rstrip().endswith(":") and first.lstrip().startswith("- ")
    deeper = len(indent(first).expandtabs()) > depth
    block = first.lstrip().startswith(("{", "(")) or listed or body.count("{") > body.count("}")
    block = block or (deeper and not body.rstrip().endswith("."))
    braces = 0
    for line in range(head, len(bodies)):
        text = bodies[line].strip()
        if line > head and text and braces <= 0:
            here = len(indent(bodies[line]).expandtabs())
            goes_on = text[0] in _GOES_ON or (listed and text.startswith("- ")) or definitions_in_text.ENDS.match(text)
            if (here < depth or (block and here == depth)) and not goes_on:
                return line
        braces += text.count("{") - text.count("}")
    return len(bodies)


def _is_heading(body: str, most: int) -> bool:
    found = _HEADING.match(body)
    return found is not None and len(found[1]) <= most
