r"""The only place that converts between the protocol's positions and offsets into a text.

A line ends at \n, \r\n or \r and at nothing else. A position beyond a line's end means its end, one inside a
character (half of a surrogate pair, a byte of several) the character's beginning: what an editor shows there. Only a
change of a document may part the halves of a pair (`halves`), as editors do that count in UTF-16.
"""

import io
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Literal, NamedTuple, cast

Encoding = Literal["utf-8", "utf-16", "utf-32"]


class Point(NamedTuple):
    """A line and a character of it, both from 0, the character in the units that were agreed on."""

    line: int
    character: int


def split_lines(text: str) -> list[str]:
    """The lines with their endings; joined again they are the text. Empty for an empty text."""
    return list(io.StringIO(text, newline=""))


def paired(text: str) -> str:
    """The text with each two halves of a character that have become neighbours as that character."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def units(character: str) -> tuple[str, str]:
    """The two UTF-16 units of a character beyond the basic plane, each as a lone surrogate."""
    high, low = divmod(ord(character) - 0x10000, 0x400)
    return chr(0xD800 + high), chr(0xDC00 + low)


def without_ending(line: str) -> str:
    """A line's own text."""
    if line.endswith("\r\n"):
        return line[:-2]
    return line[:-1] if line.endswith(("\n", "\r")) else line


class Mapper:
    """Converts for one encoding; it holds no text."""

    def __init__(self, encoding: str) -> None:
        self.encoding = cast("Encoding", encoding)

    def index(self, line: str, character: int) -> int:
        """Where in a line (its ending included) a character of the protocol is."""
        own = without_ending(line)
        if character <= 0:
            return 0
        if self.encoding == "utf-32" or own.isascii():
            return min(character, len(own))
        return self._index(own, character)

    def character(self, line: str, index: int) -> int:
        """The protocol's character for a place in a line."""
        before = line[:index]
        if self.encoding == "utf-32" or before.isascii():
            return len(before)
        if self.encoding == "utf-8":
            return len(before.encode("utf-8", "surrogatepass"))
        return len(before) + sum(each > "\uffff" for each in before)

    def halves(self, line: str, character: int) -> str:
        """The character of two UTF-16 units that contains a position; "" for a position between two characters."""
        if self.encoding != "utf-16" or line.isascii():
            return ""
        at = self.index(line, character)
        found = line[at : at + 1]
        return found if found > "\uffff" and self.character(line, at) < character else ""

    def _index(self, own: str, character: int) -> int:
        units = 0
        for index, each in enumerate(own):
            units += self._width(each)
            if units > character:
                return index
        return len(own)

    def _width(self, each: str) -> int:
        if self.encoding == "utf-16":
            return 2 if each > "\uffff" else 1
        if each < "\x80":
            return 1
        if each < "\u0800":
            return 2
        return 3 if each <= "\uffff" else 4


class LineTable:
    """Offsets and positions of one text that does not change."""

    def __init__(self, lines: Sequence[str], mapper: Mapper) -> None:
        self._lines = lines
        self._mapper = mapper
        self._starts = [0, *accumulate(map(len, lines))]

    def offset(self, at: Point) -> int:
        """The offset of a position; one beyond the last line means the end."""
        if at.line >= len(self._lines):
            return self._starts[-1]
        return self._starts[at.line] + self._mapper.index(self._lines[at.line], at.character)

    def point(self, offset: int) -> Point:
        """The position of an offset."""
        line = bisect_right(self._starts, offset) - 1
        if line >= len(self._lines):
            return self._end()
        return Point(line, self._mapper.character(self._lines[line], offset - self._starts[line]))

    def line_of(self, offset: int) -> int:
        """The line, from 0, that an offset is on."""
        return self.point(offset).line

    def _end(self) -> Point:
        last = self._lines[-1] if self._lines else ""
        if not last or last.endswith(("\n", "\r")):
            return Point(len(self._lines), 0)
        return Point(len(self._lines) - 1, self._mapper.character(last, len(last)))
