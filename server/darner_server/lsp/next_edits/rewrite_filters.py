"""Which changes of a rewritten window are shown: none that takes back, deletes or repeats what the user did."""

from collections import Counter
from collections.abc import Sequence

from darner_context.next_edits.changed_names import TOKEN
from darner_context.next_edits.edit import RecordedEdit
from darner_context.next_edits.history import LineChange

_MOST_GROWTH = 40  # lines
_SHARE = 0.5  # of what a change removes or restores


def kept_changes(
    changes: Sequence[LineChange], lines: Sequence[str], edits: Sequence[RecordedEdit], path: str
) -> list[LineChange]:
    """The changes to show, with their places in `lines`; they come with those where the changes above are made."""
    shift = 0
    kept: list[LineChange] = []
    for each in changes:
        begin = each.first - shift  # in `lines`
        shift += len(each.after) - len(each.before)
        above, below = lines[: begin - 1], lines[begin - 1 + len(each.before) :]
        if not _is_noise(each, path) and not _repeats(each, above, below) and not _reverts(each, begin, edits, path):
            kept.append(LineChange(begin, each.before, each.after))
    grown = sum(len(each.after) - len(each.before) for each in kept)
    return kept if grown <= _MOST_GROWTH else []


def _is_noise(change: LineChange, path: str) -> bool:
    """Whether only blanks change; in Python the indent of a line is no blank."""
    before, after = ("".join(lines) for lines in (change.before, change.after))
    if TOKEN.findall(before) != TOKEN.findall(after):
        return False
    if not path.endswith((".py", ".pyi")):
        return True
    old, new = ([each for each in lines if each.strip()] for lines in (change.before, change.after))
    return [_indent(each) for each in old] == [_indent(each) for each in new]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _repeats(change: LineChange, above: Sequence[str], below: Sequence[str]) -> bool:
    """Whether the new lines are those above or below it anyway."""
    added = [each.strip() for each in change.after[len(change.before) :] if each.strip()]
    if not any(len(each) > 1 for each in added):
        return False
    size = 2 * len(added) + len(change.after)  # empty lines among them do not count
    over = [each.strip() for each in above[-size:] if each.strip()][-len(added) :]
    under = [each.strip() for each in below[:size] if each.strip()][: len(added)]
    return added == under or (not change.before and added == over)


def _reverts(change: LineChange, begin: int, edits: Sequence[RecordedEdit], path: str) -> bool:
    """Whether a change removes what an edit added, or brings back what one removed."""
    before, after = _tokens(change.before), _tokens(change.after)
    removed, added = before - after, after - before
    for each in edits:
        old, new = _tokens(each.before), _tokens(each.after)
        typed, deleted = new - old, old - new
        restored = _weight(added & deleted) >= _SHARE * max(1, _weight(added))
        finished = {token for token in removed if any(other.startswith(token) for other in added)}
        taken = any(token not in finished for token in removed & typed if _weight(Counter((token,))))
        here = each.path == path and begin <= each.last + 1 and each.first <= begin + len(change.before)
        if (here and (restored or taken)) or (restored and taken):
            return True
    return False


def _tokens(lines: Sequence[str]) -> Counter[str]:
    return Counter(TOKEN.findall("".join(lines)))


def _weight(tokens: Counter[str]) -> int:
    """How much of a text tokens are, in characters; signs alone are nothing."""
    return sum(len(token) * count for token, count in tokens.items() if token[:1].isalnum() or token[:1] == "_")
