"""Which endpoint gets a request: decided by size, health and quota before anything is sent."""

import asyncio
import math
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Self

from darner_clients.chat import ChatRequest, FillRequest
from darner_clients.discovery.model_limits import ModelLimits
from darner_clients.discovery.token_probes import PromptCounter
from darner_clients.endpoint import Endpoint
from darner_clients.errors import EndpointError, Loading
from darner_clients.routing.calibration import expected_output, generous_output
from darner_clients.routing.dispatch import (
    LOADS,
    LOOK,
    LOOK_LOADING,
    PATIENCE,
    Dispatcher,
    HeldTickets,
    WaitListener,
    WaitNotice,
)
from darner_clients.routing.endpoint_status import EndpointStatus, endpoint_status
from darner_clients.routing.quota import QuotaLeft, Ticket, Wait
from darner_clients.routing.route import Route, Unroutable
from darner_clients.routing.shared_store import SharedStore
from darner_clients.routing.target import Target
from darner_clients.wire.response_stream import Item

__all__ = ["PATIENCE", "EndpointStatus", "QuotaLeft", "Route", "Router", "Unroutable"]

BRIEF = 0.5  # seconds that the better endpoint is worth waiting for when another one could serve at once
SETTLED = 2.0  # seconds after the start: before, a request may come at once
KEEP_WARM = 45.0  # seconds between two looks at a connection that is not used ...
LET_COOL = 900.0  # ... and after which an unused one is left to close


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why an endpoint does not get a request. `room`: it is only too large; `wait`: only quota is missing."""

    endpoint: Endpoint
    why: str
    room: int | None = None
    wait: Wait | None = None
    down: bool = False
    loading: bool = False


@dataclass(frozen=True, slots=True)
class _Insistence:
    """Whether endpoints are tried although they are down, or have named a time before which they answer nothing."""

    down: bool = False
    blocked: bool = False


Fit = Callable[[Endpoint, int], Awaitable[int]]  # shortens an endpoint's prompt to so many tokens; what it has then


@dataclass(frozen=True, slots=True)
class Demand:
    """What a request needs: its tokens, counted once for each endpoint, and the output to reserve."""

    count: Callable[[Endpoint], int]
    fit: Fit | None
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
        self._store = SharedStore(state_dir)
        self._targets = {each.name: Target(each, self._store, clock) for each in self.endpoints}
        self._held: HeldTickets = {}
        self._dispatcher = Dispatcher(self._targets, self._held, clock, pause)
        self._tasks: list[asyncio.Task[None]] = []

    def compare_counts(self, counter: Callable[[Endpoint], PromptCounter]) -> None:
        """Name what counts an endpoint's prompts: it is compared with the endpoint's own counts, and with replies."""
        for each in self._targets.values():
            each.prompt_counter = counter(each.endpoint)

    async def __aenter__(self) -> Self:
        """Begin to open a warm connection to each endpoint, in the background."""
        try:
            for each in self._targets.values():
                await each.load()
        except BaseException:
            self._store.close()
            raise
        if self._warm:
            loop = asyncio.get_running_loop()
            self._tasks = [loop.create_task(self._keep_warm(each), name="warm") for each in self._targets.values()]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close every connection and end what runs in the background."""
        for task in self._tasks:
            task.cancel()
        for each in self._targets.values():
            each.client.close()  # first of all, lest a cancellation come between
        try:
            await asyncio.gather(*self._tasks, return_exceptions=True)
            for ticket, target in self._held.values():
                await target.quota.give_back(ticket)
        finally:
            self._held.clear()
            self._store.close()

    # -- choosing

    async def choose(
        self,
        count: Callable[[Endpoint], int],
        *,
        output: int | Callable[[Endpoint], int],
        fit: Fit | None = None,
        interactive: bool = True,
        without: Collection[str] = (),
        patience: float = PATIENCE,
        on_wait: WaitListener | None = None,
    ) -> Route | Unroutable:
        """The first endpoint that fits, is healthy and has quota. `count`: the prompt's tokens by its tokenizer.

        `fit` leaves out what is not needed, where the prompt is too long for an endpoint. If it returns more tokens
        than the endpoint has room for, these are needed, and the next endpoint gets the request.

        Waits for quota where no endpoint has any and some will have within `patience` seconds (a batch may have
        minutes), and for a model that is loading; `on_wait` gets the reason. Leaving early gives the place up. Without
        patience nothing is sent to an endpoint that is down, or before a time that it has named.
        """
        demand = Demand(count, fit, output, interactive, {})
        places: dict[str, int] = {}
        began = self._clock()
        within_reach = [each for each in self._targets.values() if each.endpoint.name not in without]
        try:
            insistence = _Insistence()
            while True:
                found = await self._look(within_reach, demand, places, insistence)
                if isinstance(found, Route):
                    return replace(found, alone=found.alone and patience > 0)
                if patience <= 0:
                    return _unroutable(found, self.endpoints, without)
                soonest = min((rejection.wait.seconds for rejection in found if rejection.wait), default=math.inf)
                if not insistence.down and soonest > LOOK and any(rejection.down for rejection in found):
                    insistence = replace(insistence, down=True)
                elif self._clock() + soonest <= began + max(patience, LOADS * any(one.loading for one in found)):
                    _report_wait(on_wait, found)
                    await self._pause(min(soonest, LOOK))
                elif not insistence.blocked and soonest < math.inf:
                    insistence = replace(insistence, blocked=True)
                else:
                    return _unroutable(found, self.endpoints, without)
        finally:
            for name, waiter in places.items():
                await self._targets[name].quota.leave(waiter)

    async def _look(
        self, targets: Sequence[Target], demand: Demand, places: dict[str, int], insistence: _Insistence
    ) -> Route | list[Rejection]:
        rejections: list[Rejection] = []
        for at, each in enumerate(targets):
            fit = await self._check_size(each, demand, even_down=insistence.down)
            if isinstance(fit, Rejection):
                rejections.append(fit)
                continue
            ticket = await self._admit(each, fit, demand, places, insist=insistence.blocked)
            if isinstance(ticket, Wait):
                room = None if ticket.most is None else each.largest_prompt(ticket.most - fit.output)
                rejections.append(Rejection(each.endpoint, ticket.why, room=room, wait=ticket))
                continue
            self._held[ticket.id] = (ticket, each)
            places.pop(each.endpoint.name, None)
            alone = len(targets) == 1
            spare = None if alone else await self._spare(targets[at + 1 :], each.endpoint, demand)
            reason = fit.reason
            if rejections:
                reason += f" ({'; '.join(f'not {one.endpoint.name}: {one.why}' for one in rejections)})"
            return replace(fit, reason=reason, ticket=ticket.id, spare=spare, alone=alone)
        return rejections

    async def _check_size(self, target: Target, demand: Demand, *, even_down: bool) -> Route | Rejection:
        """A route if the endpoint is healthy and the request fits it; quota is checked later."""
        endpoint = target.endpoint
        health = await target.circuit.health()
        if health.wait > 0 and not even_down:
            return Rejection(endpoint, f"{health.why} (retrying in {health.wait:.0f} s)", down=True)
        try:
            if health.doubtful:
                await target.warm()
            limits = await target.limits()
        except Loading as error:
            return Rejection(endpoint, str(error), wait=Wait(LOOK_LOADING, str(error), "loading"), loading=True)
        except EndpointError as error:
            return Rejection(endpoint, str(error))
        counted = demand.counted(endpoint)
        prompt = target.estimate(counted)
        output = demand.reserved(endpoint, limits.max_output)
        left_out = ""
        if prompt + output > limits.window:
            room = target.largest_prompt(limits.window - output)
            what = ""
            if demand.fit is not None and room > 0:
                counted = await demand.fit(endpoint, room)
                prompt = target.estimate(counted)
                what = "needed "
            if prompt + output > limits.window:
                why = f"{prompt} {what}tokens and {output} for the reply exceed its window of {limits.window}"
                return Rejection(endpoint, why, room=room)
            demand.counts[endpoint.name] = counted
            left_out = "; less likely context was left out"
        if callable(demand.output):  # a prediction, which may be too low
            output = await _generous(target, prompt, output, limits)
        reason = f"{prompt} tokens and {output} for the reply fit its window of {limits.window}{left_out}"
        return Route(endpoint, reason, prompt, limits.window, counted, output)

    async def _admit(
        self, target: Target, route: Route, demand: Demand, places: dict[str, int], *, insist: bool
    ) -> Ticket | Wait:
        name, tokens = target.endpoint.name, route.prompt_tokens + route.output
        waiter = places.get(name)
        answer = await target.quota.admit(tokens, interactive=demand.interactive, waiter=waiter, insist=insist)
        if isinstance(answer, Wait) and answer.seconds <= BRIEF:
            await self._pause(answer.seconds)
            answer = await target.quota.admit(tokens, interactive=demand.interactive, waiter=answer.waiter)
        if isinstance(answer, Wait) and answer.waiter is not None:
            places[name] = answer.waiter
        return answer

    async def _spare(self, others: Sequence[Target], first: Endpoint, demand: Demand) -> Route | None:
        """The endpoint that gets the same request if the first is late: its reply format has to be the same."""
        if not self._hedge:
            return None
        for each in others:
            if each.endpoint.reply != first.reply or not each.knows_limits:
                continue
            if (await each.circuit.health()).doubtful:
                continue
            tokens = max(demand.counted(first), demand.counted(each.endpoint))  # it gets the prompt of the first
            alike = replace(demand, fit=None, counts={each.endpoint.name: tokens})
            route = await self._check_size(each, alike, even_down=False)
            if isinstance(route, Route):
                return replace(route, reason=f"{first.name} is late")
        return None

    # -- streaming

    @asynccontextmanager
    async def stream(
        self, route: Route, request: ChatRequest | FillRequest, *, on_wait: WaitListener | None = None
    ) -> AsyncGenerator[AsyncIterator[Item]]:
        """Send a request where it was routed. Raises EndpointError; leaving the block closes the socket.

        The first item is there when the block begins. A request longer than the window is not sent. `on_wait` gets
        the reason for waiting for an endpoint without an alternative.
        """
        opened = await self._dispatcher.open(route, request, on_wait)
        try:
            async with aclosing(opened.items()) as items:
                yield items
        finally:
            await opened.close()

    # -- what is known

    def output_for(self, task_tokens: int, endpoint: Endpoint) -> int:
        """Output tokens to reserve for rewriting about `task_tokens`; a reply that needs more is continued.

        The request names `task_tokens` too: its reply then corrects the next prediction.
        """
        target = self._targets[endpoint.name]
        return expected_output(task_tokens, endpoint, target.samples.pairs("output"))

    async def means(self, endpoint: Endpoint) -> tuple[int | None, float | None]:
        """(tokens that the emptiest bucket has left, tokens of a prompt read in a second); None: not known."""
        target = self._targets[endpoint.name]
        return await _tokens_left(target), target.samples.typical("prefill")

    async def share_left(self, name: str) -> float:
        """The share that is left of an endpoint's emptiest bucket; 1.0 if it has named no quota."""
        buckets = await self._targets[name].quota.remaining()
        return min((each.remaining / each.limit for each in buckets if each.limit), default=1.0)

    async def status(self, *, probe: bool, token: bool = False) -> tuple[EndpointStatus, ...]:
        """What is known of each endpoint; with `probe` each is queried now, with `token` for a reply of one token."""
        return tuple(
            await asyncio.gather(
                *(
                    endpoint_status(
                        target,
                        probe=probe,
                        token=token,
                        place="used first" if at == 0 else "used if the endpoints before it cannot take the request",
                    )
                    for at, target in enumerate(self._targets.values())
                )
            )
        )

    async def _keep_warm(self, target: Target) -> None:
        """A connection from the start, looked at now and then for as long as the endpoint is in use."""
        while True:
            if self._clock() - target.used < LET_COOL:
                with suppress(EndpointError):
                    await target.warm()
            await asyncio.sleep(SETTLED)
            await target.probe_counts()
            await asyncio.sleep(KEEP_WARM - SETTLED)


