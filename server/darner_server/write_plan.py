"""What a patch is about to do to each file, checked before anything is touched."""

from __future__ import annotations

import secrets
import stat
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from darner_server.patch.protected_paths import is_of_repository

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from darner_server.directory_handles import DirectoryHandle, OpenFolders

_DEEPEST = 200  # names in a path that is written


@dataclass(frozen=True, slots=True)
class Unwritten:
    """Nothing was written. `left` names temporary files that could not be removed again, which is the disk's fault."""

    path: str
    reason: str
    left: tuple[str, ...] = ()


@dataclass(slots=True)
class Step:
    """One file on its way: the new content beside it and, once it is replaced, the old one."""

    path: str
    file: Path
    data: bytes | None
    new: str  # the names that the next two get
    old: str
    folder: DirectoryHandle | None  # None until it has been made
    seen: tuple[int, ...] | None = None  # which file was checked, as `identity` gives it
    fresh: str | None = None
    saved: str | None = None
    done: bool = False

    @property
    def name(self) -> str:
        """The file's name in its folder."""
        return self.file.name

    @property
    def there(self) -> os.stat_result | None:
        """The file as it is now."""
        return None if self.folder is None else self.folder.stat(self.name)

    @property
    def held(self) -> DirectoryHandle:
        """The folder, which is there by now."""
        assert self.folder is not None  # noqa: S101 - prepared
        return self.folder


def plan(
    top: Path, held: OpenFolders, changes: Mapping[str, bytes | None], expected: Mapping[str, bytes | None]
) -> list[Step] | Unwritten:
    """Check every path before anything is touched."""
    steps: list[Step] = []
    for path, data in changes.items():
        file = file_inside(top, path)
        if isinstance(file, str):
            return Unwritten(path, file)
        if any(step.file == file for step in steps):
            return Unwritten(path, "two of the changes are to the same file")
        try:
            step = Step(path, file, data, _beside(file, "new"), _beside(file, "old"), held.folder(file.parent))
            reason = _unfit(step, (expected[path],) if path in expected else None)
        except OSError as error:
            reason = error_text(error)
        else:
            steps.append(step)
        if reason is not None:
            return Unwritten(path, reason)
    return steps


def missing_folders(steps: Sequence[Step], held: OpenFolders) -> list[Path]:
    """The folders that are to be made, outer ones first."""
    found: dict[Path, None] = {}
    for step in steps:
        found.update(dict.fromkeys(held.missing(step.file.parent) if step.data is not None else ()))
    return list(found)


def file_inside(top: Path, path: str) -> Path | str:
    """Return the file that a path names, links followed, or why it may not be written."""
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or not pure.parts or "\0" in path or Path(*pure.parts).is_absolute():
        return f"{path} is outside the root"
    if is_of_repository(path):
        return f"{path} belongs to the repository itself; a patch never changes it"
    if len(pure.parts) > _DEEPEST:
        return f"the path is more than {_DEEPEST} folders deep"
    try:
        file = top.joinpath(*pure.parts).resolve()
    except (OSError, RuntimeError) as error:
        return f"{path} cannot be followed: {error}"
    if file.is_symlink():  # from Python 3.13 on, a loop of links raises nothing
        return f"{path} cannot be followed: its links form a loop"
    if not file.is_relative_to(top) or file == top:
        return f"{path} leads outside the root"
    if is_of_repository(file.relative_to(top).as_posix()):
        return f"{path} belongs to the repository itself; a patch never changes it"
    return file


def _unfit(step: Step, expected: tuple[bytes | None] | None) -> str | None:
    """Return why a file cannot be changed."""
    found = step.there
    step.seen = identity(found)
    if found is None:
        if step.data is None:
            return "the file does not exist"
        return None if expected is None or expected[0] is None else "the file has since been deleted"
    if not stat.S_ISREG(found.st_mode):
        return "it is not a regular file"
    if not found.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
        return "it is read-only; make it writable first"
    if expected is not None and step.held.read(step.name) != expected[0]:
        return "the file has since been changed" if expected[0] is not None else "the file has since been created"
    return None


def identity(found: os.stat_result | None) -> tuple[int, ...] | None:
    """What changes when another program writes or replaces a file; its link count and mode do not count."""
    return None if found is None else (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def error_text(error: OSError) -> str:
    """The system's words for an error."""
    return error.strerror or str(error)


def _beside(file: Path, what: str) -> str:
    return f".{file.name[:100]}.{secrets.token_hex(6)}.{what}"
