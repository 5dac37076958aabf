"""What is shown in the place of stored files: changes on disk that the store lacks yet, and live buffers above them."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from darner_context.facts.live_buffer import LiveFile


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Values that never change: an edit makes another snapshot. Only a buffer itself takes in what is typed in it."""

    changed: "Mapping[str, LiveFile | None]" = field(default_factory=dict[str, "LiveFile | None"])  # None: deleted
    buffers: "Mapping[str, LiveFile]" = field(default_factory=dict[str, "LiveFile"])
    live: "Mapping[str, LiveFile]" = field(init=False)
    gone: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Put the buffers over the changed files."""
        there = {path: file for path, file in self.changed.items() if file is not None}
        deleted = self.changed.keys() - there.keys() - self.buffers.keys()
        object.__setattr__(self, "live", {**there, **self.buffers})
        object.__setattr__(self, "gone", frozenset(deleted))

    def with_changed(self, files: "Mapping[str, LiveFile | None]") -> "Snapshot":
        """Add files that were changed on disk; None for a deleted one."""
        return Snapshot({**self.changed, **files}, self.buffers)

    def without_changed(self, stored: "Mapping[str, LiveFile | None]") -> "Snapshot":
        """Drop the changed files that the store holds by now, except those that have changed since."""
        changed = {path: file for path, file in self.changed.items() if path not in stored or stored[path] is not file}
        return Snapshot(changed, self.buffers)

    def with_buffers(self, buffers: "Mapping[str, LiveFile]") -> "Snapshot":
        """Add live buffers."""
        return Snapshot(self.changed, {**self.buffers, **buffers})

    def without_buffer(self, path: str) -> "Snapshot":
        """Drop a live buffer."""
        return Snapshot(self.changed, {other: file for other, file in self.buffers.items() if other != path})
