"""The task: one instruction, one place, one snapshot of the texts it is about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from darner_clients.auto_budget import Budget
from darner_context.index import Focus

Scope = Literal["range", "file", "workspace"]


@dataclass(frozen=True, slots=True)
class Task:
    """A request as it was when it was made; nothing in it changes while it is answered.

    `focus` is None for the whole workspace; `also` are further places that must be seen. `texts` are unsaved buffers
    (path to text) and `versions` the document versions they were taken at; a file in neither is read from the disk.
    """

    instruction: str
    focus: Focus | None = None
    also: tuple[Focus, ...] = ()
    scope: Scope = "range"
    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    versions: Mapping[str, int] = field(default_factory=dict[str, int])
    diagnostics: tuple[str, ...] = ()
    recent: tuple[str, ...] = ()
    interactive: bool = True
    budget: Budget | None = None  # tokens of snippets; None: the settings'
    stray: bool = False  # the focus is a document of no folder: no folder's instructions go with it
    partial: bool = False  # keep the edits that applied although others stayed rejected
    drafted: tuple[str, ...] = ()  # the endpoints that have drafts of this already: see `variation`

    def variation(self, endpoint: str) -> int:
        """How many drafts of this task the endpoint has already. Another one must not be a repetition."""
        return self.drafted.count(endpoint)
