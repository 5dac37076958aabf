"""A process that ends with the one that started it, whatever it is at: C code lets no other thread of it run."""

import os
import signal
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress


@contextmanager
def lifeline(handle: int) -> Generator[None]:
    """
    As long as the block runs: when the other end of the pipe `handle` is closed, this process and its group are killed.

    A process of its own waits for that; one by one it costs nothing. Nothing else may read the pipe until then. To be
    entered before there are threads.
    """
    if sys.platform == "win32":
        threading.Thread(target=_end, args=(handle,), daemon=True).start()
        yield
        return
    watcher = os.fork()
    if watcher == 0:
        _watch(handle)
    try:
        yield
    finally:
        with suppress(OSError):
            os.kill(watcher, signal.SIGKILL)
            os.waitpid(watcher, 0)


def _watch(handle: int) -> None:
    """Never returns."""
    try:
        null = os.open(os.devnull, os.O_RDWR)
        for output in (1, 2):
            os.dup2(null, output)  # at whose other ends somebody may wait
        while os.read(handle, 4_096):
            pass
        if os.getpgrp() == os.getppid():  # it leads the group: none of the starter's own is in it
            os.killpg(0, signal.SIGKILL)
        os.kill(os.getppid(), signal.SIGKILL)
    finally:
        os._exit(1)


def _end(handle: int) -> None:
    with suppress(OSError):
        while os.read(handle, 4_096):
            pass
    os._exit(1)
