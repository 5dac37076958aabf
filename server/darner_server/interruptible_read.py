"""Reading stdin while an event loop runs: Ctrl-C ends the read at once.

asyncio answers the first SIGINT by cancelling the task, which a read that blocks the loop would not notice.
"""

import signal
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def interruptible() -> Generator[None]:
    """In this block SIGINT raises KeyboardInterrupt, unless it is ignored. For the main thread."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN:
        yield
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
