"""A lock between processes, which the system lets go of when its holder ends, however it ends."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from darner_context.system.private_files import private_opener

if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class Lock:
    """A held lock. Its file stays behind when it is released: deleting it would let two holders in."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def release(self) -> None:
        """Let the next one in."""
        os.close(self._descriptor)


def try_lock(path: Path) -> Lock | None:
    """Take the lock if nobody holds it; None says that somebody does."""
    descriptor = private_opener(str(path), os.O_RDWR | os.O_CREAT)
    try:
        _take(descriptor)
    except (BlockingIOError, PermissionError):  # the second is how Windows says it
        os.close(descriptor)
        return None
    return Lock(descriptor)


def is_held(path: Path) -> bool:
    """Whether some process holds the lock now."""
    if not path.exists():
        return False
    lock = try_lock(path)
    if lock is None:
        return True
    lock.release()
    return False


@asynccontextmanager
async def locked(path: Path, waiting: Callable[[], None]) -> AsyncGenerator[None]:
    """Hold the lock; `waiting` is called once if another process has it and we wait for that one."""
    lock = try_lock(path)
    if lock is None:
        waiting()
    while lock is None:
        await asyncio.sleep(0.1)
        lock = try_lock(path)
    try:
        yield
    finally:
        lock.release()
