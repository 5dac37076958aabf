"""Plain files as bytes: no device, no pipe, no folder, and never more than a limit."""

import os
import stat

from darner_context.request import Unreadable

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)  # a pipe may have come in the file's place since it was looked at
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


def read_plain(path: str | os.PathLike[str], most: int, *, follow: bool = True) -> bytes | Unreadable:
    """The bytes of a file; a reason where it is no plain file, has more than `most` bytes or cannot be read.

    Without `follow` a link is no plain file, whatever it leads to.
    """
    try:  # a look at it first: opening a device may do something
        reason = _unfit(os.stat(path, follow_symlinks=follow), most)  # noqa: PTH116 - for files by the thousand
        if reason is not None:
            return reason
        handle = os.open(path, _FLAGS if follow else _FLAGS | _NO_LINK)
        try:
            info = os.fstat(handle)
            return _unfit(info, most) or _all(handle, info.st_size, most)
        finally:
            os.close(handle)
    except OSError as error:
        return Unreadable("failed", f"cannot be read: {error.strerror}")
    except ValueError:  # a zero in the path
        return Unreadable("no name", "it has no name")


def holds_up(path: str | os.PathLike[str], most: int, *, follow: bool) -> bool:
    """Whether a program that reads a file may wait for ever, or take more than `most` bytes of memory for it."""
    try:
        info = os.stat(path, follow_symlinks=follow)  # noqa: PTH116 - as above
    except (OSError, ValueError):
        return False
    kinds = (stat.S_ISREG, stat.S_ISDIR, stat.S_ISLNK)
    return info.st_size > most or not any(each(info.st_mode) for each in kinds)


def _unfit(info: os.stat_result, most: int) -> Unreadable | None:
    if not stat.S_ISREG(info.st_mode):
        return Unreadable("no file", "it is not a plain file")
    return Unreadable("too large", "it is too large") if info.st_size > most else None


def _all(handle: int, size: int, most: int) -> bytes | Unreadable:
    parts: list[bytes] = []
    total = 0
    while part := os.read(handle, max(size - total, 0) + 1):  # one byte more: the end shows at the next read
        parts.append(part)
        total += len(part)
        if total > most:  # it grows while it is read
            return Unreadable("too large", "it is too large")
        size = max(size, total + 65_536) if total > size else size
    return b"".join(parts)
