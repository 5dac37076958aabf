"""The connections to one endpoint: opened when first needed, kept warm. Failures of the network end here."""

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from darner_clients.endpoint import Endpoint
from darner_clients.errors import EndpointError, Interrupted, Late, Rejected, Unreachable
from darner_clients.transport.connection_failures import Broken, Headers, NotConnected
from darner_clients.transport.failure_advice import ADVICE

if TYPE_CHECKING:
    from darner_clients.transport.exchange import Exchange, Http


MOST_BODY = 16 * 1024 * 1024  # bytes of an answer that is no stream
MOST_REDIRECTS = 3


class Connections:
    """Every failure is raised as an EndpointError. Closing is immediate."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._http: Http | None = None
        self._closed = False

    @property
    def open(self) -> int:
        """How many sockets are open, idle ones too."""
        return len(self._http.sockets.open) if self._http is not None else 0

    @property
    def connect_seconds(self) -> float | None:
        """How long the newest connection took to open; None before the first."""
        return self._http.sockets.connect_seconds if self._http is not None else None

    def close(self) -> None:
        """Close them all, for good."""
        self._closed = True
        if self._http is not None:
            self._http.sockets.close()

    async def ask(self, method: str, address: str, headers: Headers, body: bytes, *, within: float) -> "Exchange":
        """The exchange, once the head of the answer came within seconds. It is to be left.

        A connection that turns out to have died while it was idle is replaced. A redirection to another path of the
        same host is followed: the key is sent to no other host.
        """
        if self._http is None:
            try:
                made = await asyncio.to_thread(_http, self._endpoint)
            except NotConnected as error:
                raise self.translate(error, started=False) from None
            self._http = self._http or made
        for _ in range(MOST_REDIRECTS):
            exchange = await self._start(method, address, headers, body, within)
            onward = _onward(address, exchange)
            if not onward:
                return exchange
            await exchange.leave()
            address = onward
        return await self._start(method, address, headers, body, within)

    async def _start(self, method: str, address: str, headers: Headers, body: bytes, within: float) -> "Exchange":
        while True:
            if self._closed or self._http is None:
                raise self.translate(NotConnected("the client is closed"), started=False)
            exchange = self._http.ask(method, address, headers, body)
            try:
                if await self._wait_head(exchange, within):
                    return exchange
            except BaseException:
                await exchange.leave()
                raise
            await exchange.leave()

    async def body(self, exchange: "Exchange", *, within: float | None = None) -> bytes:
        """The whole body, or as much as came within seconds: it is an answer that is no stream."""
        parts: list[bytes] = []
        size = 0
        try:
            async with (
                asyncio.timeout(within or self._endpoint.deadlines.gap),
                aclosing(exchange.chunks()) as chunks,
            ):
                async for chunk in chunks:
                    parts.append(chunk)
                    size += len(chunk)
                    if size > MOST_BODY:
                        break
        except (Broken, TimeoutError) as error:
            if not parts:
                raise self.translate(error, started=False) from None
        return b"".join(parts)

    def translate(self, error: Exception, *, started: bool) -> EndpointError:
        """A failure of the network as one of ours; anything else is a bug and raised as it is."""
        name, host, deadlines = self._endpoint.name, self._endpoint.host, self._endpoint.deadlines
        if isinstance(error, TimeoutError):
            if started:
                return Late(name, f"the reply stopped for {deadlines.gap:g} s", stage="gap", started=True)
            advice = "raise its deadlines.first_token if it is usually that slow"
            return Late(name, f"no token within {deadlines.first_token:g} s", advice)
        if isinstance(error, ValueError):
            source = f", {self._endpoint.key_source}" if self._endpoint.key_source else ""
            advice = f"check base_url, headers and the key{source}"
            return Rejected(name, "the request cannot be sent: it contains characters that HTTP does not allow", advice)
        if isinstance(error, NotConnected):
            advice = ADVICE[error.kind] or Unreachable.advice
            return Unreachable(name, f"{host} cannot be reached: {error}", advice)
        if isinstance(error, Broken):
            cause = "" if started else str(error)
            message = "the reply was cut off" if started else f"the connection broke{f': {cause}' if cause else ''}"
            return Interrupted(name, message, "" if started else ADVICE[error.kind], started=started)
        raise error

    async def _wait_head(self, exchange: "Exchange", within: float) -> bool:
        """False if the connection was an idle one that had died."""
        seconds = self._endpoint.deadlines.connect
        try:
            async with asyncio.timeout(seconds):
                await exchange.wait_sent()
        except TimeoutError:
            through = self._http.through if self._http is not None else ""
            message = f"{self._endpoint.host} did not answer in {seconds:g} s{through}"
            raise Unreachable(self._endpoint.name, message) from None
        except (NotConnected, Broken, ValueError) as error:
            raise self.translate(error, started=False) from None
        try:
            async with asyncio.timeout(within):
                await exchange.wait_head()
        except Broken as error:
            if exchange.reused:
                return False
            raise self.translate(error, started=False) from None
        except TimeoutError as error:
            raise self.translate(error, started=False) from None
        return True


def _onward(address: str, exchange: "Exchange") -> str:
    """Where a redirection leads, if that is on the same host; else ""."""
    location = exchange.headers.get("location", "")
    if exchange.status not in _REDIRECTIONS or not location:
        return ""
    try:
        onward = urljoin(address, location)
        here, there = urlsplit(address), urlsplit(onward)
        same = (here.scheme, here.hostname, here.port) == (there.scheme, there.hostname, there.port)
    except ValueError:
        return ""
    return onward if same else ""


_REDIRECTIONS = {301, 302, 307, 308}


def _http(endpoint: Endpoint) -> "Http":
    """In a thread: the first time it imports what settings need none of, and reads the system's authorities."""
    from darner_clients.transport.exchange import Http  # noqa: PLC0415 - see above

    return Http(endpoint.base_url)
