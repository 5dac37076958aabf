from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["replace", "insert", "whole", "create", "delete", "move", "malformed", "reply"]


@dataclass(frozen=True, slots=True)
class Edit:
    r"""One change as the reply words it, not yet placed.

    `before` and `after` are whole lines ending in \n, except in an `inline` edit, which may begin and end inside a
    line. A "whole" edit has only `after`: a file, the `region` it rewrites, or one definition. A "malformed" one has
    only a `problem`, a sentence for the user and the model. A "reply" is a whole reply in `after`, given to a tool; the
    parser takes it apart, and nothing behind it sees one. Where the reply names the file in a way that can be read
    otherwise, the first of `readings` that is there counts; without it and a path, `said` are the words to refuse with.
    """

    path: str | None
    before: str | None = None
    after: str | None = None
    kind: Kind = "replace"
    line: int | None = (
        None  # where the reply says that `before` begins, in the file it was shown; "insert": goes before it
    )
    new_path: str | None = None  # of a move
    sections: tuple[str, ...] = ()  # lines that the reply says stand above the place (`@@ def f():`)
    hunk: tuple[tuple[str, str], ...] = ()  # (" " | "-" | "+", line): which lines stay, where the format says so
    at_end: bool = False  # the place is the end of the file
    final_newline: bool | None = None  # what the edit makes of the file's last line end; None keeps it
    every: bool = False  # all places, not one
    inline: bool = False
    alternatives: tuple[tuple[str, str], ...] = ()  # other (before, after), where the text holds the divider itself
    region: str | None = None
    problem: str = ""
    format: str = ""
    readings: tuple[str, ...] = ()
    said: str = ""


@dataclass(frozen=True, slots=True)
class Splice:
    """Characters `start` up to `end` of the text the edit was located in become `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Located:
    """An edit and its one place. `splices` ascend and do not touch; none means that nothing is left to do."""

    edit: Edit
    path: str
    splices: tuple[Splice, ...]
    bridges: tuple[str, ...] = ()  # which differences were bridged, or "already-applied", or "unchanged"
    line: int = 1  # of the place, in the text the edit was located in
    places: int = 1


@dataclass(frozen=True, slots=True)
class Refused:
    """An edit with no place, or more than one. `near` holds the true lines beginning at `line`, where some are near."""

    edit: Edit
    path: str | None
    reason: str
    near: str | None = None
    line: int | None = None
