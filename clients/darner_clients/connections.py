"""The connections to one endpoint: kept warm, replaced when they died idle. httpcore's errors end here."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from darner_clients.endpoint import Endpoint
from darner_clients.errors import EndpointError, Interrupted, Late, Rejected, Unreachable

if TYPE_CHECKING:
    import httpcore

    from darner_clients.transport import Socket, Sockets

KEEP = 300.0  # seconds an idle connection is kept
MOST_BODY = 1024 * 1024  # bytes of an answer that is no stream


class Connections:
    """A pool, opened when it is first needed. Every failure is raised as an EndpointError."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._pool: httpcore.AsyncConnectionPool | None = None
        self._sockets: Sockets | None = None
        self._opening = asyncio.Lock()

    @property
    def open(self) -> int:
        """How many sockets are open."""
        return len(self._sockets.open) if self._sockets is not None else 0

    @property
    def connect_seconds(self) -> float | None:
        """How long the newest connection took to open; None before the first."""
        return self._sockets.connect_seconds if self._sockets is not None else None

    async def close(self) -> None:
        """Close them all."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.aclose()
        for each in tuple(self._sockets.open) if self._sockets is not None else ():
            await each.aclose()

    async def request(
        self, method: str, url: str, headers: tuple[tuple[str, str], ...], body: bytes, *, within: float
    ) -> "httpcore.Response":
        """The head of the response, within seconds of a connection. One that died while it was idle is replaced."""
        pool = await self._ready()
        import httpcore  # noqa: PLC0415 - slow to import: it was done in a thread just now

        deadlines = self._endpoint.deadlines
        heads = [(b"Host", self._endpoint.host.encode("ascii", "replace")), *_encoded(headers)]
        if body:
            heads.append((b"Content-Length", str(len(body)).encode()))
        timeouts = {"connect": deadlines.connect, "read": None, "write": within, "pool": None}
        for last in (False, True):
            idle = self.open
            request = httpcore.Request(method, url, headers=heads, content=body, extensions={"timeout": timeouts})
            try:
                async with asyncio.timeout(within + deadlines.connect):
                    response = await pool.handle_async_request(request)
            except TimeoutError:
                advice = "raise its deadlines.first_token if it is usually that slow"
                raise Late(self._endpoint.name, f"no answer within {within:g} s", advice) from None
            except (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError) as error:
                if last or not idle:
                    raise self.translated(error, started=False) from None
            except network_errors() as error:
                raise self.translated(error, started=False) from None
            else:
                socket_of(response).requests += 1
                return response
        raise AssertionError  # the second round returns or raises

    async def body(self, response: "httpcore.Response") -> bytes:
        """The whole body, or as much as came in time: it is an answer that is no stream."""
        parts: list[bytes] = []
        with suppress(TimeoutError):
            try:
                async with asyncio.timeout(self._endpoint.deadlines.gap), aclosing(chunks(response)) as stream:
                    async for chunk in stream:
                        parts.append(chunk)
                        if sum(map(len, parts)) > MOST_BODY:
                            break
            except network_errors() as error:
                if not parts:
                    raise self.translated(error, started=False) from None
        return b"".join(parts)

    def translated(self, error: Exception, *, started: bool) -> EndpointError:
        """An error of httpcore as one of ours."""
        import httpcore  # noqa: PLC0415 - see request

        name, host, deadlines = self._endpoint.name, self._endpoint.host, self._endpoint.deadlines
        match error:
            case httpcore.ConnectTimeout():
                return Unreachable(name, f"{host} did not answer: {error}")
            case httpcore.ConnectError() | httpcore.ProxyError():
                return Unreachable(name, f"{host} cannot be reached: {error}")
            case httpcore.ReadTimeout() if started:
                return Late(name, f"the reply stopped for {deadlines.gap:g} s", stage="gap", started=True)
            case httpcore.ReadTimeout():
                return Late(name, f"no token within {deadlines.first_token:g} s")
            case httpcore.WriteTimeout():
                return Late(name, "the request could not be sent in time")
            case httpcore.UnsupportedProtocol() | httpcore.LocalProtocolError():
                return Rejected(name, f"base_url or key cannot be sent ({type(error).__name__})", "check the settings")
            case _:
                return Interrupted(name, "the reply broke off" if started else "the connection broke", started=started)

    async def _ready(self) -> "httpcore.AsyncConnectionPool":
        async with self._opening:
            if self._pool is not None:
                return self._pool
            secure = urlsplit(self._endpoint.base_url).scheme == "https"
            self._sockets, pool = await asyncio.to_thread(_make, secure=secure)
            self._pool = pool
            return pool


def socket_of(response: "httpcore.Response") -> "Socket":
    """The connection that a response comes on."""
    extensions = cast("dict[str, object]", response.extensions)  # pyright: ignore[reportUnknownMemberType] # untyped
    return cast("Socket", extensions["network_stream"])


async def chunks(response: "httpcore.Response") -> AsyncGenerator[bytes]:
    """The body as it comes, as a generator that can be closed."""
    async for chunk in response.aiter_stream():
        yield chunk


def network_errors() -> tuple[type[Exception], ...]:
    """What httpcore raises when the network or the other side fails."""
    import httpcore  # noqa: PLC0415 - see Connections.request

    return (
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.TimeoutException,
        httpcore.ProxyError,
        httpcore.UnsupportedProtocol,
    )


def _make(*, secure: bool) -> "tuple[Sockets, httpcore.AsyncConnectionPool]":
    import httpcore  # noqa: PLC0415 - slow to import: here, in a thread

    from darner_clients.transport import Sockets, tls_context  # noqa: PLC0415 - likewise

    sockets = Sockets()
    return sockets, httpcore.AsyncConnectionPool(
        ssl_context=tls_context() if secure else None,
        max_connections=None,
        max_keepalive_connections=4,
        keepalive_expiry=KEEP,
        network_backend=sockets,
    )


def _encoded(headers: tuple[tuple[str, str], ...]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers]
