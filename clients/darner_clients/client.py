"""One endpoint: its limits, its streams, a connection that is warm when it is needed."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import replace
from typing import Self

from darner_clients.allowance import Allowance, allowances
from darner_clients.connections import Connections
from darner_clients.endpoint import Endpoint
from darner_clients.errors import EndpointError, Late, OverQuota, Rejected, Unauthorised
from darner_clients.faults import from_response
from darner_clients.limits import Limits
from darner_clients.messages import ChatRequest, FillRequest
from darner_clients.preset import address, preset_of
from darner_clients.stream import Item, Stream
from darner_clients.wire import encode, headers
from darner_clients.wording import readable

PROBE_TOKENS = 8  # about what the prompt of a probe has
PROBE_SECONDS = 12.0
LARGE = 128 * 1024  # bytes of JSON that would hold up the event loop
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
            with suppress(Rejected, OverQuota):  # it answers
                await self._get(preset_of(self.endpoint).warm)

    async def probe(self) -> None:
        """Ask for one token. Raises EndpointError.

        Some say that they are well, and what their limits are, to anybody.
        """
        request = ChatRequest((("user", "Say OK."),), PROBE_TOKENS, max_output=1)
        try:
            async with asyncio.timeout(PROBE_SECONDS), self.stream(request) as items:
                async for _ in items:
                    return
        except TimeoutError:
            message = f"gave no token within {PROBE_SECONDS:g} s; it may still be loading its model"
            raise Late(self.endpoint.name, message) from None

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
            if not exchange.is_fine:
                body = await self._connections.body(exchange)
                raise from_response(endpoint, exchange.status, exchange.headers, body)
            async with aclosing(Stream(endpoint, self._connections, exchange, began=began).items()) as items:
                yield items
        except EndpointError as error:
            from darner_clients.diagnosis import diagnosed, is_doubtful  # noqa: PLC0415 - what start-up does not need

            await exchange.leave()
            if not is_doubtful(error):
                raise
            raise await diagnosed(endpoint, model, error, self._get_of) from None
        finally:
            await exchange.leave()

    def _see_usable(self) -> None:
        if self.endpoint.unusable:
            raise Unauthorised(self.endpoint.name, self.endpoint.unusable)

    async def _ask_limits(self) -> Limits:
        from darner_clients.inquiry import limits as ask_limits  # noqa: PLC0415 - what start-up does not need

        told, again = await ask_limits(self.endpoint, self._get)
        self._told = not again
        return _within(told, self.endpoint)

    async def _get(self, path: str, body: Mapping[str, object] | None = None) -> object:
        return await self._get_of(self.endpoint, path, body)

    async def _get_of(self, endpoint: Endpoint, path: str, body: Mapping[str, object] | None = None) -> object:
        """What a GET (a POST where there is a body) answers: JSON, or text as it is. Raises EndpointError."""
        method, sent = ("GET", b"") if body is None else ("POST", json.dumps(body).encode())
        within = endpoint.deadlines.connect
        exchange = await self._connections.ask(
            method, address(endpoint, path), tuple(headers(endpoint)), sent, within=within
        )
        try:
            content = await self._connections.body(exchange, within=within)
        finally:
            await exchange.leave()
        if not exchange.is_fine:
            raise from_response(endpoint, exchange.status, exchange.headers, content)
        return _read(content) if len(content) < LARGE else await asyncio.to_thread(_read, content)


def _read(body: bytes) -> object:
    text = readable(body)
    try:
        content: object = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return content


def _within(told: Limits, endpoint: Endpoint) -> Limits:
    """The endpoint's word, no larger than the settings allow."""
    if endpoint.window and endpoint.window <= told.window:
        told = replace(told, window=endpoint.window, source="your settings")
    outputs = [each for each in (endpoint.max_output, told.max_output) if each]
    return replace(told, max_output=min(outputs, default=None))
