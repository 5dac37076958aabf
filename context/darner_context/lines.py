"""The lines of a text."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import accumulate
from typing import overload

from darner_context.facts import split_lines


class Lines(Sequence[str]):
    """The lines of a text, cut out when asked for: a file's text costs less than its lines."""

    __slots__ = ("starts", "text")

    def __init__(self, text: str, starts: array[int] | None = None) -> None:
        self.text = text
        self.starts = starts or array("I", accumulate(map(len, split_lines(text)), initial=0))

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
