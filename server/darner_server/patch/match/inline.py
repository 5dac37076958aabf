"""Where a text that may begin and end inside a line is in a file, character for character."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from darner_server.patch.edit import BridgeName, Edit, Located, Refusal, Refused, Splice
from darner_server.patch.match import tolerances
from darner_server.patch.text import lines

if TYPE_CHECKING:
    from darner_server.patch.text.indexed_text import Document


def place_exactly(edit: Edit, before: str, after: str, document: Document) -> Located | Refused | None:
    """Place `after` where `before` is found; line ends may differ. None if it is nowhere."""
    text = document.text
    if before == after:
        return Located(edit, edit.path or "", (), ("unchanged",))
    names: tuple[BridgeName, ...] = ()
    if before not in text and "\n" in before:
        before = lines.with_ending(before, document.ending)
        names = (tolerances.LINE_ENDS,)
    at = _all_places(before, text, overlapping=not edit.every)
    if any(second - first < len(before) for first, second in pairwise(at)):
        reason = f"the text occurs {len(at)} times, overlapping: the reply does not specify which one"
        return Refused(edit, edit.path, Refusal("ambiguous-text", reason))
    if len(at) == 1 or (at and edit.every):
        line = text.count("\n", 0, at[0]) + 1
        made = tuple(_narrow(each, before, after, document.ending) for each in at)
        return Located(edit, edit.path or "", made, names, line)
    if at:
        numbers = [text.count("\n", 0, each) + 1 for each in at]
        if edit.line in numbers and numbers.count(edit.line) == 1:
            each = at[numbers.index(edit.line)]
            return Located(edit, edit.path or "", (_narrow(each, before, after, document.ending),), names, edit.line)
        shown = ", ".join(map(str, numbers[:6]))
        reason = f"the text occurs {len(at)} times (lines {shown}): the reply does not specify which one"
        return Refused(edit, edit.path, Refusal("ambiguous-text", reason))
    return None


def _narrow(at: int, before: str, after: str, ending: str) -> Splice:
    """Return the splice at `at` without the lines that stay at both ends: they keep their own line ends."""
    old, new = lines.split(before), lines.split(after)
    size = min(len(old), len(new)) - 1
    head = 0
    while head < size and lines.body(old[head]) == lines.body(new[head]):
        head += 1
    tail = 0
    while tail < size - head and _same_line(old[-1 - tail], new[-1 - tail]):
        tail += 1
    start = at + sum(map(len, old[:head]))
    gone = old[head : len(old) - tail]
    end = next((lines.ending(line) for line in [*gone, *old[:head][-1:]] if lines.ending(line)), ending)
    text = lines.with_ending("".join(new[head : len(new) - tail]), end)
    return Splice(start, start + sum(map(len, gone)), text)


def _same_line(one: str, other: str) -> bool:
    return lines.body(one) == lines.body(other) and bool(lines.ending(one)) == bool(lines.ending(other))


def _all_places(needle: str, text: str, *, overlapping: bool) -> list[int]:
    found: list[int] = []
    at = text.find(needle)
    while at >= 0:
        found.append(at)
        at = text.find(needle, at + (1 if overlapping else len(needle)))
    return found
