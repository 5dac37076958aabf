"""Passages: lines that may change along with a place, whatever they define: the words and names in them tell."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import nlargest, nsmallest

from darner_context.facts import Definition, FileFacts
from darner_context.likely import Signals, likely
from darner_context.live import Lines
from darner_context.place import Place
from darner_context.search import Marks, Piece, Search
from darner_context.ties import Ties
from darner_context.weigh import Candidate, against, foreign
from darner_context.weights import PASSAGE

_BEFORE, _AFTER = 2, 11  # lines shown around the first line with a word
_OFTEN = 80  # lines with one word in one file
_FEWEST, _MOST, _EACH = 16, 32, 50  # files that are cut up: one more for so many passages
_NAMES = 0.3  # what a name from the place counts beside a word of the instruction, when lines are cut out


def passages(
    ties: Ties, search: Search, place: Place | None, alike: Mapping[str, float], most: int, *, exact: bool
) -> list[Candidate]:
    """
    Cut up the files that are likely to change, and take the likeliest pieces.

    `alike` are the files that are like the place's; `exact`: the names at the very place count too.
    """
    files = likely(ties, search, place, alike, exact=exact)
    unlikely = foreign(place)
    base: dict[str, float] = {}
    for path, signals in files.items():
        facts = ties.facts(path)
        flags = facts.flags & unlikely if facts is not None else 0
        base[path] = PASSAGE["bias"] + against(flags) + sum([PASSAGE[name] * signals[name] for name in sorted(signals)])
    found: list[tuple[float, str, FileFacts, Piece]] = []
    count = min(_FEWEST + most // _EACH, _MOST)
    for rank, path in enumerate(nsmallest(count, files, key=lambda path: (-base[path], path))):
        facts = ties.facts(path)
        if facts is None:
            continue
        names = _names(ties, facts, place) if exact and rank < count // 2 and place is not None else {}
        start = base[path]
        pieces = _pieces(ties, path, search, names, whole=rank < count * 3 // 8)
        found += [(start + _SAID * piece[2] + _AROUND * piece[3], path, facts, piece) for piece in pieces]
    best = nlargest(most, found, key=lambda each: (each[0], each[1], each[3]))
    return [_candidate(total, path, facts, piece, files[path]) for total, path, facts, piece in best]


def _candidate(total: float, path: str, facts: FileFacts, piece: Piece, of_file: Signals) -> Candidate:
    begin, end, said, around = piece
    signals = {**of_file, "passage like the instruction": said}
    if around:
        signals["passage like the lines around"] = around
    each = Definition(f"lines {begin} to {end}", "passage", begin, begin, begin, end, end, end, None)
    return Candidate(path, -begin, each, facts, signals, 1 / (1 + math.exp(-total)))


_SAID, _AROUND = PASSAGE["passage like the instruction"], PASSAGE["passage like the lines around"]


def _pieces(ties: Ties, path: str, search: Search, names: Mapping[str, float], *, whole: bool) -> Iterable[Piece]:
    """Cut a file up; without names it is the same for every place."""
    if names:
        return _cut(path, ties.library.lines(path), search, names, whole=whole)
    known = search.pieces.get((path, whole))
    if known is None:
        known = search.pieces[path, whole] = list(_cut(path, ties.library.lines(path), search, names, whole=whole))
    return known


def _names(ties: Ties, facts: FileFacts, place: Place) -> dict[str, float]:
    """The names next to the cursor that a file has too, each with the share of what they tell."""
    total = len(ties.library.paths.all)
    telling = {name: math.log(1 + total / (1 + uses)) for name in sorted(place.near) if (uses := ties.named(name).uses)}
    whole = sum(telling.values())
    own = facts.names
    return {
        name: value / whole
        for name, value in telling.items()
        if (at := bisect_left(own, name)) < len(own) and own[at] == name
    }


def _cut(path: str, lines: Lines, search: Search, names: Mapping[str, float], *, whole: bool) -> Iterator[Piece]:
    """Cut a file into stretches around the words in it, each with the shares of the words and of the names in it."""
    size = len(lines)
    words, known = sorted(search.words), sorted(names)
    marks = search.marks.get(path)
    if marks is None:
        text = lines.text.lower()
        fits = len(text) == len(lines.text)  # a small form can be longer
        marks = search.marks[path] = _marked(lines.starts, text, words, {}) if fits else {}
    if known:
        marks = _marked(lines.starts, lines.text, known, dict(marks), len(words))
    weights = [search.words[word] for word in words], [names[name] for name in known]
    held = sorted(marks)
    masks = [marks[line] for line in held]
    values: dict[int, tuple[float, float]] = {}

    def value(first: int, last: int) -> tuple[float, float]:
        mask = 0
        for one in masks[bisect_left(held, first) : bisect_right(held, last)]:
            mask |= one
        if mask not in values:
            said = sum([weight for bit, weight in enumerate(weights[0]) if mask >> bit & 1])
            rest = mask >> len(words)
            values[mask] = said, sum([weight for bit, weight in enumerate(weights[1]) if rest >> bit & 1])
        return values[mask]

    found: list[tuple[float, int, int, float, float]] = []
    for line in held:
        begin, end = max(1, line - _BEFORE), min(size, line + _AFTER)
        said, around = value(begin, end)
        found.append((-said - _NAMES * around, begin, end, said, around))
    found.sort()
    taken = bytearray(size + 2)
    for _, begin, end, said, around in found:
        if taken.find(1, begin, end + 1) < 0:
            taken[begin : end + 1] = b"\1" * (end + 1 - begin)
            yield begin, end, said, around
    begin = 1 if whole else size + 1
    while (begin := taken.find(0, begin)) <= size and begin > 0:
        stop = taken.find(1, begin)
        end = min(begin + _BEFORE + _AFTER, size, stop - 1 if stop > 0 else size)
        yield begin, end, *value(begin, end)
        begin = end + 1


def _marked(starts: Sequence[int], text: str, words: Sequence[str], marks: Marks, offset: int = 0) -> Marks:
    """Set a bit for each word at the lines that it stands in."""
    for bit, word in enumerate(words, offset):
        place = text.find(word)
        for _ in range(_OFTEN):
            if place < 0:
                break
            line = bisect_right(starts, place)
            marks[line] = marks.get(line, 0) | 1 << bit
            place = text.find(word, starts[line])
    return marks
