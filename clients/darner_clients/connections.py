"""The connections to one endpoint: kept warm, replaced when they died idle. Failures of the network end here."""

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from darner_clients.endpoint import Endpoint
from darner_clients.errors import EndpointError, Interrupted, Late, Rejected, Unreachable
from darner_clients.transport import Broken, NotConnected

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from darner_clients.http1 import Connection, Headers

KEEP = 300.0  # seconds an idle connection is kept
MOST_IDLE = 4
MOST_BODY = 1024 * 1024  # bytes of an answer that is no stream


class Connections:
    """Opened when they are first needed. Every failure is raised as an EndpointError. Closing is immediate."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._open: set[Connection] = set()
        self._idle: list[Connection] = []
        self.connect_seconds: float | None = None  # of the newest connection

    @property
    def open(self) -> int:
        """How many sockets are open, idle ones too."""
        return len(self._open)

    def close(self) -> None:
        """Close them all."""
        for each in tuple(self._open):
            self._drop(each)

    async def ask(self, method: str, address: str, headers: "Headers", body: bytes, *, within: float) -> "Connection":
        """The connection on which the head of the answer came, within seconds. It is to be released.

        One that turns out to have died while it was idle is replaced.
        """
        url = urlsplit(address)
        while True:
            connection = self._take_idle()
            reused = connection is not None
            connection = connection or await self._connect(address)
            try:
                async with asyncio.timeout(within):
                    await connection.ask(method, url, headers, body)
            except (Broken, TimeoutError, ValueError) as error:
                self._drop(connection)
                if not (reused and isinstance(error, Broken)):
                    raise self.translated(error, started=False) from None
            except BaseException:
                self._drop(connection)
                raise
            else:
                return connection

    async def body(self, connection: "Connection") -> bytes:
        """The whole body, or as much as came in time: it is an answer that is no stream."""
        parts: list[bytes] = []
        try:
            async with asyncio.timeout(self._endpoint.deadlines.gap), aclosing(connection.chunks()) as chunks:
                async for chunk in chunks:
                    parts.append(chunk)
                    if sum(map(len, parts)) > MOST_BODY:
                        break
        except (Broken, TimeoutError) as error:
            if not parts:
                raise self.translated(error, started=False) from None
        return b"".join(parts)

    def release(self, connection: "Connection") -> None:
        """Done with an answer. If it was read to its end its connection can serve again, else it is closed."""
        if connection.socket.closed or len(self._idle) >= MOST_IDLE or not connection.renew():
            self._drop(connection)
        else:
            connection.idle_since = asyncio.get_running_loop().time()
            self._idle.append(connection)

    def translated(self, error: Exception, *, started: bool) -> EndpointError:
        """A failure of the network as one of ours; anything else is a bug and raised as it is."""
        name, host, deadlines = self._endpoint.name, self._endpoint.host, self._endpoint.deadlines
        if isinstance(error, TimeoutError):
            if started:
                return Late(name, f"the reply stopped for {deadlines.gap:g} s", stage="gap", started=True)
            advice = "raise its deadlines.first_token if it is usually that slow"
            return Late(name, f"no token within {deadlines.first_token:g} s", advice)
        if isinstance(error, ValueError):
            return Rejected(name, "base_url or key cannot be sent: they hold what HTTP does not allow", "check them")
        if isinstance(error, NotConnected):
            return Unreachable(name, f"{host} cannot be reached: {error}")
        if isinstance(error, Broken):
            return Interrupted(name, "the reply broke off" if started else "the connection broke", started=started)
        raise error

    def _take_idle(self) -> "Connection | None":
        now = asyncio.get_running_loop().time()
        while self._idle:
            connection = self._idle.pop()
            if now - connection.idle_since < KEEP and not connection.socket.readable():
                return connection
            self._drop(connection)
        return None

    async def _connect(self, address: str) -> "Connection":
        opener = await asyncio.to_thread(_opener)
        seconds = self._endpoint.deadlines.connect
        try:
            async with asyncio.timeout(seconds):
                connection = await opener(urlsplit(address))
        except TimeoutError:
            raise Unreachable(self._endpoint.name, f"{self._endpoint.host} did not answer in {seconds:g} s") from None
        except (NotConnected, Broken) as error:
            raise self.translated(error, started=False) from None
        self._open.add(connection)
        self.connect_seconds = connection.socket.connect_seconds
        return connection

    def _drop(self, connection: "Connection") -> None:
        self._open.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        connection.socket.abort()


def _opener() -> "Callable[[SplitResult], Awaitable[Connection]]":
    """In a thread: the first time it imports what settings need none of."""
    from darner_clients.http1 import open_connection  # noqa: PLC0415 - see above

    return open_connection