async def _generous(target: Target, prompt: int, output: int, limits: ModelLimits) -> int:
    """The tokens to reserve for the reply: more than predicted where quota, window and endpoint have room."""
    most = min(limits.window - prompt, limits.max_output or limits.window)
    return max(output, min(generous_output(output, prompt, await _tokens_left(target)), most))


async def _tokens_left(target: Target) -> int | None:
    left = [each.remaining for each in await target.quota.remaining() if each.unit == "tokens"]
    return min(left, default=None)


def _report_wait(on_wait: WaitListener | None, found: list[Rejection]) -> None:
    if on_wait is None:
        return
    waits = [(rejection.endpoint.name, rejection.why, rejection.wait.reason) for rejection in found if rejection.wait]
    message = "; ".join(f"{name}: {why}" for name, why, _ in waits)
    on_wait(WaitNotice(message, "; ".join(f"{name}: {reason}" for name, _, reason in waits)))


def _unroutable(rejections: list[Rejection], endpoints: Sequence[Endpoint], without: Collection[str]) -> Unroutable:
    tried = [(each.name, "already tried") for each in endpoints if each.name in without]
    tried += [(rejection.endpoint.name, rejection.why) for rejection in rejections]
    rooms = [(rejection.endpoint, rejection.room) for rejection in rejections if rejection.room]
    largest = max(rooms, key=lambda each: each[1], default=None)
    said = "; ".join(f"{name}: {why}" for name, why in tried)
    return Unroutable(f"no endpoint can take this: {said}" if said else "no endpoint is set up", tuple(tried), largest)
