"""PATH, PATH:LINE and PATH:FIRST-LAST, and the workspace root that contains them."""

import os
import re
from pathlib import Path

from darner_context.request import Focus
from darner_context.system.regular_file import read_plain
from darner_context.workspace.scan import READ_LIMIT
from darner_server.cli.exit_codes import Stop

_MARKS = (".git", ".darner.toml", ".hg", ".jj")


def working_folder() -> Path:
    """The folder that darner was started in."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        raise Stop("the current directory no longer exists; change to another") from None


def find_root(given: Path | None, here: Path) -> Path:
    """The given root, else the nearest folder above that is a repository or has a .darner.toml, else `here`."""
    if given is not None:
        if not given.is_dir():
            raise Stop(f"--root {given}: there is no such folder")
        return given.resolve()
    above = (folder for folder in (here, *here.parents) if any((folder / mark).exists() for mark in _MARKS))
    return next(above, here)


def refuse_file_as_instruction(instruction: str, here: Path) -> None:
    """Raise Stop if the instruction is only the name of a file that exists: the two arguments are swapped."""
    name = _split(instruction, here)[0].strip()
    if not name or "\n" in name or len(name.split()) > 1 or ("." not in name and "/" not in name):
        return
    try:
        is_file = (here / name).is_file()
    except (OSError, ValueError):
        return  # too long for a name, or with a NUL
    if is_file:
        raise Stop(f'{name}: is a file, and the instruction comes first: darner patch "what to change" {instruction}')


def parse_location(argument: str, root: Path, here: Path) -> Focus:
    """A place as a path below the root. Raises Stop for one that is not there, no file, outside, or has wrong lines."""
    name, first, last = _split(argument, here)
    path = here / name
    resolved = path.resolve()
    if not resolved.exists():
        raise Stop(f"{name}: there is no such file")
    if os.fsencode(resolved).decode("utf-8", "replace") != str(resolved):
        raise Stop(f"{name}: its name is not UTF-8; rename it")
    if not resolved.is_relative_to(root):
        raise Stop(f"{name}: is outside the workspace {root}; name its workspace with --root")
    if resolved.is_dir():
        raise Stop(f"{name}: is a folder; name files, or use the folder as the workspace with --root {name}")
    if not resolved.is_file():
        raise Stop(f"{name}: is not a regular file")
    if first is not None:
        if first < 1 or (last is not None and last < first):
            raise Stop(f"{argument}: lines count from 1, and FIRST must not be after LAST")
        data = read_plain(resolved, READ_LIMIT)
        if not isinstance(data, bytes):
            raise Stop(f"{name}: {data.reason}")
        lines = len(re.findall(rb"\r\n|\r|\n", data)) + (not data.endswith((b"\n", b"\r")))
        if first > max(1, lines):
            raise Stop(f"{argument}: {name} has only {lines} lines")
    return Focus(resolved.relative_to(root).as_posix(), first, last or first)


def _split(argument: str, here: Path) -> tuple[str, int | None, int | None]:
    found = re.fullmatch(r"(.+?):(\d+)(?:-(\d+))?", argument)
    if not found or (here / argument).exists():
        return argument, None, None
    return found[1], int(found[2]), int(found[3]) if found[3] else None
