"""A change of whole lines as the smallest edit of a text that makes it."""

from collections.abc import Sequence

from darner_context.next_edits.edit import NextEdit
from darner_context.next_edits.history import LineChange
from darner_server.lsp.text.documents import equal_at_start


def edit_of(change: LineChange, path: str, reason: str, confidence: float) -> NextEdit:
    """The edit of a file whose lines are as the change has them before."""
    old, new = "".join(change.before), "".join(change.after)
    head = equal_at_start(old, new)
    tail = equal_at_start(old[head:][::-1], new[head:][::-1])
    if head and old[head - 1 : head + 1] == "\r\n":  # a line's end is one thing
        head -= 1
    if tail and old[len(old) - tail - 1 : len(old) - tail + 1] == "\r\n":
        tail -= 1
    start, end = (_place(change.before, change.first, at) for at in (head, len(old) - tail))
    return NextEdit(path, start, end, new[head : len(new) - tail], reason, confidence, sure=False)


def _place(lines: Sequence[str], first: int, offset: int) -> tuple[int, int]:
    """Line and character of an offset in lines from `first` on."""
    for number, line in enumerate(lines):
        if offset < len(line) or (offset == len(line) and not line.endswith(("\n", "\r"))):
            return first + number, offset
        offset -= len(line)
    return first + len(lines), 0
