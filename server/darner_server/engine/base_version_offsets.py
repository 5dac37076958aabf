"""Edits made one after another, as changes to the text that they began with.

A model's edits are located in the text as the earlier ones left it; an editor wants each against the version it knows.
"""

from darner_server.patch import Splice


class OriginalOffsets:
    """The changes to one file so far, disjoint and in order, in offsets of the first text."""

    def __init__(self) -> None:
        self._changes: list[Splice] = []

    @property
    def changes(self) -> tuple[Splice, ...]:
        """All changes so far: applied together to the first text they give the present one."""
        return tuple(self._changes)

    def add(self, splices: tuple[Splice, ...]) -> tuple[Splice, ...]:
        """Enter splices of the present text (all in its offsets); returns them in offsets of the first text.

        A splice that reaches into an earlier change comes back joined with that change and replaces it.
        """
        last_first = sorted(splices, key=lambda each: each.start, reverse=True)
        return tuple(reversed([self._enter(each) for each in last_first]))

    def _enter(self, splice: Splice) -> Splice:
        changes = self._changes
        first, shift = 0, 0  # `shift`: present offset less first offset
        while first < len(changes) and changes[first].start + shift + len(changes[first].text) <= splice.start:
            shift += _growth(changes[first])
            first += 1
        start, end = splice.start - shift, splice.end - shift
        head = tail = ""
        past = first
        while past < len(changes) and changes[past].start + shift < splice.end:
            touched = changes[past]
            begin = touched.start + shift
            if past == first:
                head = touched.text[: max(0, splice.start - begin)]
                start = min(start, touched.start)
            tail = touched.text[max(0, splice.end - begin) :]
            shift += _growth(touched)
            end = max(touched.end, splice.end - shift)
            past += 1
        joined = Splice(start, end, head + splice.text + tail)
        changes[first:past] = [joined]
        return joined


def _growth(change: Splice) -> int:
    return len(change.text) - (change.end - change.start)
