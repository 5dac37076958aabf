# Some states can only be reached from inside.
# pyright: reportPrivateUsage=false
"""A thousand seeded runs over two endpoints that fail at random bytes: complete, or a typed error; nothing lost or doubled."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from random import Random

import pytest

from darner_clients.chat import ChatRequest, Text
from darner_clients.endpoint import Deadlines
from darner_clients.errors import EndpointError
from darner_clients.routing.router import Router, Unroutable
from darner_clients.testing import Fault, Script, ScriptedEndpoint, ScriptedReply
from darner_clients.testing.script import Dialect, FaultKind

RUNS = 1000
AT_ONCE = 10
BETWEEN_LOOKS = 100  # runs
LINES = [f"line {number} = grüße[{number * 37 % 101}] {'🎈' if number % 7 == 0 else ''}" for number in range(30)]
REST = tuple(ScriptedReply(f"<{at}>", "".join(f"{line}\n" for line in LINES[at:])) for at in range(len(LINES)))
MIDWAY: tuple[FaultKind, ...] = ("cut", "reset", "silence", "error-chunk", "not-json", "no-finish", "no-done")
BEFORE: tuple[FaultKind, ...] = (
    "status",
    "requests",
    "queue",
    "tokens",
    "error-200",
    "slow",
    "html",
    "redirect",
    "overflow",
)
DIALECTS: tuple[Dialect, ...] = ("cerebras", "vllm", "vllm-old", "sglang", "llamacpp", "openai")
QUICK, PATIENT = Deadlines(connect=60.0, first_token=0.2, gap=0.1), Deadlines(connect=60.0, first_token=60.0, gap=60.0)


def script(random: Random) -> Script:
    """Replies with the rest of the lines; some of the next requests fail, each in its own way."""
    faults: list[Fault] = []
    for _ in range(random.choice([0, 1, 1, 1, 2, 3])):
        kind = random.choice(MIDWAY if random.random() < 0.8 else BEFORE)
        pieces = kind in {"error-chunk", "not-json"}
        faults.append(
            Fault(
                kind,
                after=random.randint(0, 150) if pieces else random.randint(-1, 30_000),
                seconds=0.4,
                status=random.choice([500, 503]),
                text="http://127.0.0.1:9/",
                times=1,
            )
        )
    return Script(
        replies=REST,
        otherwise="unexpected",
        dialect=random.choice(DIALECTS),
        faults=tuple(faults),
        write="byte" if random.random() < 0.01 else "token",
        line_end=random.choice(["\n", "\r\n"]),
        comments=random.random() < 0.2,
        window=16_384,
    )


def deadlines(script: Script) -> Deadlines:
    """Short ones for an endpoint that falls silent. Another is never late, however busy the machine is."""
    return QUICK if any(each.kind in {"silence", "slow"} for each in script.faults) else PATIENT


async def patch(router: Router, tries: int) -> tuple[list[str], EndpointError | Unroutable | None]:
    """What the engine does with hunks, done with lines: keep those that are whole, ask another endpoint for the rest."""
    kept: list[str] = []
    failed, last = "", None
    for _ in range(tries):
        route = await router.choose(lambda _: 50, output=4000, without=[failed])
        if isinstance(route, Unroutable):
            return kept, route
        request = ChatRequest((("user", f"<{len(kept)}>"),), route.prompt_tokens, route.output)
        tail = ""
        try:
            async with router.stream(route, request) as items:
                async for item in items:
                    if isinstance(item, Text):
                        *whole, tail = (tail + item.text).split("\n")
                        kept += whole
        except EndpointError as error:
            failed, last = route.endpoint.name, error
            if len(kept) == len(LINES):
                return kept, None
        else:
            return kept, None
    return kept, last


def left_running() -> list[str]:
    return [
        repr(task)
        for task in asyncio.all_tasks()
        if task is not asyncio.current_task()
        and task.get_name() != "scripted connection"
        and "_accept_connection" not in repr(task.get_coro())
    ]


async def run(seed: int, one: ScriptedEndpoint, two: ScriptedEndpoint) -> str:
    random = Random(seed)  # noqa: S311 - runs that can be run again
    one.script, two.script = script(random), script(random)
    endpoints = [
        each.endpoint(name, deadlines=deadlines(each.script), window=16_384)
        for each, name in ((one, "one"), (two, "two"))
    ]
    now = [0.0]

    async def pause(seconds: float) -> None:  # time to wait for quota or for a cool circuit passes at once
        now[0] += seconds
        await asyncio.sleep(0)

    async with Router(endpoints, state_dir=None, warm=False, clock=lambda: now[0], pause=pause) as router:
        if seed % 10 == 0:  # some with a second endpoint asked when the first is late
            await router.status(probe=True)
            for _ in range(8):
                router._targets["one"].samples.add("first_token", 0.01)
        kept, failure = await patch(router, tries=random.choice([2, 8, 8, 8]))
    assert kept == LINES[: len(kept)], (seed, kept)
    assert failure is not None or len(kept) == len(LINES), (seed, len(kept))
    for each in (one, two):
        await each.until(lambda each=each: not each.connections)  # type: ignore[misc] # bound at once
    return "complete" if failure is None else type(failure).__name__


@pytest.mark.timeout(300)
async def test_a_thousand_runs() -> None:
    ends: Counter[str] = Counter()

    async def some(seeds: range, one: ScriptedEndpoint, two: ScriptedEndpoint) -> None:
        for seed in seeds:
            ends[await run(seed, one, two)] += 1

    async with AsyncExitStack() as stack:
        pairs = [
            [await stack.enter_async_context(ScriptedEndpoint(Script())) for _ in range(2)] for _ in range(AT_ONCE)
        ]
        for begin in range(0, RUNS, BETWEEN_LOOKS):
            async with asyncio.TaskGroup() as group:
                for at, pair in enumerate(pairs):
                    group.create_task(some(range(begin + at, begin + BETWEEN_LOOKS, AT_ONCE), *pair))
            assert left_running() == [], begin
    print(dict(ends))
    assert ends.total() == RUNS
    assert ends["complete"] > 0.8 * RUNS
