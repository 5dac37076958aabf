"""The scripted endpoint itself: HTTP/1.1 on a real socket, a log of requests, and faults at exact bytes."""

import asyncio
import gzip
import json
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Self, cast

from darner_clients.endpoint import Deadlines, Endpoint, Kind
from darner_clients.testing.answer import Answer, ReceivedRequest, answer
from darner_clients.testing.quota import SimulatedQuota
from darner_clients.testing.script import Fault, Script, ScriptedReply

_KINDS: dict[str, Kind] = {"cerebras": "cerebras", "llamacpp": "llamacpp", "openai": "openai"}
_FEW = 0.0005  # seconds: a shorter sleep costs more than it paces


@dataclass(slots=True)
class RecordedRequest:
    """One request and what became of it.

    `at` is when it had come in, `streamed` when its first event was due. `sent` is bytes of the body; `closed` names
    the side that ended the connection early.
    """

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    at: float
    connection: int
    prompt_tokens: int = 0
    streamed: float = 0.0
    status: int = 0
    sent: int = 0
    tokens: int = 0
    closed: str = ""  # "client", "server", or "" if the answer was whole
    done: bool = False

    @property
    def asked(self) -> bool:
        """Whether it wanted a reply (and not limits, health or a warm connection)."""
        return self.method == "POST" and self.path.rsplit("/", 1)[-1] in {"completions", "infill"}


@dataclass(slots=True)
class _Spent:
    """How often each fault and reply has been used."""

    uses: dict[int, tuple[Fault | ScriptedReply, int]] = field(
        default_factory=dict[int, tuple[Fault | ScriptedReply, int]]
    )

    def take(self, what: Fault | ScriptedReply) -> bool:
        _, used = self.uses.get(id(what), (what, 0))
        if what.times and used >= what.times:
            return False
        self.uses[id(what)] = (what, used + 1)
        return True


class ScriptedEndpoint:
    """Use as an async context manager. `script` may be replaced at any time; `log` holds every request so far."""

    def __init__(
        self,
        script: Script,
        *,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        clock: Callable[[], float] = monotonic,
        told: Callable[[RecordedRequest], None] | None = None,
    ) -> None:
        self.script = script
        self.log: list[RecordedRequest] = []
        self.quota = SimulatedQuota(script.requests_per_minute, script.tokens_per_minute, script.tokens_per_day, clock)
        self.connections: set[_Connection] = set()
        self.accepted = 0
        self._told = told
        self._clock = clock
        self._port = port
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._spent = _Spent()
        self._changed = asyncio.Condition()
        self.resumptions = 0  # of pauses, those that have not begun yet included

    async def __aenter__(self) -> Self:
        """Listen on a free port, or the given one."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), "127.0.0.1", self._port, ssl=self._tls)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close every connection and stop listening."""
        await self.stop()

    async def stop(self) -> None:
        """Stop: connections break and new ones are refused."""
        if self._server is None:
            return
        server, self._server = self._server, None
        server.close()
        for connection in tuple(self.connections):
            await connection.end()
        await server.wait_closed()

    @property
    def stopped(self) -> bool:
        """Whether nothing is served: not begun, or `stop` was called."""
        return self._server is None

    @property
    def url(self) -> str:
        """The base URL, with /v1 at its end."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._port}/v1"

    @property
    def asked(self) -> list[RecordedRequest]:
        """The requests that wanted a reply."""
        return [each for each in self.log if each.asked]

    def endpoint(self, name: str, **settings: Any) -> Endpoint:  # noqa: ANN401 - fields of Endpoint
        """The server as an endpoint of its kind; `settings` replace any other field of Endpoint."""
        given: dict[str, Any] = {
            "kind": _KINDS.get(self.script.dialect, "vllm"),
            "base_url": self.url,
            "model": self.script.model,
            "api_key": self.script.key or None,
            "deadlines": Deadlines(connect=5.0, first_token=10.0, gap=5.0),
            **settings,
        }
        return Endpoint(name=name, **given)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Return once `condition` holds; looked at whenever a request or a connection begins or ends."""
        async with self._changed:
            await self._changed.wait_for(condition)

    async def changed(self) -> None:
        """Have the conditions looked at again."""
        async with self._changed:
            self._changed.notify_all()

    # -- used by connections

    def log_request(self, exchange: RecordedRequest) -> None:
        """Called when a request has come in whole."""
        self.log.append(exchange)

    def log_end(self, exchange: RecordedRequest) -> None:
        """Called when its answer is over."""
        exchange.done = True
        if self._told is not None:
            self._told(exchange)

    def now(self) -> float:
        """The time by the endpoint's clock."""
        return self._clock()

    def answer(self, exchange: RecordedRequest) -> Answer:
        """The script's answer to a request."""
        asked = ReceivedRequest(exchange.method, exchange.path, exchange.headers, exchange.body)
        return answer(self.script, self.quota, asked, self._spent.take)

    def resume(self) -> None:
        """End a pause; before it has begun, too."""
        self.resumptions += 1
        for connection in self.connections:
            connection.wake()

    def control(self, path: str) -> Answer | None:
        """The answer to what a test asks about, and not of, the endpoint; None for any other path."""
        match path:
            case "/_requests":
                return self.requests()
            case "/_continue":
                self.resume()
                return Answer.of(200, {})
            case _:
                return None

    def requests(self) -> Answer:
        """GET /_requests: the log, for tests in another process."""
        rows = [
            {"method": e.method, "path": e.path, "body": e.body, "status": e.status, "prompt_tokens": e.prompt_tokens,
             "sent": e.sent, "tokens": e.tokens, "closed": e.closed, "done": e.done, "connection": e.connection}
            for e in self.log
        ]  # fmt: skip  # a row for each exchange
        return Answer.of(200, {"requests": rows, "open_connections": len(self.connections)})


