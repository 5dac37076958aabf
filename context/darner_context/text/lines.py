"""The lines of a text."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import overload

_OFTEN = 80  # lines with one word that are numbered
_WORDS = 100  # whose lines are kept


class Lines(Sequence[str]):
    """The lines of a text, cut out on use: a file's text costs less than its lines."""

    __slots__ = ("_found", "_small", "starts", "text")

    def __init__(self, text: str, starts: array[int] | None = None) -> None:
        self.text = text
        self.starts = starts or array("I", accumulate(map(len, split_lines(text)), initial=0))
        self._small: str | None = None  # the text in small letters
        self._found: dict[str, array[int]] = {}  # by word

    def __len__(self) -> int:
        return len(self.starts) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> list[str]: ...

    def __getitem__(self, index: int | slice) -> str | list[str]:
        starts, text = self.starts, self.text
        if isinstance(index, slice):
            return [text[starts[place] : starts[place + 1]] for place in range(*index.indices(len(self)))]
        if index < 0 or index >= len(self):
            raise IndexError(index)
        return text[starts[index] : starts[index + 1]]

    def between(self, first: int, last: int) -> str:
        """Give the text of lines, 1-based and inclusive."""
        starts = self.starts
        size = len(starts) - 1
        return self.text[starts[first - 1 if first <= size else size] : starts[min(size, last)]]

    def with_word(self, word: str) -> array[int]:
        """Number the first lines with a word in small letters: the next place and instruction need them again."""
        found = self._found.get(word)
        if found is None:
            if self._small is None:
                small = self.text.lower()
                self._small = small if len(small) == len(self.text) else ""  # where letters would be more: none
            if len(self._found) >= _WORDS:
                self._found.clear()
            found = self._found[word] = self._standing(self._small, word)
        return found

    def with_name(self, name: str) -> array[int]:
        """Number the first lines that contain a name."""
        return self._standing(self.text, name)

    def _standing(self, text: str, word: str) -> array[int]:
        starts, found = self.starts, array("I")
        place, line = text.find(word), 0
        while place >= 0 and len(found) < _OFTEN:
            line = bisect_right(starts, place, line)
            found.append(line)
            place = text.find(word, starts[line])
        return found


_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")


def split_lines(text: str) -> list[str]:
    r"""Lines with their ends kept; a line ends at \n, \r\n or \r and at nothing else."""
    if "\r" not in text:
        lines = [line + "\n" for line in text.split("\n")]
        last = lines.pop()
        if len(last) > 1:
            lines.append(last[:-1])
        return lines
    return _LINE.findall(text)
