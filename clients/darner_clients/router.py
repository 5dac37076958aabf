"""Which endpoint gets a request: decided by size, health and quota before anything is sent."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Self

from darner_clients.client import Client
from darner_clients.endpoint import Endpoint
from darner_clients.errors import EndpointError
from darner_clients.messages import ChatRequest, FillRequest
from darner_clients.route import EndpointStatus, QuotaLeft, Route, Unroutable
from darner_clients.stream import Item

__all__ = ["EndpointStatus", "QuotaLeft", "Route", "Router", "Unroutable"]


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
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.endpoints = tuple(endpoints)
        self._hedge = hedge
        self._clock = clock
        self._state_dir = state_dir
        self._clients = {each.name: Client(each) for each in self.endpoints}

    async def __aenter__(self) -> Self:
        """Begin to open a warm connection to each endpoint."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close every connection and end what runs in the background."""
        await asyncio.gather(*(client.__aexit__() for client in self._clients.values()))

    async def choose(
        self,
        count: Callable[[Endpoint], int],
        *,
        output: int | Callable[[Endpoint], int],
        interactive: bool = True,
        without: Collection[str] = (),
    ) -> Route | Unroutable:
        """The first endpoint that fits, is healthy and has quota. `count`: the prompt's tokens by its tokenizer."""
        tried: list[tuple[str, str]] = []
        largest: tuple[Endpoint, int] | None = None
        for endpoint in self.endpoints:
            if endpoint.name in without:
                tried.append((endpoint.name, "already tried"))
                continue
            try:
                limits = await self._clients[endpoint.name].limits()
            except EndpointError as error:
                tried.append((endpoint.name, str(error)))
                continue
            counted = count(endpoint)
            wanted = output(endpoint) if callable(output) else output
            if counted + wanted <= limits.window:
                reason = f"{counted} + {wanted} tokens fit its window of {limits.window}"
                if tried:
                    reason += "; " + "; ".join(f"{name}: {why}" for name, why in tried)
                return Route(endpoint, reason, counted, limits.window, counted)
            tried.append((endpoint.name, f"{counted} + {wanted} tokens do not fit its window of {limits.window}"))
            room = limits.window - wanted
            if room > 0 and (largest is None or room > largest[1]):
                largest = (endpoint, room)
        return Unroutable("; ".join(f"{name}: {why}" for name, why in tried), tuple(tried), largest)

    @asynccontextmanager
    async def stream(self, route: Route, request: ChatRequest | FillRequest) -> AsyncGenerator[AsyncIterator[Item]]:
        """Send a request where it was routed. Raises EndpointError; leaving the block closes the socket."""
        async with self._clients[route.endpoint.name].stream(request) as items:
            yield items

    async def status(self, *, probe: bool) -> tuple[EndpointStatus, ...]:
        """What is known of each endpoint; with `probe` each is asked now."""
        return ()

    def output_for(self, task_tokens: int, endpoint: Endpoint) -> int:
        """Output tokens to reserve for rewriting about `task_tokens`; a reply that needs more is continued."""
        return min(endpoint.max_output or 32_768, 256 + task_tokens + task_tokens // 4)
