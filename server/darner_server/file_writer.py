"""The files of a workspace on disk, written all or none."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from darner_server import journal
from darner_server.directory_handles import LINKED, DirectoryHandle, OpenFolders
from darner_server.write_plan import Step, Unwritten, error_text, file_inside, identity, missing_folders, plan

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["Disk", "RealDisk", "Unwritten", "Written", "set_mode", "write"]


@dataclass(frozen=True, slots=True)
class Written:
    """All of it was written."""

    paths: tuple[str, ...]


class Disk(Protocol):
    """The operations on files that `write` is made of: a seam, so that a test can make each of them fail."""

    def create(self, folder: DirectoryHandle, name: str, data: bytes, mode: int) -> None:
        """Write a new file that did not exist, down to the disk."""
        ...

    def link(self, folder: DirectoryHandle, name: str, new: str) -> None:
        """Give a file a second name."""
        ...

    def rename(self, folder: DirectoryHandle, name: str, new: str) -> None:
        """Give a file another name, in the place of what has it."""
        ...

    def remove(self, folder: DirectoryHandle, name: str) -> None:
        """Remove a file."""
        ...

    def make_folder(self, folder: DirectoryHandle, name: str) -> None:
        """Make a folder."""
        ...

    def remove_folder(self, folder: DirectoryHandle, name: str) -> None:
        """Remove an empty folder."""
        ...

    def sync_folder(self, folder: DirectoryHandle) -> None:
        """Write a folder's entries down to the disk."""
        ...


class RealDisk:
    """The operating system's file operations, each in a folder that is held open."""

    def create(self, folder: DirectoryHandle, name: str, data: bytes, mode: int) -> None:
        """Write a new file that did not exist, down to the disk."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        handle = os.open(folder.at(name), flags, 0o600, dir_fd=folder.fd)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            if hasattr(os, "fchmod"):
                os.fchmod(file.fileno(), mode)
        if not hasattr(os, "fchmod"):
            Path(folder.at(name)).chmod(mode)

    def link(self, folder: DirectoryHandle, name: str, new: str) -> None:
        """Give a file a second name."""
        os.link(folder.at(name), folder.at(new), src_dir_fd=folder.fd, dst_dir_fd=folder.fd)

    def rename(self, folder: DirectoryHandle, name: str, new: str) -> None:
        """Give a file another name, in the place of what has it."""
        folder.replace(name, new)

    def remove(self, folder: DirectoryHandle, name: str) -> None:
        """Remove a file."""
        os.unlink(folder.at(name), dir_fd=folder.fd)

    def make_folder(self, folder: DirectoryHandle, name: str) -> None:
        """Make a folder."""
        os.mkdir(folder.at(name), dir_fd=folder.fd)

    def remove_folder(self, folder: DirectoryHandle, name: str) -> None:
        """Remove an empty folder."""
        os.rmdir(folder.at(name), dir_fd=folder.fd)

    def sync_folder(self, folder: DirectoryHandle) -> None:
        """Write a folder's entries down to the disk, where the system can."""
        if folder.fd is None:
            return
        try:
            os.fsync(folder.fd)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EROFS):
                raise


def write(
    root: Path,
    changes: Mapping[str, bytes | None],
    *,
    expected: Mapping[str, bytes | None] | None = None,
    disk: Disk | None = None,
    journals: Path | None = None,
) -> Written | Unwritten:
    """Write, or with None delete, every file, or leave every one as it was. Paths are POSIX, below `root`.

    A path that leads out of the root, also through a link, is rejected; a link inside it stays a link and its file
    changes. A folder that turns into a link just then leads nowhere. A file keeps its permissions. `expected` holds
    what each file must still contain (None: must not exist). `journals` is the folder from which `journal.settle`
    repairs what a process that dies here leaves behind.
    """
    top = root.resolve()
    with OpenFolders(top) as held:
        steps = plan(top, held, changes, expected or {})
        if isinstance(steps, Unwritten):
            return steps
        return _write(root, steps, held, disk if disk is not None else RealDisk(), journals) or Written(tuple(changes))


def _write(root: Path, steps: list[Step], held: OpenFolders, disk: Disk, journals: Path | None) -> Unwritten | None:
    made: list[tuple[DirectoryHandle, str]] = []
    at = steps[0].path if steps else ""
    entry = journal.begin(journals, root, [_planned(step) for step in steps], missing_folders(steps, held))
    try:
        for step in steps:
            at = step.path
            _prepare(step, held, made, disk)
        for step in steps:
            at = step.path
            _exchange(step, disk)
        for folder in dict.fromkeys(step.held for step in steps):
            disk.sync_folder(folder)
        moved = held.moved()
        if moved is not None:
            at = next((step.path for step in steps if step.file.is_relative_to(moved)), at)
            raise OSError(errno.ELOOP, LINKED)  # noqa: TRY301 - reverted as after any other fault
    except BaseException as error:
        left = _take_back(steps, made, disk)
        if not left:
            journal.end(entry)
        if not isinstance(error, OSError):
            raise
        return Unwritten(at, error_text(error), left)
    _insist([partial(_remove, step.held, step.saved, disk) for step in steps if step.saved is not None])
    journal.end(entry)
    return None


