"""The latest patch of a session, and what its checks have found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import asyncio

    from darner_server.check.project.plan import Plan
    from darner_server.engine import Done, Task

State = Literal["untrusted", "running", "passed", "failed", "unchecked"]


@dataclass(slots=True, eq=False)
class CheckedPatch:
    """
    A patch, where it was made, and with what it is checked.

    `base` is what the files held before it, `words` what came of the check, `repair` the parameters of the request
    that repairs it.
    """

    task: "Task"
    patch: "Done"
    root: Path
    prefix: str  # of the paths in a workspace with several folders
    uris: tuple[str, ...]
    plan: "Plan"
    base: Mapping[str, bytes | None]
    state: State = "untrusted"
    words: str = ""
    output: str = ""
    events: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])  # as on the command line
    repair: dict[str, Any] | None = None
    problems: tuple[tuple[tuple[str, int], str], ...] = ()  # path and line of new errors, and their words
    running: "asyncio.Task[None] | None" = None

    def as_json(self) -> dict[str, Any]:
        """The parameters of `darner/checked`."""
        return {
            "uris": list(self.uris), "state": self.state, "text": self.words, "output": self.output,
            "checks": self.events, "repair": self.repair, "command": self.plan.shown,
        }  # fmt: skip


class CheckedPatches:
    """The latest patch; an older one is no longer checked."""

    def __init__(self) -> None:
        self.latest: CheckedPatch | None = None
        self.published: frozenset[str] = frozenset()  # documents with diagnostics of ours

    def title(self, uri: str) -> tuple[str, str] | None:
        """The words of a lens on a document's hunks, and its command; None if there is nothing to say."""
        found = self.latest
        if found is None or uri not in found.uris:
            return None
        if found.state == "failed":
            return (f"{found.words} · Repair", "darner.repair") if found.repair else (found.words, "darner.check")
        return found.words, "darner.check"
