"""Which endpoint gets a request: decided by size, health and quota before anything is sent."""

import asyncio
import math
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Self

from darner_clients.endpoint import Endpoint
from darner_clients.errors import EndpointError, Late, Loading, Overflow, Overloaded, OverQuota
from darner_clients.messages import ChatRequest, FillRequest
from darner_clients.routing.calibration import expected_output, most_that_fits
from darner_clients.routing.hedge import Runner, race
from darner_clients.routing.quota import Ticket, Wait
from darner_clients.routing.route import EndpointStatus, QuotaLeft, Route, Unroutable
from darner_clients.routing.shared_store import Store
from darner_clients.routing.target import Sent, Served
from darner_clients.wire.stream import Item

__all__ = ["EndpointStatus", "QuotaLeft", "Route", "Router", "Unroutable"]

PATIENCE = 20.0  # seconds that quota is waited for before hearing that there is none, unless the caller has more
BRIEF = 0.5  # seconds that the better endpoint is worth waiting for when another one could serve at once
LOOK = (
    0.5  # seconds between two looks at the quota: other processes give it back, and places in the queue are kept fresh
)
KEEP_WARM = 45.0  # seconds between two looks at a connection that is not used ...
LET_COOL = 900.0  # ... and after which one that nobody used is left to close
SPARE_QUOTA = 0.3  # share of a bucket below which no second endpoint is asked
SOONEST_HEDGE = 0.05  # seconds
COMPANY = (
    2.5  # seconds to the first token after which a second endpoint is asked too, while no history tells better ...
)
IMPATIENCE = 8.0  # ... and after which another one is asked instead, where it cannot be asked the same
AGAIN = (0.5, 2.0, 4.0)  # seconds before the only endpoint there is gets asked again; the last one if it is only busy
BUSY = frozenset({429, 502, 503, 504, 529})
LOADS = 60.0  # seconds that a model is given to load ...
LOOK_LOADING = 1.0  # ... looked at so often
MOST_LESSONS = 3  # refusals within a stream that are learned from

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _No:
    """Why an endpoint does not get a request. `room`: it is only too large; `wait`: only quota is missing."""

    endpoint: Endpoint
    why: str
    room: int | None = None
    wait: Wait | None = None
    down: bool = False
    loading: bool = False


