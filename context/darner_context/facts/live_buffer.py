"""Live buffers: their facts, kept up with edits."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from itertools import accumulate, count
from operator import itemgetter
from sys import byteorder
from typing import TYPE_CHECKING

from darner_context.facts.definition_table import DefinitionTable
from darner_context.facts.extract import count_lines, extract
from darner_context.facts.file_facts import FileFacts
from darner_context.facts.references import ReferenceCounts
from darner_context.imports.reader import imports
from darner_context.languages.file_language import code_language
from darner_context.secrets.scanner import holds_key, secrets_of
from darner_context.syntax.incremental import Outline, changed_range
from darner_context.syntax.parser import ADAPTED, PARSE_LIMIT, TooSlow, incremental_row, source_of
from darner_context.text.lines import Lines, split_lines
from darner_context.workspace.file_kind import TOP, flags_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_STAMPS = count()
_SHORTER = 0.9  # of the length at which a text was too slow: it is parsed again once it is shorter
_OUTSIDE = itemgetter(0, 1, 8)  # name, kind and container of a definition


class LiveFile:
    """
    One buffer with its lines and facts, which are computed on first use.

    `kept` keeps the syntax tree, so that an edit costs little; a tree is thirty times as large as its text.
    """

    def __init__(self, path: str, text: str, *, kept: bool = False) -> None:
        self.path = path
        self.text = text
        self.stamp = next(_STAMPS)  # another one for each text
        self._kept = kept
        self._lines: Lines | None = None
        self._facts: FileFacts | None = None
        self._outline: Outline | None = None
        self._references: ReferenceCounts | None = None
        self._slow = 0  # characters of a text that took too long to parse

    def edit(self, text: str) -> None:
        """Take in the buffer's new text."""
        if text != self.text:
            self.text = text
            self.stamp = next(_STAMPS)

    @property
    def outside(self) -> object:
        """What other files can know of it: it stays as it is while the inside of a function is edited."""
        facts = self.facts
        return (
            tuple(map(_OUTSIDE, facts.definitions)),
            tuple([each._replace(line=0) for each in facts.imports]),
            facts.flags,
        )

    @property
    def lines(self) -> Lines:
        """The lines of the text."""
        if self._lines is None or self._lines.text is not self.text:
            self._catch_up()
        return self._lines or Lines(self.text)

    @property
    def facts(self) -> FileFacts:
        """The facts about the text; they have no digest."""
        if self._lines is None or self._lines.text is not self.text:
            self._catch_up()
        return self._facts or safe_extract(self.path, self.text)[0]

    def _catch_up(self) -> None:
        lines, facts, text = self._lines, self._facts, self.text
        if lines is None or facts is None or self._outline is None or self._references is None:
            self._begin(text)
            return
        try:
            self._follow(lines, facts, self._outline, self._references, text)
        except TooSlow:
            self._slow = len(text)
            self._begin(text)
        except (ValueError, RecursionError, MemoryError, OverflowError):
            self._begin(text)

    def _begin(self, text: str) -> None:
        self._lines, self._facts = Lines(text), None
        self._outline = self._references = None
        if self._slow and len(text) > self._slow * _SHORTER:
            self._facts = _counted(text)
            return
        row = incremental_row(self.path, text) if self._kept and len(text) <= PARSE_LIMIT else None
        if row is not None:
            try:
                self._outline = Outline(row, source_of(row, text))
                self._references = ReferenceCounts(self._outline.definitions, self._lines.between, len(self._lines))
            except TooSlow:
                self._outline, self._slow, self._facts = None, len(text), _counted(text)
            except (ValueError, RecursionError, MemoryError, OverflowError):
                self._outline = self._references = None
            else:
                self._facts = self._made(array("I", accumulate(count_lines(self._lines[:]), initial=0)))
        if self._facts is None:
            self._facts, slow = safe_extract(self.path, text)
            self._slow = len(text) if slow else self._slow

    def _follow(self, lines: Lines, facts: FileFacts, outline: Outline, references: ReferenceCounts, text: str) -> None:
        if outline.row is not incremental_row(self.path, text):
            self._begin(text)  # a header that has become one of another language
            return
        begin, old_end, end = changed_range(lines.text, text)
        first, last = _whole_lines(lines, begin, old_end)
        middle = split_lines(text[lines.starts[first] : lines.starts[last] + len(text) - len(lines.text)])
        now = Lines(text, _resplit(lines.starts, first, last, list(map(len, middle))))
        sums = _resplit(facts.sums, first, last, count_lines(middle))
        alike = _single(lines.text) and _single(text) and outline.row.name not in ADAPTED
        change = outline.edit(source_of(outline.row, text), (begin, old_end, end) if alike else None)
        found = outline.definitions
        self._lines = now
        if change is None or not references.edit(change, found, lines.between, now.between):
            self._references = ReferenceCounts(found, now.between, len(now))
        self._facts = self._made(sums)

    def _made(self, sums: array[int]) -> FileFacts | None:
        lines, outline, references = self._lines, self._outline, self._references
        if lines is None or outline is None or references is None:
            return None
        names, uses, signatures = references.packed
        imported = tuple(imports(code_language(self.path, lines.text), lines.text))
        flags = flags_of(self.path, lines[:TOP], secret=holds_key(lines.text), secretive=bool(secrets_of(lines.text)))
        definitions = DefinitionTable.of(outline.definitions)
        return FileFacts(b"", definitions, names, uses, signatures, sums, flags, imported)


def _single(text: str) -> bool:
    """Whether each character is one byte of what is parsed."""
    return text.isascii() and "\r" not in text


def _whole_lines(lines: Lines, begin: int, end: int) -> tuple[int, int]:
    """The lines, as a slice, that hold characters `begin` to `end`; before and after them a newline stands for sure."""
    starts, text, size = lines.starts, lines.text, len(lines)
    first = max(bisect_right(starts, begin) - 1, 0)
    while first > 0 and (first >= size or text[starts[first] - 1] != "\n"):
        first -= 1
    last = bisect_right(starts, end)
    while last < size and text[starts[last] - 1] != "\n":
        last += 1
    return first, min(last, size)


def _resplit(sums: Sequence[int], first: int, last: int, sizes: Sequence[int]) -> array[int]:
    """Put other lines in the place of some, in the sums of what lines have."""
    made = array("I", sums[:first])
    made.extend(accumulate(sizes, initial=sums[first]))
    made.extend(_raised(array("I", sums[last + 1 :]), made[-1] - sums[last]))
    return made


def _raised(numbers: array[int], by: int) -> array[int]:
    """Add to each number, as one long number with theirs for digits: one by one takes four times as long."""
    if not by or not numbers:
        return numbers
    ones = array("I", (1,)) * len(numbers)
    long = int.from_bytes(numbers.tobytes(), byteorder) + by * int.from_bytes(ones.tobytes(), byteorder)
    return array("I", long.to_bytes(len(numbers) * numbers.itemsize, byteorder))


def safe_extract(path: str, text: str) -> tuple[FileFacts, bool]:
    """The facts, of a text that cannot be parsed only the token counts of its lines; and whether it took too long."""
    if len(text) <= PARSE_LIMIT:
        try:
            return extract(path, text), False
        except TooSlow:
            return _counted(text), True
        except (ValueError, RecursionError, MemoryError, OverflowError):
            pass
    return _counted(text), False


def _counted(text: str) -> FileFacts:
    """No digest: the buffer has not been scanned for secrets."""
    counts = count_lines(split_lines(text))
    return FileFacts(b"", DefinitionTable.of(()), (), (b"",), (), array("I", accumulate(counts, initial=0)))
