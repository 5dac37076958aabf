"""Changes as unified diffs in git's form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from darner_server.patch.text import line_diff

if TYPE_CHECKING:
    from collections.abc import Mapping

    from darner_server.patch.edit import Splice

_CONTEXT = 3
_REACH = 40  # lines around a change that are compared: of equal lines, another one may count as the new one


def unified_diff(before: Mapping[str, str | None], after: Mapping[str, str | None]) -> str:
    """Return what changes `before` into `after` in git's form. A file that is not there is None or missing."""
    return "".join(
        _file(path, before.get(path), text) for path, text in sorted(after.items()) if before.get(path) != text
    )


def edit_diff(path: str, text: str, change: Splice, shift: int) -> tuple[str, str]:
    """Return the head of a file and the hunks of one change to its `text`, as `unified_diff` would show them.

    `shift` is how many lines earlier changes added above: the removed lines have the numbers that they had before.
    """
    first, last = _around(text, change.start, change.end)
    above = text.count("\n", 0, first)
    old, new = _split(text[first:last]), _split(text[first : change.start] + change.text + text[change.end : last])
    hunks = _hunks(old, new, line_diff.changes(old, new), (above - shift, above))
    return f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n", "".join(hunks)


def _around(text: str, start: int, end: int) -> tuple[int, int]:
    """Whole lines, from some above `start` to some below `end`."""
    first = start
    for _ in range(_REACH + 1):
        first = text.rfind("\n", 0, max(first, 0))
    for _ in range(_REACH + 1):
        end = text.find("\n", end) + 1 or len(text)
    return first + 1, end


def _file(path: str, before: str | None, after: str | None) -> str:
    head = [f"diff --git a/{path} b/{path}\n"]
    if before is None:
        head.append("new file mode 100644\n")
    elif after is None:
        head.append("deleted file mode 100644\n")
    old, new = _split(before or ""), _split(after or "")
    if not old and not new:
        return "".join(head)
    head.append("--- /dev/null\n" if before is None else f"--- a/{path}\n")
    head.append("+++ /dev/null\n" if after is None else f"+++ b/{path}\n")
    return "".join([*head, *_hunks(old, new, line_diff.changes(old, new))])


def _split(text: str) -> list[str]:
    r"""Split at \n alone, as diff tools do: a \r belongs to its line."""
    lines = [f"{line}\n" for line in text.split("\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def _hunks(
    old: list[str], new: list[str], changes: list[line_diff.Change], above: tuple[int, int] = (0, 0)
) -> list[str]:
    """The lines of the hunks; `above` are how many lines of both files come before the ones that are given."""
    groups: list[list[line_diff.Change]] = []
    for change in changes:
        if groups and change[0] - groups[-1][-1][1] <= 2 * _CONTEXT:
            groups[-1].append(change)
        else:
            groups.append([change])
    shown: list[str] = []
    for group in groups:
        first, last = max(0, group[0][0] - _CONTEXT), min(len(old), group[-1][1] + _CONTEXT)
        begin = group[0][2] - (group[0][0] - first)
        end = group[-1][3] + (last - group[-1][1])
        shown.append(f"@@ -{_range(first, last, above[0])} +{_range(begin, end, above[1])} @@\n")
        at = first
        for removed_from, removed_to, added_from, added_to in group:
            shown += [_line(" ", line) for line in old[at:removed_from]]
            shown += [_line("-", line) for line in old[removed_from:removed_to]]
            shown += [_line("+", line) for line in new[added_from:added_to]]
            at = removed_to
        shown += [_line(" ", line) for line in old[at:last]]
    return shown


def _range(first: int, last: int, above: int) -> str:
    count = last - first
    if count == 1:
        return str(above + first + 1)
    return f"{above + first + 1 if count else above + first},{count}"


def _line(op: str, line: str) -> str:
    return f"{op}{line}" if line.endswith("\n") else f"{op}{line}\n\\ No newline at end of file\n"