def set_mode(root: Path, path: str, mode: int) -> None:
    """Give a file below the root permissions; one that is no file, or is elsewhere by now, stays as it is."""
    file = file_inside(root.resolve(), path)
    with OpenFolders(root.resolve()) as held, contextlib.suppress(OSError):
        folder = None if isinstance(file, str) else held.folder(file.parent)
        if folder is None or isinstance(file, str):
            return
        found = folder.stat(file.name)
        if found is not None and stat.S_ISREG(found.st_mode):
            os.chmod(folder.at(file.name), mode, dir_fd=folder.fd)


def _planned(step: Step) -> journal.Planned:
    digest = journal.digest(step.data)
    fresh, saved = (str(step.file.with_name(name)) for name in (step.new, step.old))
    return journal.Planned(str(step.file), fresh, saved, step.there is not None, digest)


def _prepare(step: Step, held: OpenFolders, made: list[tuple[DirectoryHandle, str]], disk: Disk) -> None:
    """Put the new content beside the file."""
    if step.data is None:
        return
    if step.folder is None:
        step.folder = _made(step.file.parent, held, made, disk)
    found = step.there
    mode = stat.S_IMODE(found.st_mode) if found is not None else 0o666 & ~_umask()
    step.fresh = step.new
    disk.create(step.folder, step.fresh, step.data, mode)


def _made(path: Path, held: OpenFolders, made: list[tuple[DirectoryHandle, str]], disk: Disk) -> DirectoryHandle:
    """Open a folder, with those above it, that are made where they are missing."""
    folder = held.folder(path)
    if folder is not None:
        return folder
    above = _made(path.parent, held, made, disk)
    made.append((above, path.name))
    disk.make_folder(above, path.name)
    folder = held.folder(path)
    if folder is None:
        raise OSError(errno.ENOENT, LINKED)
    return folder


def _exchange(step: Step, disk: Disk) -> None:
    """Put the new content in the file's place, or the file away; what was there keeps a second name until the end."""
    folder, found = step.held, step.there
    if found is not None and not stat.S_ISREG(found.st_mode):
        raise OSError(errno.ELOOP, "it is no longer a regular file")
    if identity(found) != step.seen:  # by an editor, or another darner, while the new content was being written
        raise OSError(errno.EBUSY, "the file has since been changed")
    if found is not None:
        step.saved = step.old
        try:
            disk.link(folder, step.name, step.saved)
        except OSError as error:
            if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS):
                raise
            disk.create(folder, step.saved, folder.read(step.name), stat.S_IMODE(found.st_mode))
    step.done = True
    if step.fresh is None:
        disk.remove(folder, step.name)
    else:
        disk.rename(folder, step.fresh, step.name)
        step.fresh = None


def _take_back(steps: list[Step], made: list[tuple[DirectoryHandle, str]], disk: Disk) -> tuple[str, ...]:
    """Make everything as it was."""
    back = [partial(_restore, step, disk) for step in reversed(steps)]
    fresh = [(step.held, step.fresh) for step in reversed(steps) if step.fresh is not None]
    away = [partial(_remove, folder, name, disk) for folder, name in fresh]
    folders = [partial(_remove_folder, above, name, disk) for above, name in reversed(made)]
    _insist([*back, *away, *folders])
    kept = [(step.held, step.saved) for step in steps if step.saved is not None]
    return tuple(str(folder.path / name) for folder, name in (*fresh, *kept) if folder.stat(name) is not None)


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


def _restore(step: Step, disk: Disk) -> None:
    if step.folder is None:
        return
    if step.saved is not None and step.folder.stat(step.saved) is not None:
        if step.done:
            disk.rename(step.folder, step.saved, step.name)
        # A rename between two names of one file does nothing and leaves both.
        _remove(step.folder, step.saved, disk)
    elif step.done and step.saved is None and not (step.fresh and step.folder.stat(step.fresh) is not None):
        _remove(step.folder, step.name, disk)


def _remove(folder: DirectoryHandle, name: str, disk: Disk) -> None:
    if folder.stat(name) is not None:
        disk.remove(folder, name)


def _remove_folder(above: DirectoryHandle, name: str, disk: Disk) -> None:
    if above.stat(name) is not None:
        disk.remove_folder(above, name)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
