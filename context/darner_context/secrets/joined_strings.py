"""Strings that a program joins: "ghp_" + "…", one behind the other, over several lines; a token may be in parts."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_QUOTES = "\"'`"
_PLAIN = r"[^\s\"'`\\(){}<>,;]"  # characters of a part
_SIGN = r"(?:\s{0,80}\)?(?:[+.&~^]|\.\.|\+\+|<>|\|\|)\s{0,8}\\?|\s|\\\r?\n)\\?\s{0,80}(?:[+.&~^]\s{0,80})?"
_BETWEEN = rf"[\"'`]{_SIGN}[frbuFRBU]{{0,2}}[\"'`]"
_SEAM, _PART = re.compile(_BETWEEN), re.compile(rf"{_PLAIN}{{2,400}}")
_BEGIN = re.compile(rf"{_PLAIN}{{0,400}}\Z")
_PART_BEFORE = re.compile(rf"(?<=[\"'`])({_PLAIN}{{2,400}}){_BETWEEN}\Z")
_REACH = 600  # characters of a part and a seam
_MOST = 40  # parts
_ABOVE = 120  # characters before the first part: its name
_NAMED = 6  # characters of a part that reveals something of its token


class Joined(NamedTuple):
    """The text before the first part and all parts as one text; of each part its start there, and where it is."""

    text: str
    parts: tuple[tuple[int, int, int], ...]

    def places(self, start: int, end: int) -> list[tuple[int, int]]:
        """Where a stretch of the text is in its file; a few characters of it reveal nothing."""
        met = [each for each in self.parts if each[0] < end and start < each[0] + each[2] - each[1]]
        spans = [(max(at, start) - at + first, min(at + last - first, end) - at + first) for at, first, last in met]
        return [(first, last) for first, last in spans if last - first >= _NAMED]


def joined(text: str, seeds: Iterable[int]) -> Iterator[Joined]:
    """The strings that are joined with one that holds a seed, a place in the text; in the order of the seeds."""
    done = 0
    for seed in seeds:
        begin = _BEGIN.search(text, max(done, seed - 400), seed)
        part = _PART.match(text, begin.start() if begin is not None else seed)
        if part is None or part.start() < done:
            continue
        done = part.end()
        spans = [*_before(text, part.start()), part.span(), *_behind(text, part.end())]
        if len(spans) > 1:
            done = spans[-1][1]
            yield _as_one(text, spans)


def _before(text: str, first: int) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    while first > 0 and text[first - 1] in _QUOTES and len(spans) < _MOST:
        part = _PART_BEFORE.search(text, max(0, first - _REACH), first)
        if part is None:
            break
        spans.insert(0, part.span(1))
        first = part.start(1)
    return spans


def _behind(text: str, last: int) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    while len(spans) < _MOST and (seam := _SEAM.match(text, last)) is not None:
        part = _PART.match(text, seam.end())
        if part is None:
            break
        spans.append(part.span())
        last = part.end()
    return spans


def _as_one(text: str, spans: list[tuple[int, int]]) -> Joined:
    name = text[max(0, spans[0][0] - _ABOVE) : spans[0][0]]
    at, parts = len(name), list[tuple[int, int, int]]()
    for first, last in spans:
        parts.append((at, first, last))
        at += last - first
    end = text[spans[-1][1] : spans[-1][1] + 1]
    return Joined(name + "".join(text[first:last] for first, last in spans) + end, tuple(parts))
