"""Passages: lines that may change along with a place, whatever they define, by the words and names in them."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache, reduce

from darner_context.facts.file_facts import FileFacts
from darner_context.lookup.cursor import CursorContext
from darner_context.lookup.names import NameResolver
from darner_context.ranking.scoring import Candidate, flag_penalties, unlikely_flags
from darner_context.ranking.similar_files import similar_files
from darner_context.ranking.text_search import Marks, Piece, Search, Sums
from darner_context.ranking.weights import PASSAGE, Signals
from darner_context.syntax.definition_types import Definition
from darner_context.text.lines import Lines

_BEFORE, _AFTER = 2, 11  # lines shown around the first line with a word
_FEWEST, _MOST, _EACH = 16, 32, 50  # files that are cut up: one more for so many passages
_TAKEN = b"\1" * (_BEFORE + 1 + _AFTER)
_SAME = 8_192  # names of lines that are kept
_NAMES = 0.3  # what a name from the place counts beside a word of the instruction, when lines are cut out


def passages(
    resolver: NameResolver,
    search: Search,
    cursor: CursorContext,
    similarity: Mapping[str, float],
    most: int,
    *,
    exact: bool,
) -> list[Candidate]:
    """
    Cut the files that are likely to change into passages, and return the best ones.

    `similarity` is that of other files to the cursor's; `exact`: the names next to the cursor count too.
    """
    files = similar_files(resolver, search, cursor, similarity, exact=exact)
    penalized = unlikely_flags(cursor)
    base: dict[str, float] = {}
    for path, signals in files.items():
        facts = resolver.facts(path)
        flags = facts.flags & penalized if facts is not None else 0
        of_file = sum([weight * signals[name] for name, weight in _OF_FILE if name in signals])
        base[path] = PASSAGE["bias"] + flag_penalties(flags) + of_file
    near = _idf_shares(resolver, cursor) if exact else {}
    gains = _Gains(search.words, near)
    found: list[tuple[float, str, Piece]] = []
    count = min(_FEWEST + most // _EACH, _MOST)
    for rank, path in enumerate(sorted(files, key=lambda path: (-base[path], path))[:count]):
        facts = resolver.facts(path)
        if facts is None:
            continue
        names = _present_names(facts.names, near) if near and rank < count // 2 else []
        start = base[path]
        pieces = _pieces(resolver, path, search, names, gains, whole=rank < count * 3 // 8)
        found += [(start + _WORDS_WEIGHT * piece[2] + _NAMES_WEIGHT * piece[3], path, piece) for piece in pieces]
    found.sort(reverse=True)
    candidates: list[Candidate] = []
    for total, path, piece in found[:most]:
        facts = resolver.facts(path)
        if facts is not None:
            candidates.append(_candidate(total, path, facts, piece, files[path]))
    return candidates


def _candidate(total: float, path: str, facts: FileFacts, piece: Piece, of_file: Signals) -> Candidate:
    begin, end, words_share, names_share = piece
    signals: Signals = {**of_file, "passage_like_instruction": words_share}
    if names_share:
        signals["passage_like_lines_around"] = names_share
    return Candidate(path, -begin, _lines(begin, end), facts, signals, 1 / (1 + math.exp(-total)))


@lru_cache(_SAME)
def _lines(begin: int, end: int) -> Definition:
    """Name lines; many files are cut at the same ones."""
    return Definition(f"lines {begin} to {end}", "passage", begin, begin, begin, end, end, end, None)


_WORDS_WEIGHT, _NAMES_WEIGHT = PASSAGE["passage_like_instruction"], PASSAGE["passage_like_lines_around"]
_OF_FILE = tuple(PASSAGE.items())


def _pieces(
    resolver: NameResolver, path: str, search: Search, names: Sequence[tuple[int, str]], gains: "_Gains", *, whole: bool
) -> list[Piece]:
    """Cut a file up; without names it is the same for every place."""
    if names:
        return _cut(path, resolver.reader.lines(path), search, names, gains, whole=whole)
    known = search.pieces.get((path, whole))
    if known is None:
        known = search.pieces[path, whole] = _cut(path, resolver.reader.lines(path), search, names, gains, whole=whole)
    return known


def _idf_shares(resolver: NameResolver, cursor: CursorContext) -> dict[str, float]:
    """The names next to the cursor, sorted, each with its share of their inverse document frequencies."""
    total = len(resolver.reader.paths.all)
    idf = {
        name: math.log(1 + total / (1 + uses)) for name in sorted(cursor.near) if (uses := resolver.postings(name).uses)
    }
    whole = sum(idf.values())
    return {name: value / whole for name, value in idf.items()}


def _present_names(names: Sequence[str], wanted: Iterable[str]) -> list[tuple[int, str]]:
    """The wanted names that a file has, with their numbers among the wanted."""
    return [
        (number, name)
        for number, name in enumerate(wanted)
        if (at := bisect_left(names, name)) < len(names) and names[at] == name
    ]


class _Gains(dict[int, tuple[float, float, float]]):
    """Maps a bit set of words and names to (order key, share of the words, share of the names)."""

    def __init__(self, words: Mapping[str, float], names: Mapping[str, float]) -> None:
        super().__init__()
        self._words, self._names = Sums(words, sorted(words)), Sums(names, list(names))
        self.words = self._words.words
        self._bits = (1 << len(words)) - 1

    def __missing__(self, mask: int) -> tuple[float, float, float]:
        words_share, names_share = self._words[mask & self._bits], self._names[mask >> len(self.words)]
        gain = self[mask] = (-words_share - _NAMES * names_share, words_share, names_share)
        return gain


def _cut(
    path: str, lines: Lines, search: Search, names: Sequence[tuple[int, str]], gains: _Gains, *, whole: bool
) -> list[Piece]:
    """Cut a file into stretches around the words in it, each with the shares of the words and of the names in it."""
    size = len(lines)
    marks = _marks(path, lines, search, names, gains)
    held = sorted(marks)
    masks = [marks[line] for line in held]
    taken = bytearray(size + 2)
    pieces: list[Piece] = []
    for _, begin, end, words_share, names_share in _stretches(held, masks, size, gains):
        if taken.find(1, begin, end + 1) < 0:
            taken[begin : end + 1] = _TAKEN[: end + 1 - begin]
            pieces.append((begin, end, words_share, names_share))
    begin = 1 if whole else size + 1
    while (begin := taken.find(0, begin)) <= size and begin > 0:
        stop = taken.find(1, begin)
        end = min(begin + _BEFORE + _AFTER, size, stop - 1 if stop > 0 else size)
        _, words_share, names_share = gains[
            reduce(int.__or__, masks[bisect_left(held, begin) : bisect_right(held, end)], 0)
        ]
        pieces.append((begin, end, words_share, names_share))
        begin = end + 1
    return pieces


def _stretches(
    held: Sequence[int], masks: Sequence[int], size: int, gains: _Gains
) -> list[tuple[float, int, int, float, float]]:
    """List the stretch around each line that has words, behind the turn when it is cut out."""
    found: list[tuple[float, int, int, float, float]] = []
    first, last, count = 0, 0, len(held)  # of the lines of a stretch
    for line in held:
        begin, end = line - _BEFORE, line + _AFTER
        while held[first] < begin:
            first += 1
        while last < count and held[last] <= end:
            last += 1
        mask = masks[first]
        for one in masks[first + 1 : last]:
            mask |= one
        order_key, words_share, names_share = gains[mask]
        found.append((order_key, max(1, begin), min(size, end), words_share, names_share))
    found.sort()
    return found


def _marks(path: str, lines: Lines, search: Search, names: Sequence[tuple[int, str]], gains: _Gains) -> Marks:
    """Give the lines of a file that have words or names."""
    marks = search.marks.get(path)
    if marks is None:
        marks = search.marks[path] = {}
        for number, word in enumerate(gains.words):
            _mark(marks, 1 << number, lines.with_word(word))
    if names:
        marks = marks.copy()
        for number, name in names:
            _mark(marks, 1 << len(gains.words) + number, lines.with_name(name))
    return marks


def _mark(marks: Marks, bit: int, lines: Iterable[int]) -> None:
    for line in lines:
        marks[line] = marks.get(line, 0) | bit
