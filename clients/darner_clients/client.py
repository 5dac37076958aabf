"""One endpoint: its limits, its streams, a connection that is warm when it is needed."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from darner_clients.chat import ChatRequest, FillRequest
from darner_clients.dialect import PLAIN
from darner_clients.discovery.model_limits import ModelLimits
from darner_clients.endpoint import Endpoint
from darner_clients.errors import EndpointError, Late, OverQuota, Rejected, Unauthorised
from darner_clients.refusals.error_text import readable
from darner_clients.refusals.rate_limit_headers import Allowance, allowances
from darner_clients.refusals.refusal import from_response
from darner_clients.transport.connections import Connections
from darner_clients.wire.presets import PUBLIC, address, known_reasons, preset_of
from darner_clients.wire.request import Wire, encode, headers
from darner_clients.wire.response_stream import Item, Stream

if TYPE_CHECKING:
    from darner_clients.transport.exchange import Exchange

MAX_ADAPTATIONS = 6  # refusals of one request that are learned from
WHOLE_REPLY = 4  # times the deadline of the first token, for a reply that comes in one piece
PROBE_TOKENS = 8  # about what the prompt of a probe has
PROBE_SECONDS = 12.0
LARGE = 128 * 1024  # bytes of JSON that would hold up the event loop
QuotaListener = Callable[[tuple[Allowance, ...]], None]


class Client:
    """Asks one endpoint. Use as an async context manager; leaving it closes its connections.

    Predictions are sent while `predict` is set. `dialect` is how the endpoint has been found to want its requests.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.predict = True
        self.dialect = PLAIN
        self._connections = Connections(endpoint)
        self._limits: ModelLimits | None = None
        self._has_asked = False  # whether the endpoint itself has been queried
        self._limiting = asyncio.Lock()
        self._largest: int | None = None  # the window that refusals have taught
        self._wire: Wire | None = None

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
    def known_limits(self) -> ModelLimits | None:
        """The limits if they are known without asking."""
        return self._limits

    async def warm(self) -> None:
        """Open a connection if none is open, and see that the endpoint answers. Raises EndpointError."""
        had_asked = self._has_asked
        async with self._limiting:
            self._see_usable()
            if not self._has_asked:
                self._limits = await self._ask_limits()
        if had_asked:
            with suppress(Rejected, OverQuota):  # it answers
                await self.get(preset_of(self.endpoint).warm)

    async def probe(self) -> None:
        """Ask for one token. Raises EndpointError.

        Some endpoints report their health and limits without checking the key.
        """
        request = ChatRequest((("user", "Say OK."),), PROBE_TOKENS, max_output=1)
        try:
            async with asyncio.timeout(PROBE_SECONDS), self.stream(request) as items:
                async for _ in items:
                    return
        except TimeoutError:
            message = f"no token within {PROBE_SECONDS:g} s; the model may still be loading"
            raise Late(self.endpoint.name, message) from None

    async def limits(self) -> ModelLimits:
        """Window and output limit as the endpoint reports them (queried once), within the user's settings.

        If the settings name window and model, those are used until `warm` has queried the endpoint.
        """
        async with self._limiting:
            self._see_usable()
            if self._limits is None:
                endpoint = self.endpoint
                if endpoint.window and endpoint.model:
                    self._limits = self._learned(
                        ModelLimits(
                            endpoint.window, endpoint.max_output, "your settings", endpoint.model, origin="settings"
                        )
                    )
                else:
                    self._limits = await self._ask_limits()
            return self._limits

    def remember(self, limits: ModelLimits, *, fresh: bool) -> None:
        """Begin with the limits that the endpoint reported before; unless they are `fresh`, `warm` queries it again."""
        self._limits = self._learned(_within(limits, self.endpoint))
        self._has_asked = fresh

    def learn_window(self, window: int) -> None:
        """Use this window from now on: the endpoint has rejected a longer prompt."""
        self._largest = min(window, self._largest or window)
        if self._limits is not None:
            self._limits = self._learned(self._limits)

    def _learned(self, limits: ModelLimits) -> ModelLimits:
        if self._largest is None or self._largest >= limits.window:
            return limits
        return replace(limits, window=self._largest, source="its rejection of a longer prompt", origin="reported")

    @asynccontextmanager
    async def stream(
        self, request: ChatRequest | FillRequest, *, on_quota: QuotaListener | None = None, within: float | None = None
    ) -> AsyncGenerator[AsyncIterator[Item]]:
        """Send a request; the iterator ends with a Finish. Leaving early closes the socket. Raises EndpointError.

        `on_quota` gets the quota headers of the answer as they come in. `within`: seconds to the first token, if not
        those of the endpoint's deadline.
        """
        self._see_usable()
        endpoint = self.endpoint
        model = endpoint.model or (await self.limits()).model
        within = within or endpoint.deadlines.first_token
        began = asyncio.get_running_loop().time()

        async def diagnose(error: EndpointError) -> EndpointError:
            from darner_clients.discovery.not_found import is_doubtful, with_diagnosis  # noqa: PLC0415 - what start-up does not need

            return await with_diagnosis(endpoint, model, error, self._get_of) if is_doubtful(endpoint, error) else error

        try:
            exchange = await self._exchange(request, model, on_quota, within)
        except EndpointError as error:
            raise await diagnose(error) from None
        try:
            stream = Stream(
                endpoint,
                self._connections,
                exchange,
                diagnose,
                began=began,
                within=within,
                limit=request.max_output,
                count=request.count if isinstance(request, ChatRequest) else None,
            )
            async with aclosing(stream.items()) as items:
                yield items
        finally:
            await exchange.leave()

    def _see_usable(self) -> None:
        if self.endpoint.unusable:
            raise Unauthorised(self.endpoint.name, self.endpoint.unusable)

    async def _exchange(
        self, request: ChatRequest | FillRequest, model: str, on_quota: QuotaListener | None, within: float
    ) -> "Exchange":
        """The exchange of an accepted request. One that is rejected for its form is sent again in another form."""
        adaptations = 0
        while True:
            dialect = self.dialect
            self._wire = wire = encode(
                self.endpoint,
                request,
                model=model,
                predict=self.predict,
                dialect=dialect,
                reasons=self._reasons(model),
            )
            until_head = within if dialect.streamed else within * WHOLE_REPLY
            exchange = await self._connections.ask("POST", wire.url, wire.headers, wire.body, within=until_head)
            try:
                if on_quota is not None:
                    on_quota(allowances(exchange.headers.items()))
                if exchange.is_success:
                    return exchange
                body = await self._connections.body(exchange)
            except BaseException:
                await exchange.leave()
                raise
            await exchange.leave()
            error = from_response(self.endpoint, exchange.status, exchange.headers, body)
            adaptations += 1
            if adaptations > MAX_ADAPTATIONS or not (self.dialect != dialect or self.adapt(error)):
                raise error

    def _reasons(self, model: str) -> bool | None:
        reported = self._limits.reasons if self._limits is not None else None
        return known_reasons(self.endpoint, model) if reported is None else reported

    def adapt(self, error: EndpointError) -> bool:
        """Learn from the rejection of the last request; whether the dialect changed, so that a retry is worth it."""
        from darner_clients.refusals.rejected_fields import adapt  # noqa: PLC0415 - what start-up does not need

        wire = self._wire
        dialect = adapt(self.dialect, wire.sent, error, packed=wire.packed) if wire is not None else None
        self.dialect = dialect or self.dialect
        return dialect is not None

    async def _ask_limits(self) -> ModelLimits:
        from darner_clients.discovery.model_info import limits as ask_limits  # noqa: PLC0415 - what start-up does not need

        found, again = await ask_limits(self.endpoint, self.get)
        self._has_asked = not again
        if self._limits is not None and (again or found.origin == "assumed"):
            return self._limits
        return self._learned(_within(found, self.endpoint))

    async def get(self, path: str, body: Mapping[str, object] | None = None) -> object:
        """What one of the preset's paths answers: JSON, or text as it is. Raises EndpointError."""
        return await self._get_of(self.endpoint, path, body)

    async def _get_of(self, endpoint: Endpoint, path: str, body: Mapping[str, object] | None = None) -> object:
        """What a GET (a POST where there is a body) answers: JSON, or text as it is. Raises EndpointError."""
        method, sent = ("GET", b"") if body is None else ("POST", json.dumps(body).encode())
        within = endpoint.deadlines.connect
        if path.startswith(PUBLIC):
            endpoint = replace(endpoint, api_key=None, headers=(), query=())
        url, heads = address(endpoint, path), tuple(headers(endpoint))
        exchange = await self._connections.ask(method, url, heads, sent, within=within)
        try:
            content = await self._connections.body(exchange, within=within)
        finally:
            await exchange.leave()
        if not exchange.is_success:
            raise from_response(endpoint, exchange.status, exchange.headers, content)
        return _read(content) if len(content) < LARGE else await asyncio.to_thread(_read, content)


def _read(body: bytes) -> object:
    text = readable(body)
    try:
        content: object = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return content


def _within(limits: ModelLimits, endpoint: Endpoint) -> ModelLimits:
    """The endpoint's limits, no larger than the settings allow."""
    if endpoint.window and endpoint.window <= limits.window:
        limits = replace(limits, window=endpoint.window, source="your settings", origin="settings")
    outputs = [size for size in (endpoint.max_output, limits.max_output) if size]
    return replace(limits, max_output=min(outputs, default=None))
