# Some states can only be reached from inside.
# pyright: reportPrivateUsage=false
"""At whichever await a request is cancelled: its socket is closed, and nothing is left running."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpcore
import pytest

from darner_clients.chat import ChatRequest
from darner_clients.client import Client
from darner_clients.routing.router import Route, Router
from darner_clients.testing import Fault, Script, ScriptedEndpoint, ScriptedReply

REQUEST = ChatRequest((("user", "hi"),), 4, 50)
SLOW = Script(otherwise="a b c d", rate=500.0, first_token=0.003)


def ours() -> set[asyncio.Task[object]]:
    """Tasks that are not the test's, the scripted endpoint's, or its listening socket's."""
    return {
        task
        for task in asyncio.all_tasks()
        if task is not asyncio.current_task()
        and task.get_name() != "scripted connection"
        and "_accept_connection" not in repr(task.get_coro())
    }


@dataclass
class _Watched:
    """Runs `work`, and cancels the task while it waits for the `step`-th time, and the next times if `times` is more."""

    step: int
    work: Coroutine[Any, Any, None]
    times: int

    def __await__(self) -> Generator[Any, Any, int]:
        taken = 0
        resume: Callable[[], Any] = partial(self.work.send, None)
        while True:
            try:
                waited = resume()
            except StopIteration:
                return taken
            taken += 1
            if self.step <= taken < self.step + self.times:
                task = asyncio.current_task()
                assert task is not None
                task.cancel()
            try:
                yield waited
                resume = partial(self.work.send, None)
            except BaseException as error:  # noqa: BLE001 - handed on
                resume = partial(self.work.throw, error)


async def cancelled_at(step: int, work: Coroutine[Any, Any, None], times: int = 1) -> int:
    """How often `work` waited, if it came through all the same."""
    return await _Watched(step, work, times)


async def at_every_await(work: Callable[[], Awaitable[None]], after: Callable[[], Awaitable[None]], least: int) -> None:
    """Cancel `work` at its first await, its second, and so on until it comes through; `after` checks each time."""

    async def run() -> None:
        await work()

    for times in (1, 3):
        step = 0
        while True:
            step += 1
            task = asyncio.get_running_loop().create_task(cancelled_at(step, run(), times))
            await asyncio.wait({task})
            await after()
            if not task.cancelled():
                assert task.result() < step
                break
    assert step > least, f"only {step} awaits were seen"


async def gone(*scripted: ScriptedEndpoint) -> None:
    for each in scripted:
        await each.until(lambda each=each: not each.connections and all(one.done for one in each.log))  # type: ignore[misc] # bound at once
    assert ours() == set()


async def test_a_stream_from_a_cold_client() -> None:
    async with ScriptedEndpoint(SLOW) as scripted:

        async def work() -> None:
            async with Client(scripted.endpoint("it", model="")) as client, client.stream(REQUEST) as items:
                assert [item async for item in items]

        await at_every_await(work, lambda: gone(scripted), least=4)


async def test_a_stream_from_a_warm_client_closes_its_own_socket_only() -> None:
    async with ScriptedEndpoint(SLOW) as scripted, Client(scripted.endpoint("it")) as client:

        async def work() -> None:
            async with client.stream(REQUEST) as items:
                assert [item async for item in items]

        async def after() -> None:
            await scripted.until(lambda: len(scripted.connections) == client.open_sockets <= 1)
            await scripted.until(lambda: all(exchange.done for exchange in scripted.log))
            assert ours() == set()

        await at_every_await(work, after, least=4)


async def test_leaving_a_stream_in_the_middle_closes_its_socket() -> None:
    script = Script(otherwise="a b c d", faults=(Fault("silence", after=600),))
    async with ScriptedEndpoint(script) as scripted, Client(scripted.endpoint("it")) as client:
        async with client.stream(REQUEST) as items:
            assert await anext(items)
            assert client.open_sockets == 1
        assert client.open_sockets == 0
        await scripted.until(lambda: not scripted.connections and all(each.done for each in scripted.log))
        assert [(each.closed, each.sent) for each in scripted.asked] == [("client", 600)]


async def test_a_routed_request(tmp_path: Path) -> None:
    async with ScriptedEndpoint(SLOW) as scripted:

        async def work() -> None:
            async with Router([scripted.endpoint("it")], state_dir=tmp_path) as router:
                route = await router.choose(lambda _: 4, output=50)
                assert isinstance(route, Route)
                async with router.stream(route, REQUEST) as items:
                    assert [item async for item in items]

        await at_every_await(work, lambda: gone(scripted), least=4)


async def test_a_hedged_request() -> None:
    late = Script(
        otherwise="a b c d", replies=(ScriptedReply("warm", "ok"),), faults=(Fault("silence", when="hi", after=0),)
    )
    async with ScriptedEndpoint(late) as first, ScriptedEndpoint(SLOW) as second:

        async def work() -> None:
            endpoints = [first.endpoint("first"), second.endpoint("second")]
            async with Router(endpoints, state_dir=None) as router:
                await router.status(probe=True)
                for _ in range(8):
                    router._targets["first"].samples.add("first_token", 0.01)
                route = await router.choose(lambda _: 4, output=50)
                assert isinstance(route, Route)
                async with router.stream(route, REQUEST) as items:
                    assert [item async for item in items]

        await at_every_await(work, lambda: gone(first, second), least=4)


@pytest.mark.parametrize("at", ["choose", "stream"])
async def test_waiting_for_quota_gives_its_place_up(at: str) -> None:
    script = Script(dialect="cerebras", tokens_per_minute=1000)
    async with ScriptedEndpoint(script) as scripted:
        async with Router([scripted.endpoint("it")], state_dir=None) as router:
            await router.status(probe=True)
            route = await router.choose(lambda _: 1, output=550)
            assert isinstance(route, Route)
            async with router.stream(route, ChatRequest((("user", "hi"),), route.prompt_tokens, 550)) as items:
                assert [item async for item in items]

            async def wait() -> None:
                if at == "choose":
                    await router.choose(lambda _: 1, output=550)
                else:
                    async with router.stream(route, ChatRequest((("user", "hi"),), route.prompt_tokens, 550)):
                        pass

            task = asyncio.get_running_loop().create_task(wait())
            await asyncio.wait({task}, timeout=0.2)
            task.cancel()
            await asyncio.wait({task})
            assert task.cancelled()
            waiting = await router._store.do(
                lambda database: database.execute("SELECT count(*) FROM waiter").fetchone()
            )
            assert waiting == (0,)
        assert len(scripted.asked) == 1


async def test_httpx_itself_loses_connections() -> None:
    """Why it runs in a task that nobody cancels: faults of httpcore 1.0 below httpx 0.28, asserted as they are."""
    answer = [b"HTTP/1.1 200 OK\r\n", b"Content-Length: 2\r\n", b"\r\n", b"ok"]
    states: list[str] = []
    step = 0
    while True:
        step += 1
        pool = httpcore.AsyncConnectionPool(network_backend=httpcore.AsyncMockBackend(list(answer)))

        async def work(pool: httpcore.AsyncConnectionPool = pool) -> None:
            async with pool.stream("GET", "http://x/") as response:
                await anext(response.aiter_stream())

        task = asyncio.get_running_loop().create_task(cancelled_at(step, work()))
        await asyncio.wait({task})
        states += [repr(each).split(", ")[-2] for each in pool.connections if not each.is_idle()]
        if not task.cancelled():
            break
    # Open for as long as the pool is, and never used again: one cancelled before it sent, the other while it closed.
    assert states == ["NEW", "ACTIVE"]
