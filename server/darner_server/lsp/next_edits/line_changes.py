"""What differs between two versions of a document, as whole lines."""

from collections.abc import Sequence
from difflib import SequenceMatcher

from darner_context.next_edits.history import LineChange

_CHUNK = 512  # lines that are compared at once
_MOST_COMPARED = 250_000  # pairs of lines


def line_changes(old: Sequence[str], new: Sequence[str]) -> list[LineChange]:
    """
    The places that differ, from the top; the place of each counts in a text in which those above it are made.

    Most lines are the same objects in both, so that finding the first and the last that differ costs next to nothing.
    """
    head = _equal_at_start(old, new)
    tail = _equal_at_end(old[head:], new[head:])
    before, after = old[head : len(old) - tail], new[head : len(new) - tail]
    if min(len(before), len(after)) < 2 or len(before) * len(after) > _MOST_COMPARED:  # noqa: PLR2004 - lines
        return [LineChange(head + 1, tuple(before), tuple(after))] if before or after else []
    opcodes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return [
        LineChange(head + 1 + k, tuple(before[i:j]), tuple(after[k:m]))
        for kind, i, j, k, m in opcodes
        if kind != "equal"
    ]


def _equal_at_start(a: Sequence[str], b: Sequence[str]) -> int:
    at, least = 0, min(len(a), len(b))
    while at < least and a[at : at + _CHUNK] == b[at : at + _CHUNK]:
        at += _CHUNK
    while at < least and a[at] == b[at]:
        at += 1
    return min(at, least)


def _equal_at_end(a: Sequence[str], b: Sequence[str]) -> int:
    at, least = 0, min(len(a), len(b))
    while at + _CHUNK <= least and a[len(a) - at - _CHUNK : len(a) - at] == b[len(b) - at - _CHUNK : len(b) - at]:
        at += _CHUNK
    while at < least and a[len(a) - 1 - at] == b[len(b) - 1 - at]:
        at += 1
    return at
