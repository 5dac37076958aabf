"""Stretches of text that an instruction's words stand in: imports, tables, the middle of a long function."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence

from darner_context.facts import Definition
from darner_context.live import Lines

_BEFORE, _AFTER = 3, 16  # lines shown around the first line with a word
_TOP = 14  # lines of a file's beginning
_MOST = 16  # passages of one file
_OFTEN = 80  # places of one word in one file


def passages(lines: Lines, idf: Mapping[str, float], first: int) -> Iterator[tuple[Definition, float]]:
    """
    Give the best stretches of a file, each with the weight of the words in it.

    `first` is the first line of the first definition: what stands before it is a stretch of its own, without words.
    """
    size = len(lines)
    if size == 0:
        return
    words = sorted(idf)
    where = _where(lines, words)
    held = sorted(where)
    weights: dict[int, float] = {}  # of sets of words, each a number with a bit for each word
    found: list[tuple[float, int, int]] = []
    for place, line in enumerate(held):
        mask = 0
        for other in held[place : place + _AFTER + 1]:
            if other > line + _AFTER:
                break
            mask |= where[other]
        if mask not in weights:
            weights[mask] = sum([idf[word] for bit, word in enumerate(words) if mask >> bit & 1])
        found.append((-weights[mask], max(1, line - _BEFORE), min(size, line + _AFTER)))
    taken: list[tuple[int, int]] = []
    for weight, begin, end in sorted(found):
        if all(end < a or begin > b for a, b in taken):
            taken.append((begin, end))
            yield _passage(begin, end), -weight
            if len(taken) == _MOST:
                break
    yield _passage(1, min(size, _TOP, max(first - 1, 3))), 0.0


def _where(lines: Lines, words: Sequence[str]) -> dict[int, int]:
    """Number the lines with words in them, each with a bit set for each word."""
    text = lines.text.lower()
    starts = lines.starts
    where: dict[int, int] = {}
    if len(text) != len(lines.text):
        return where  # a letter whose small form is longer: the places would be wrong
    for bit, word in enumerate(words):
        place = text.find(word)
        for _ in range(_OFTEN):
            if place < 0:
                break
            line = bisect_right(starts, place)
            where[line] = where.get(line, 0) | 1 << bit
            place = text.find(word, place + len(word))
    return where


def _passage(begin: int, end: int) -> Definition:
    return Definition(f"lines {begin} to {end}", "passage", begin, begin, begin, end, end, end, None)
