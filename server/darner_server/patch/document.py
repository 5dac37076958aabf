from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from darner_server.patch import lines
from darner_server.patch.fold import fold

if TYPE_CHECKING:
    from darner_server.patch.edit import Splice

_BOM = "\ufeff"


class Document:
    """A file's text by lines, indexed for finding runs of lines, and changed in place.

    Every line, also one that came later, has an id for life: the index maps a line's content to ids, and a short list
    of segments (runs of ids) maps an id to where its line stands now. So 50 changes to 10,000 lines index them once.
    """

    def __init__(self, text: str) -> None:
        self.raw = lines.split(text)
        self.bodies = _bodies(self.raw)
        self.ending = lines.prevailing(self.raw) if "\r" in text else "\n"
        self._offsets = list(accumulate(map(len, self.raw), initial=0))  # by id, within the text the id came with
        self._offsets.pop()
        self._length = len(text)
        self._first = len(self.raw)  # ids below this are lines of the text that came first
        self._ids: list[str] = list(self.bodies)  # content by id
        self._segments: list[tuple[int, int, int]] = [(0, 0, 0)] if self.raw else []  # (line, character, first id)
        self._exact: dict[str, list[int]] | None = None
        self._folded: dict[str, list[int]] | None = None

    @property
    def text(self) -> str:
        """The text as it stands."""
        return "".join(self.raw)

    def __len__(self) -> int:
        """Count the lines."""
        return len(self.raw)

    def offset(self, line: int) -> int:
        """Return the character at which line `line` (from 0) begins; at the end of the text for the line after it."""
        if line >= len(self.raw):
            return self._length
        start, character, first = self._segments[bisect_right(self._segments, line, key=_first_line) - 1]
        return character + self._offsets[first + line - start] - self._offsets[first]

    def start(self, line: int) -> int:
        """Return the character at which the content of line `line` begins: behind a byte order mark."""
        return self.offset(line) + (1 if line == 0 and self.raw and self.raw[0].startswith(_BOM) else 0)

    def line_now(self, line: int) -> int | None:
        """Return where line `line` of the text that came first stands now, or None if it is gone."""
        return self._line_of(line) if 0 <= line < self._first else None

    def find(self, search: list[str]) -> list[int]:
        """Return the lines at which `search` (contents, at least one) stands exactly."""
        if self._exact is None:
            self._exact = _index(self._ids)
        return self._run(search, self._exact, self.bodies)

    def find_folded(self, search: list[str]) -> list[int]:
        """Return the lines at which `search` stands but for differences that `fold` levels; none for blank lines."""
        if self._folded is None:
            self._folded = _index([fold(body) for body in self._ids])
        return self._run([fold(body) for body in search], self._folded, None)

    def replace(self, splices: tuple[Splice, ...]) -> None:
        """Carry out splices made for the text as it stands."""
        for splice in reversed(splices):
            self._replace(splice)

    def _run(self, search: list[str], index: dict[str, list[int]], bodies: list[str] | None) -> list[int]:
        anchor, ids = 0, None
        for number, body in enumerate(search):
            found = index.get(body)
            if found is None:
                return []
            if ids is None or len(found) < len(ids):
                anchor, ids = number, found
                if len(found) == 1:
                    break
        size, starts = len(search), list[int]()
        for at in ids or ():
            line = self._line_of(at)
            if line is None or line < anchor or line - anchor + size > len(self.raw):
                continue
            begin = line - anchor
            run = (self.bodies if bodies is None else bodies)[begin : begin + size]
            if (run if bodies is not None else [fold(body) for body in run]) == search:
                starts.append(begin)
        return sorted(starts)

    def _line_of(self, identity: int) -> int | None:
        """Return where the line with this id stands, or None if it is gone."""
        if len(self._segments) == 1:
            return identity if self._segments[0] == (0, 0, 0) else None
        total = len(self.raw)
        for number, (line, _, first) in enumerate(self._segments):
            if identity >= first:
                end = self._segments[number + 1][0] if number + 1 < len(self._segments) else total
                if identity - first < end - line:
                    return line + identity - first
        return None

    def _replace(self, splice: Splice) -> None:
        """Change the lines that the splice touches; their neighbours keep their ids."""
        first = self._line_at(splice.start)
        last = self._line_at(splice.end)
        begin = self.offset(first)
        if splice.end > self.offset(last) or (last < len(self.raw) and splice.start == splice.end > begin):
            last += 1
        # A new text that does not end its line runs into the next one.
        head = "".join(self.raw[first:last])
        text = head[: splice.start - begin] + splice.text + head[splice.end - begin :]
        while (
            last < len(self.raw) and text and (not lines.ending(text) or (text[-1] == "\r" and self.raw[last] == "\n"))
        ):
            text += self.raw[last]
            last += 1
        if first and self.raw[first - 1].endswith("\r") and text.startswith("\n"):
            first -= 1
            begin = self.offset(first)
            text = self.raw[first] + text
        if first and not lines.ending(self.raw[first - 1]):
            first -= 1
            begin = self.offset(first)
            text = self.raw[first] + text
        self._put(first, last, begin, text)

    def _put(self, first: int, last: int, begin: int, text: str) -> None:
        raw = lines.split(text)
        bodies = _bodies(raw) if first == 0 else lines.bodies(raw)
        end = self.offset(last)
        grown, longer = len(raw) - (last - first), len(text) - (end - begin)
        kept: list[tuple[int, int, int]] = []
        after: list[tuple[int, int, int]] = []
        for number, (line, character, identity) in enumerate(self._segments):
            stop = self._segments[number + 1][0] if number + 1 < len(self._segments) else len(self.raw)
            if line < first:
                kept.append((line, character, identity))
            if stop > last:
                cut = max(line, last)
                after.append((cut + grown, self.offset(cut) + longer, identity + cut - line))
        identity = len(self._ids)
        if raw:
            kept.append((first, begin, identity))
        self._offsets += list(accumulate(map(len, raw), initial=0))[:-1]
        self._ids += bodies
        for index, prepare in ((self._exact, str), (self._folded, fold)):
            if index is not None:
                for number, body in enumerate(bodies):
                    index.setdefault(prepare(body), []).append(identity + number)
        self._segments = kept + after
        self.raw[first:last] = raw
        self.bodies[first:last] = bodies
        self._length += longer

    def _line_at(self, character: int) -> int:
        """Return the line (from 0) that holds the character."""
        if character >= self._length:
            return len(self.raw)
        number = bisect_right(self._segments, character, key=_first_character) - 1
        line, begin, first = self._segments[number]
        stop = self._segments[number + 1][0] if number + 1 < len(self._segments) else len(self.raw)
        want = character - begin + self._offsets[first]
        return line + bisect_right(self._offsets, want, first, first + stop - line) - 1 - first


def _bodies(raw: list[str]) -> list[str]:
    found = lines.bodies(raw)
    if found and found[0].startswith(_BOM):
        found[0] = found[0][1:]
    return found


def _index(contents: list[str]) -> dict[str, list[int]]:
    index: dict[str, list[int]] = {}
    for identity, content in enumerate(contents):
        found = index.get(content)
        if found is None:
            index[content] = [identity]
        else:
            found.append(identity)
    return index


def _first_line(segment: tuple[int, int, int]) -> int:
    return segment[0]


def _first_character(segment: tuple[int, int, int]) -> int:
    return segment[1]
