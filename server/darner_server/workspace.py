"""The files of a workspace on disk, written all or none."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Protocol

from darner_server import unfinished
from darner_server.patch.reserved import is_of_repository

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Unwritten:
    """Nothing was written. `left` names temporary files that could not be removed again, which is the disk's fault."""

    path: str
    reason: str
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """All of it was written."""

    paths: tuple[str, ...]


class Disk(Protocol):
    """The operations on files that `write` is made of: a seam, so that a test can make each of them fail."""

    def create(self, path: Path, data: bytes, mode: int) -> None:
        """Write a new file that did not exist, down to the disk."""
        ...

    def link(self, path: Path, new: Path) -> None:
        """Give a file a second name."""
        ...

    def rename(self, path: Path, new: Path) -> None:
        """Move a file, replacing what is there."""
        ...

    def remove(self, path: Path) -> None:
        """Remove a file."""
        ...

    def make_folder(self, path: Path) -> None:
        """Make a folder."""
        ...

    def remove_folder(self, path: Path) -> None:
        """Remove an empty folder."""
        ...

    def sync_folder(self, path: Path) -> None:
        """Write a folder's entries down to the disk."""
        ...


class RealDisk:
    """The operating system's file operations."""

    def create(self, path: Path, data: bytes, mode: int) -> None:
        """Write a new file that did not exist, down to the disk."""
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        path.chmod(mode)

    def link(self, path: Path, new: Path) -> None:
        """Give a file a second name."""
        new.hardlink_to(path)

    def rename(self, path: Path, new: Path) -> None:
        """Move a file, replacing what is there."""
        path.replace(new)

    def remove(self, path: Path) -> None:
        """Remove a file."""
        path.unlink()

    def make_folder(self, path: Path) -> None:
        """Make a folder."""
        path.mkdir()

    def remove_folder(self, path: Path) -> None:
        """Remove an empty folder."""
        path.rmdir()

    def sync_folder(self, path: Path) -> None:
        """Write a folder's entries down to the disk, where the system can."""
        if os.name != "posix":
            return
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EROFS):
                raise
        finally:
            os.close(handle)


@dataclass(slots=True)
class _Step:
    """One file on its way: the new content beside it and, once it is replaced, the old one."""

    path: str
    file: Path
    data: bytes | None
    new: Path  # the names that the next two get
    old: Path
    fresh: Path | None = None
    saved: Path | None = None
    done: bool = False


def write(
    root: Path,
    changes: Mapping[str, bytes | None],
    *,
    expected: Mapping[str, bytes | None] | None = None,
    disk: Disk | None = None,
    journals: Path | None = None,
) -> Written | Unwritten:
    """Write, or with None delete, every file, or leave every one as it was. Paths are POSIX, below `root`.

    A path that leads out of the root, also through a link, is refused; a link inside it stays a link and its file
    changes. A file keeps its permissions. `expected` holds what each file must still contain (None: must not exist).
    `journals` is the folder from which `unfinished.settle` puts right what a process that dies here leaves behind.
    """
    disk = disk if disk is not None else RealDisk()
    steps = _steps(root.resolve(), changes, expected or {})
    if isinstance(steps, Unwritten):
        return steps
    made: list[Path] = []
    at = steps[0].path if steps else ""
    journal = unfinished.begin(journals, root, [_planned(step) for step in steps], _missing(steps))
    try:
        for step in steps:
            at = step.path
            _prepare(step, made, disk)
        for step in steps:
            at = step.path
            _exchange(step, disk)
        for folder in dict.fromkeys(step.file.parent for step in steps):
            disk.sync_folder(folder)
    except BaseException as error:
        left = _take_back(steps, made, disk)
        if not left:
            unfinished.end(journal)
        if not isinstance(error, OSError):
            raise
        return Unwritten(at, _why(error), left)
    _insist([partial(_remove, step.saved, disk) for step in steps if step.saved is not None])
    unfinished.end(journal)
    return Written(tuple(changes))


def _steps(
    top: Path, changes: Mapping[str, bytes | None], expected: Mapping[str, bytes | None]
) -> list[_Step] | Unwritten:
    """Check every path before anything is touched."""
    steps: list[_Step] = []
    for path, data in changes.items():
        file = _inside(top, path)
        if isinstance(file, str):
            return Unwritten(path, file)
        if any(step.file == file for step in steps):
            return Unwritten(path, "two of the changes are to the same file")
        reason = _unfit(file, data, (expected[path],) if path in expected else None)
        if reason is not None:
            return Unwritten(path, reason)
        steps.append(_Step(path, file, data, _beside(file, "new"), _beside(file, "old")))
    return steps


def _planned(step: _Step) -> unfinished.Planned:
    digest = unfinished.digest(step.data)
    return unfinished.Planned(str(step.file), str(step.new), str(step.old), step.file.exists(), digest)