@dataclass(frozen=True, slots=True)
class _Last:
    """Whether endpoints are asked although they are down, or have named a time before which they answer nothing."""

    down: bool = False
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What `choose` was asked, each endpoint counted once."""

    count: Callable[[Endpoint], int]
    output: int | Callable[[Endpoint], int]
    interactive: bool
    counts: dict[str, int]

    def counted(self, endpoint: Endpoint) -> int:
        if endpoint.name not in self.counts:
            self.counts[endpoint.name] = self.count(endpoint)
        return self.counts[endpoint.name]

    def reserved(self, endpoint: Endpoint, most: int | None) -> int:
        output = self.output(endpoint) if callable(self.output) else self.output
        return max(1, min(output, most or output))


class Router:
    """Routes over several endpoints in order of preference. Use as an async context manager.

    `state_dir` holds what all darner processes of the user share: quota, health, latencies. None: this process alone.
    """

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        *,
        state_dir: Path | None,
        hedge: bool = True,
        warm: bool = True,
        clock: Callable[[], float] = monotonic,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.endpoints = tuple(endpoints)
        self._hedge = hedge
        self._warm = warm
        self._clock = clock
        self._pause = pause
        self._store = Store(state_dir)
        self._served = {each.name: Served(each, self._store, clock) for each in self.endpoints}
        self._held: dict[int, tuple[Ticket, Served]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._predicted: dict[tuple[str, int], int] = {}

    async def __aenter__(self) -> Self:
        """Begin to open a warm connection to each endpoint, in the background."""
        try:
            for each in self._served.values():
                await each.load()
        except BaseException:
            self._store.close()
            raise
        if self._warm:
            loop = asyncio.get_running_loop()
            self._tasks = [loop.create_task(self._keep_warm(each), name="warm") for each in self._served.values()]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close every connection and end what runs in the background."""
        for task in self._tasks:
            task.cancel()
        for each in self._served.values():
            each.client.close()  # first of all, lest a cancellation come between
        try:
            await asyncio.gather(*self._tasks, return_exceptions=True)
            for ticket, served in self._held.values():
                await served.quota.give_back(ticket)
        finally:
            self._held.clear()
            self._store.close()

    # -- choosing

    async def choose(
        self,
        count: Callable[[Endpoint], int],
        *,
        output: int | Callable[[Endpoint], int],
        interactive: bool = True,
        without: Collection[str] = (),
        patience: float = PATIENCE,
        waiting: Told | None = None,
    ) -> Route | Unroutable:
        """The first endpoint that fits, is healthy and has quota. `count`: the prompt's tokens by its tokenizer.

        Waits for quota where no endpoint has any and some will have within `patience` seconds (a batch may have
        minutes), and for a model that is loading; `waiting` is told why. Leaving early gives the place up.
        """
        wanted = _Wanted(count, output, interactive, {})
        places: dict[str, int] = {}
        began = self._clock()
        within_reach = [each for each in self._served.values() if each.endpoint.name not in without]
        try:
            last = _Last()
            while True:
                found = await self._look(within_reach, wanted, places, last)
                if isinstance(found, Route):
                    return found
                soonest = min((no.wait.seconds for no in found if no.wait), default=math.inf)
                if not last.down and soonest > LOOK and any(no.down for no in found):
                    last = replace(last, down=True)
                elif self._clock() + soonest <= began + max(patience, LOADS * any(no.loading for no in found)):
                    _tell(waiting, found)
                    await self._pause(min(soonest, LOOK))
                elif not last.blocked and soonest < math.inf:
                    last = replace(last, blocked=True)
                else:
                    return _unroutable(found, self.endpoints, without)
        finally:
            for name, waiter in places.items():
                await self._served[name].quota.leave(waiter)

    async def _look(
        self, served: Sequence[Served], wanted: _Wanted, places: dict[str, int], last: _Last
    ) -> Route | list[_No]:
        passed: list[_No] = []
        for at, each in enumerate(served):
            sized = await self._sized(each, wanted, even_down=last.down)
            if isinstance(sized, _No):
                passed.append(sized)
                continue
            ticket = await self._admitted(each, sized, wanted, places, insist=last.blocked)
            if isinstance(ticket, Wait):
                room = None if ticket.most is None else most_that_fits(ticket.most - sized.output, each.prompts)
                passed.append(_No(each.endpoint, ticket.why, room=room, wait=ticket))
                continue
            self._held[ticket.id] = (ticket, each)
            places.pop(each.endpoint.name, None)
            alone = len(served) == 1
            spare = None if alone else await self._spare(served[at + 1 :], each.endpoint, wanted)
            reason = sized.reason
            if passed:
                reason += " (" + "; ".join(f"not {no.endpoint.name}: {no.why}" for no in passed) + ")"
            return replace(sized, reason=reason, ticket=ticket.id, spare=spare, alone=alone)
        return passed

    async def _sized(self, served: Served, wanted: _Wanted, *, even_down: bool) -> Route | _No:
        """A route if the endpoint is healthy and the request fits it; quota has not been asked yet."""
        endpoint = served.endpoint
        health = await served.circuit.health()
        if health.wait > 0 and not even_down:
            return _No(endpoint, f"{health.why} (asked again in {health.wait:.0f} s)", down=True)
        try:
            if health.doubtful:
                await served.warm()
            limits = await served.limits()
        except Loading as error:
            return _No(endpoint, str(error), wait=Wait(LOOK_LOADING, str(error)), loading=True)
        except EndpointError as error:
            return _No(endpoint, str(error))
        counted = wanted.counted(endpoint)
        prompt = served.estimate(counted)
        output = wanted.reserved(endpoint, limits.max_output)
        if prompt + output > limits.window:
            room = most_that_fits(limits.window - output, served.measured.pairs("prompt"))
            why = f"{prompt} tokens and {output} for the reply exceed its window of {limits.window}"
            return _No(endpoint, why, room=room)
        reason = f"{prompt} tokens and {output} for the reply fit its window of {limits.window}"
        return Route(endpoint, reason, prompt, limits.window, counted, output)

    async def _admitted(
        self, served: Served, route: Route, wanted: _Wanted, places: dict[str, int], *, insist: bool
    ) -> Ticket | Wait:
        name, tokens = served.endpoint.name, route.prompt_tokens + route.output
        waiter = places.get(name)
        answer = await served.quota.admit(tokens, interactive=wanted.interactive, waiter=waiter, insist=insist)
        if isinstance(answer, Wait) and answer.seconds <= BRIEF:
            await self._pause(answer.seconds)
            answer = await served.quota.admit(tokens, interactive=wanted.interactive, waiter=answer.waiter)
        if isinstance(answer, Wait) and answer.waiter is not None:
            places[name] = answer.waiter
        return answer

    async def _spare(self, others: Sequence[Served], first: Endpoint, wanted: _Wanted) -> Route | None:
        """Who else could be asked the same, should the first be late: the reply format has to be the same."""
        if not self._hedge:
            return None
        for each in others:
            if each.endpoint.reply != first.reply or not each.knows_limits:
                continue
            if (await each.circuit.health()).doubtful:
                continue
            route = await self._sized(each, wanted, even_down=False)
            if isinstance(route, Route):
                return replace(route, reason=f"{first.name} is late")
        return None

    # -- streaming

    @asynccontextmanager
    async def stream(
        self, route: Route, request: ChatRequest | FillRequest, *, waiting: Told | None = None
    ) -> AsyncGenerator[AsyncIterator[Item]]:
        """Send a request where it was routed. Raises EndpointError; leaving the block closes the socket.

        The first item is there when the block begins. A request longer than the window is not sent. `waiting` is told
        why an endpoint that nobody can take the place of is waited for.
        """
        runner = await self._begun(route, request, waiting)
        try:
            async with aclosing(runner.items()) as items:
                yield items
        finally:
            await runner.close()

    async def _begun(self, route: Route, request: ChatRequest | FillRequest, waiting: Told | None) -> Runner:
        began, lessons = self._clock(), 0
        delays = list(AGAIN) if route.alone else []
        while True:
            try:
                return await self._raced(route, request, waiting)
            except EndpointError as error:
                if lessons < MOST_LESSONS and not error.started and self._served[error.endpoint].client.learn(error):
                    lessons += 1
                    continue
                wait = _patience(error, delays) if route.alone else math.inf
                if self._clock() + wait > began + (LOADS if isinstance(error, Loading) else PATIENCE):
                    raise
                if waiting is not None:
                    waiting(f"{error.endpoint}: {error.message}; asked again in {wait:.1f} s")
                await self._pause(wait)

    async def _raced(self, route: Route, request: ChatRequest | FillRequest, waiting: Told | None) -> Runner:
        served = self._served[route.endpoint.name]
        sent = await self._sent(route, request, waiting=waiting)
        late = served.measured.p95("first_token")
        if route.spare is None and late is None and not route.alone:
            sent.within = served.impatience(IMPATIENCE)
        first = Runner(lambda: served.stream(sent))
        if route.spare is None:
            await first.begin()
            return first
        return await race(first, lambda: self._second(route, request), max(SOONEST_HEDGE, late or COMPANY))

    async def _second(self, route: Route, request: ChatRequest | FillRequest) -> Runner | None:
        spare = route.spare
        if spare is None:
            return None
        served = self._served[spare.endpoint.name]
        if any(each.remaining < SPARE_QUOTA * each.limit for each in await served.quota.left()):
            return None
        try:
            sent = await self._sent(spare, replace(request, prompt_tokens=spare.prompt_tokens), patience=0.0)
        except EndpointError:
            return None
        return Runner(lambda: served.stream(sent))

    async def _sent(
        self,
        route: Route,
        request: ChatRequest | FillRequest,
        patience: float = PATIENCE,
        waiting: Told | None = None,
    ) -> Sent:
        """The request with quota held for it, and within the window."""
        served = self._served[route.endpoint.name]
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
            ticket = await self._waited(served, tokens, patience, waiting, interactive=request.interactive)
        elif ticket.tokens != tokens:
            ticket = await served.quota.adjust(ticket, tokens)
        counted = route.counted if request.prompt_tokens == route.prompt_tokens else 0
        task = self._predicted.get((route.endpoint.name, request.max_output), 0)
        return Sent(request, ticket, counted, task)

    async def _waited(
        self, served: Served, tokens: int, patience: float, waiting: Told | None, *, interactive: bool
    ) -> Ticket:
        """Quota for a request that was not chosen for: a repair, or one more on the same route."""
        limit = self._clock() + patience
        waiter: int | None = None
        try:
            while True:
                answer = await served.quota.admit(tokens, interactive=interactive, waiter=waiter)
                if isinstance(answer, Ticket):
                    return answer
                waiter = answer.waiter
                if self._clock() + answer.seconds > limit:
                    raise OverQuota(served.endpoint.name, answer.why, retry_after=answer.seconds, kind="tokens")
                if waiting is not None:
                    waiting(f"{served.endpoint.name}: {answer.why}")
                await self._pause(min(answer.seconds, LOOK))
        finally:
            if waiter is not None:
                await served.quota.leave(waiter)

    # -- what is known

    def output_for(self, task_tokens: int, endpoint: Endpoint) -> int:
        """Output tokens to reserve for rewriting about `task_tokens`; a reply that needs more is continued."""
        served = self._served[endpoint.name]
        wanted = expected_output(task_tokens, endpoint, served.measured.pairs("output"))
        if len(self._predicted) > 256:  # noqa: PLR2004 - far more than are ever on their way
            self._predicted.clear()
        self._predicted[endpoint.name, wanted] = max(1, task_tokens)
        return wanted

    async def status(self, *, probe: bool, token: bool = False) -> tuple[EndpointStatus, ...]:
        """What is known of each endpoint; with `probe` each is asked how it is now, with `token` for a reply of one."""
        return tuple(
            await asyncio.gather(
                *(
                    each.status(
                        probe=probe,
                        token=token,
                        place="goes here" if at == 0 else "goes here if no endpoint before it can take it",
                    )
                    for at, each in enumerate(self._served.values())
                )
            )
        )

    async def _keep_warm(self, served: Served) -> None:
        """A connection from the start, looked at now and then for as long as the endpoint is in use."""
        while True:
            if self._clock() - served.used < LET_COOL:
                with suppress(EndpointError):
                    await served.warm()
            await asyncio.sleep(KEEP_WARM)


