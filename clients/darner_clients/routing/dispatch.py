"""Sending a request along its route: quota, a second endpoint when the first is late, and retries at the only one."""

import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from darner_clients.chat import ChatRequest, FillRequest
from darner_clients.errors import EndpointError, Late, Loading, Overflow, Overloaded, OverQuota
from darner_clients.routing.hedge import OpenedStream, race
from darner_clients.routing.quota import Ticket
from darner_clients.routing.route import Route
from darner_clients.routing.target import InFlight, Target

PATIENCE = 20.0  # seconds that quota is waited for before hearing that there is none, unless the caller has more
LOOK = (
    0.5  # seconds between two looks at the quota: other processes give it back, and places in the queue are kept fresh
)
SPARE_QUOTA = 0.3  # share of a bucket below which no second endpoint is queried
SOONEST_HEDGE = 0.05  # seconds
COMPANY = 2.5  # seconds to the first token after which a second endpoint is queried too, without measured times ...
IMPATIENCE = 10.0  # ... and after which another one gets the request instead, if the second was not queried
AGAIN = (0.5, 2.0, 4.0)  # seconds before a retry at the only endpoint; the last one if it is only busy
BUSY = frozenset({429, 502, 503, 504, 529})
LOADS = 60.0  # seconds that a model is given to load ...
LOOK_LOADING = 1.0  # ... looked at so often
MAX_STREAM_ADAPTATIONS = 3  # rejections inside a stream with status 200 that are learned from

HeldTickets = dict[int, tuple[Ticket, Target]]


@dataclass(frozen=True, slots=True)
class WaitNotice:
    """`message` is for a person, with figures; `reason` stays the same while the same thing is waited for."""

    message: str
    reason: str


WaitListener = Callable[[WaitNotice], None]


class Dispatcher:
    """Sends requests to the targets of a router. A route's ticket is taken from `held`."""

    def __init__(
        self,
        targets: Mapping[str, Target],
        held: HeldTickets,
        clock: Callable[[], float],
        pause: Callable[[float], Awaitable[None]],
    ) -> None:
        self._targets = targets
        self._held = held
        self._clock = clock
        self._pause = pause

    async def open(
        self, route: Route, request: ChatRequest | FillRequest, on_wait: WaitListener | None
    ) -> OpenedStream:
        """The stream whose reply begins first, with its first item. Raises EndpointError.

        `on_wait` gets the reason for waiting for an endpoint without an alternative.
        """
        began, adaptations = self._clock(), 0
        delays = list(AGAIN) if route.alone else []
        while True:
            try:
                return await self._race(route, request, on_wait)
            except EndpointError as error:
                client = self._targets[error.endpoint].client
                if adaptations < MAX_STREAM_ADAPTATIONS and not error.started and client.adapt(error):
                    adaptations += 1
                    continue
                wait = _patience(error, delays) if route.alone else math.inf
                if self._clock() + wait > began + (LOADS if isinstance(error, Loading) else PATIENCE):
                    raise
                if on_wait is not None:
                    message = f"{error.endpoint}: {error.message}; retrying in {wait:.1f} s"
                    on_wait(WaitNotice(message, f"{error.endpoint}: {type(error).__name__}"))
                await self._pause(wait)

    async def _race(
        self, route: Route, request: ChatRequest | FillRequest, on_wait: WaitListener | None
    ) -> OpenedStream:
        target = self._targets[route.endpoint.name]
        in_flight = await self._prepare(route, request, on_wait=on_wait)
        late = target.samples.p95("first_token")
        if late is None and not route.alone:
            in_flight.within = target.impatience(IMPATIENCE)
        first = OpenedStream(lambda: target.stream(in_flight))
        if route.spare is None:
            await first.begin()
            return first
        return await race(first, lambda: self._second(route, request), max(SOONEST_HEDGE, late or COMPANY))

    async def _second(self, route: Route, request: ChatRequest | FillRequest) -> OpenedStream | None:
        spare = route.spare
        if spare is None:
            return None
        target = self._targets[spare.endpoint.name]
        if any(each.remaining < SPARE_QUOTA * each.limit for each in await target.quota.remaining()):
            return None
        try:
            in_flight = await self._prepare(spare, replace(request, prompt_tokens=spare.prompt_tokens), patience=0.0)
        except EndpointError:
            return None
        return OpenedStream(lambda: target.stream(in_flight))

    async def _prepare(
        self,
        route: Route,
        request: ChatRequest | FillRequest,
        patience: float = PATIENCE,
        on_wait: WaitListener | None = None,
    ) -> InFlight:
        """The request with quota held for it, and within the window."""
        target = self._targets[route.endpoint.name]
        room = route.window - request.prompt_tokens
        if room < 1:
            raise Overflow(
                route.endpoint.name,
                f"{request.prompt_tokens} tokens exceed its window of {route.window}: not sent",
                window=route.window,
            )
        request = replace(request, max_output=min(request.max_output, room))
        tokens = request.prompt_tokens + request.max_output
        ticket, _ = self._held.pop(route.ticket, (None, None)) if route.ticket is not None else (None, None)
        if ticket is None:
            ticket = await self._wait_for_quota(target, tokens, patience, on_wait, interactive=request.interactive)
        elif ticket.tokens != tokens:
            ticket = await target.quota.adjust(ticket, tokens)
        counted = route.counted if request.prompt_tokens == route.prompt_tokens else 0
        return InFlight(request, ticket, counted)

    async def _wait_for_quota(
        self, target: Target, tokens: int, patience: float, on_wait: WaitListener | None, *, interactive: bool
    ) -> Ticket:
        """Quota for a request that was not chosen for: a repair, or one more on the same route."""
        limit = self._clock() + patience
        waiter: int | None = None
        try:
            while True:
                answer = await target.quota.admit(tokens, interactive=interactive, waiter=waiter)
                if isinstance(answer, Ticket):
                    return answer
                waiter = answer.waiter
                if self._clock() + answer.seconds > limit:
                    raise OverQuota(target.endpoint.name, answer.why, retry_after=answer.seconds, kind="tokens")
                if on_wait is not None:
                    name = target.endpoint.name
                    on_wait(WaitNotice(f"{name}: {answer.why}", f"{name}: {answer.reason}"))
                await self._pause(min(answer.seconds, LOOK))
        finally:
            if waiter is not None:
                await target.quota.leave(waiter)


def _patience(error: EndpointError, delays: list[float]) -> float:
    """Seconds before a retry at the only endpoint; infinite: no retry."""
    if isinstance(error, Loading):
        return max(LOOK_LOADING, error.retry_after or 0.0)
    busy = isinstance(error, OverQuota) or (isinstance(error, Overloaded) and error.status in BUSY)
    late = isinstance(error, Late)  # it has had its time, and may still be at work on what it was sent
    if not error.retry or error.started or late or not delays or (delays[0] == AGAIN[-1] and not busy):
        return math.inf
    return max(delays.pop(0), error.retry_after or 0.0)
