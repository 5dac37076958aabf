"""The hunks of a patch that still streams, as a diff: one after another as they are finished, and all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from darner_server.patch.edit import Splice
from darner_server.patch.match.splices import spliced
from darner_server.patch.text.diff import edit_diff, unified_diff

if TYPE_CHECKING:
    from darner_server.patch.edit import Kind


class FinishedHunks:
    """What the model has finished so far; the files' texts before it and with it."""

    def __init__(self) -> None:
        self.count = 0
        self._before: dict[str, str | None] = {}
        self._now: dict[str, str | None] = {}
        self._above: dict[str, list[tuple[int, int]]] = {}  # of a file: a line, and how many were added there
        self._headed = ""

    @property
    def changes(self) -> dict[str, str | None]:
        """The new text of every file that differs; None for one that is deleted."""
        return {path: text for path, text in self._now.items() if text != self._before[path]}

    @property
    def diff(self) -> str:
        """All of them, as the finished patch would show them."""
        return unified_diff(self._before, self.changes)

    def add(
        self, path: str, kind: Kind, splices: tuple[Splice, ...], *, snapshot: str | None, new_path: str | None = None
    ) -> str:
        """Enter one edit and return its diff; the head of its file is left out if the last edit was there, too.

        `splices` are offsets into the text with the earlier edits in it. `snapshot` is the text before all of them,
        None for a file that was not there; `new_path` is where a move leads.
        """
        self.count += 1
        text = self._text(path, snapshot)
        if kind in {"delete", "move"}:
            self._now[path] = None
            gone = unified_diff({path: text}, {path: None})
            self._headed = ""
            return gone if new_path is None else gone + self._create(new_path, text or "")
        if text is None:
            return self._create(path, spliced("", splices))
        self._now[path] = spliced(text, splices)
        head, hunks = edit_diff(path, text, _joined(text, splices), self._shift(path, text, splices))
        headed, self._headed = self._headed, path
        return hunks if headed == path else head + hunks

    def _text(self, path: str, snapshot: str | None) -> str | None:
        self._before.setdefault(path, snapshot)
        return self._now.setdefault(path, snapshot)

    def _create(self, path: str, text: str) -> str:
        self._before.setdefault(path, None)
        self._now[path] = text
        self._headed = path
        return unified_diff({}, {path: text})

    def _shift(self, path: str, text: str, splices: tuple[Splice, ...]) -> int:
        """How many lines the earlier edits added above; enter those of this one."""
        known = self._above.setdefault(path, [])
        line = text.count("\n", 0, splices[0].start)
        shift = sum(added for at, added in known if at < line)
        added = sum(each.text.count("\n") - text.count("\n", each.start, each.end) for each in splices)
        self._above[path] = [*((at + added if at > line else at, count) for at, count in known), (line, added)]
        return shift


def _joined(text: str, splices: tuple[Splice, ...]) -> Splice:
    """One splice that does what they do."""
    first, last = splices[0].start, splices[-1].end
    inner = tuple(Splice(each.start - first, each.end - first, each.text) for each in splices)
    return Splice(first, last, spliced(text[first:last], inner))
