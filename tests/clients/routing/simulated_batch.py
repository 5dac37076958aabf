"""A batch on the smallest plan, with a clock that moves only while the batch waits: for test_quota and bench/clients_quota.py."""

import asyncio
from dataclasses import dataclass, field

from darner_clients.chat import ChatRequest, Text
from darner_clients.endpoint import Endpoint
from darner_clients.routing.router import Route, Router
from darner_clients.testing import Script, ScriptedEndpoint

SMALLEST_PLAN = Script(
    dialect="cerebras",
    model="gpt-oss-120b",
    window=65_536,
    otherwise="word " * 500,
    tokens_per_minute=30_000,
    requests_per_minute=5,
)
PROMPT_TOKENS, TASK_TOKENS = 4000, 600


@dataclass
class Clock:
    """Seconds that pass only during a pause, or when a test sets them."""

    now: float = 1000.0
    paused: list[float] = field(default_factory=list[float])

    def __call__(self) -> float:
        return self.now

    async def pause(self, seconds: float) -> None:
        self.paused.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


@dataclass(frozen=True, slots=True)
class BatchResult:
    """Complete replies, rejected requests, and the output tokens that the last request reserved."""

    useful: int
    rejected: int
    reserved: int


async def run_batch(minutes: int, output: int | None) -> BatchResult:
    """A batch that sends requests as fast as it may; `output` None: the router's prediction for the task."""
    clock = Clock()
    async with ScriptedEndpoint(SMALLEST_PLAN, clock=clock) as scripted:
        router = Router([scripted.endpoint("fast")], state_dir=None, warm=False, clock=clock, pause=clock.pause)

        def limit(endpoint: Endpoint) -> int:
            return router.output_for(TASK_TOKENS, endpoint) if output is None else output

        async with router:
            await router.status(probe=True)
            useful, reserved = 0, 0
            end = clock.now + 60 * minutes
            while True:
                route = await router.choose(lambda _: PROMPT_TOKENS, output=limit, interactive=False, patience=180.0)
                if clock.now >= end:
                    break
                assert isinstance(route, Route), route
                request = ChatRequest(
                    (("user", "x" * 4 * PROMPT_TOKENS),),
                    route.prompt_tokens,
                    route.output,
                    interactive=False,
                    task_tokens=TASK_TOKENS if output is None else 0,
                )
                async with router.stream(route, request) as items:
                    reply = "".join([item.text async for item in items if isinstance(item, Text)])
                useful += reply == SMALLEST_PLAN.otherwise
                reserved = route.output
        return BatchResult(useful, scripted.quota.refused, reserved)
