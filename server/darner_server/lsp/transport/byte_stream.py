"""The two ends of a connection as plain blocking calls, before there is an event loop.

Imports next to nothing: the answer to `initialize` is sent through here.
"""

import os
from collections.abc import Callable


class Pipe:
    """`read` gives b"" at the end; `write` may take only a part. The numbers are what an event loop watches."""

    __slots__ = ("incoming", "outgoing", "read", "write")  # a dataclass costs 10 ms of imports here

    def __init__(
        self, read: Callable[[int], bytes], write: Callable[[bytes], int], incoming: int, outgoing: int
    ) -> None:
        self.read = read
        self.write = write
        self.incoming = incoming
        self.outgoing = outgoing

    def send(self, data: bytes) -> None:
        """Write all of it, blocking."""
        view = memoryview(data)
        while view:
            view = view[self.write(bytes(view)) :]


def standard_streams() -> Pipe:
    """Take stdin and stdout for the protocol alone.

    Other output is written to stderr, and a child process reads empty input: neither can damage a message.
    """
    incoming, outgoing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return Pipe(
        read=lambda size: os.read(incoming, size),
        write=lambda data: os.write(outgoing, data),
        incoming=incoming,
        outgoing=outgoing,
    )
