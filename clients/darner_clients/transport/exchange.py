"""One request and its answer over httpcore, such that no cancellation can leak a connection.

httpcore loses a connection that a cancellation reaches at the wrong await: when it has connected and not yet sent, and
while it closes an answer. So it runs in a task that is never cancelled. A caller that gives up closes
the socket; httpcore then sees a broken connection, which it handles well.

httpx, which rests on httpcore, is imported only to read an address that is out of the ordinary: it follows redirects,
keeps cookies and reads the environment, none of which would be right here, and its import takes long.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Protocol, cast
from urllib.parse import urlsplit

import httpcore

from darner_clients.transport.addresses import proxy_server, target
from darner_clients.transport.exceptions import Broken, FailureKind, Headers, NotConnected
from darner_clients.transport.httpcore_errors import is_no_http, is_silent, kind_of
from darner_clients.transport.network_backend import CancelHandle, Sockets, cancel_handle, tls_context
from darner_clients.transport.proxies import shown_proxy
from darner_clients.transport.settle import wait_until_done

KEEP = 300.0  # seconds an idle connection is kept
MOST_IDLE = 4
MOST_AHEAD = 1024 * 1024  # bytes that are read before anybody takes them


async def preload() -> None:
    """Import what httpcore leaves until its first request: for a program that must not stop then."""
    answer = [b"HTTP/1.1 204 No Content\r\n\r\n"]
    async with httpcore.AsyncConnectionPool(network_backend=httpcore.AsyncMockBackend(answer)) as pool:
        await pool.request("GET", "http://localhost")


class Http:
    """The connections that httpcore keeps to one endpoint, and their sockets. The key is sent to its own host only."""

    def __init__(self, base_url: str) -> None:
        url = urlsplit(base_url)
        proxy = proxy_server(base_url)
        with suppress(ValueError):  # which is raised by the first request
            target(base_url)  # reads an unusual one here, in a thread, for the first time
        self.sockets = Sockets()
        self.through = f", through the proxy {shown_proxy(base_url)}" if proxy else ""
        self.pool = httpcore.AsyncConnectionPool(
            ssl_context=tls_context() if url.scheme == "https" else None,
            proxy=proxy,
            max_connections=None,
            max_keepalive_connections=MOST_IDLE,
            keepalive_expiry=KEEP,
            network_backend=self.sockets,
        )

    def ask(self, method: str, address: str, headers: Headers, body: bytes) -> "Exchange":
        """Begin an exchange. It is to be left."""
        return Exchange(self, method, address, headers, body)


class Exchange:
    """`status` is 0 until the head of the answer is there; `read_by` is the loop's time when a read gives up."""

    def __init__(self, http: Http, method: str, address: str, headers: Headers, body: bytes) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.read_by: float | None = None
        self._http = http
        self._handle = CancelHandle(body_follows=bool(body))
        self._sent = False
        self._over = False
        self._failure: Exception | None = None
        self._parts: list[bytes] = []
        self._news: asyncio.Future[None] | None = None
        self._room = asyncio.Event()
        work = self._run(method, address, headers, body)
        self._task = asyncio.get_running_loop().create_task(work, name="exchange")

    @property
    def reused(self) -> bool:
        """Whether its connection has served before."""
        return self._handle.socket is not None and self._handle.socket.requests > 1

    @property
    def connect_seconds(self) -> float:
        """What opening the connection took; 0.0 if it was open."""
        return 0.0 if self.reused or self._handle.socket is None else self._handle.socket.connect_seconds

    @property
    def is_success(self) -> bool:
        """Whether there is an answer with a status of success."""
        return 200 <= self.status < 300 and self.status not in {204, 205}  # noqa: PLR2004 - nothing follows these

    def pace(self, seconds: float) -> None:
        """Leave the socket alone for so long between two reads."""
        if self._handle.socket is not None:
            self._handle.socket.pace = seconds

    async def wait_sent(self) -> None:
        """Return when there is a connection, and the request is on it. Raises Broken, NotConnected, ValueError."""
        await self._until(lambda: self._sent)

    async def wait_head(self) -> None:
        """Return when the head of the answer is here. Raises Broken."""
        if not await self._until(lambda: self.status > 0):
            raise Broken("the exchange was ended")

    async def chunks(self) -> AsyncGenerator[bytes]:
        """The body as it comes, each time all that there is. Raises Broken and TimeoutError."""
        while True:
            if not self._parts:
                async with asyncio.timeout_at(self.read_by):
                    if not await self._until(lambda: bool(self._parts)):
                        return
            data = b"".join(self._parts)
            self._parts.clear()
            self._room.set()
            yield data

    async def leave(self) -> None:
        """Be done with it. If its answer was read to the end the connection can serve again, else it is closed now.

        Returns when nothing is left of the exchange, also if it is cancelled.
        """
        if not self._over:
            self._handle.cancel()
            self._room.set()
        await wait_until_done(self._task)

    async def _until(self, condition: Callable[[], bool]) -> bool:
        """False if it is over and that will never be. Raises what it failed with."""
        while not condition():
            if self._failure is not None:
                raise self._failure
            if self._over:
                return False
            self._news = asyncio.get_running_loop().create_future()
            await self._news
        return True

    def _tell(self) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_result(None)

    # -- in the task that is never cancelled

    async def _run(self, method: str, address: str, headers: Headers, body: bytes) -> None:
        cancel_handle.set(self._handle)
        try:
            await self._send(method, address, headers, body)
        except httpcore.ProxyError as error:  # in the proxy's own words, which may repeat its password: only the status
            self._failure = NotConnected(f"{_status(error)}{self._http.through}", kind_of(error))
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            self._failure = NotConnected(f"{error}{self._http.through}", kind_of(error))
        except (httpcore.UnsupportedProtocol, httpcore.LocalProtocolError, ValueError) as error:
            self._failure = ValueError(str(error))
        except httpcore.RemoteProtocolError as error:
            self._failure = Broken("") if self.status else _odd_answer(error, address, self._http.through)
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as error:
            self._failure = Broken(str(error), kind_of(error))
        except Exception as error:  # noqa: BLE001 - a bug: raised where somebody waits
            self._failure = error
        finally:
            self._over = True
            self._tell()

    async def _send(self, method: str, address: str, headers: Headers, body: bytes) -> None:
        where, host = target(address)
        fields = [("Host", host), *headers]
        if body or method == "POST":
            fields.append(("Content-Length", str(len(body))))
        request = httpcore.Request(
            method,
            where,
            headers=[(name.encode("ascii"), value.encode("ascii")) for name, value in fields],
            content=_Body(body, self._begun),
        )
        response = await self._http.pool.handle_async_request(request)
        stream = cast("_Stream", response.stream)
        try:
            self.headers = _headers(response.headers)
            self.status = response.status
            self._tell()
            ahead = 0
            async for part in stream:
                ahead = ahead + len(part) if self._parts else len(part)
                self._parts.append(part)
                self._tell()
                if ahead > MOST_AHEAD and not self._handle.is_cancelled:
                    self._room.clear()
                    await self._room.wait()
        finally:
            await stream.aclose()

    def _begun(self) -> None:
        """There is a connection, and the headers are on it."""
        if self._handle.socket is not None:
            self._handle.socket.requests += 1
        self._sent = True
        self._tell()


