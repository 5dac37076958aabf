"""A rewrite that is shown while the user types on: what is left of it for the text as it is now."""

from collections.abc import Sequence
from dataclasses import dataclass

from darner_context.next_edits.history import LineChange
from darner_server.lsp.next_edits.line_changes import line_changes

_CLOSERS = ")]}>\"'`;,"


@dataclass(frozen=True, slots=True)
class PendingRewrite:
    """Changes of the lines `base` of a file, from the top; their places are lines of `base`, and none overlap."""

    path: str
    base: tuple[str, ...]
    changes: tuple[LineChange, ...]

    def rebased(self, lines: Sequence[str]) -> "PendingRewrite | None":
        """
        The same changes for another text of the file, without those that it has; None if they do not fit it.

        Lines that the user changed elsewhere move a change. In its own lines the user may only have typed what it
        brings, along with brackets and quotes that the editor closed.
        """
        user = line_changes(self.base, lines)
        spans: list[tuple[int, LineChange]] = []  # the first line in `base`, the change in the text as it is
        shift = 0
        for each in user:
            spans.append((each.first - shift, each))
            shift += len(each.after) - len(each.before)
        left: list[LineChange] = []
        for change in self.changes:
            moved = _moved(change, spans, lines)
            if moved is None:
                return None
            if moved.before != moved.after:
                left.append(moved)
        return PendingRewrite(self.path, tuple(lines), tuple(left))


def _moved(change: LineChange, spans: Sequence[tuple[int, LineChange]], lines: Sequence[str]) -> LineChange | None:
    """One change in the text as it is."""
    begin, end = change.first, change.first + len(change.before)
    above = inside = 0
    for first, user in spans:
        last = first + len(user.before)
        grown = len(user.after) - len(user.before)
        touches = _touches(first, last, begin, end)
        if not touches:
            above += grown if last <= begin else 0
        elif begin <= first and last <= end:
            inside += grown
        else:
            return None  # over the border: the user changes more than this
    start = begin + above
    now = tuple(lines[start - 1 : start - 1 + len(change.before) + inside])
    if now == change.before or _on_the_way("".join(change.before), "".join(now), "".join(change.after)):
        return LineChange(start, now, change.after)
    return None


def _touches(first: int, last: int, begin: int, end: int) -> bool:
    """Whether lines first..last (exclusive) and begin..end have any in common; an insertion is between two lines."""
    if first == last and begin == end:
        return first == begin
    if first == last:
        return begin < first < end
    return first < begin < last if begin == end else first < end and begin < last


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
    head, least = 0, min(len(one), len(other))
    while head < least and one[head] == other[head]:
        head += 1
    tail = 0
    while tail < least - head and one[-1 - tail] == other[-1 - tail]:
        tail += 1
    return head, tail
