"""A rewrite that is shown while the user types on: what is left of it for the text as it is now.

It follows the changes that the editor reports. A comparison of two texts would not do: of two equal lines it cannot
know which one was changed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from darner_context.next_edits.history import LineChange
from darner_server.lsp.text.documents import TextChange, equal_at_start
from darner_server.lsp.text.positions import split_lines

_CLOSERS = ")]}>\"'`;,"


@dataclass(slots=True)
class _Region:
    """Characters start..end of the document, whole lines, which were `before` and are to become `goal`."""

    start: int
    end: int
    before: str
    goal: str


class PendingRewrite:
    """Changes of the lines of a file, from the top; their places are those of `lines`, and none overlap."""

    def __init__(self, path: str, lines: Sequence[str], changes: Iterable[LineChange]) -> None:
        self.path = path
        self._conflict = False
        starts = [0, *accumulate(map(len, lines))]
        self._regions = [
            _Region(
                starts[each.first - 1],
                starts[each.first - 1 + len(each.before)],
                "".join(each.before),
                "".join(each.after),
            )
            for each in changes
        ]

    def follow(self, change: TextChange | None) -> None:
        """The document changes; offsets are those of the text before. None: all changes of a message are in."""
        if change is None:
            return
        grown = len(change.text) - (change.end - change.start)
        for each in self._regions:
            if change.start >= each.end and not (each.start == each.end == change.start == change.end):
                continue
            between = change.start == change.end == each.start < each.end and change.text.endswith("\n")
            lines_above = between and not each.goal.startswith(change.text)
            if change.end <= each.start and (change.end < each.start or change.start < change.end or lines_above):
                each.start += grown
                each.end += grown
            elif each.start <= change.start and change.end <= each.end:
                each.end += grown
            else:
                self._conflict = True  # over the border: the user changes more than this

    def changes(self, lines: Sequence[str]) -> list[LineChange] | None:
        """
        What is left to do in the text as it is; None if it no longer fits.

        In its own lines the user may only have typed what a change brings, along with brackets and quotes that the
        editor closed.
        """
        if self._conflict:
            return None
        text = "".join(lines)
        starts = {offset: line for line, offset in enumerate([0, *accumulate(map(len, lines))], start=1)}
        left: list[LineChange] = []
        for each in self._regions:
            now = text[each.start : each.end]
            fits = now == each.before or _on_the_way(each.before, now, each.goal)
            first, end = starts.get(each.start), starts.get(each.end)
            if not fits or first is None or end is None:
                return None
            if now != each.goal:
                after = split_lines(each.goal)
                left.append(LineChange(first, tuple(lines[first - 1 : end - 1]), tuple(after)))
        return left


def _on_the_way(before: str, now: str, goal: str) -> bool:
    """Whether typing on at one place leads from `now` to the goal, but for what an editor closes by itself."""
    head, tail = _common(now, before)
    if head + tail >= len(now):  # the user has only deleted: the goal may delete more, and bring nothing back
        return sum(_common(now, goal)) >= len(goal)
    head, tail = _common(now, goal)
    rest = now[head : len(now) - tail]
    return all(each in _CLOSERS for each in rest) and len(rest) <= 2  # noqa: PLR2004 - a bracket and a quote


def _common(one: str, other: str) -> tuple[int, int]:
    """How many characters two texts have in common at their beginnings, and of the rest at their ends."""
    head = equal_at_start(one, other)
    return head, equal_at_start(one[head:][::-1], other[head:][::-1])
