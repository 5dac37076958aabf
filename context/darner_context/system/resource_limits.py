"""What a process may take: beyond it the system ends the process, also where it is deep in C code."""

import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path


def limit_memory(more: int) -> None:
    """Let this process take so many bytes beyond those that it has; where the system cannot count them, any number."""
    if sys.platform != "linux":
        return
    import resource  # not everywhere

    with suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + more, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # what ends of it leaves no file behind


@contextmanager
def limited_time(seconds: float) -> Generator[None]:
    """End this process if the block takes more processor time; a busy machine takes nothing off it."""
    if sys.platform == "win32":
        yield
        return
    signal.setitimer(signal.ITIMER_PROF, seconds)  # its signal has no handler, so it ends the process
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