def _patience(error: EndpointError, delays: list[float]) -> float:
    """Seconds after which the only endpoint is to be asked again; infinite: not at all."""
    if isinstance(error, Loading):
        return max(LOOK_LOADING, error.retry_after or 0.0)
    busy = isinstance(error, OverQuota) or (isinstance(error, Overloaded) and error.status in BUSY)
    late = isinstance(error, Late)  # it has had its time, and may still be at work on what it was sent
    if not error.retry or error.started or late or not delays or (delays[0] == AGAIN[-1] and not busy):
        return math.inf
    return max(delays.pop(0), error.retry_after or 0.0)


def _tell(waiting: Told | None, found: list[_No]) -> None:
    if waiting is not None:
        waiting("; ".join(f"{no.endpoint.name}: {no.why}" for no in found if no.wait))


def _unroutable(passed: list[_No], endpoints: Sequence[Endpoint], without: Collection[str]) -> Unroutable:
    tried = [(each.name, "already tried") for each in endpoints if each.name in without]
    tried += [(no.endpoint.name, no.why) for no in passed]
    rooms = [(no.endpoint, no.room) for no in passed if no.room]
    largest = max(rooms, key=lambda each: each[1], default=None)
    said = "; ".join(f"{name}: {why}" for name, why in tried)
    return Unroutable(f"no endpoint can take this: {said}" if said else "no endpoint is set up", tuple(tried), largest)
