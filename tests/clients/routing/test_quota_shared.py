"""An hour on the smallest plan: two batches and somebody at the keyboard, each a process of its own."""

import asyncio
import subprocess
import sys
from heapq import heappop, heappush
from itertools import count
from pathlib import Path
from random import Random

import pytest

from darner_clients.endpoint import Endpoint
from darner_clients.refusals.rate_limit_headers import Allowance, allowances
from darner_clients.routing.dispatch import LOOK
from darner_clients.routing.quota import Quota, Ticket
from darner_clients.routing.shared_store import SharedStore
from darner_clients.testing.quota import SimulatedQuota as Provider

FAST = Endpoint("fast", "cerebras", "https://x/v1", "m", api_key="k")
TOKENS = 4000 + 24 + 1600  # the prompt, its template, the reply


class Time:
    """Passes only while everybody sleeps."""

    def __init__(self) -> None:
        self.now = 5000.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._number = count()

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        heappush(self._sleepers, (self.now + seconds, next(self._number), woken))
        await woken

    async def run(self, until: float) -> None:
        while self._sleepers and self._sleepers[0][0] <= until:
            self.now, _, woken = heappop(self._sleepers)
            woken.set_result(None)
            for _ in range(3):
                await asyncio.sleep(0)


class Hour:
    def __init__(self, folder: Path, seed: int) -> None:
        self.time = Time()
        self.provider = Provider(5, 30_000, 0, self.time)
        self.random = Random(seed)  # noqa: S311 - a test that can be run again
        self.stores = [SharedStore(folder) for _ in range(3)]
        self.batch: list[float] = []
        self.keyboard: list[tuple[float, float]] = []

    async def admitted(self, quota: Quota, tokens: int, *, interactive: bool) -> float:
        waiter: int | None = None
        while True:
            answer = await quota.admit(tokens, interactive=interactive, waiter=waiter)
            if isinstance(answer, Ticket):
                break
            waiter = answer.waiter
            await self.time.sleep(min(answer.seconds, LOOK))
        assert self.provider.admit(tokens) is None, "sent before its time"
        at = self.time.now
        await self.time.sleep(0.3)
        await quota.update(answer, allowances(self.provider.headers()))
        return at

    async def work_off(self, quota: Quota) -> None:
        while True:
            self.batch.append(await self.admitted(quota, TOKENS, interactive=False))
            await self.time.sleep(self.random.uniform(0.0, 1.5))

    async def type(self, quota: Quota) -> None:
        while True:
            await self.time.sleep(self.random.expovariate(1 / 45.0))
            asked = self.time.now
            tokens = self.random.randint(1000, 6000)
            self.keyboard.append((asked, await self.admitted(quota, tokens, interactive=True)))

    async def pass_(self) -> None:
        quotas = [Quota(FAST, store, self.time) for store in self.stores]
        await quotas[0].update(None, allowances(self.provider.headers()))
        for quota in quotas:
            await quota.remaining()
        loop = asyncio.get_running_loop()
        works = [self.work_off(quotas[0]), self.work_off(quotas[1]), self.type(quotas[2])]
        tasks = [loop.create_task(work) for work in works]
        try:
            await asyncio.sleep(0)
            await self.time.run(self.time.now + 3600)
            assert not any(task.done() for task in tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for store in self.stores:
                store.close()


@pytest.mark.parametrize("seed", range(3))
async def test_nobody_at_the_keyboard_is_behind_a_batch(tmp_path: Path, seed: int) -> None:
    hour = Hour(tmp_path, seed)
    await hour.pass_()
    overtaken = [at for asked, sent in hour.keyboard for at in hour.batch if asked < at < sent]
    assert (overtaken, hour.provider.refused) == ([], 0)
    waits = sorted(sent - asked for asked, sent in hour.keyboard)
    # The plan gives a request every 12 s; two that come together share it.
    assert waits[len(waits) // 2] == 0.0
    used = len(hour.batch) + len(hour.keyboard)
    print(
        f"{len(hour.batch)} batch, {len(hour.keyboard)} keyboard, longest wait {waits[-1]:.1f} s, {used / 60:.2f} a minute"
    )
    assert used / 60 >= 4


PROGRAM = """
import asyncio, os, signal, sys
from pathlib import Path
from darner_clients.refusals.rate_limit_headers import Allowance
from darner_clients.endpoint import Endpoint
from darner_clients.routing.quota import Quota, Ticket
from darner_clients.routing.shared_store import SharedStore

async def main(folder, tokens, times, end):
    store = SharedStore(Path(folder))
    quota = Quota(Endpoint("fast", "cerebras", "https://x/v1", "m", api_key="k"), store, lambda: 5000.0)
    await quota.learn([Allowance("tokens", "minute", 30_000)])
    answers = [await quota.admit(int(tokens), interactive=True) for _ in range(int(times))]
    print(sum(isinstance(each, Ticket) for each in answers), flush=True)
    if end == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    store.close()

asyncio.run(main(*sys.argv[1:]))
"""


def process(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """A process that asks for quota some times, and prints how often it got some."""
    path = {"PYTHONPATH": str(Path(__file__).parents[3] / "clients")}
    command = [sys.executable, "-c", PROGRAM, str(folder), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=path)


def test_processes_take_no_more_than_there_is(tmp_path: Path) -> None:
    running = [process(tmp_path, "1000", "25", "") for _ in range(3)]
    taken = sum(int(each.communicate()[0]) for each in running)
    assert 25 <= taken <= 30


async def test_who_was_killed_keeps_nobody_waiting(tmp_path: Path) -> None:
    dead = process(tmp_path, "20000", "2", "killed")
    assert (dead.communicate()[0], dead.returncode) == ("1\n", -9)
    time, store = Time(), SharedStore(tmp_path)
    quota = Quota(FAST, store, time)
    try:
        assert not isinstance(await quota.admit(9_000, interactive=False), Ticket), "its place is kept for a while"
        time.now += 2.1
        assert isinstance(await quota.admit(9_000, interactive=True), Ticket)
        told = [Allowance("tokens", "minute", 30_000, 30_000)]
        await quota.update(None, told)
        assert [each.remaining for each in await quota.remaining()] == [1_000], "they may be on their way"
        time.now += 121.0
        await quota.update(None, told)
        assert [each.remaining for each in await quota.remaining()] == [30_000]
    finally:
        store.close()
