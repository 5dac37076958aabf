"""Strings that a program joins: "ghp_" + "…", one behind the other, over several lines; a token may be in parts."""

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile
from operator import itemgetter
from typing import NamedTuple

_LONGEST = 400  # characters of a part
_QUOTES = "\"'`"
_PLAIN = r"[^\s\"'`\\(){}<>,;]"  # characters of a part
_SPACE = r"(?:\s|\\\r?\n|/\*[^*\n]{0,80}\*/|(?://|#|--)[^\n]{0,80}\n){0,80}+"
_OPERATOR = r"(?:\.\.|\+\+|<>|\|\||[+.&~^])"
_PREFIX = r"(?:u8|[frbuFRBUL@$]{0,2})"
_STRICT = rf"\)?{_SPACE}{_OPERATOR}?{_SPACE}\\?(?:_[ \t]*\n)?{_SPACE}{_OPERATOR}?{_SPACE}"  # the strings are one
_ASSIGNMENT = (
    rf"\$?[\w.]{{1,40}}+\s{{0,8}}+(?:{_OPERATOR}=|=\s{{0,8}}+\$?[\w.]{{1,40}}+\s{{0,8}}+{_OPERATOR})\s{{0,8}}+"
)
# They may be: a list, arguments, one call or statement after another.
_LOOSE = rf"(?:,|<<|[)]?{_SPACE}\.\w{{1,20}}\(|[);]{{0,2}}{_SPACE}(?:{_ASSIGNMENT}|\w{{1,20}}\([\w.]{{1,40}},)){_SPACE}"
_BETWEEN = rf"[\"'`]{_SPACE}(?:(?P<strict>{_STRICT})|{_LOOSE}){_PREFIX}[\"'`]"
_SEAM, _PART = re.compile(_BETWEEN), re.compile(rf"{_PLAIN}{{2,{_LONGEST}}}")
_BEGIN = re.compile(rf"{_PLAIN}{{0,{_LONGEST}}}\Z")
_REACH, _QUOTES_BETWEEN = 300, 2  # characters of a seam, and quotes up to its start
_MOST = 40  # parts
_ABOVE = 120  # characters before the first part: its name
_NAMED = 6  # characters of a part that reveals something of its token


class Joined(NamedTuple):
    """
    The text before the first part and all parts as one text; of each part its start there, and where it is. `loose`:
    the strings may be separate ones.
    """

    text: str
    parts: tuple[tuple[int, int, int], ...]
    loose: bool

    def places(self, start: int, end: int) -> list[tuple[int, int]]:
        """Where a stretch of the text is in its file; a few characters of it reveal nothing."""
        met = [each for each in self.parts if each[0] < end and start < each[0] + each[2] - each[1]]
        spans = [(max(at, start) - at + first, min(at + last - first, end) - at + first) for at, first, last in met]
        return [(first, last) for first, last in spans if last - first >= _NAMED]


def joined(text: str, seeds: Iterable[int]) -> Iterator[Joined]:
    """The strings that are joined with one that holds a seed, a place in the text; in the order of the seeds."""
    done = 0
    for seed in seeds:
        whole = seed > 0 and text[seed - 1] in _QUOTES  # else something precedes it in its string
        begin = None if whole else _BEGIN.search(text, max(done, seed - _LONGEST), seed)
        part = _PART.match(text, begin.start() if begin is not None else seed)
        if part is None or part.start() < done:
            continue
        before, behind = _before(text, part.start()), _behind(text, part.end())
        strict = [*_strict(before[::-1])[::-1], part.span(), *_strict(behind)]
        spans = [*(span for span, _ in before), part.span(), *(span for span, _ in behind)]
        done = strict[-1][1]
        if len(strict) > 1:
            yield _as_one(text, strict, loose=False)
        if len(spans) > len(strict):
            yield _as_one(text, spans, loose=True)


_Part = tuple[tuple[int, int], bool]  # where it is, and whether it is certainly joined with the one next to it


def _strict(parts: list[_Part]) -> list[tuple[int, int]]:
    return [span for span, _ in takewhile(itemgetter(1), parts)]


def _before(text: str, first: int) -> list[_Part]:
    parts: list[_Part] = []
    while first > 0 and text[first - 1] in _QUOTES and len(parts) < _MOST:
        part = _part_before(text, first)
        if part is None:
            break
        parts.insert(0, part)
        first = part[0][0]
    return parts


def _part_before(text: str, first: int) -> _Part | None:
    """The string before one that starts at a place; a comment between them may contain a quote."""
    end = first - 1
    for _ in range(_QUOTES_BETWEEN):
        end = max(text.rfind(quote, max(0, first - _REACH), end) for quote in _QUOTES)
        seam = _SEAM.match(text, end, first) if end >= 0 else None
        if seam is None or seam.end() != first:
            continue
        start = text.rfind(text[end], max(0, end - _LONGEST - 1), end) + 1
        return ((start, end), seam["strict"] is not None) if start and _PART.fullmatch(text, start, end) else None
    return None


def _behind(text: str, last: int) -> list[_Part]:
    parts: list[_Part] = []
    while len(parts) < _MOST and (seam := _SEAM.match(text, last)) is not None:
        part = _PART.match(text, seam.end())
        if part is None:
            break
        parts.append((part.span(), seam["strict"] is not None))
        last = part.end()
    return parts


def _as_one(text: str, spans: list[tuple[int, int]], *, loose: bool) -> Joined:
    name = text[max(0, spans[0][0] - _ABOVE) : spans[0][0]]
    at, parts = len(name), list[tuple[int, int, int]]()
    for first, last in spans:
        parts.append((at, first, last))
        at += last - first
    end = text[spans[-1][1] : spans[-1][1] + 1]
    return Joined(name + "".join(text[first:last] for first, last in spans) + end, tuple(parts), loose)
