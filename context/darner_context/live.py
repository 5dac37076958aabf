"""Live buffers: their facts, kept up with edits."""

from array import array
from collections.abc import Sequence
from itertools import accumulate

from darner_context.extract import count_lines, digest_of, extract
from darner_context.facts import FileFacts, split_lines
from darner_context.syntax import PARSE_LIMIT


class LiveFile:
    """One buffer with its lines and facts."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.lines: Sequence[str] = split_lines(text)
        self.facts: FileFacts = safe_extract(path, text)

    def edit(self, text: str) -> None:
        """Take in the buffer's new text."""
        if text != self.text:
            self.text = text
            self.lines = split_lines(text)
            self.facts = safe_extract(self.path, text)


def safe_extract(path: str, text: str) -> FileFacts:
    """Extract the facts; of a text that cannot be parsed, only the token counts of its lines."""
    if len(text) <= PARSE_LIMIT:
        try:
            return extract(path, text)[0]
        except (ValueError, RecursionError, MemoryError, OverflowError):
            pass
    counts = count_lines(split_lines(text))
    return FileFacts(digest_of(text), (), (), (b"",), array("I", accumulate(counts, initial=0)))
