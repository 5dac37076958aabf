"""What an edit, its place and its refusal are: the values that the parser, the locator and the applier exchange."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["replace", "insert", "whole", "create", "delete", "move", "malformed", "reply"]
Format = Literal["", "search-replace", "apply-patch", "unified-diff", "find-replace", "whole", "bare"]
"""What an edit was written in: "bare" is a text without any markup, "" where no format was recognised."""

RefusalKind = Literal[
    "no-edit",  # the reply has none
    "malformed",  # it cannot be read
    "unsupported",  # it can be read, and darner does not do that
    "cut-off",  # the reply, a fence or a patch ends inside it
    "unclear-fence",  # where the fence of a text ends, or which of several is meant
    "unclear-answer",  # what of the reply is its answer, and what reasoning or drafts
    "late",  # drafts were handed on before the answer came: no repair helps
    "unclear-file",
    "missing-file",
    "existing-file",
    "unreadable-file",  # it exists and must not be read
    "not-shown",  # the model has not seen the file, or still requests code
    "other-file",  # than the one that the patch was requested for
    "outside",  # of the workspace
    "reserved",  # for the version control system
    "unfit-name",
    "missing-text",
    "ambiguous-text",
    "wrong-section",  # the text is not where the patch puts it
    "unclear-definition",  # which definition is meant, or where it ends
    "indentation",
    "placeholder",  # lines are left out
    "loss",  # lines would be lost that the instruction does not remove
    "line-numbers",
    "characters",  # that no author meant: special tokens, entities, typographic signs
    "syntax",
    "mask",  # the placeholder of a secret was changed
]

BridgeName = Literal[
    "line ends",
    "trailing blanks",
    "tabs against spaces",
    "indentation shifted",
    "typographic characters",
    "HTML entities",
    "line numbers",
    "blank lines at the ends",
    "elided lines",
    "indentation of single lines",
    "already-applied",  # nothing is left to do: the file has the new text
    "unchanged",  # nor here: the new text is the old one
]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something is not done: which case it is, and a sentence for the user and the model."""

    kind: RefusalKind
    reason: str


@dataclass(frozen=True, slots=True)
class Edit:
    r"""One change as the reply words it, not yet placed.

    `before` and `after` are whole lines ending in \n, except in an `inline` edit, which may begin and end inside a
    line. A "whole" edit has only `after`: a file, the `region` it rewrites, or one definition. A "malformed" one has
    only a `problem`. A "reply" is a whole reply in `after`, given to a tool; the
    parser takes it apart, and nothing behind it sees one. Where the reply names the file in a way that can be read
    otherwise, the first of `readings` that is there counts; without it and a path, `said` is quoted in the rejection.
    """

    path: str | None
    before: str | None = None
    after: str | None = None
    kind: Kind = "replace"
    line: int | None = (
        None  # where `before` begins by the reply, in the file it was shown; "insert": the line after the place
    )
    new_path: str | None = None  # of a move
    sections: tuple[str, ...] = ()  # lines above the place, by the reply (`@@ def f():`)
    hunk: tuple[tuple[str, str], ...] = ()  # (" " | "-" | "+", line): which lines stay, if the format marks them
    at_end: bool = False  # the place is the end of the file
    final_newline: bool | None = None  # what the edit makes of the file's last line end; None keeps it
    every: bool = False  # all places, not one
    inline: bool = False
    alternatives: tuple[tuple[str, str], ...] = ()  # other (before, after), where the text holds the divider itself
    region: str | None = None
    problem: Refusal | None = None
    format: Format = ""
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
    bridges: tuple[BridgeName, ...] = ()  # which differences were bridged
    line: int = 1  # of the place, in the text the edit was located in
    places: int = 1


@dataclass(frozen=True, slots=True)
class Refused:
    """An edit with no place, or more than one. `near` holds the true lines beginning at `line`, where some are near."""

    edit: Edit
    path: str | None
    refusal: Refusal
    near: str | None = None
    line: int | None = None

    @property
    def kind(self) -> RefusalKind:
        """Which case it is."""
        return self.refusal.kind

    @property
    def reason(self) -> str:
        """The sentence for the user and the model."""
        return self.refusal.reason


def malformed(path: str | None, kind: RefusalKind, reason: str, *, format: Format = "") -> Edit:  # noqa: A002 - as in Edit
    """Return an edit that only explains why it cannot be carried out."""
    return Edit(path, kind="malformed", problem=Refusal(kind, reason), format=format)
