"""What the user did last, from the changes of documents. Values only: the caller has the clock and the documents."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from darner_context.next_edits.edit import EditKind, RecordedEdit

MOST = 25  # edits
_PAUSE = 1.0  # seconds between two changes of one edit
_APART = 8  # lines between two changes of one edit
_BULK_LINES, _BULK_CHARACTERS = 8, 200  # of one change: nobody types them
_BULK_PLACES = 3  # of one message: a formatter, or many cursors
_LONG = 400  # lines of an edit
_LONG_LINE = 4_000  # characters: nobody types into a minified file
_STATES = 64  # states of an edit that an undo may return to
_UNDONE = 8  # edits that a redo may bring back
_AT_ONCE = 3  # documents that change within a second: a branch switch, or a rename by another tool


@dataclass(frozen=True, slots=True)
class LineChange:
    """Whole lines `before` from line `first` (1-based) on became `after`; both keep their line ends."""

    first: int
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(slots=True)
class _Entry:
    path: str
    first: int
    before: tuple[str, ...]
    after: tuple[str, ...]
    kind: EditKind
    seconds: float
    states: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])  # what its lines were, oldest first

    @property
    def end(self) -> int:
        """The first line below it."""
        return self.first + len(self.after)


class EditHistory:
    """
    The last edits of all documents, oldest first.

    Changes within a second and eight lines are one edit, and so are changes of its own lines whenever they come.
    After an undo or a redo `undone` is true until the next change that is neither. Where several documents change at
    once, none of them was typed.
    """

    def __init__(self) -> None:
        self._entries: deque[_Entry] = deque(maxlen=MOST)
        self._taken_back: list[_Entry] = []  # edits that an undo has reverted completely
        self._latest: dict[str, float] = {}  # when each document changed last
        self.undone = False
        self.begun = 0  # how many edits the user has begun to type

    def __len__(self) -> int:
        return len(self._entries)

    def edits(self) -> tuple[RecordedEdit, ...]:
        """The edits, oldest first, with the lines where they are now."""
        return tuple(RecordedEdit(each.path, each.first, each.before, each.after, each.kind) for each in self._entries)

    def record(
        self,
        path: str,
        change: LineChange,
        lines: Sequence[str],
        seconds: float,
        *,
        places: int = 1,
        own: bool = False,
        accepted: bool = False,
    ) -> None:
        """
        Take in what one message changed.

        `lines` are the document's after it. `seconds` is a time that only grows. `places`: how many changes the
        message had. `own`: darner made them; `accepted`: the user took a next edit.
        """
        change = trimmed(change)
        if change.before == change.after:
            return
        made: EditKind | None = "own" if own else "accepted" if accepted else None
        kind = made or self._kind(path, change, places, seconds)
        if made is None and self._reverts(path, change):
            kind = "undo"
        self.undone = kind == "undo"
        self._take(path, change, kind, lines, seconds)

    def forget(self, path: str) -> None:
        """Drop the edits of a document."""
        self._entries = deque((each for each in self._entries if each.path != path), maxlen=MOST)
        self._taken_back = [each for each in self._taken_back if each.path != path]
        self._latest.pop(path, None)

    def _kind(self, path: str, change: LineChange, places: int, seconds: float) -> EditKind:
        self._latest = {key: value for key, value in self._latest.items() if seconds - value <= _PAUSE}
        self._latest[path] = seconds
        if len(self._latest) < _AT_ONCE:
            return _kind(change, places)
        for each in self._entries:
            if each.kind == "typing" and seconds - each.seconds <= _PAUSE:
                each.kind = "bulk"
        return "bulk"

    def _reverts(self, path: str, change: LineChange) -> bool:
        """Whether a change brings lines back to what they were: an undo, or the redo after it."""
        for each in (*self._entries, *self._taken_back):
            if each.path == path and _covers(each, change):
                begin = change.first - each.first
                after = (*each.after[:begin], *change.after, *each.after[begin + len(change.before) :])
                if after == each.before or after in each.states:
                    return True
        return False

    def _take(self, path: str, change: LineChange, kind: EditKind, lines: Sequence[str], seconds: float) -> None:
        if kind != "undo":
            self._taken_back = [each for each in self._taken_back if each.path != path]
        known = (*self._entries, *self._taken_back)
        touched = [each for each in known if each.path == path and _touches(each, change)]
        target = self._target(path, change, kind, touched, seconds)
        grown = len(change.after) - len(change.before)
        for each in known:
            if each is not target and each.path == path and each.first >= change.first + len(change.before):
                each.first += grown
        if target is not None:
            _join(target, change, lines, seconds)
        elif kind != "undo" and len(change.before) <= _LONG and len(change.after) <= _LONG:
            self.begun += kind == "typing"
            target = _Entry(path, change.first, change.before, change.after, kind, seconds, [change.before])
        kept = [each for each in self._entries if each is not target and not any(each is other for other in touched)]
        if target is not None and target.before != target.after:
            kept = [each for each in kept if each.path != path or each.end <= target.first or each.first >= target.end]
            kept.append(target)
        self._entries = deque(kept, maxlen=MOST)
        back = [each for each in self._taken_back if not any(each is other for other in touched)]
        if target is not None and target.before == target.after and kind == "undo":
            back.append(target)
        self._taken_back = back[-_UNDONE:]

    def _target(
        self, path: str, change: LineChange, kind: EditKind, touched: Sequence[_Entry], seconds: float
    ) -> _Entry | None:
        """The edit that a change is a part of."""
        for each in reversed(touched):
            long = len(each.before) + len(each.after) > _LONG
            if (kind == "undo" and _covers(each, change)) or (kind in {each.kind, "accepted"} and not long):
                return each
        last = self._entries[-1] if self._entries else None
        if last is None or touched or kind != last.kind or last.path != path or seconds - last.seconds > _PAUSE:
            return None
        apart = max(change.first - last.end, last.first - (change.first + len(change.before)))
        return last if apart <= _APART and len(last.before) + len(last.after) <= _LONG else None


def _join(last: _Entry, change: LineChange, lines: Sequence[str], seconds: float) -> None:
    """Widen the last edit to the lines of a change; `lines` are those after it."""
    grown = len(change.after) - len(change.before)
    above = max(0, last.first - change.first)  # lines of the change, or between both, above the edit
    below = max(0, change.first + len(change.before) - last.end)
    old_first, old_end = min(change.first, last.first), max(change.first + len(change.before), last.end)
    new = tuple(lines[old_first - 1 : old_end + grown - 1])
    begin = change.first - old_first
    old = (*new[:begin], *change.before, *new[begin + len(change.after) :])
    head, tail = old[:above], old[len(old) - below :] if below else ()
    last.states = [(*head, *state, *tail) for state in last.states] if above or below else last.states
    last.states.append(old)
    del last.states[:-_STATES]
    last.before, last.after = (*head, *last.before, *tail), new
    last.first, last.seconds = old_first, seconds


def _covers(entry: _Entry, change: LineChange) -> bool:
    """Whether a change is inside the lines of an edit."""
    return entry.first <= change.first and change.first + len(change.before) <= entry.end


def _touches(entry: _Entry, change: LineChange) -> bool:
    """Whether a change and an edit have lines in common; without lines they do at one place."""
    begin, end = change.first, change.first + len(change.before)
    if begin == end or entry.first == entry.end:
        return begin <= entry.end and entry.first <= end
    return begin < entry.end and entry.first < end


def _kind(change: LineChange, places: int) -> EditKind:
    added = sum(map(len, change.after)) - sum(map(len, change.before))
    grown = len(change.after) - len(change.before)
    rewritten = min(len(change.before), len(change.after)) > _APART * 2
    if places > _BULK_PLACES or grown >= _BULK_LINES or added >= _BULK_CHARACTERS or rewritten:
        return "bulk"
    return "bulk" if any(len(line) > _LONG_LINE for line in change.after) else "typing"


def trimmed(change: LineChange) -> LineChange:
    """Leave out the lines at both ends that stay as they are."""
    before, after = change.before, change.after
    head, least = 0, min(len(before), len(after))
    while head < least and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < least - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    return LineChange(change.first + head, before[head : len(before) - tail], after[head : len(after) - tail])
