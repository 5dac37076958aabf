"""The lines of the work tree that differ from the last commit, by git's own diff.

Where git is missing, slow or of another mind, nothing differs.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from darner_context.git import command
from darner_context.git.blocking_files import blocks_git
from darner_context.git.repository import repository_of

Changed = Mapping[str, Sequence[range]]  # by path: the lines that are new, or beside removed lines

_DIFF = (
    *("diff", "--no-ext-diff", "--no-textconv", "--no-color", "--no-renames", "--ignore-submodules=all"),
    *("--src-prefix=a/", "--dst-prefix=b/", "--relative", "--unified=0", "HEAD", "--"),
)
_HUNK = re.compile(rb"^\+\+\+ (?:b/(.+?)\t?$)?|^@@ -\S+ \+(\d+)(?:,(\d+))? @@", re.MULTILINE)


def changed_lines(roots: Mapping[str, Path]) -> Changed:
    """Ask git in each root; blocks for some hundredths of a second. The paths are the workspace's."""
    found: dict[str, list[range]] = {}
    for name, root in roots.items():
        if repository_of(root) is None or blocks_git(root):
            continue
        off = command.without_filters(root)
        if off is not None:
            _read(command.run_git(root, *off, *_DIFF) or b"", f"{name}/" if name else "", found)
    return found


def _read(diff: bytes, prefix: str, found: dict[str, list[range]]) -> None:
    lines: list[range] = []
    for each in _HUNK.finditer(diff):
        if each[2] is None:
            lines = found.setdefault(prefix + each[1].decode("utf-8", "replace"), []) if each[1] else []
        else:
            first, size = int(each[2]), int(each[3] or 1)
            lines.append(range(first, first + max(size, 2)))
