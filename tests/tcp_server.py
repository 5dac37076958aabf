"""A TCP server for tests that leaves no connection open behind it."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serve(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncGenerator[int]:
    """The port. A connection is closed when its handler returns; the end of the block cancels handlers.

    A peer that goes away is no failure of the handler. `asyncio.start_server` makes a coroutine a task of its own, and
    one that is cancelled before its first step closes nothing: so connections are noted by a plain function.
    """
    connections: list[tuple[asyncio.Task[None], asyncio.StreamWriter]] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the peer has gone
        finally:
            writer.close()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append((asyncio.ensure_future(handle(reader, writer)), writer))

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await asyncio.sleep(0)  # what has been accepted becomes a connection
        for task, writer in connections:
            task.cancel()
            writer.transport.abort()
        await asyncio.gather(*(task for task, _ in connections), return_exceptions=True)
