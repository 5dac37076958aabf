"""A lock between processes, which the system lets go of when its holder ends, however it ends."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from darner_context.system.private_files import private_opener


class Lock:
    """A held lock. Its file stays behind when it is released: deleting it would let two holders in."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def release(self) -> None:
        """Let the next one in."""
        os.close(self._descriptor)


def try_lock(path: Path) -> Lock | None:
    """Take the lock if it is free; None if another process holds it. Raises OSError if the system has no locks.

    The library locks a descriptor of ours: its lock of a path falls back to a file that a killed holder leaves.
    """
    from filelock import lock_descriptor  # noqa: PLC0415 - slow to import, and a start does without

    descriptor = private_opener(str(path), os.O_RDWR | os.O_CREAT)
    try:
        is_ours = lock_descriptor(descriptor, blocking=False)
    except BaseException:
        os.close(descriptor)
        raise
    if not is_ours:
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
