"""Folders and files of darner's own that no other user of the machine can read, write or put in the way.

They hold pieces of the user's code. What an earlier version made wider is narrowed when it is next used.
"""

import errno
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_OTHERS = 0o077
_OWN = os.O_NOFOLLOW | os.O_CLOEXEC if os.name == "posix" else 0


def private_folder(folder: Path) -> Path:
    """
    Make a folder, and those around it that are missing, whatever the umask. Raises OSError with a sentence.

    A link of the user's own, as to a larger disk, may lead to another folder of theirs.
    """
    missing: list[Path] = []
    for each in (folder, *folder.parents):
        if each.exists():
            break
        missing.append(each)
    for each in reversed(missing):
        with suppress(FileExistsError):
            each.mkdir(mode=0o700)
    found = folder.lstat()
    if stat.S_ISLNK(found.st_mode) and os.name == "posix" and found.st_uid == os.geteuid() and folder.is_dir():
        found = folder.stat()
    _narrow(folder, folder, found, stat.S_ISDIR)
    return folder


def changed_by_others(file: Path) -> str | None:
    """Explain who else can change a file's content, links followed; None if only its user and the system can."""
    if os.name != "posix":
        return None
    real = file.resolve()
    for each in (file.parent, real.parent, real):
        found = each.stat()
        if found.st_uid not in {0, os.geteuid()} and os.geteuid():  # the superuser works in the homes of others
            return f"{each} belongs to another user"
        if found.st_mode & stat.S_IWOTH and not found.st_mode & stat.S_ISVTX:
            return f"anybody on this machine can write to {each}"
    return None


def private_file(file: Path) -> Path:
    """Make a file if it is not there; raises OSError, also where it is a link or somebody else's."""
    handle = private_opener(str(file), os.O_RDWR | os.O_CREAT)
    os.close(handle)
    return file


def private_opener(path: str, flags: int) -> int:
    """What `open` takes as an opener: the file belongs to the user alone."""
    try:
        handle = os.open(path, flags | _OWN, 0o600)
    except OSError as error:
        raise _foreign(path, "is a link") if error.errno == errno.ELOOP else error from None
    try:
        _narrow(handle, path, os.fstat(handle), stat.S_ISREG)
    except OSError:
        os.close(handle)
        raise
    return handle


def private_database(file: Path) -> Path:
    """
    Make a file for SQLite, which gives those that it puts beside it the same mode; raises OSError.

    One that is there is not opened: closing it again would end all locks that SQLite holds on it for this process.
    """
    with suppress(FileExistsError):
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL | _OWN, 0o600))
    _narrow(file, file, file.lstat(), stat.S_ISREG)
    for beside in (file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
        with suppress(FileNotFoundError):
            _narrow(beside, beside, beside.lstat(), stat.S_ISREG)
    return file


def _narrow(place: Path | int, name: Path | str, found: os.stat_result, is_kind: Callable[[int], bool]) -> None:
    if not is_kind(found.st_mode):
        if is_kind is stat.S_ISDIR and not stat.S_ISLNK(found.st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(name))
        if stat.S_ISDIR(found.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(name))
        raise _foreign(name, "is a link" if stat.S_ISLNK(found.st_mode) else "is not a file")
    if os.name != "posix":
        return
    if found.st_uid != os.geteuid():
        raise _foreign(name, "belongs to another user")
    if found.st_mode & stat.S_ISVTX and found.st_mode & stat.S_IWOTH:
        raise _foreign(name, "is for all users")
    if found.st_mode & _OTHERS:
        with suppress(OSError):  # a file system without modes
            os.chmod(place, stat.S_IMODE(found.st_mode) & ~_OTHERS)  # noqa: PTH101 - a Path or a descriptor


def _foreign(name: Path | str, why: str) -> OSError:
    return OSError(errno.EACCES, f"{why}, so darner stores nothing there", str(name))
