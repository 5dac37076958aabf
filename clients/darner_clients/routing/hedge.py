"""Two requests, one reply: a second endpoint is queried when the first is late, and the first to reply wins."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack

from darner_clients.chat import Reasoning
from darner_clients.errors import EndpointError
from darner_clients.transport.settle import wait_until_done
from darner_clients.wire.response_stream import Item

Opener = Callable[[], AbstractAsyncContextManager[AsyncIterator[Item]]]


class OpenedStream:
    """A stream that has been opened, and what has come of it so far. Close it."""

    def __init__(self, opener: Opener) -> None:
        self._opener = opener
        self._stack = AsyncExitStack()
        self._items: AsyncIterator[Item] | None = None
        self._got: list[Item] = []

    @property
    def spoke(self) -> bool:
        """Whether there is something of the reply itself, not only reasoning."""
        return bool(self._got) and not isinstance(self._got[-1], Reasoning)

    async def begin(self) -> None:
        """Read on until there is one more item. On an error the stream is closed."""
        try:
            if self._items is None:
                self._items = await self._stack.enter_async_context(self._opener())
            self._got.append(await anext(self._items))
        except BaseException:
            await self.close()
            raise

    async def items(self) -> AsyncGenerator[Item]:
        """All items, those that have been read already first."""
        for item in self._got:
            yield item
        if self._items is not None:
            async for item in self._items:
                yield item

    async def close(self) -> None:
        """Close the stream and its socket."""
        await self._stack.aclose()


async def race(first: OpenedStream, second: Callable[[], Awaitable[OpenedStream | None]], delay: float) -> OpenedStream:
    """The stream whose reply begins first; the other one is closed.

    `second` is called once nothing has come of `first` for `delay` seconds, reasoning included; it may decline.
    """
    loop = asyncio.get_running_loop()
    running: dict[asyncio.Task[None], OpenedStream] = {loop.create_task(first.begin(), name="first asked"): first}
    try:
        done, _ = await asyncio.wait(running, timeout=delay)
        if done:
            await done.pop()
            return first
        other = await second()
        if other is None:
            await next(iter(running))
            return first
        running[loop.create_task(other.begin(), name="hedge")] = other
        winner = await _winner(running)
    except BaseException:
        await _stop(running)
        raise
    try:
        await _stop({task: stream for task, stream in running.items() if stream is not winner})
    except BaseException:
        await winner.close()
        raise
    return winner


async def _winner(running: dict[asyncio.Task[None], OpenedStream]) -> OpenedStream:
    """The first to speak; raises the last error if neither does."""
    while True:
        done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            stream = running.pop(task)
            try:
                task.result()
            except EndpointError:
                if not running:
                    raise
                continue
            if stream.spoke:
                running[task] = stream
                return stream
            running[asyncio.get_running_loop().create_task(stream.begin(), name="still thinking")] = stream


async def _stop(losers: dict[asyncio.Task[None], OpenedStream]) -> None:
    for task in losers:
        task.cancel()
    await wait_until_done(asyncio.get_running_loop().create_task(_closed(losers), name="losers"))


async def _closed(losers: dict[asyncio.Task[None], OpenedStream]) -> None:
    await asyncio.gather(*losers, return_exceptions=True)
    for stream in losers.values():
        await stream.close()