def _missing(steps: Sequence[_Step]) -> list[Path]:
    """The folders that are to be made, outer ones first."""
    found: dict[Path, None] = {}
    for step in steps:
        above = [each for each in step.file.parents if not each.exists()] if step.data is not None else []
        found.update(dict.fromkeys(reversed(above)))
    return list(found)


def _inside(top: Path, path: str) -> Path | str:
    """Return the file that a path names, links followed, or why it may not be written."""
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or not pure.parts or "\0" in path or Path(*pure.parts).is_absolute():
        return f"{path} is outside the root"
    try:
        file = top.joinpath(*pure.parts).resolve()
    except (OSError, RuntimeError) as error:
        return f"{path} cannot be followed: {error}"
    if file.is_symlink():  # from Python 3.13 on, a loop of links raises nothing
        return f"{path} cannot be followed: its links lead in a circle"
    if not file.is_relative_to(top) or file == top:
        return f"{path} leads outside the root"
    if is_of_repository(file.relative_to(top).as_posix()):
        return f"{path} is the repository's own"
    return file


def _unfit(file: Path, data: bytes | None, expected: tuple[bytes | None] | None) -> str | None:
    """Return why a file cannot be changed as asked."""
    try:
        mode = file.stat().st_mode
    except FileNotFoundError:
        if data is None:
            return "it is not there"
        return None if expected is None or expected[0] is None else "it has been deleted meanwhile"
    except OSError as error:
        return _why(error)
    if not stat.S_ISREG(mode):
        return "it is not a file"
    if not mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
        return "it is read-only; make it writable first"
    if expected is not None:
        try:
            found = file.read_bytes()
        except OSError as error:
            return _why(error)
        if found != expected[0]:
            return "it has changed meanwhile" if expected[0] is not None else "it is there meanwhile"
    return None


def _prepare(step: _Step, made: list[Path], disk: Disk) -> None:
    """Put the new content beside the file."""
    if step.data is None:
        return
    missing: list[Path] = []
    folder = step.file.parent
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for folder in reversed(missing):
        made.append(folder)
        disk.make_folder(folder)
    step.fresh = step.new
    try:
        mode = stat.S_IMODE(step.file.stat().st_mode)
    except FileNotFoundError:
        mode = 0o666 & ~_umask()
    disk.create(step.fresh, step.data, mode)


def _exchange(step: _Step, disk: Disk) -> None:
    """Put the new content in the file's place, or the file away; what was there keeps a second name until the end."""
    if step.file.exists():
        step.saved = step.old
        try:
            disk.link(step.file, step.saved)
        except OSError as error:
            if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS):
                raise
            disk.create(step.saved, step.file.read_bytes(), stat.S_IMODE(step.file.stat().st_mode))
    step.done = True
    if step.fresh is None:
        disk.remove(step.file)
    else:
        disk.rename(step.fresh, step.file)
        step.fresh = None


def _take_back(steps: list[_Step], made: list[Path], disk: Disk) -> tuple[str, ...]:
    """Make everything as it was."""
    back = [partial(_restore, step, disk) for step in reversed(steps)]
    fresh = [step.fresh for step in reversed(steps) if step.fresh is not None]
    away = [partial(_remove, path, disk) for path in fresh]
    folders = [partial(_remove_folder, folder, disk) for folder in reversed(made)]
    _insist([*back, *away, *folders])
    kept = [step.saved for step in steps if step.saved is not None]
    return tuple(str(path) for path in (*fresh, *kept) if path.exists())


def _insist(actions: Sequence[Callable[[], None]]) -> None:
    """Try every action, also after one that fails. An interruption waits until all are done."""
    interrupted: BaseException | None = None
    for action in actions:
        try:
            action()
        except OSError:
            continue
        except BaseException as error:  # noqa: BLE001 - raised again below
            interrupted = error
            with contextlib.suppress(OSError):
                action()
    if interrupted is not None:
        raise interrupted


def _restore(step: _Step, disk: Disk) -> None:
    if step.saved is not None and step.saved.exists():
        if step.done:
            disk.rename(step.saved, step.file)
        # A rename between two names of one file does nothing and leaves both.
        _remove(step.saved, disk)
    elif step.done and step.saved is None and not (step.fresh is not None and step.fresh.exists()):
        _remove(step.file, disk)


def _remove(path: Path, disk: Disk) -> None:
    if path.exists():
        disk.remove(path)


def _remove_folder(path: Path, disk: Disk) -> None:
    if path.exists():
        disk.remove_folder(path)


def _beside(file: Path, what: str) -> Path:
    return file.with_name(f".{file.name[:100]}.{secrets.token_hex(6)}.{what}")


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _why(error: OSError) -> str:
    return error.strerror or str(error)
