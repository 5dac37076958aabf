"""The requests to the index, and its answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

SnippetKind = Literal["focus", "file", "outline", "signature", "body"]


@dataclass(frozen=True, slots=True)
class Focus:
    """The place of a task. Without lines: the whole file."""

    path: str
    first_line: int | None = None
    last_line: int | None = None


@dataclass(frozen=True, slots=True)
class ContextRequest:
    """
    One question. `budget` counts tokens of snippets from other files; the focus file comes on top. A `selective`
    request gets only what is likely enough to be needed, however much would fit. `focus_limit`: the most tokens of the
    focus file; of one that has more, the lines around the place are shown and an outline of the rest. `map_limit`: the
    most tokens of a map of the likely files, for a request without a focus; it comes on top of the budget.

    `hidden` lines of the focus file are taken as absent everywhere. `texts` are live buffers in the place of the
    disk's files, `recent` the paths edited or opened last (newest first), `diagnostics` messages at the place.
    """

    instruction: str
    focus: Focus | None
    budget: int
    hidden: tuple[int, int] | None = None
    recent: tuple[str, ...] = ()
    diagnostics: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    selective: bool = False
    focus_limit: int | None = None
    map_limit: int = 0


@dataclass(frozen=True, slots=True)
class Snippet:
    """Lines of a file, exactly as they are there; where an outline leaves lines out it has one line `...` for them."""

    path: str
    start_line: int
    end_line: int
    text: str
    tokens: int
    kind: SnippetKind
    reasons: tuple[str, ...]
    score: float
    stable: bool = True  # chosen for the file as a whole: it stays when the cursor moves


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that is not shown, and why in words. Without a path it is about the workspace as a whole."""

    path: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Withheld:
    """A secret that is not sent: its place and kind, never its value. `line` is 0 for words that are no file's.

    Its line is `left_out` of a snippet; in a file that is to be edited something of its shape stands for it.
    """

    path: str
    line: int
    kind: str
    left_out: bool = False

    def __str__(self) -> str:
        """Word it as a sentence."""
        return f"{self.path}:{self.line}: {self.what}" if self.line else f"{self.path}: {self.what}"

    @property
    def what(self) -> str:
        """What it is and what became of it."""
        vowel = self.kind[:1] in "AEIOaeio" or self.kind.startswith(("npm", "X or"))
        named = f"{'an' if vowel else 'a'} {self.kind}"
        return f"the line with {named} is left out" if self.left_out else f"{named} is replaced before sending"


@dataclass(frozen=True, slots=True)
class ContextBundle:
    """Snippets best first; `dropped` counts the candidates that found no room; `tokens` are the snippets'."""

    focus: Snippet | None
    snippets: tuple[Snippet, ...]
    dropped: int
    left_out: tuple[LeftOut, ...]
    tokens: int
    focus_tokens: int
    withheld: tuple[Withheld, ...] = ()
    file_map: str = ""  # of likely files that are not shown whole: a line for each, with the names that it defines


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """Code that a model requests by its place: a definition of a file, or without a `name` the whole file."""

    path: str
    name: str = ""

    def __str__(self) -> str:
        """Write it as the model does."""
        return f"{self.path}::{self.name}" if self.name else self.path


@dataclass(frozen=True, slots=True)
class RequestedCode:
    """The code that is shown for requests; `unmet` are those that show nothing, each with the reason in words."""

    snippets: tuple[Snippet, ...]
    unmet: tuple[tuple[CodeRequest, str], ...]
    withheld: tuple[Withheld, ...] = ()


UnreadableKind = Literal[
    "missing", "secret", "ignored", "outside", "no name", "no file", "too large", "binary", "encoding", "failed"
]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a file's text is not given out: the case for programs, the reason for people."""

    kind: UnreadableKind
    reason: str


@dataclass(frozen=True, slots=True)
class IndexState:
    """How far the index is."""

    files: int
    symbols: int
    indexing: bool
    cache: Path | None
    seconds: float | None
    left_out: tuple[LeftOut, ...]
