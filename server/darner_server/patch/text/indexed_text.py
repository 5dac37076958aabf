"""A file's text by lines, indexed so that runs of lines are found fast while edits change it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from darner_server.patch.text import lines
from darner_server.patch.text.normalize import BLANKS, fold

if TYPE_CHECKING:
    from darner_server.patch.edit import Splice

_BOM = "\ufeff"


class Document:
    """A file's text by lines, indexed for finding runs of lines, and changed in place.

    Every line, also one that came later, has an id for life: the index maps a line's content to ids, and a short list
    of segments (runs of ids) maps an id to where its line is now. So 50 changes to 10,000 lines index them once.
    """

    def __init__(self, text: str) -> None:
        self.raw, self.bodies = _split(text, marked=True)
        self.ending = lines.prevailing(self.raw) if "\r" in text else "\n"
        self.tabbed = text.count("\n\t")  # lines indented by a tab; and whether any is by a blank
        self.spaced = "\n " in text
        self._plain = text.isascii()
        self._offsets = list(accumulate(map(len, self.raw), initial=0))  # by id, within the text the id came with
        self._offsets.pop()
        self._length = len(text)
        self._first = len(self.raw)  # ids below this are lines of the text that came first
        self._ids = self.bodies.copy()  # content by id
        self._segments: list[tuple[int, int, int]] = [(0, 0, 0)] if self.raw else []  # (line, character, first id)
        self._exact: Ids | None = None
        self._folded: Ids | None = None
        self.searches = 0  # how often the place most similar to a missing text was searched for

    @property
    def text(self) -> str:
        """The current text."""
        return "".join(self.raw)

    def text_at(self, line: int, count: int) -> str:
        """Return so many lines with their ends."""
        return "".join(self.raw[line : line + count])

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
        """Return where line `line` of the text that came first is now, or None if it is removed."""
        return self._line_of(line) if 0 <= line < self._first else None

    def stood(self, content: str) -> list[int]:
        """Return where lines of this content, without its indentation, were that earlier edits have changed."""
        found: list[int] = []
        for identity in range(self._first):
            if (
                content in self._ids[identity]
                and self._ids[identity].strip() == content
                and self._line_of(identity) is None
            ):
                above = (self._line_of(each) for each in range(identity - 1, -1, -1))
                line = next((line + 1 for line in above if line is not None), 0)
                found += [line] if line < len(self.raw) else []
        return found

    def find(self, search: list[str]) -> list[int]:
        """Return the lines at which `search` (contents, at least one) is exactly."""
        if self._exact is None:
            self._exact = Ids(self._ids)
        size = len(search)
        return [line for line in self._starts(search, self._exact) if self.bodies[line : line + size] == search]

    def find_folded(self, search: list[str]) -> list[int]:
        """Return the lines at which `search` is but for differences that `fold` levels; none for blank lines."""
        if self._folded is None:
            self._folded = Ids(
                [body.strip(BLANKS) for body in self._ids] if self._plain else list(map(fold, self._ids))
            )
        folded = list(map(fold, search))
        if not any(folded):
            return []
        size = len(search)
        starts = self._starts(folded, self._folded)
        return [line for line in starts if list(map(fold, self.bodies[line : line + size])) == folded]

    def replace(self, splices: tuple[Splice, ...]) -> None:
        """Carry out splices made for the current text."""
        for splice in reversed(splices):
            self._replace(splice)

    def _starts(self, search: list[str], index: Ids) -> list[int]:
        """Return where `search` would begin if its rarest line were where it is in the index."""
        anchor, ids = 0, None
        for number, content in enumerate(search):
            only = index.only(content)
            if only is not None:
                anchor, ids = number, [only]
                break
            if content not in index:
                return []
        if ids is None:
            anchor, ids = min(((at, index.all(body)) for at, body in enumerate(search)), key=lambda each: len(each[1]))
        starts = [line - anchor for line in map(self._line_of, ids) if line is not None]
        return sorted(line for line in starts if 0 <= line <= len(self.raw) - len(search))

    def _line_of(self, identity: int) -> int | None:
        """Return where the line with this id is, or None if it is removed."""
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
        if not text and first and last < len(self.raw) and self.raw[last] == "\n":
            text = self.raw[last]
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
        if first == 0 and last < len(self.raw) and self.raw[last].startswith(_BOM):
            text += self.raw[last]  # it becomes the first line, or ceases to be it
            last += 1
        raw, bodies = _split(text, marked=first == 0)
        end = self.offset(last)
        grown, longer = len(raw) - (last - first), len(text) - (end - begin)
        segments = self._segments
        head = bisect_left(segments, first, key=_first_line)
        tail = bisect_right(segments, last, key=_first_line) - 1
        kept = segments[:head]
        after: list[tuple[int, int, int]] = []
        if tail >= 0 and last < len(self.raw):
            line, _, identity = segments[tail]
            after.append((last + grown, end + longer, identity + last - line))
        for line, character, identity in segments[tail + 1 :]:
            after.append((line + grown, character + longer, identity))
        self._plain = self._plain and text.isascii()
        identity = len(self._ids)
        if raw:
            kept.append((first, begin, identity))
        self._offsets += list(accumulate(map(len, raw), initial=0))[:-1]
        if self._exact is not None:
            self._exact.add(bodies)  # it shares the list of contents
        else:
            self._ids += bodies
        if self._folded is not None:
            self._folded.add(list(map(fold, bodies)))
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


class Ids:
    """Where contents are, by id. Made of two dictionaries at the speed of C: most lines occur once."""

    def __init__(self, contents: list[str]) -> None:
        self._contents = contents
        count = len(contents)
        self._last = dict(zip(contents, range(count), strict=True))
        self._first = dict(zip(reversed(contents), range(count - 1, -1, -1), strict=True))

    def __contains__(self, content: str) -> bool:
        """Return whether any line ever had this content."""
        return content in self._last

    def only(self, content: str) -> int | None:
        """Return the id of the one line with this content; None if there is none, or more than one."""
        first = self._first.get(content)
        return first if first is not None and first == self._last[content] else None

    def all(self, content: str) -> list[int]:
        """Return the ids of all lines with this content."""
        found: list[int] = []
        at = self._first[content]
        last = self._last[content]
        while True:
            found.append(at)
            if at == last:
                return found
            at = self._contents.index(content, at + 1)

    def add(self, contents: list[str]) -> None:
        """Give further lines the next ids."""
        for number, content in enumerate(contents, len(self._contents)):
            self._first.setdefault(content, number)
            self._last[content] = number
        self._contents += contents


def _split(text: str, *, marked: bool) -> tuple[list[str], list[str]]:
    """Return the lines with and without their ends; a byte order mark is part of the first line but not its content."""
    if "\r" in text:
        raw = lines.split(text)
        bodies = lines.bodies(raw)
    else:
        bodies = text.split("\n")
        last = bodies.pop()
        raw = [body + "\n" for body in bodies]
        if last:
            bodies.append(last)
            raw.append(last)
    if marked and bodies and bodies[0].startswith(_BOM):
        bodies[0] = bodies[0][1:]
    return raw, bodies


def _first_line(segment: tuple[int, int, int]) -> int:
    return segment[0]


def _first_character(segment: tuple[int, int, int]) -> int:
    return segment[1]
