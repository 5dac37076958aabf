"""A target of the router: an endpoint, its client, and what is known of its quota, health, speed and counts."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass

from darner_clients.chat import ChatRequest, FillRequest, Finish, Text
from darner_clients.client import Client
from darner_clients.discovery.model_limits import ModelLimits
from darner_clients.discovery.token_probes import KINDS, PROBES, PromptCounter, probe_counts, same_vocabulary
from darner_clients.endpoint import Deadlines, Endpoint
from darner_clients.errors import (
    EndpointError,
    Late,
    Overflow,
    OverQuota,
    Rejected,
    Unreachable,
)
from darner_clients.refusals.rate_limit_headers import Allowance
from darner_clients.routing.calibration import (
    Pair,
    estimate,
    first_guess,
    keep_predicting,
    largest_prompt,
    plausible,
)
from darner_clients.routing.catalogue_memory import CatalogueMemory
from darner_clients.routing.circuit_breaker import CircuitBreaker
from darner_clients.routing.dialect_memory import DialectMemory
from darner_clients.routing.quota import Quota, Ticket
from darner_clients.routing.samples import Samples
from darner_clients.routing.shared_store import SharedStore
from darner_clients.wire.presets import PUBLIC, preset_of
from darner_clients.wire.response_stream import Item

TRY_AGAIN = 20  # requests without a prediction after predictions were found not to pay
ENOUGH_TO_RATE = 16  # tokens
SAME = 0.95  # of a count: a prompt that has fewer tokens than that is another one


@dataclass(slots=True)
class InFlight:
    """A request in flight, with the ticket and the estimate that its end is compared with."""

    request: ChatRequest | FillRequest
    ticket: Ticket | None
    counted: int = 0  # the count that request.prompt_tokens was estimated from; 0: it was not
    within: float | None = None  # seconds to the first token, where they are fewer than the endpoint's deadline
    failed: bool = False


class Target:
    """An endpoint that requests are routed to."""

    def __init__(self, endpoint: Endpoint, store: SharedStore, clock: Callable[[], float]) -> None:
        key = f"{endpoint.base} {endpoint.model} {endpoint.tokenizer} {endpoint.reply}"
        self.endpoint = endpoint
        self.client = Client(endpoint)
        self.quota = Quota(endpoint, store, clock)
        self.circuit = CircuitBreaker(endpoint.base, store, clock)
        self.samples = Samples(key, store)
        self.memory = DialectMemory(f"{endpoint.base} {endpoint.model} {endpoint.window}", store, clock)
        self.catalogue = CatalogueMemory(f"{endpoint.base} {endpoint.model}", store, clock)
        self._is_in_catalogue = any(path.startswith(PUBLIC) for path in preset_of(endpoint).limits)
        self._window: int | None = None  # named by a rejection
        self._counts: dict[int, int] = {}  # of rejected prompts: our count, by the endpoint's count
        self.used = clock()
        self._clock = clock
        self.prompt_counter: PromptCounter | None = None  # what counts its prompts
        self._streams = 0
        self._has_probed = False
        self._unpredicted = 0

    async def load(self) -> None:
        """Read what earlier processes have measured and learned."""
        await self.samples.load()
        self.client.dialect, self._window = await self.memory.load()
        if self._is_in_catalogue and (known := await self.catalogue.load()) is not None:
            limits, fresh = known
            self.client.remember(limits, fresh=fresh or self.endpoint.offline)
        if self._window is not None:
            self.client.learn_window(self._window)

    async def warm(self) -> None:
        """Have a connection open and the limits known. Raises EndpointError."""
        before = self.client.known_limits
        try:
            await self.client.warm()
            limits = await self.client.limits()
        except EndpointError as error:
            await self.circuit.failed(error)
            raise
        await self.quota.learn(limits.allowances)
        if limits.origin == "catalogue" and limits is not before:
            await self.catalogue.save(limits)
        if self.client.connect_seconds is not None:
            self.samples.add("connect", self.client.connect_seconds)

    async def limits(self) -> ModelLimits:
        """Window and output limit. Raises EndpointError."""
        try:
            return await self.client.limits()
        except EndpointError as error:
            await self.circuit.failed(error)
            raise

    @property
    def knows_limits(self) -> bool:
        """Whether the limits are known, or the settings name them, so that no query is needed."""
        return self.client.known_limits is not None or bool(self.endpoint.window and self.endpoint.model)

    def impatience(self, seconds: float) -> float | None:
        """The deadline of a first token where another endpoint could answer; None: the one of the settings."""
        own = self.endpoint.deadlines.first_token
        return seconds if seconds < own <= Deadlines().first_token else None

    def estimate(self, counted: int) -> int:
        """Tokens of a prompt as this endpoint will count them."""
        return estimate(counted, self._counts_seen, exact=self._is_exact)

    def largest_prompt(self, room: int) -> int:
        """The largest count of a prompt that this endpoint will find within `room`."""
        return largest_prompt(room, self._counts_seen, exact=self._is_exact)

    @property
    def _counts_seen(self) -> Sequence[Pair]:
        """Pairs that teach: what a few lines have in another vocabulary says little about a prompt."""
        probes = self.samples.pairs("probe") if self._is_exact else ()
        return (*probes, *self.samples.pairs("prompt"))

    @property
    def _is_exact(self) -> bool:
        proven = same_vocabulary(self.samples.pairs("probe"))
        return proven if proven is not None else self.prompt_counter is not None and self.prompt_counter.exact

    async def probe_counts(self) -> None:
        """Learn once how the endpoint counts prompts, where it can be queried and has nothing else to do."""
        counter, endpoint = self.prompt_counter, self.endpoint
        limits = self.client.known_limits
        if counter is None or endpoint.kind not in KINDS or limits is None or self._streams:
            return
        if self._has_probed or self.samples.pairs("probe"):
            return
        self._has_probed = True
        counts = await probe_counts(endpoint, endpoint.model or limits.model, self.client.get)
        for messages, count in zip(PROBES, counts, strict=False):
            self.samples.add("probe", counter.count(messages), count)
        await self.samples.save()

    @asynccontextmanager
    async def stream(self, in_flight: InFlight) -> AsyncGenerator[AsyncIterator[Item]]:
        """Send a request; what comes of it is taken into account. Raises EndpointError."""
        self.used = self._clock()
        self._decide_prediction()
        allowances: list[Allowance] = []
        self._streams += 1
        try:
            async with (
                self.client.stream(in_flight.request, on_quota=allowances.extend, within=in_flight.within) as items,
                aclosing(self._follow(items, in_flight, allowances)) as watched,
            ):
                yield watched
        except EndpointError as error:
            await self._failed(error, in_flight, allowances)
            raise
        finally:
            self._streams -= 1
            await self._settle(in_flight, allowances)

    async def _follow(
        self, items: AsyncIterator[Item], in_flight: InFlight, allowances: list[Allowance]
    ) -> AsyncGenerator[Item]:
        settled = False
        try:
            async for item in items:
                if type(item) is Text:
                    yield item
                elif isinstance(item, Finish):
                    await self._finished(item, in_flight)
                    yield item
                else:
                    yield item
                if not settled:
                    settled = True
                    await self._settle(in_flight, allowances)
        except EndpointError as error:
            await self._failed(error, in_flight, allowances)
            raise

    async def _settle(self, in_flight: InFlight, allowances: list[Allowance]) -> None:
        """Take the quota headers in, once."""
        if allowances or in_flight.ticket is not None:
            ticket, in_flight.ticket = in_flight.ticket, None
            news, allowances[:] = tuple(allowances), ()
            await self.quota.update(ticket, news)

    async def _finished(self, finish: Finish, in_flight: InFlight) -> None:
        samples, usage, timings = self.samples, finish.usage, finish.timings
        if timings is not None:
            if timings.connect:
                samples.add("connect", timings.connect)
            if timings.first_token is not None:
                samples.add("first_token", timings.first_token)
            if timings.prefill:
                samples.add("prefill", timings.prefill)
            if usage is not None and timings.decode and usage.completion_tokens >= ENOUGH_TO_RATE:
                samples.add("rate", usage.completion_tokens / timings.decode)
        if usage is not None:
            if in_flight.counted and plausible(in_flight.counted, usage.prompt_tokens):
                samples.add("prompt", in_flight.counted, usage.prompt_tokens)
            request = in_flight.request
            if isinstance(request, ChatRequest) and request.task_tokens and usage.completion_tokens:
                used = usage.completion_tokens * (1.5 if finish.ending == "limit" else 1.0)
                samples.add("output", first_guess(request.task_tokens, self.endpoint), used)
            if usage.accepted_prediction_tokens or usage.rejected_prediction_tokens:
                samples.add("prediction", usage.accepted_prediction_tokens, usage.rejected_prediction_tokens)
        await samples.save()
        await self.memory.save(self.client.dialect, self._window)
        await self.circuit.succeeded()

    async def _failed(self, error: EndpointError, in_flight: InFlight, allowances: list[Allowance]) -> None:
        """Take a failure into account, once: one in mid-stream is met where it is read, and again where that ends."""
        if in_flight.failed:
            return
        in_flight.failed = True
        if in_flight.within is not None and isinstance(error, Late) and error.stage == "first_token":
            error.message, error.advice = f"no token within {in_flight.within:g} s", "another endpoint gets the request"
            error.retry_after = 0.0
        ticket, in_flight.ticket = in_flight.ticket, None
        if isinstance(error, OverQuota):
            await self.quota.refused(ticket, error, allowances)
        elif ticket is not None and isinstance(error, Unreachable | Rejected):
            await self.quota.give_back(ticket)
        else:
            in_flight.ticket = ticket
        if isinstance(error, Overflow):
            await self._learn_size(error, in_flight)
        await self.circuit.failed(error)

    async def _learn_size(self, error: Overflow, in_flight: InFlight) -> None:
        """Learn the window, by the endpoint's own figure if that explains the rejection, else by sending less."""
        request, window = in_flight.request, error.window
        tokens = request.prompt_tokens
        if error.prompt_tokens and in_flight.counted and plausible(in_flight.counted, error.prompt_tokens):
            self._learn_count(in_flight.counted, error.prompt_tokens)
            tokens = self.estimate(in_flight.counted)
        if window is not None and window < tokens + request.max_output:
            self._window = window
            self.client.learn_window(window)
            await self.memory.save(self.client.dialect, window)
        else:
            self.client.learn_window(_less(request.prompt_tokens, request.max_output, error))

    def _learn_count(self, counted: int, true: int) -> None:
        """Let the count in a rejection correct the estimate, unless it has counted the same in a longer prompt."""
        before = self._counts.setdefault(true, counted)
        if counted < SAME * before:
            self.samples.remove("prompt", before, true)
        else:
            self.samples.add("prompt", counted, true)

    def _decide_prediction(self) -> None:
        """Predictions stop while most of what is predicted is rejected: rejected tokens are paid for."""
        if self._unpredicted:
            self._unpredicted -= 1
            self.client.predict = False
        elif keep_predicting(self.samples.pairs("prediction")):
            self.client.predict = True
        elif self.client.predict:
            self._unpredicted = TRY_AGAIN
            self.client.predict = False
        else:
            self.client.predict = True  # one more try: if it pays again, the next ones are predicted too


def _less(prompt: int, output: int, error: Overflow) -> int:
    """A window to try after a rejection whose figures do not explain it: less by the reported excess, or much less."""
    if error.window and error.prompt_tokens:
        over = error.prompt_tokens - error.window
        if 0 < over < prompt:
            return prompt - over
    return (prompt + output) * 3 // 4 if error.window else (prompt + output) // 2
