"""Asking git about a repository that may be hostile: it reads, and runs nothing that the repository configures.

Turned off are monitors, hooks, filters, other programs for differences, transports, prompts and pagers. What the user
configures for all repositories (`core.excludesFile`) counts as ever.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Collection, Sequence
from contextlib import suppress
from functools import lru_cache
from math import ceil
from pathlib import Path
from threading import Timer

from darner_context.system.child_environment import environment, search_path

if sys.platform == "linux":
    from resource import RLIMIT_CPU, RLIMIT_DATA, prlimit

_SECONDS = 2.0
_MOST = 4_000_000  # bytes of an answer
_MEMORY = 3_000_000_000  # bytes that it may take: it reads a file of rules whole, whatever its size
_FILTERS = 40  # settings of filters that are turned off one by one
_SAFE = (
    *("--no-pager", "--no-optional-locks", "-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}"),
    *("-c", "core.untrackedCache=false", "-c", "safe.bareRepository=explicit", "-c", "core.quotePath=false"),
)
_CONFIGS = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM")
_FIXED = {
    "GIT_ALLOW_PROTOCOL": "",  # none: nothing is fetched
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "LC_ALL": "C",
}


def run_git(
    root: Path,
    *words: str,
    given: bytes = b"",
    codes: Collection[int] = (0,),
    seconds: float = _SECONDS,
    most: int = _MOST,
) -> bytes | None:
    """
    The output of `git words` in a folder, with `given` on its stdin; blocks for some hundredths of a second.

    None if git is missing, is slow, writes more than `most` bytes or ends with another code than `codes`. A command
    that compares files of the work tree needs `without_filters` before its words.
    """
    program = _program(root)
    if program is None:
        return None
    try:
        if not given:
            return _said([program, *_SAFE, *words], root, subprocess.DEVNULL, codes, seconds, most)
        from tempfile import TemporaryFile  # seldom needed, and slow to import

        with TemporaryFile() as stdin:
            stdin.write(given)
            stdin.seek(0)
            return _said([program, *_SAFE, *words], root, stdin.fileno(), codes, seconds, most)
    except (OSError, ValueError):
        return None


def without_filters(root: Path) -> list[str] | None:
    """The words that turn off every filter that is configured; None where that cannot be had."""
    found = run_git(root, "config", "--null", "--name-only", "--get-regexp", r"^filter\.", codes=(0, 1))
    if found is None or found.count(b"\0") > _FILTERS or b"=" in found:
        return None
    names = found.decode("utf-8", "replace").split("\0")
    return [word for name in names if name for word in ("-c", f"{name}=")]


def _said(  # noqa: PLR0917 - one call, straight above
    command: Sequence[str], root: Path, stdin: int, codes: Collection[int], seconds: float, most: int
) -> bytes | None:
    heard = environment()
    for name in _CONFIGS:
        if not Path(heard.get(name, os.devnull)).is_absolute():  # it would depend on the current folder
            del heard[name]
    process = subprocess.Popen(  # noqa: S603 - with nothing of the repository's in its words but names of settings
        command,
        cwd=root,
        env={**heard, **_FIXED, "PATH": os.pathsep.join(_folders(root))},
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    if sys.platform == "linux":  # if this process is killed, no other process ends one that is busy for ever
        with suppress(OSError):
            prlimit(process.pid, RLIMIT_CPU, (ceil(seconds) + 1, ceil(seconds) + 2))
            prlimit(process.pid, RLIMIT_DATA, (_MEMORY, _MEMORY))
    assert process.stdout is not None  # noqa: S101 - a pipe was requested
    with process, process.stdout:
        timer = Timer(seconds, _kill, (process,))
        timer.start()
        try:
            said = process.stdout.read(most + 1)
            if len(said) > most:
                _kill(process)
            code = process.wait()
        finally:
            timer.cancel()
    return said if code in codes and len(said) <= most else None


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        elif process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)  # its children, too: they hold the same pipe


def _folders(root: Path) -> list[str]:
    return search_path(os.environ.get("PATH", os.defpath), without=[root.resolve()])


def _program(root: Path) -> str | None:
    found = _in(tuple(_folders(root)))
    return found if found is None or not Path(found).resolve().is_relative_to(root.resolve()) else None


@lru_cache(maxsize=8)
def _in(folders: tuple[str, ...]) -> str | None:
    name = "git.exe" if sys.platform == "win32" else "git"
    paths = (os.path.join(each, name) for each in folders)  # noqa: PTH118 - there may be many
    return next((path for path in paths if os.path.isfile(path) and os.access(path, os.X_OK)), None)  # noqa: PTH113
