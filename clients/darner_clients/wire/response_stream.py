"""One reply as it comes: bytes of a response in, items out, under the deadlines for the first token and the gaps."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING

from darner_clients.chat import Finish, Reasoning, Text, Timings
from darner_clients.endpoint import Endpoint
from darner_clients.errors import EndpointError, Interrupted, Malformed
from darner_clients.refusals.error_text import quoted
from darner_clients.transport.connection_failures import Broken
from darner_clients.transport.connections import Connections
from darner_clients.wire.chunk_parser import ReplyParser
from darner_clients.wire.output_meter import OutputMeter
from darner_clients.wire.sse import EventTooLong
from darner_clients.wire.stream_format import EventFraming

if TYPE_CHECKING:
    from darner_clients.transport.exchange import Exchange

PACE = 0.008  # seconds between two reads of a running stream
SETTLE = 1.0  # seconds to wait for more after the model has reported its end
DRAIN = 0.05  # seconds to wait for the end of a body whose reply is over, so that its connection can serve again
_PLAIN = {"stop", "length"}
_UNREADABLE = {"br", "zstd", "compress", "x-compress"}

Item = Text | Reasoning | Finish


class Stream:
    """The reply to a request that was sent at `began`, by the loop's time.

    Its first token is awaited for `within` seconds. It is cut off after `limit` tokens, by `count`, if the endpoint
    does not end it there; without `count` when it is much longer. `diagnose` finds the cause of an error before it is
    raised.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        connections: Connections,
        exchange: "Exchange",
        diagnose: Callable[[EndpointError], Awaitable[EndpointError]],
        *,
        began: float,
        within: float,
        limit: int,
        count: Callable[[str], int] | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._connections = connections
        self._exchange = exchange
        self._diagnose = diagnose
        self._began = began
        self._within = within
        self._length = OutputMeter(limit, count)
        self._connect = exchange.connect_seconds
        self._reply = ReplyParser(endpoint)
        self._now: Callable[[], float] = asyncio.get_running_loop().time
        self._first: float | None = None
        self._last = began
        self._cut = False

    async def items(self) -> AsyncGenerator[Item]:
        """Every item as soon as its bytes are here, text that came together in one piece; the last is a Finish."""
        coding = self._exchange.headers.get("content-encoding", "").strip().lower()
        if coding in _UNREADABLE:
            raise Malformed(self._endpoint.name, f"the response is compressed as {coding}, which was not requested")
        reply, framing = self._reply, EventFraming(coding)
        try:
            async with aclosing(self._stream(framing)) as items:
                async for item in items:
                    yield item
        except (Broken, TimeoutError, EventTooLong, EndpointError) as error:
            for piece in self._last_piece(framing, error):
                yield piece
            if reply.reason is None or reply.vague:
                raise await self._diagnose(self._translate(error)) from None
            yield self._finish()

    async def _stream(self, framing: EventFraming) -> AsyncGenerator[Item]:
        reply, exchange, now = self._reply, self._exchange, self._now
        exchange.read_by = self._began + self._within
        settled: float | None = None
        async with aclosing(exchange.chunks()) as stream:
            async for chunk in stream:
                for piece in self._pieces(framing, chunk):
                    yield piece
                if reply.over or self._cut:
                    break
                self._watch(exchange.read_by)
                if reply.reason is None or not reply.sure:
                    settled = None
                else:  # all that can come is the usage, and signs of life
                    settled = settled or now() + SETTLE
                    exchange.read_by = settled
            for piece in self._close(framing):
                yield piece
            yield self._finish()
            if reply.over:
                exchange.pace(0.0)
                exchange.read_by = now() + DRAIN
                with suppress(Broken, TimeoutError):  # a failure costs the connection only
                    async for _ in stream:
                        pass

    def _pieces(self, framing: EventFraming, chunk: bytes) -> Iterable[Text | Reasoning]:
        """What some bytes bring, up to the limit, where the reply ends even if the endpoint does not heed it."""
        exchange, length = self._exchange, self._length
        gap = self._endpoint.deadlines.gap
        for data in framing.feed(chunk):
            for piece in self._reply.feed(data):
                self._last = self._now()
                if self._first is None:
                    self._first = self._last
                    exchange.pace(PACE)
                exchange.read_by = self._last + gap
                length.add(piece.text)
                yield piece
                if length.exceeded and self._reply.reason is None:
                    self._reply.reason, self._cut = "length", True
                    return

    def _watch(self, read_by: float) -> None:
        """Check that the stream continues, and that it ends: signs of life are no tokens."""
        if self._length.endless:
            raise Interrupted(self._endpoint.name, self._length.message, retry=False, started=True)
        if self._now() > read_by:
            raise TimeoutError

    def _close(self, framing: EventFraming) -> Iterable[Text | Reasoning]:
        """What the end of the body brings."""
        if self._cut:
            return
        last = framing.close()
        if framing.plain and last is not None:
            raise self._reply.plain(last)
        reply = self._reply
        for piece in reply.whole(last) if last is not None and framing.whole else reply.close(last):
            self._last = self._now()
            self._first = self._first or self._last
            yield piece

    def _last_piece(self, framing: EventFraming, error: Exception) -> Iterable[Text | Reasoning]:
        """A reply whose connection failed may be complete all the same."""
        reply = self._reply
        if isinstance(error, EndpointError | EventTooLong) or (reply.reason is not None and not reply.vague):
            return ()
        with suppress(EndpointError, EventTooLong):
            return tuple(self._close(framing))
        return ()

    def _translate(self, error: Exception) -> EndpointError:
        started = self._first is not None
        if isinstance(error, EndpointError):
            return error
        if isinstance(error, EventTooLong):
            return Malformed(self._endpoint.name, f"sent {error}", started=started)
        return self._connections.translate(error, started=started)

    def _finish(self) -> Finish:
        first = self._first
        decode = None if first is None else self._last - first
        reply = self._reply
        wait = None if first is None else first - self._began
        timings = Timings(self._connect, reply.queue, wait, decode, reply.prefill)
        reason, refusal, tool_call = reply.reason or "stop", reply.refusal, reply.tool_call
        if reason not in _PLAIN or refusal or tool_call:  # an endpoint's own words
            reason, refusal, tool_call = (quoted(each, self._endpoint.hidden) for each in (reason, refusal, tool_call))
        return Finish(reason, reply.usage, timings, self._endpoint.name, refusal, tool_call)