class _Body:
    """A request's body, which reports when sending begins."""

    def __init__(self, content: bytes, begun: Callable[[], None]) -> None:
        self._content = content
        self._begun = begun

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self._begun()
        if self._content:
            yield self._content


class _Stream(Protocol):
    """The body of an answer."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    async def aclose(self) -> None: ...


def _headers(fields: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """By their names in lower case; the values of one that comes more than once are joined by commas."""
    found: dict[str, str] = {}
    for raw_name, raw_value in fields:
        name, value = _decoded(raw_name).lower(), _decoded(raw_value)
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _decoded(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _odd_answer(error: httpcore.RemoteProtocolError, address: str, through: str) -> Broken:
    """`through` names the proxy: then either of the two may have been silent."""
    if is_silent(error):
        tls = address.startswith("https:")
        kind: FailureKind = "other" if through else "silent-tls" if tls else "silent"
        return Broken(f"it was closed without an answer to {'https' if tls else 'plain http'}{through}", kind)
    return Broken(f"what answers there does not speak HTTP{through}", "no-http") if is_no_http(error) else Broken("")


def _status(error: httpcore.ProxyError) -> str:
    code = str(error)[:3]
    try:
        return f"{code} {HTTPStatus(int(code)).phrase}"
    except ValueError:
        return "the proxy refuses the connection"
