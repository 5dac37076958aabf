"""The place most similar to a text that was not found: for a person to read and a model to correct itself by."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from darner_server.patch.edit import Refusal
from darner_server.patch.lazy_pattern import lazy_pattern
from darner_server.patch.text.normalize import fold

if TYPE_CHECKING:
    from darner_server.patch.text.indexed_text import Document

_AROUND = 2
_WORD = lazy_pattern(r"\w+")
_MOST = 60  # lines are shown
MOST_LINES = 1_000_000  # of a document are looked through, by all searches together; but each document once


def lines_at(document: Document, line: int, count: int) -> tuple[str, int]:
    """Return the true lines of a place with a few around it, and the number of the first."""
    first = max(0, line - _AROUND)
    last = min(len(document), line + min(count, _MOST) + _AROUND)
    return "".join(f"{body}\n" for body in document.bodies[first:last]), first + 1


def nearest(search: list[str], document: Document) -> tuple[Refusal, str | None, int | None]:
    """Return a reason, the true lines near the text that is missing, and their first number."""
    document.searches += 1
    if document.searches * len(document) > MOST_LINES and document.searches > 1:
        return _missing("the search text is not in the file"), None, None
    line = _guess(search, document)
    if line is None:
        return _missing("the search text is not in the file, and nothing similar is"), None, None
    text, first = lines_at(document, line, len(search))
    for number, body in enumerate(search):
        at = line + number
        true = document.bodies[at] if 0 <= at < len(document) else None
        if true is None or fold(body) != fold(true):
            there = "the file ends" if true is None else f"line {at + 1} of the file is {_quoted(true)}"
            reason = f"the search text is not in the file: its line {number + 1} is {_quoted(body)}, but {there}"
            return _missing(reason), text, first
    reason = f"the search text is not in the file: from line {line + 1} on, the indentation differs"
    return _missing(reason), text, first


def _missing(reason: str) -> Refusal:
    return Refusal("missing-text", reason)


def _guess(search: list[str], document: Document) -> int | None:
    """Return the line at which most lines of the search text would be where they are."""
    wanted = {fold(body) for body in search if body.strip()}
    where: dict[str, list[int]] = {}
    for line, body in enumerate(document.bodies):
        folded = fold(body)
        if folded in wanted:
            where.setdefault(folded, []).append(line)
    votes: Counter[int] = Counter()
    for number, body in enumerate(search):
        found = where.get(fold(body), [])
        for line in found[:100]:
            votes[line - number] += 100 // len(found) + 1
    if votes:
        best = max(votes.values())
        return max(0, min(line for line, count in votes.items() if count == best))
    return _by_words(search, document)


def _by_words(search: list[str], document: Document) -> int | None:
    """Return the line that shares most words with the longest line of the search text, if it shares half of them."""
    longest = max(range(len(search)), key=lambda number: len(search[number]), default=0)
    wanted = set(_WORD.findall(search[longest])) if search else set[str]()
    best, line = 0, None
    for number, body in enumerate(document.bodies):
        shared = len(wanted.intersection(_WORD.findall(body)))
        if shared > best:
            best, line = shared, number
    return max(0, line - longest) if line is not None and 2 * best >= len(wanted) else None


def _quoted(body: str) -> str:
    text = body.strip()
    return f"`{text[:80]}…`" if len(text) > 80 else f"`{text}`"  # noqa: PLR2004 - the width of a terminal
