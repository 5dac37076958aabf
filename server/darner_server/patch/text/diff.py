from __future__ import annotations

from typing import TYPE_CHECKING

from darner_server.patch.text import line_diff

if TYPE_CHECKING:
    from collections.abc import Mapping

_CONTEXT = 3


def unified_diff(before: Mapping[str, str | None], after: Mapping[str, str | None]) -> str:
    """Return what changes `before` into `after` in git's form. A file that is not there is None or missing."""
    return "".join(
        _file(path, before.get(path), text) for path, text in sorted(after.items()) if before.get(path) != text
    )


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


def _hunks(old: list[str], new: list[str], changes: list[line_diff.Change]) -> list[str]:
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
        shown.append(f"@@ -{_range(first, last)} +{_range(begin, end)} @@\n")
        at = first
        for removed_from, removed_to, added_from, added_to in group:
            shown += [_line(" ", line) for line in old[at:removed_from]]
            shown += [_line("-", line) for line in old[removed_from:removed_to]]
            shown += [_line("+", line) for line in new[added_from:added_to]]
            at = removed_to
        shown += [_line(" ", line) for line in old[at:last]]
    return shown


def _range(first: int, last: int) -> str:
    count = last - first
    if count == 1:
        return str(first + 1)
    return f"{first + 1 if count else first},{count}"


def _line(op: str, line: str) -> str:
    return f"{op}{line}" if line.endswith("\n") else f"{op}{line}\n\\ No newline at end of file\n"
