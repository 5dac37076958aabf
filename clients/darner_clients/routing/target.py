"""One endpoint as the router sees it: its client, and all that is known of its quota, health, speed and counts."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass

from darner_clients.client import Client
from darner_clients.discovery.model_limits import Limits
from darner_clients.endpoint import Deadlines, Endpoint
from darner_clients.endpoint_warnings import notices
from darner_clients.errors import (
    Declined,
    EndpointError,
    Late,
    Malformed,
    Overflow,
    Overloaded,
    OverQuota,
    Rejected,
    Unreachable,
)
from darner_clients.messages import ChatRequest, FillRequest, Finish, Text
from darner_clients.refusals.rate_limit_headers import Allowance
from darner_clients.routing.calibration import Pair, error, estimate, first_guess, keep_predicting, plausible
from darner_clients.routing.circuit_breaker import Circuit
from darner_clients.routing.dialect_memory import Memory
from darner_clients.routing.quota import Quota, Ticket
from darner_clients.routing.route import EndpointStatus
from darner_clients.routing.samples import Measured
from darner_clients.routing.shared_store import Store
from darner_clients.wire.stream import Item

TRY_AGAIN = 20  # requests without a prediction after predictions were found not to pay
ENOUGH_TO_RATE = 16  # tokens
SAME = 0.95  # of a count: a prompt that has fewer tokens than that is another one


@dataclass(slots=True)
class Sent:
    """A request on its way, with what its end is to be compared with."""

    request: ChatRequest | FillRequest
    ticket: Ticket | None
    counted: int = 0  # the count that request.prompt_tokens was estimated from; 0: it was not
    task_tokens: int = 0  # the size of the task that request.max_output was predicted from; 0: it was not
    within: float | None = None  # seconds to the first token, where they are fewer than the endpoint's deadline
    failed: bool = False


class Served:
    """An endpoint in use."""

    def __init__(self, endpoint: Endpoint, store: Store, clock: Callable[[], float]) -> None:
        key = f"{endpoint.base} {endpoint.model} {endpoint.tokenizer} {endpoint.reply}"
        self.endpoint = endpoint
        self.client = Client(endpoint)
        self.quota = Quota(endpoint, store, clock)
        self.circuit = Circuit(endpoint.base, store, clock)
        self.measured = Measured(key, store)
        self.memory = Memory(f"{endpoint.base} {endpoint.model} {endpoint.window}", store, clock)
        self._window: int | None = None  # that a refusal named
        self._counts: dict[int, int] = {}  # of prompts that were refused: how we had counted them, by their count
        self.used = clock()
        self._clock = clock
        self._unpredicted = 0

    async def load(self) -> None:
        """Read what earlier processes have measured and learned."""
        await self.measured.load()
        self.client.dialect, self._window = await self.memory.load()
        if self._window is not None:
            self.client.learn_window(self._window)

    async def warm(self) -> None:
        """Have a connection open and the limits known. Raises EndpointError."""
        try:
            await self.client.warm()
            limits = await self.client.limits()
        except EndpointError as problem:
            await self.circuit.failed(problem)
            raise
        await self.quota.learn(limits.allowances)
        if self.client.connect_seconds is not None:
            self.measured.add("connect", self.client.connect_seconds)

    async def limits(self) -> Limits:
        """Window and output limit. Raises EndpointError."""
        try:
            return await self.client.limits()
        except EndpointError as problem:
            await self.circuit.failed(problem)
            raise

    @property
    def knows_limits(self) -> bool:
        """Whether the limits are known, or the settings name them, so that nobody has to be asked."""
        return self.client.known_limits is not None or bool(self.endpoint.window and self.endpoint.model)

    @property
    def prompts(self) -> Sequence[Pair]:
        """(counted, true) tokens of earlier prompts."""
        return self.measured.pairs("prompt")

    def impatience(self, seconds: float) -> float | None:
        """The deadline of a first token where another endpoint could answer; None: the one of the settings."""
        own = self.endpoint.deadlines.first_token
        return seconds if seconds < own <= Deadlines().first_token else None

    def estimate(self, counted: int) -> int:
        """Tokens of a prompt as this endpoint will count them."""
        return estimate(counted, self.measured.pairs("prompt"))

    @asynccontextmanager
    async def stream(self, sent: Sent) -> AsyncGenerator[AsyncIterator[Item]]:
        """Send a request; what comes of it is taken into account. Raises EndpointError."""
        self.used = self._clock()
        self._decide_prediction()
        told: list[Allowance] = []
        try:
            async with (
                self.client.stream(sent.request, heard=told.extend, within=sent.within) as items,
                aclosing(self._followed(items, sent, told)) as followed,
            ):
                yield followed
        except EndpointError as problem:
            await self._failed(problem, sent, told)
            raise
        finally:
            await self._settle(sent, told)

    async def _followed(self, items: AsyncIterator[Item], sent: Sent, told: list[Allowance]) -> AsyncGenerator[Item]:
        settled = False
        try:
            async for item in items:
                if type(item) is Text:
                    yield item
                elif isinstance(item, Finish):
                    await self._finished(item, sent)
                    yield item
                else:
                    yield item
                if not settled:
                    settled = True
                    await self._settle(sent, told)
        except EndpointError as problem:
            await self._failed(problem, sent, told)
            raise

    async def _settle(self, sent: Sent, told: list[Allowance]) -> None:
        """Take the quota headers in, once."""
        if told or sent.ticket is not None:
            ticket, sent.ticket = sent.ticket, None
            news, told[:] = tuple(told), ()
            await self.quota.heard(ticket, news)

    async def _finished(self, finish: Finish, sent: Sent) -> None:
        measured, usage, timings = self.measured, finish.usage, finish.timings
        if timings is not None:
            if timings.connect:
                measured.add("connect", timings.connect)
            if timings.first_token is not None:
                measured.add("first_token", timings.first_token)
            if usage is not None and timings.decode and usage.completion_tokens >= ENOUGH_TO_RATE:
                measured.add("rate", usage.completion_tokens / timings.decode)
        if usage is not None:
            if sent.counted and plausible(sent.counted, usage.prompt_tokens):
                measured.add("prompt", sent.counted, usage.prompt_tokens)
            if sent.task_tokens and usage.completion_tokens:
                used = usage.completion_tokens * (1.5 if finish.ending == "limit" else 1.0)
                measured.add("output", first_guess(sent.task_tokens, self.endpoint), used)
            if usage.accepted_prediction_tokens or usage.rejected_prediction_tokens:
                measured.add("prediction", usage.accepted_prediction_tokens, usage.rejected_prediction_tokens)
        await measured.save()
        await self.memory.save(self.client.dialect, self._window)
        await self.circuit.succeeded()

    async def _failed(self, problem: EndpointError, sent: Sent, told: list[Allowance]) -> None:
        """Take a failure into account, once: one in mid-stream is met where it is read, and again where that ends."""
        if sent.failed:
            return
        sent.failed = True
        if sent.within is not None and isinstance(problem, Late) and problem.stage == "first_token":
            problem.message, problem.advice = f"no token within {sent.within:g} s", "another endpoint is asked"
            problem.retry_after = 0.0
        ticket, sent.ticket = sent.ticket, None
        if isinstance(problem, OverQuota):
            await self.quota.refused(ticket, problem, told)
        elif ticket is not None and isinstance(problem, Unreachable | Rejected):
            await self.quota.give_back(ticket)
        else:
            sent.ticket = ticket
        if isinstance(problem, Overflow):
            await self._too_long(problem, sent)
        await self.circuit.failed(problem)

    async def _too_long(self, problem: Overflow, sent: Sent) -> None:
        """Learn the window, by the endpoint's own figure if that explains the refusal, else by sending less."""
        request, told = sent.request, problem.window
        tokens = request.prompt_tokens
        if problem.prompt_tokens and sent.counted and plausible(sent.counted, problem.prompt_tokens):
            self._learn_count(sent.counted, problem.prompt_tokens)
            tokens = self.estimate(sent.counted)
        if told is not None and told < tokens + request.max_output:
            self._window = told
            self.client.learn_window(told)
            await self.memory.save(self.client.dialect, told)
        else:
            self.client.learn_window(_less(request.prompt_tokens, request.max_output, problem))

    def _learn_count(self, counted: int, told: int) -> None:
        """What a refusal counts teaches the estimate, unless it has counted the same in a longer prompt."""
        before = self._counts.setdefault(told, counted)
        if counted < SAME * before:
            self.measured.take_back("prompt", before, told)
        else:
            self.measured.add("prompt", counted, told)

    def _decide_prediction(self) -> None:
        """Predictions stop while most of what is predicted is rejected: rejected tokens are paid for."""
        if self._unpredicted:
            self._unpredicted -= 1
            self.client.predict = False
        elif keep_predicting(self.measured.pairs("prediction")):
            self.client.predict = True
        elif self.client.predict:
            self._unpredicted = TRY_AGAIN
            self.client.predict = False
        else:
            self.client.predict = True  # one more try: if it pays again, the next ones are predicted too

    async def status(self, *, probe: bool, token: bool, place: str) -> EndpointStatus:
        """All of it; with `probe` it is asked now, with `token` for a reply too.

        `place` is said of an endpoint that would get a request.
        """
        from darner_clients.refusals.redaction import redacted  # noqa: PLC0415 - what start-up does not need

        reachable: bool | None = None
        problem = ""
        await self.measured.load()
        if probe:
            try:
                async with asyncio.timeout(self.endpoint.deadlines.connect * 2):
                    await self.warm()
                if token:
                    await self.client.probe()
                reachable = True
            except EndpointError as failure:
                reachable = isinstance(failure, Rejected | OverQuota | Overloaded | Declined | Malformed)
                problem = str(failure)
            except TimeoutError:
                reachable, problem = False, f"{self.endpoint.host} did not answer in time"
        limits = self.client.known_limits
        health = await self.circuit.health()
        left = await self.quota.left()
        prompts = self.measured.pairs("prompt")
        empty = next((each for each in left if each.remaining < max(1, each.limit // 10)), None)
        if problem:
            next_request = "would go elsewhere: it cannot be used now"
        elif health.wait > 0:
            next_request = f"would go elsewhere for {health.wait:.0f} s, then this is tried again: {health.why}"
        elif empty is not None:
            next_request = f"may have to wait or go elsewhere: {empty.remaining} {empty.unit} a {empty.period} are left"
        else:
            next_request = place
        return EndpointStatus(
            name=self.endpoint.name,
            kind=self.endpoint.kind,
            base_url=self.endpoint.shown_url,
            model=redacted((limits.model if limits else "") or self.endpoint.model, self.endpoint.hidden),
            reachable=reachable,
            problem=problem,
            window=limits.window if limits else self.endpoint.window,
            window_source=limits.source if limits else "your settings" if self.endpoint.window else "not known yet",
            max_output=limits.max_output if limits else self.endpoint.max_output,
            quota=left,
            tokenizer=self.endpoint.tokenizer,
            token_error=error(prompts),
            token_samples=len(prompts),
            connect=self.measured.typical("connect"),
            first_token=self.measured.typical("first_token"),
            first_token_p95=self.measured.p95("first_token"),
            decode_rate=self.measured.typical("rate"),
            next_request=next_request,
            notices=() if self.endpoint.unusable else notices(self.endpoint),
        )


def _less(prompt: int, output: int, problem: Overflow) -> int:
    """A window to try after a refusal whose figures do not explain it: as much less as it says, or much less."""
    if problem.window and problem.prompt_tokens:
        over = problem.prompt_tokens - problem.window
        if 0 < over < prompt:
            return prompt - over
    return (prompt + output) * 3 // 4 if problem.window else (prompt + output) // 2
