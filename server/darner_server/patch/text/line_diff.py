"""Which lines of two texts are the same, fast on long ones."""

from __future__ import annotations

from bisect import bisect_left
from difflib import SequenceMatcher
from itertools import pairwise

Change = tuple[int, int, int, int]
"""Lines from the first up to the second of the old text become lines from the third up to the fourth of the new one."""

_SMALL = 40_000  # pairs of lines that difflib may look at: it grows with their product


def changes(old: list[str], new: list[str]) -> list[Change]:
    """Return what differs, in order; between two changes all lines are the same."""
    found: list[Change] = []
    _between(old, new, (0, len(old), 0, len(new)), found)
    joined: list[Change] = []
    for change in found:
        if joined and joined[-1][1] == change[0] and joined[-1][3] == change[2]:
            joined[-1] = (joined[-1][0], change[1], joined[-1][2], change[3])
        else:
            joined.append(change)
    return joined


def _between(old: list[str], new: list[str], span: Change, found: list[Change]) -> None:
    first, last, begin, end = span
    while first < last and begin < end and old[first] == new[begin]:
        first, begin = first + 1, begin + 1
    while first < last and begin < end and old[last - 1] == new[end - 1]:
        last, end = last - 1, end - 1
    if first == last or begin == end:
        if first < last or begin < end:
            found.append((first, last, begin, end))
        return
    if (last - first) * (end - begin) <= _SMALL:
        matcher = SequenceMatcher(None, old[first:last], new[begin:end], autojunk=False)
        for tag, a, b, c, d in matcher.get_opcodes():
            if tag != "equal":
                found.append((first + a, first + b, begin + c, begin + d))
        return
    anchors = _anchors(old, new, (first, last, begin, end))
    if not anchors:
        found.append((first, last, begin, end))
        return
    for (a, c), (b, d) in pairwise([(first - 1, begin - 1), *anchors, (last, end)]):
        _between(old, new, (a + 1, b, c + 1, d), found)


def _anchors(old: list[str], new: list[str], span: Change) -> list[tuple[int, int]]:
    """Return the longest rising run of pairs of lines that are the only ones of their kind, or else equally many."""
    first, last, begin, end = span
    ours, theirs = _single(old, first, last), _single(new, begin, end)
    pairs = [(line, theirs[body]) for body, line in ours.items() if body in theirs]
    if not pairs:
        pairs = _equally_often(old, new, span)
    ends: list[int] = []  # the smallest new line that a run of each length ends with
    at: list[int] = []
    before: list[int] = []
    for number, (_, line) in enumerate(pairs):
        size = bisect_left(ends, line)
        before.append(at[size - 1] if size else -1)
        if size == len(ends):
            ends.append(line)
            at.append(number)
        else:
            ends[size], at[size] = line, number
    run: list[tuple[int, int]] = []
    number = at[-1] if at else -1
    while number >= 0:
        run.append(pairs[number])
        number = before[number]
    return run[::-1]


def _equally_often(old: list[str], new: list[str], span: Change) -> list[tuple[int, int]]:
    """Pair lines that are as many on both sides, the first with the first and so on."""
    first, last, begin, end = span
    where: dict[str, tuple[list[int], list[int]]] = {}
    for line in range(first, last):
        where.setdefault(old[line], ([], []))[0].append(line)
    for line in range(begin, end):
        where.setdefault(new[line], ([], []))[1].append(line)
    pairs = [
        pair for ours, theirs in where.values() if len(ours) == len(theirs) for pair in zip(ours, theirs, strict=True)
    ]
    return sorted(pairs)


def _single(bodies: list[str], first: int, last: int) -> dict[str, int]:
    """Return the lines whose content occurs once, in order."""
    part = bodies[first:last]
    latest = dict(zip(part, range(first, last), strict=True))
    if len(latest) == len(part):
        return latest
    earliest = dict(zip(reversed(part), range(last - 1, first - 1, -1), strict=True))
    return {body: line for body, line in latest.items() if earliest[body] == line}
