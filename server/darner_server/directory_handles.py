"""Folders that are held open while files in them are changed: whatever becomes of their paths, no other is reached.

They are opened name by name from the root, and none is a link. Where a system cannot do that (Windows), each is looked
at instead, and paths are used.
"""

import errno
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_HOLDS = {os.open, os.stat, os.unlink, os.mkdir, os.rmdir, os.rename, os.link} <= os.supports_dir_fd
_FOLDER = getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_FILE = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
LINKED = "a folder on its path has become a link or was moved"


@dataclass(frozen=True, slots=True)
class DirectoryHandle:
    """An open folder. Names in it go to the operating system as `at(name)` with `dir_fd=fd`."""

    path: Path
    fd: int | None

    def at(self, name: str) -> str:
        """The name as the operating system takes it."""
        return name if self.fd is not None else str(self.path / name)

    def stat(self, name: str) -> os.stat_result | None:
        """What a name stands for, no link followed; None for nothing."""
        try:
            return os.stat(self.at(name), dir_fd=self.fd, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def read(self, name: str) -> bytes:
        """The content of a file that is no link."""
        handle = os.open(self.at(name), os.O_RDONLY | _FILE, dir_fd=self.fd)
        with os.fdopen(handle, "rb") as file:
            return file.read()

    def content(self, name: str) -> bytes | None:
        """The same; None where it cannot be read."""
        try:
            return self.read(name)
        except OSError:
            return None

    def remove(self, name: str) -> None:
        """Remove a file, if there is one."""
        with suppress(FileNotFoundError):
            os.unlink(self.at(name), dir_fd=self.fd)

    def replace(self, name: str, new: str) -> None:
        """Give a file another name, in the place of what has it."""
        os.replace(self.at(name), self.at(new), src_dir_fd=self.fd, dst_dir_fd=self.fd)


class OpenFolders:
    """The open folders below a root, itself resolved; a context manager that lets go of them."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folders: dict[Path, DirectoryHandle] = {}

    def __enter__(self) -> Self:
        """Nothing is opened before it is needed."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close them all."""
        for each in self._folders.values():
            if each.fd is not None:
                os.close(each.fd)
        self._folders.clear()

    def folder(self, path: Path) -> DirectoryHandle | None:
        """A folder at or below the root; None where it, or one above it, is missing. Raises OSError for a link."""
        if path not in self._folders:
            opened = self._open(path)
            if opened is None:
                return None
            self._folders[path] = opened
        return self._folders[path]

    def missing(self, path: Path) -> list[Path]:
        """The folders that are to be made for one to be there, outer ones first."""
        found: list[Path] = []
        while self.folder(path) is None:
            found.insert(0, path)
            path = path.parent
        return found

    def moved(self) -> Path | None:
        """A folder that is not where it was when it was opened, or None."""
        for path, folder in self._folders.items():
            if folder.fd is not None:
                with OpenFolders(self._root) as again:
                    try:
                        now = again.folder(path)
                    except OSError:
                        return path
                    if now is None or now.fd is None or not os.path.samestat(os.fstat(now.fd), os.fstat(folder.fd)):
                        return path
        return None

    def _open(self, path: Path) -> DirectoryHandle | None:
        if path == self._root:
            return DirectoryHandle(path, os.open(path, os.O_RDONLY | _FOLDER) if _HOLDS else None)
        if not path.is_relative_to(self._root):
            raise OSError(errno.ELOOP, LINKED)
        above = self.folder(path.parent)
        found = above.stat(path.name) if above is not None else None
        if above is None or found is None:
            return None
        if not stat.S_ISDIR(found.st_mode):
            linked = stat.S_ISLNK(found.st_mode)
            raise OSError(errno.ELOOP if linked else errno.ENOTDIR, LINKED if linked else "Not a directory")
        if above.fd is None:
            return DirectoryHandle(path, None)
        try:
            return DirectoryHandle(path, os.open(path.name, os.O_RDONLY | _FOLDER, dir_fd=above.fd))
        except FileNotFoundError:
            return None
        except OSError as error:
            linked = error.errno in {errno.ELOOP, errno.ENOTDIR}
            raise OSError(error.errno, LINKED if linked else error.strerror) from None
