"""Long work in a thread which a cancelled task really ends."""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
Progress = Callable[[int, int], None]


class Stopped(Exception):
    """The work in a thread was called off."""


class Reporter:
    """What the thread has of the outside: where progress is reported, and whether to continue."""

    def __init__(self, loop: asyncio.AbstractEventLoop, progress: Progress) -> None:
        self._loop = loop
        self._progress = progress
        self._stop = threading.Event()

    def report(self, done: int, total: int) -> None:
        """Pass progress on to the loop's thread; raises Stopped once the work was called off."""
        if self._stop.is_set():
            raise Stopped
        self._loop.call_soon_threadsafe(self._progress, done, total)

    def stop(self) -> None:
        """Make the next report raise."""
        self._stop.set()


async def in_thread(work: Callable[[Reporter], T], progress: Progress) -> T:
    """Run `work` in a thread. When this is cancelled, the work ends at its next report, and only then we return."""
    loop = asyncio.get_running_loop()
    reporter = Reporter(loop, progress)
    future = loop.run_in_executor(None, work, reporter)
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        reporter.stop()
        await asyncio.wait([future])
        if not future.cancelled():
            future.exception()  # seen
        raise
