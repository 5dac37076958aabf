"""One request and its answer over httpx, such that no cancellation can leak a connection.

httpcore loses a connection that a cancellation reaches at the wrong await: when it has connected and not yet sent, and
while it closes an answer. So httpx runs in a task that is never cancelled. A caller that gives up closes
the socket; httpx then sees a broken connection, which it handles well.
"""

import asyncio
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from functools import lru_cache
from http import HTTPStatus
from typing import cast
from urllib.parse import urlsplit, urlunsplit

import httpcore
import httpx

from darner_clients.transport.connection_failures import Broken, FailureKind, Headers, NotConnected
from darner_clients.transport.httpcore_errors import is_no_http, is_silent, kind_of
from darner_clients.transport.network_backend import CancelHandle, Sockets, cancel_handle, tls_context
from darner_clients.transport.proxies import proxy_of, shown_proxy
from darner_clients.transport.settle import wait_until_done

KEEP = 300.0  # seconds an idle connection is kept
MOST_IDLE = 4
MOST_AHEAD = 1024 * 1024  # bytes that are read before anybody takes them


async def preload() -> None:
    """Import what httpx leaves until its first request: for a program that must not stop then."""
    answer = [b"HTTP/1.1 204 No Content\r\n\r\n"]
    async with httpcore.AsyncConnectionPool(network_backend=httpcore.AsyncMockBackend(answer)) as pool:
        await pool.request("GET", "http://localhost")


class Http:
    """The connections that httpx keeps to one endpoint, and their sockets.

    A whole httpx client does nothing for us that would be right here, and takes its time: it follows redirects, keeps
    cookies, and reads the environment. The key is sent to its own host only.
    """

    def __init__(self, base_url: str) -> None:
        url = urlsplit(base_url)
        proxy = _proxy(base_url)
        self.sockets = Sockets()
        self.through = f", through the proxy {shown_proxy(base_url)}" if proxy else ""
        self.transport = _Transport(self.sockets, proxy, tls_context() if url.scheme == "https" else None)

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
        except httpx.ProxyError as error:  # in the proxy's own words, which may repeat its password: only the status
            self._failure = NotConnected(f"{_status(error)}{self._http.through}", kind_of(error.__cause__))
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            self._failure = NotConnected(f"{error}{self._http.through}", kind_of(error.__cause__))
        except (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL, ValueError) as error:
            self._failure = ValueError(str(error))
        except httpx.RemoteProtocolError as error:
            self._failure = Broken("") if self.status else _odd_answer(error, address, self._http.through)
        except httpx.TransportError as error:
            self._failure = Broken(str(error), kind_of(error.__cause__))
        except Exception as error:  # noqa: BLE001 - a bug: raised where somebody waits
            self._failure = error
        finally:
            self._over = True
            self._tell()

    async def _send(self, method: str, address: str, headers: Headers, body: bytes) -> None:
        target = _target(address)
        fields = [("Host", target.netloc.decode("ascii")), *headers]
        if body or method == "POST":
            fields.append(("Content-Length", str(len(body))))
        request = httpx.Request(method, target, headers=fields, stream=_Body(body, self._begun))
        response = await self._http.transport.handle_async_request(request)
        stream = cast("httpx.AsyncByteStream", response.stream)
        try:
            self.headers = dict(response.headers.items())
            self.status = response.status_code
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


class _Body(httpx.AsyncByteStream):
    """A request's body, which reports when sending begins."""

    def __init__(self, content: bytes, begun: Callable[[], None]) -> None:
        self._content = content
        self._begun = begun

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self._begun()
        if self._content:
            yield self._content


class _Transport(httpx.AsyncHTTPTransport):
    """httpx's own, over our sockets, for which its constructor has no parameter."""

    def __init__(self, sockets: Sockets, proxy: httpcore.Proxy | None, context: ssl.SSLContext | None) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            proxy=proxy,
            max_connections=None,
            max_keepalive_connections=MOST_IDLE,
            keepalive_expiry=KEEP,
            network_backend=sockets,
        )


def _odd_answer(error: httpx.RemoteProtocolError, address: str, through: str) -> Broken:
    """`through` names the proxy: then either of the two may have been silent."""
    if is_silent(error):
        tls = address.startswith("https:")
        kind: FailureKind = "other" if through else "silent-tls" if tls else "silent"
        return Broken(f"it was closed without an answer to {'https' if tls else 'plain http'}{through}", kind)
    return Broken(f"what answers there does not speak HTTP{through}", "no-http") if is_no_http(error) else Broken("")


def _status(error: httpx.ProxyError) -> str:
    code = str(error)[:3]
    try:
        return f"{code} {HTTPStatus(int(code)).phrase}"
    except ValueError:
        return "the proxy rejects the connection"


@lru_cache(maxsize=64)
def _target(address: str) -> httpx.URL:
    """Without a name and password, which are none of ours to send."""
    url = urlsplit(address)
    return httpx.URL(urlunsplit(url._replace(netloc=url.netloc.rpartition("@")[2])))


def _proxy(url: str) -> httpcore.Proxy | None:
    """The proxy of the environment. Raises NotConnected."""
    address = proxy_of(url)
    if not address:
        return None
    try:
        given = httpx.Proxy(address)
    except (ValueError, httpx.InvalidURL):
        raise NotConnected("the proxy that the environment names is no address", "proxy-address") from None
    where = given.url
    if where.scheme not in {"http", "https"}:
        reason = f"the environment names a {where.scheme} proxy; only http and https ones can be used"
        raise NotConnected(reason, "proxy-address")
    return httpcore.Proxy(
        url=httpcore.URL(scheme=where.raw_scheme, host=where.raw_host, port=where.port, target=where.raw_path),
        auth=given.raw_auth,
        headers=given.headers.raw,
        ssl_context=tls_context() if where.scheme == "https" else None,
    )
