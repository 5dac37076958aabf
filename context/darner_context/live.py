"""Live buffers: their facts, kept up with edits."""

from array import array
from collections.abc import Sequence
from itertools import accumulate
from typing import overload

from darner_context.extract import count_lines, digest_of, extract
from darner_context.facts import FileFacts, split_lines
from darner_context.syntax import PARSE_LIMIT


class Lines(Sequence[str]):
    """The lines of a text, cut out when asked for: a file's text costs less than its lines."""

    __slots__ = ("starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = array("I", accumulate(map(len, split_lines(text)), initial=0))

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
        size = len(self)
        return self.text[self.starts[min(first - 1, size)] : self.starts[min(last, size)]]


class LiveFile:
    """One buffer with its lines and facts."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.lines = Lines(text)
        self.facts: FileFacts = safe_extract(path, text)

    def edit(self, text: str) -> None:
        """Take in the buffer's new text."""
        if text != self.text:
            self.text = text
            self.lines = Lines(text)
            self.facts = safe_extract(self.path, text)


def safe_extract(path: str, text: str) -> FileFacts:
    """Extract the facts; of a text that cannot be parsed, only the token counts of its lines."""
    if len(text) <= PARSE_LIMIT:
        try:
            return extract(path, text)[0]
        except (ValueError, RecursionError, MemoryError, OverflowError):
            pass
    counts = count_lines(split_lines(text))
    return FileFacts(digest_of(text), (), (), (b"",), (), array("I", accumulate(counts, initial=0)))
