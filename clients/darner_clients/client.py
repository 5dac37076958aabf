"""One endpoint: its limits, its streams, a connection that is warm when it is needed."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from darner_clients.allowance import Allowance, allowances
from darner_clients.connections import Connections
from darner_clients.endpoint import Endpoint
from darner_clients.errors import Rejected
from darner_clients.faults import from_response
from darner_clients.limits import ASSUMED_WINDOW, Limits, read
from darner_clients.messages import ChatRequest, FillRequest
from darner_clients.preset import address, preset_of
from darner_clients.stream import Item, Stream
from darner_clients.wire import encode, headers

if TYPE_CHECKING:
    import httpcore

Heard = Callable[[tuple[Allowance, ...]], None]


class Client:
    """Asks one endpoint. Use as an async context manager; leaving it closes its connections.

    `heard` gets the quota headers of each answer as they come in. Predictions are sent while `predict` is set.
    """

    def __init__(self, endpoint: Endpoint, *, heard: Heard | None = None) -> None:
        self.endpoint = endpoint
        self.predict = True
        self._heard = heard
        self._connections = Connections(endpoint)
        self._limits: Limits | None = None
        self._limiting = asyncio.Lock()

    async def __aenter__(self) -> Self:
        """Nothing is opened before it is needed; `warm` opens a connection ahead of need."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close every connection."""
        await self._connections.close()

    @property
    def open_sockets(self) -> int:
        """How many sockets are open, idle ones too."""
        return self._connections.open

    async def warm(self) -> None:
        """Open a connection if none is open, and see that the endpoint answers."""
        await self._get(preset_of(self.endpoint).warm)

    async def limits(self) -> Limits:
        """Window and output limit: the user's settings first, else what the endpoint says (asked once)."""
        async with self._limiting:
            if self._limits is None:
                self._limits = await self._ask_limits()
            return self._limits

    def learn_window(self, window: int) -> None:
        """The endpoint has refused a request and named this window."""
        known = self._limits or Limits(window, self.endpoint.max_output, "", self.endpoint.model)
        self._limits = replace(known, window=window, source="its refusal of a longer prompt")

    @asynccontextmanager
    async def stream(self, request: ChatRequest | FillRequest) -> AsyncGenerator[AsyncIterator[Item]]:
        """Send a request; the iterator ends with a Finish. Leaving early closes the socket. Raises EndpointError."""
        endpoint = self.endpoint
        model = endpoint.model or (await self.limits()).model
        wire = encode(endpoint, request, model=model, predict=self.predict)
        began = asyncio.get_running_loop().time()
        response = await self._connections.request(
            "POST", wire.url, wire.headers, wire.body, within=endpoint.deadlines.first_token
        )
        try:
            heads = _headers(response)
            if self._heard is not None:
                self._heard(allowances(heads.items()))
            if response.status != 200:  # noqa: PLR2004
                raise from_response(endpoint, response.status, heads, await self._connections.body(response))
            async with aclosing(Stream(endpoint, self._connections, response, began=began).items(heads)) as items:
                yield items
        finally:
            await response.aclose()

    async def _ask_limits(self) -> Limits:
        endpoint = self.endpoint
        told: Limits | None = None
        problem: Rejected | None = None
        for path in () if endpoint.window and endpoint.model else preset_of(endpoint).limits:
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
        if told is None:
            told = Limits(ASSUMED_WINDOW, None, "assumed: the endpoint does not say", endpoint.model)
        if endpoint.window:
            told = replace(told, window=endpoint.window, source="your settings")
        return replace(told, max_output=endpoint.max_output or told.max_output)

    async def _get(self, path: str) -> object:
        """What a GET answers: JSON, or text as it is. Raises EndpointError."""
        endpoint = self.endpoint
        response = await self._connections.request(
            "GET", address(endpoint, path), tuple(headers(endpoint)), b"", within=endpoint.deadlines.connect
        )
        try:
            body = await self._connections.body(response)
        finally:
            await response.aclose()
        if response.status != 200:  # noqa: PLR2004
            raise from_response(endpoint, response.status, _headers(response), body)
        try:
            content: object = json.loads(body)
        except ValueError:
            return body.decode("utf-8", "replace")
        return content


def _headers(response: "httpcore.Response") -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