class _Connection(asyncio.Protocol):
    """One client's connection: requests in order, each answered before the next is read."""

    def __init__(self, owner: ScriptedEndpoint) -> None:
        self._owner = owner
        self._transport: asyncio.Transport = cast("asyncio.Transport", None)
        self._bytes = b""
        self._came = asyncio.Event()
        self._gone = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._number = 0
        self._closing = False
        self._exchange: RecordedRequest | None = None  # being answered

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        if self._owner.stopped:  # accepted before, made a connection only now
            self._transport.abort()
            return
        self._owner.accepted += 1
        self._number = self._owner.accepted
        self._owner.connections.add(self)
        self._task = asyncio.get_running_loop().create_task(self._serve(), name="scripted connection")

    def data_received(self, data: bytes) -> None:
        self._bytes += data
        self._came.set()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._owner.connections.discard(self)
        if self._exchange is not None and not self._exchange.closed:
            self._exchange.closed = "server" if self._closing else "client"
        self._gone.set()
        self._came.set()

    def wake(self) -> None:
        """Look again at what is waited for."""
        self._came.set()

    async def end(self) -> None:
        """Break the connection."""
        self._closing = True
        self._transport.abort()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _serve(self) -> None:
        while (exchange := await self._request()) is not None:
            self._exchange = exchange
            control = given = self._owner.control(exchange.path)
            if given is None:
                self._owner.log_request(exchange)
                given = self._owner.answer(exchange)
            await self._owner.changed()
            exchange.status, exchange.prompt_tokens = given.status, given.prompt_tokens
            try:
                await self._send(exchange, given)
            finally:
                self._exchange = None
                if control is None:
                    self._owner.log_end(exchange)
            await self._owner.changed()
            if exchange.closed:
                break
        self._transport.close()
        await self._gone.wait()
        await self._owner.changed()

    async def _request(self) -> RecordedRequest | None:
        while b"\r\n\r\n" not in self._bytes:
            if not await self._more():
                return None
        head, _, self._bytes = self._bytes.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", "0"))
        while len(self._bytes) < length:
            if not await self._more():
                return None
        content, self._bytes = self._bytes[:length], self._bytes[length:]
        if headers.get("content-encoding") == "gzip":
            content = gzip.decompress(content)
        body: dict[str, Any] = json.loads(content) if content else {}
        method, path = first.split(" ")[:2]
        return RecordedRequest(method, path.partition("?")[0], headers, body, self._owner.now(), self._number)

    async def _more(self) -> bool:
        if self._gone.is_set():
            return False
        self._came.clear()
        await self._came.wait()
        return not self._gone.is_set()

    async def _send(self, exchange: RecordedRequest, given: Answer) -> None:
        fault = given.fault
        if fault and fault.kind == "slow" and not await self._wait(fault.seconds):
            return
        if fault and fault.kind in {"cut", "reset"} and fault.after < 0:
            self._cut(exchange, fault)
            return
        self._transport.write(given.head())
        if not given.chunked:
            self._transport.write(given.body)
            exchange.sent = len(given.body)
            return
        stop = fault.after if fault and fault.kind in {"cut", "reset", "silence"} else None
        if not await self._stream(exchange, given, stop):
            return
        if fault and stop is not None and exchange.sent >= stop:
            if fault.kind == "silence":
                await self._gone.wait()
            else:
                self._cut(exchange, fault)
            return
        self._transport.write(b"0\r\n\r\n")

    async def _stream(self, exchange: RecordedRequest, given: Answer, stop: int | None) -> bool:
        """The events, paced, up to `stop` bytes; False if the client has gone."""
        begun = asyncio.get_running_loop().time()
        exchange.streamed = begun + given.first_token
        pause = given.fault.text.encode() if given.fault and given.fault.kind == "pause" else None
        for index, event in enumerate(given.events):
            due = begun + given.first_token + (max(0, index - given.lead) / given.rate if given.rate else 0.0)
            if not await self._wait(due - asyncio.get_running_loop().time()):
                return False
            if pause and pause in event and not await self._resumed():
                return False
            data = event if stop is None else event[: stop - exchange.sent]
            for part in given.parts(data):
                self._transport.write(b"%x\r\n%b\r\n" % (len(part), part))
            exchange.sent += len(data)
            exchange.tokens = max(0, index + 1 - given.lead)
            if stop is not None and exchange.sent >= stop:
                break
            if not given.rate and index % 64 == 63 and not await self._wait(0):  # noqa: PLR2004 - let the client read
                return False
        return not self._gone.is_set()

    async def _wait(self, seconds: float) -> bool:
        """False if the client left in the meantime."""
        if self._gone.is_set():
            return False
        if seconds == 0:
            await asyncio.sleep(0)
        elif seconds > _FEW:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._gone.wait()
        return not self._gone.is_set()

    async def _resumed(self) -> bool:
        """The pause is over; False if the client left in the meantime."""
        while not self._gone.is_set():
            if self._owner.resumptions:
                self._owner.resumptions -= 1
                return True
            await self._more()
        return False

    def _cut(self, exchange: RecordedRequest, fault: Fault) -> None:
        self._closing = True
        exchange.closed = "server"
        if fault.kind == "reset":
            self._transport.abort()
        else:
            self._transport.close()
