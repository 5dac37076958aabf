"""One endpoint: its limits, its streams, a connection that is warm when it is needed."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import Self

from darner_clients.allowance import Allowance, allowances
from darner_clients.connections import Connections
from darner_clients.endpoint import Endpoint
from darner_clients.errors import Rejected, Unauthorised
from darner_clients.faults import from_response
from darner_clients.limits import ASSUMED_WINDOW, Limits, read, served
from darner_clients.messages import ChatRequest, FillRequest
from darner_clients.preset import address, preset_of
from darner_clients.stream import Item, Stream
from darner_clients.wire import encode, headers

SHOWN = 6  # models, of those that an endpoint has
Heard = Callable[[tuple[Allowance, ...]], None]


class Client:
    """Asks one endpoint. Use as an async context manager; leaving it closes its connections.

    Predictions are sent while `predict` is set.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.predict = True
        self._connections = Connections(endpoint)
        self._limits: Limits | None = None
        self._told = False  # whether the endpoint itself has been asked
        self._limiting = asyncio.Lock()

    async def __aenter__(self) -> Self:
        """Nothing is opened before it is needed; `warm` opens a connection ahead of need."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close every connection."""
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._connections.close()

    @property
    def open_sockets(self) -> int:
        """How many sockets are open, idle ones too."""
        return self._connections.open

    @property
    def connect_seconds(self) -> float | None:
        """How long the newest connection took to open; None before the first."""
        return self._connections.connect_seconds

    @property
    def known_limits(self) -> Limits | None:
        """The limits if they are known without asking."""
        return self._limits

    async def warm(self) -> None:
        """Open a connection if none is open, and see that the endpoint answers. Raises EndpointError."""
        asked_before = self._told
        async with self._limiting:
            self._see_usable()
            if not self._told:
                self._limits = await self._ask_limits()
        if asked_before:
            await self._get(preset_of(self.endpoint).warm)

    async def check(self) -> str:
        """What is wrong with key or model though the endpoint answers; "" if nothing. Raises EndpointError.

        Some say that they are well, and what their limits are, to anybody.
        """
        model = self.endpoint.model
        try:
            models = served(await self._get("models"))
        except Rejected as error:
            if isinstance(error, Unauthorised):
                raise
            return ""  # an endpoint may do without a list
        if model and models and model not in models and preset_of(self.endpoint).lists_all:
            shown = ", ".join(models[:SHOWN]) + (" ..." if len(models) > SHOWN else "")
            return f"it does not serve the model '{model}'; it has {shown}"
        return ""

    async def limits(self) -> Limits:
        """Window and output limit: what the endpoint says (asked once), and no more than the user's settings say.

        Where the settings name window and model, they will do until the endpoint has been asked by `warm`.
        """
        async with self._limiting:
            self._see_usable()
            if self._limits is None:
                endpoint = self.endpoint
                if endpoint.window and endpoint.model:
                    self._limits = Limits(endpoint.window, endpoint.max_output, "your settings", endpoint.model)
                else:
                    self._limits = await self._ask_limits()
            return self._limits

    def learn_window(self, window: int) -> None:
        """The endpoint has refused a request and named this window."""
        known = self._limits or Limits(window, self.endpoint.max_output, "", self.endpoint.model)
        self._limits = replace(known, window=window, source="its refusal of a longer prompt")

    @asynccontextmanager
    async def stream(
        self, request: ChatRequest | FillRequest, *, heard: Heard | None = None
    ) -> AsyncGenerator[AsyncIterator[Item]]:
        """Send a request; the iterator ends with a Finish. Leaving early closes the socket. Raises EndpointError.

        `heard` gets the quota headers of the answer as they come in.
        """
        self._see_usable()
        endpoint = self.endpoint
        model = endpoint.model or (await self.limits()).model
        wire = encode(endpoint, request, model=model, predict=self.predict)
        began = asyncio.get_running_loop().time()
        exchange = await self._connections.ask(
            "POST", wire.url, wire.headers, wire.body, within=endpoint.deadlines.first_token
        )
        try:
            if heard is not None:
                heard(allowances(exchange.headers.items()))
            if not 200 <= exchange.status < 300:  # noqa: PLR2004
                body = await self._connections.body(exchange)
                raise from_response(endpoint, exchange.status, exchange.headers, body)
            async with aclosing(Stream(endpoint, self._connections, exchange, began=began).items()) as items:
                yield items
        finally:
            await exchange.leave()

    def _see_usable(self) -> None:
        if self.endpoint.unusable:
            raise Unauthorised(self.endpoint.name, self.endpoint.unusable)

    async def _ask_limits(self) -> Limits:
        endpoint = self.endpoint
        told: Limits | None = None
        problem: Rejected | None = None
        for path in preset_of(endpoint).limits:
            try:
                content = await self._get(path)
            except Rejected as error:
                problem = error
                continue
            told = read(content, endpoint.model, path if path.startswith("/") else f"/v1/{path}")
            if told is not None:
                break
        if told is None and problem is not None and problem.status in {401, 402, 403}:
            raise problem
        if told is None and endpoint.window:
            told = Limits(endpoint.window, None, "your settings", endpoint.model)
        if told is None:
            told = Limits(ASSUMED_WINDOW, None, "assumed: the endpoint does not say", endpoint.model)
        self._told = True
        return _within(told, endpoint)

    async def _get(self, path: str) -> object:
        """What a GET answers: JSON, or text as it is. Raises EndpointError."""
        endpoint = self.endpoint
        exchange = await self._connections.ask(
            "GET", address(endpoint, path), tuple(headers(endpoint)), b"", within=endpoint.deadlines.connect
        )
        try:
            body = await self._connections.body(exchange)
        finally:
            await exchange.leave()
        if exchange.status != 200:  # noqa: PLR2004
            raise from_response(endpoint, exchange.status, exchange.headers, body)
        try:
            content: object = json.loads(body)
        except (ValueError, RecursionError):
            return body.decode("utf-8", "replace")
        return content


def _within(told: Limits, endpoint: Endpoint) -> Limits:
    """The endpoint's word, no larger than the settings allow."""
    if endpoint.window and endpoint.window <= told.window:
        told = replace(told, window=endpoint.window, source="your settings")
    outputs = [each for each in (endpoint.max_output, told.max_output) if each]
    return replace(told, max_output=min(outputs, default=None))
