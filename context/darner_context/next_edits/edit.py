"""What the user did, and what may follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

EditKind = Literal["typing", "bulk", "undo", "own", "accepted"]


@dataclass(frozen=True, slots=True)
class RecordedEdit:
    """
    Whole lines `before` of a file, from line `first` (1-based) on, became the lines `after`.

    Both keep their line ends. Only "typing" is the user's intent: "bulk" is a formatter, a paste or a branch switch,
    "undo" also a redo, "own" an edit by darner, "accepted" a next edit that the user took, which continues what was
    typed before.
    """

    path: str
    first: int
    before: tuple[str, ...]
    after: tuple[str, ...]
    kind: EditKind = "typing"

    @property
    def last(self) -> int:
        """The last line of what is there now; `first - 1` if nothing is."""
        return self.first + len(self.after) - 1


@dataclass(frozen=True, slots=True)
class NextEdit:
    """
    A place where the next edit may be, and what becomes of it.

    The range is from `start` (line from 1, character from 0) to `end`. `text` replaces it, None if only the place is
    known. `confidence` is the probability, from 0 to 1, that the place is right.
    """

    path: str
    start: tuple[int, int]
    end: tuple[int, int]
    text: str | None
    reason: str
    confidence: float
    sure: bool


@dataclass(frozen=True, slots=True)
class NextEdits:
    """Next edits, best first, and the texts of their files that the ranges count in."""

    edits: tuple[NextEdit, ...]
    texts: Mapping[str, str]
