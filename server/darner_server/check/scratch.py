"""The folders that checks run in, and their end: also if darner is killed, by the next one that starts.

A lock that ends with its process marks a folder in use.
"""

import os
import secrets
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from darner_context.system.private_files import private_folder


@contextmanager
def scratch_folder(copies: Path) -> Generator[Path]:
    """A new folder in the folder `copies`, for as long as the block runs. Raises OSError where there can be none."""
    private_folder(copies)
    name = secrets.token_hex(8)
    lock = os.open(copies / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    scratch = copies / name
    try:
        _locked(lock)
        scratch.mkdir(mode=0o700)
        yield scratch
    finally:
        remove(scratch)
        (copies / f"{name}.lock").unlink(missing_ok=True)
        os.close(lock)


def sweep(copies: Path) -> int:
    """Remove what processes that were killed left behind; say how many folders."""
    found = 0
    for lock in copies.glob("*.lock") if copies.is_dir() else ():
        with suppress(OSError):
            handle = os.open(lock, os.O_RDWR)
            try:
                if _locked(handle):
                    found += 1
                    remove(lock.with_suffix(""))
                    lock.unlink(missing_ok=True)
            finally:
                os.close(handle)
    return found


def _locked(handle: int) -> bool:
    """Take the lock, which ends with its holder. Where it cannot be had it is another's."""
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def remove(folder: Path) -> None:
    """Remove a folder that a check wrote to: however deep it is, and whatever rights its folders have."""
    if not folder.is_dir():
        return
    number = 0
    waiting = [folder]
    while waiting:
        top = waiting.pop()
        with suppress(OSError):
            top.chmod(0o700)
        for entry in os.scandir(top):
            with suppress(OSError):
                if not entry.is_dir(follow_symlinks=False):
                    os.unlink(entry.path)
                    continue
                os.chmod(entry.path, 0o700)
                number += 1
                waiting.append(folder.parent / f"{folder.name}-{number}")
                os.rename(entry.path, waiting[-1])
        with suppress(OSError):
            top.rmdir()
