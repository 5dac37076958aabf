"""One reply as it comes: bytes of a response in, items out, under the deadlines for the first token and the gaps."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING

from darner_clients.connections import Broken, Connections
from darner_clients.endpoint import Endpoint
from darner_clients.errors import Malformed
from darner_clients.messages import Finish, Reasoning, Text, Timings
from darner_clients.reply import Reply
from darner_clients.sse import Decoder, TooLong

if TYPE_CHECKING:
    from darner_clients.exchange import Exchange

PACE = 0.008  # seconds between two reads of a running stream
DRAIN = 0.05  # seconds to wait for the end of a body whose reply is over, so that its connection can serve again

Item = Text | Reasoning | Finish


class Stream:
    """The reply to a request that was sent at `began`, by the loop's time."""

    def __init__(self, endpoint: Endpoint, connections: Connections, exchange: "Exchange", *, began: float) -> None:
        self._endpoint = endpoint
        self._connections = connections
        self._exchange = exchange
        self._began = began
        self._connect = exchange.connect_seconds
        self._reply = Reply(endpoint)
        self._now: Callable[[], float] = asyncio.get_running_loop().time
        self._first: float | None = None
        self._last = began

    async def items(self) -> AsyncGenerator[Item]:
        """Every item as soon as its bytes are here, text that came together in one piece; the last is a Finish."""
        kind = self._exchange.headers.get("content-type", "")
        if "html" in kind:
            raise Malformed(self._endpoint.name, "answered with a web page")
        packed = self._exchange.headers.get("content-encoding", "identity")
        if packed != "identity":
            raise Malformed(self._endpoint.name, f"answered packed as {packed[:20]}, which was not asked for")
        try:
            if "event-stream" in kind or "json" not in kind:
                async with aclosing(self._streamed()) as items:
                    async for item in items:
                        yield item
            else:
                for piece in self._reply.whole(await self._connections.body(self._exchange)):
                    self._first = self._last = self._now()
                    yield piece
                yield self._finish()
        except TooLong as error:
            raise Malformed(self._endpoint.name, f"sent {error}", started=self._first is not None) from None
        except (Broken, TimeoutError) as error:
            raise self._connections.translated(error, started=self._first is not None) from None

    async def _streamed(self) -> AsyncGenerator[Item]:
        reply, decoder, exchange, now = self._reply, Decoder(), self._exchange, self._now
        gap = self._endpoint.deadlines.gap
        exchange.read_by = self._began + self._endpoint.deadlines.first_token
        async with aclosing(exchange.chunks()) as stream:
            async for chunk in stream:
                for data in decoder.feed(chunk):
                    for piece in reply.feed(data):
                        self._last = now()
                        if self._first is None:
                            self._first = self._last
                            exchange.pace(PACE)
                        exchange.read_by = self._last + gap
                        yield piece
                if reply.over:
                    break
            for piece in reply.close(decoder.close()):
                yield piece
            yield self._finish()
            if reply.over:
                exchange.pace(0.0)
                exchange.read_by = now() + DRAIN
                with suppress(Broken, TimeoutError):  # a failure costs the connection only
                    async for _ in stream:
                        pass

    def _finish(self) -> Finish:
        first = self._first
        decode = None if first is None else self._last - first
        timings = Timings(self._connect, self._reply.queue, None if first is None else first - self._began, decode)
        reply = self._reply
        return Finish(reply.reason or "stop", reply.usage, timings, self._endpoint.name, reply.refusal, reply.called)
