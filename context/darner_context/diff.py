"""Which lines of the work tree differ from the last commit, as git tells it.

Nothing that a repository configures is run: no hook, no monitor, no filter, no other program for differences, no
transport. Where git is missing, slow or of another mind, nothing differs.
"""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import which

Changed = Mapping[str, Sequence[range]]  # by path: the lines that are new or stand around what was taken out

_SECONDS = 2.0
_MOST = 4_000_000  # bytes of differences: more are no work of the day
_FILTERS = 40  # settings of filters that are turned off one by one
_SAFE = (
    *("--no-pager", "--no-optional-locks", "-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}"),
    *("-c", "safe.bareRepository=explicit", "-c", "core.quotePath=false"),
)
_DIFF = (
    *("diff", "--no-ext-diff", "--no-textconv", "--no-color", "--no-renames", "--ignore-submodules=all"),
    *("--src-prefix=a/", "--dst-prefix=b/", "--relative", "--unified=0", "HEAD", "--"),
)
_HUNK = re.compile(rb"^\+\+\+ (?:b/(.+?)\t?$)?|^@@ -\S+ \+(\d+)(?:,(\d+))? @@", re.MULTILINE)


def changed_lines(roots: Mapping[str, Path]) -> Changed:
    """Ask git in each root; blocks for some hundredths of a second. The paths are the workspace's."""
    found: dict[str, list[range]] = {}
    program = which("git")
    if program is None or any(Path(program).resolve().is_relative_to(root) for root in roots.values()):
        return found
    for name, root in roots.items():
        filters = _ask(program, root, "config", "--null", "--name-only", "--get-regexp", r"^filter\.")
        if filters is None or filters.count(b"\0") > _FILTERS or b"=" in filters:
            continue
        off = [word for each in filters.decode("utf-8", "replace").split("\0") if each for word in ("-c", f"{each}=")]
        _read(_ask(program, root, *off, *_DIFF) or b"", f"{name}/" if name else "", found)
    return found


def _read(diff: bytes, prefix: str, found: dict[str, list[range]]) -> None:
    lines: list[range] = []
    for each in _HUNK.finditer(diff):
        if each[2] is None:
            lines = found.setdefault(prefix + each[1].decode("utf-8", "replace"), []) if each[1] else []
        else:
            first, size = int(each[2]), int(each[3] or 1)
            lines.append(range(first, first + max(size, 2)))


def _ask(program: str, root: Path, *words: str) -> bytes | None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_ALLOW_PROTOCOL": "", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0"}
    try:
        ran = subprocess.run(  # noqa: S603 - with nothing of the repository's in its words but names of settings
            [program, *_SAFE, *words],
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    nothing_set = words[0] == "config" and ran.returncode == 1
    return ran.stdout if (ran.returncode == 0 or nothing_set) and len(ran.stdout) <= _MOST else None
