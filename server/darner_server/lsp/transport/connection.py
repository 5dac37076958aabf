"""A client's pipe on the event loop: reads as soon as there is something, never waits for a slow reader.

pygls hops through an executor for every header line; here the loop itself watches the pipe. Where it cannot
(Windows pipes, a file as stdin) one thread reads.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable

from darner_server.lsp.transport.byte_stream import Pipe
from darner_server.lsp.transport.framing import Framing

_CHUNK = 256 * 1024
_AT_ONCE = 32  # messages between two turns of the event loop


class Connection:
    """`receive` gets the bodies in order; `ended` is called once, when the client has left."""

    def __init__(
        self, pipe: Pipe, framing: Framing, receive: Callable[[bytes], None], ended: Callable[[], None]
    ) -> None:
        self._pipe = pipe
        self._framing = framing
        self._receive = receive
        self._ended = ended
        self._loop = asyncio.get_running_loop()
        self._bodies: deque[bytes] = deque()
        self._working = False
        self._unsent = bytearray()
        self._threaded = False
        self._gone = False
        self._drained = asyncio.Event()
        self._drained.set()

    def start(self, waiting: list[bytes]) -> None:
        """Handle what is already here, then whatever comes."""
        import os  # next to its only use

        self._take(waiting)
        try:
            self._loop.add_reader(self._pipe.incoming, self._readable)
        except (NotImplementedError, PermissionError, OSError):
            self._threaded = True
            threading.Thread(target=self._read_in_thread, daemon=True, name="darner-stdin").start()
            return
        os.set_blocking(self._pipe.outgoing, False)

    def write(self, data: bytes) -> None:
        """Send, or keep what the client does not take yet."""
        if self._gone:
            return
        if not self._unsent:
            data = self._write_some(data)
        if data:
            if not self._unsent:
                self._drained.clear()
                self._loop.add_writer(self._pipe.outgoing, self._writable)
            self._unsent += data

    def close(self) -> None:
        """Stop reading."""
        if not self._threaded:
            self._loop.remove_reader(self._pipe.incoming)
        self._gone = True

    async def drain(self) -> None:
        """Wait until the client has taken everything, or has left."""
        await self._drained.wait()

    def _write_some(self, data: bytes) -> bytes:
        """Write what can be written at once; returns the rest."""
        view = memoryview(data)
        try:
            while view:
                view = view[self._pipe.write(bytes(view)) :]
        except (BlockingIOError, InterruptedError):
            return bytes(view)
        except OSError:
            self._end()
            return b""
        return b""

    def _writable(self) -> None:
        rest = self._write_some(bytes(self._unsent))
        self._unsent = bytearray(rest)
        if not rest:
            self._loop.remove_writer(self._pipe.outgoing)
            self._drained.set()

    def _readable(self) -> None:
        try:
            data = self._pipe.read(_CHUNK)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        self._arrived(data)

    def _read_in_thread(self) -> None:
        while True:
            try:
                data = self._pipe.read(_CHUNK)
            except OSError:
                data = b""
            try:
                self._loop.call_soon_threadsafe(self._arrived, data)
            except RuntimeError:  # the loop is closed
                return
            if not data:
                return

    def _arrived(self, data: bytes) -> None:
        if data:
            self._take(self._framing.feed(data))
        else:
            self._end()

    def _take(self, bodies: list[bytes]) -> None:
        self._bodies.extend(bodies)
        if not self._working and self._bodies:
            self._work()

    def _work(self) -> None:
        self._working = False
        try:
            for _ in range(_AT_ONCE):
                if not self._bodies or self._gone:
                    return
                self._receive(self._bodies.popleft())
        finally:
            if self._bodies and not self._gone:
                self._working = True
                self._loop.call_soon(self._work)

    def _end(self) -> None:
        if not self._gone:
            self.close()
            self._bodies.clear()
            self._unsent.clear()
            self._drained.set()
            self._ended()
