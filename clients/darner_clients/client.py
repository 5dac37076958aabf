"""One endpoint: its connections, its limits, its streams."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from darner_clients.allowance import Allowance, allowances
from darner_clients.endpoint import Endpoint
from darner_clients.errors import EndpointError, Interrupted, Late, Malformed, Rejected, Unreachable
from darner_clients.faults import from_response
from darner_clients.limits import ASSUMED_WINDOW, Limits, read
from darner_clients.messages import ChatRequest, FillRequest, Finish, Reasoning, Text, Timings
from darner_clients.preset import address, preset_of
from darner_clients.reply import Reply
from darner_clients.sse import Decoder, TooLong
from darner_clients.wire import encode, headers

if TYPE_CHECKING:
    import httpcore

    from darner_clients.transport import Socket, Sockets

PACE = 0.008  # seconds between two reads of a running stream
KEEP = 300.0  # seconds an idle connection is kept
MOST_BODY = 1024 * 1024  # bytes of an answer that is no stream
DRAIN = 0.05  # seconds to wait for the end of a body whose reply is over, so that its connection can serve again

Item = Text | Reasoning | Finish
Heard = Callable[[tuple[Allowance, ...]], None]


class Client:
    """Asks one endpoint. Use as an async context manager; leaving it closes its connections.

    `heard` gets the quota headers of each answer as they come in.
    """

    def __init__(
        self, endpoint: Endpoint, *, heard: Heard | None = None, clock: Callable[[], float] = monotonic
    ) -> None:
        self.endpoint = endpoint
        self.predict = True  # whether predictions are sent at all
        self._heard = heard
        self._clock = clock
        self._pool: httpcore.AsyncConnectionPool | None = None
        self._sockets: Sockets | None = None
        self._opening = asyncio.Lock()
        self._limits: Limits | None = None
        self._limiting = asyncio.Lock()

    async def __aenter__(self) -> Self:
        """Nothing is opened before it is needed; `warm` opens a connection ahead of need."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close every connection."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.aclose()
        if self._sockets is not None:
            for each in tuple(self._sockets.open):
                await each.aclose()

    async def warm(self) -> float:
        """Open a connection if none is open, and see that the endpoint answers. Returns the seconds of one round trip."""
        began = self._clock()
        await self._get(preset_of(self.endpoint).warm)
        return self._clock() - began

    async def limits(self) -> Limits:
        """Window and output limit: the user's settings first, else what the endpoint says (asked once)."""
        async with self._limiting:
            if self._limits is None:
                self._limits = await self._ask_limits()
            return self._limits

    def learn_window(self, window: int) -> None:
        """The endpoint has refused a request and named this window."""
        known = self._limits
        self._limits = Limits(
            window,
            known.max_output if known else self.endpoint.max_output,
            "its refusal of a longer prompt",
            known.model if known else self.endpoint.model,
            known.allowances if known else (),
        )

    @asynccontextmanager
    async def stream(self, request: ChatRequest | FillRequest) -> AsyncIterator[AsyncIterator[Item]]:
        """Send a request; the iterator ends with a Finish. Leaving the block early closes the socket. Raises EndpointError."""
        model = self.endpoint.model or (await self.limits()).model
        wire = encode(self.endpoint, request, model=model, predict=self.predict)
        began = self._clock()
        response = await self._open("POST", wire.url, wire.headers, wire.body, self.endpoint.deadlines.first_token)
        try:
            heads = _headers(response)
            if self._heard is not None:
                self._heard(allowances(heads.items()))
            if response.status != 200:  # noqa: PLR2004
                raise from_response(self.endpoint, response.status, heads, await self._body(response))
            async with aclosing(self._items(response, heads, began)) as items:
                yield items
        finally:
            await response.aclose()

    # -- one stream

    async def _items(
        self, response: "httpcore.Response", heads: Mapping[str, str], began: float
    ) -> AsyncGenerator[Item, None]:
        """Every item of a reply as soon as its bytes are here."""
        clock, deadlines, name = self._clock, self.endpoint.deadlines, self.endpoint.name
        reply = Reply(self.endpoint)
        decoder = Decoder()
        socket: Socket = response.extensions["network_stream"]
        loop_time = asyncio.get_running_loop().time
        socket.read_by = loop_time() + max(0.0, deadlines.first_token - (clock() - began))
        connect = socket.connect_seconds if socket.requests == 1 else 0.0
        first = last = None
        try:
            if "json" in heads.get("content-type", "") and "event-stream" not in heads.get("content-type", ""):
                for piece in reply.whole(await self._body(response)):
                    first = first or clock()
                    yield piece
            else:
                async with aclosing(_chunks(response)) as chunks:
                    async for chunk in chunks:
                        for data in decoder.feed(chunk):
                            for piece in reply.feed(data):
                                if first is None:
                                    first = clock()
                                    socket.pace = PACE
                                last = None
                                yield piece
                        if last is None and first is not None:
                            last = clock()
                            socket.read_by = loop_time() + deadlines.gap
                        if reply.over:
                            break
                    if not reply.over:
                        _, pieces = reply.close(decoder.close())
                        for piece in pieces:
                            yield piece
                    else:
                        reply.close(None)
                        yield self._finish(reply, Timings(connect, reply.queue, *_spent(began, first, last or clock())))
                        socket.pace = 0.0
                        socket.read_by = loop_time() + DRAIN
                        await _drain(chunks)
                        return
        except TooLong as error:
            raise Malformed(name, f"sent {error}", started=first is not None) from None
        except EndpointError:
            raise
        except Exception as error:
            raise self._mapped(error, started=first is not None) from None
        yield self._finish(reply, Timings(connect, reply.queue, *_spent(began, first, last or clock())))

    def _finish(self, reply: Reply, timings: Timings) -> Finish:
        return Finish(reply.reason or "stop", reply.usage, timings, self.endpoint.name)

    async def _body(self, response: "httpcore.Response") -> bytes:
        parts: list[bytes] = []
        try:
            async with asyncio.timeout(self.endpoint.deadlines.gap):
                async with aclosing(_chunks(response)) as chunks:
                    async for chunk in chunks:
                        parts.append(chunk)
                        if sum(map(len, parts)) > MOST_BODY:
                            break
        except TimeoutError:
            pass  # what came will do to say what is wrong
        except Exception as error:
            if not parts:
                raise self._mapped(error, started=False) from None
        return b"".join(parts)

    # -- asking for anything else

    async def _ask_limits(self) -> Limits:
        endpoint = self.endpoint
        told: Limits | None = None
        problem: EndpointError | None = None
        if not (endpoint.window and endpoint.model):
            for path in preset_of(endpoint).limits:
                try:
                    content = await self._get(path)
                except Rejected as error:
                    problem = error
                    continue
                told = read(content, endpoint.model, path if path.startswith("/") else f"/v1/{path}")
                if told is not None:
                    break
        if problem is not None and told is None and problem.status in {401, 402, 403}:
            raise problem
        if told is None:
            told = Limits(ASSUMED_WINDOW, None, "assumed: the endpoint does not say", endpoint.model)
        if endpoint.window:
            told = replace(told, window=endpoint.window, source="your settings")
        return replace(told, max_output=endpoint.max_output or told.max_output)

    async def _get(self, path: str) -> object:
        """The JSON of a GET; text that is none comes as it is. Raises EndpointError."""
        endpoint = self.endpoint
        response = await self._open(
            "GET", address(endpoint, path), tuple(headers(endpoint)), b"", endpoint.deadlines.connect
        )
        try:
            heads = _headers(response)
            body = await self._body(response)
            if response.status >= 300:  # noqa: PLR2004
                raise from_response(endpoint, response.status, heads, body)
        finally:
            await response.aclose()
        try:
            content: object = json.loads(body)
        except ValueError:
            return body.decode("utf-8", "replace")
        return content

    # -- connections

    async def _open(
        self, method: str, url: str, heads: tuple[tuple[str, str], ...], body: bytes, within: float
    ) -> "httpcore.Response":
        """The response's head. A connection that died while it was idle is replaced, once."""
        import httpcore  # noqa: PLC0415 - slow to import, and settings need none of it

        pool = await self._ready()
        deadlines = self.endpoint.deadlines
        timeouts = {"connect": deadlines.connect, "read": None, "write": within, "pool": None}
        request = httpcore.Request(
            method,
            url,
            headers=[(b"Host", self.endpoint.host.encode("ascii", "replace")), *_encoded(heads)]
            + ([(b"Content-Length", str(len(body)).encode())] if method == "POST" else []),
            content=body,
            extensions={"timeout": timeouts},
        )
        for last in (False, True):
            idle = len(self._sockets.open) if self._sockets else 0
            try:
                async with asyncio.timeout(within + deadlines.connect):
                    response = await pool.handle_async_request(request)
            except TimeoutError:
                raise Late(
                    self.endpoint.name,
                    f"no answer within {within:g} s",
                    "raise its deadlines.first_token if that is usual",
                ) from None
            except (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError) as error:
                if last or not idle:
                    raise self._mapped(error, started=False) from None
                continue
            except Exception as error:
                raise self._mapped(error, started=False) from None
            socket: Socket = response.extensions["network_stream"]
            socket.requests += 1
            return response
        raise AssertionError  # the loop returns or raises

    async def _ready(self) -> "httpcore.AsyncConnectionPool":
        async with self._opening:
            if self._pool is None:
                secure = urlsplit(self.endpoint.base_url).scheme == "https"
                self._sockets, self._pool = await asyncio.to_thread(_pool, secure)
            return self._pool

    def _mapped(self, error: Exception, *, started: bool) -> EndpointError:
        """The border: httpcore's errors become ours here."""
        import httpcore  # noqa: PLC0415 - see _open

        name, host = self.endpoint.name, self.endpoint.host
        if isinstance(error, httpcore.ConnectTimeout):
            return Unreachable(name, f"{host} did not answer: {error}")
        if isinstance(error, httpcore.ConnectError | httpcore.ProxyError):
            return Unreachable(name, f"{host} cannot be reached: {error}")
        if isinstance(error, httpcore.ReadTimeout):
            gap = self.endpoint.deadlines.gap
            if started:
                return Late(name, f"the reply stopped for {gap:g} s", "", stage="gap", started=True)
            return Late(name, f"no token within {self.endpoint.deadlines.first_token:g} s", "")
        if isinstance(error, httpcore.WriteTimeout):
            return Late(name, "the request could not be sent in time", "")
        if isinstance(error, httpcore.ReadError | httpcore.WriteError | httpcore.RemoteProtocolError):
            return Interrupted(name, "the reply broke off" if started else "the connection broke", started=started)
        if isinstance(error, httpcore.UnsupportedProtocol | httpcore.LocalProtocolError):
            return Rejected(name, f"base_url or key cannot be sent: {type(error).__name__}", "check the settings")
        raise error


def _pool(secure: bool) -> "tuple[Sockets, httpcore.AsyncConnectionPool]":  # noqa: FBT001 - one caller, in a thread
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


def _headers(response: "httpcore.Response") -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}


def _encoded(heads: tuple[tuple[str, str], ...]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in heads]


def _spent(began: float, first: float | None, last: float) -> tuple[float | None, float | None]:
    """(seconds to the first piece, seconds from there to the last)."""
    return (None, None) if first is None else (first - began, last - first)


async def _chunks(response: "httpcore.Response") -> AsyncGenerator[bytes, None]:
    async for chunk in response.aiter_stream():
        yield chunk


async def _drain(chunks: AsyncGenerator[bytes, None]) -> None:
    """Read a body to its end, so that the connection can be used again; a failure costs the connection only."""
    import httpcore  # noqa: PLC0415 - see Client._open

    try:
        async for _ in chunks:
            pass
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException):
        return
