"""Sockets: quick to the first token, then woken at most every few milliseconds, and closed at once.

A fast stream costs one wake-up per packet. Between two reads the socket is left alone for `pace` seconds, so that a
wake-up brings what came meanwhile; bytes wait in the kernel, nothing is lost. TLS is unpacked here too: one read, all
its records. Closing needs no await, so no cancellation can come between.
"""

import asyncio
import os
import select
import socket
import ssl
from contextlib import suppress
from functools import cache
from ipaddress import ip_address
from typing import cast

_NEXT_ADDRESS = 0.25  # seconds that one address of a host is given before the next is tried too
_READ = 256 * 1024  # bytes taken from a socket at once


@cache
def tls_context() -> ssl.SSLContext:
    """The one TLS context of this process: the system's authorities, or those of SSL_CERT_FILE and SSL_CERT_DIR.

    Loading them takes some 20 ms, most of it without the GIL: call it first in a thread.
    """
    context = ssl.create_default_context()
    if not context.get_ca_certs() and not os.environ.get("SSL_CERT_FILE") and not os.environ.get("SSL_CERT_DIR"):
        import certifi  # noqa: PLC0415 - only where the system has no authorities of its own

        context.load_verify_locations(certifi.where())
    context.set_alpn_protocols(["http/1.1"])
    return context


class NotConnected(Exception):
    """There is no connection; says why."""


class Broken(Exception):
    """The connection broke; says why."""


async def connect(host: str, port: int) -> "Socket":
    """A TCP connection to the first address that answers. Raises NotConnected."""
    began = asyncio.get_running_loop().time()
    try:
        received = await _connected(host, port)
    except OSError as error:
        raise NotConnected(_plain(error)) from None
    return Socket(received, began)


async def _connected(host: str, port: int) -> "_Received":
    """A connection to the first address that answers; the next is tried too when one is slow.

    asyncio's own happy eyeballs leave a socket open when they are cancelled (Python 3.11 to 3.13).
    """
    loop = asyncio.get_running_loop()
    with suppress(ValueError):
        ip_address(host)
        return (await loop.create_connection(_Received, host, port))[1]
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys((family, str(address[0])) for family, _, _, _, address in found))
    attempts: list[asyncio.Task[tuple[asyncio.Transport, _Received]]] = []
    protocol: _Received | None = None
    try:
        for family, address in addresses:
            opening = loop.create_connection(_Received, address, port, family=family)
            attempts.append(loop.create_task(opening, name="connect"))
            delay = _NEXT_ADDRESS if len(attempts) < len(addresses) else None
            protocol = await _first_of(attempts, delay)
            if protocol is not None:
                return protocol
        return (await attempts[-1])[1]  # none: the last one's reason
    finally:
        for attempt in attempts:
            attempt.cancel()
        for result in await asyncio.gather(*attempts, return_exceptions=True):
            if not isinstance(result, BaseException) and result[1] is not protocol:
                result[0].abort()


async def _first_of(
    attempts: "list[asyncio.Task[tuple[asyncio.Transport, _Received]]]", seconds: float | None
) -> "_Received | None":
    """The first that comes through within `seconds`; None if all have failed or time is up."""
    pending = {each for each in attempts if not each.done()}
    while pending:
        done, pending = await asyncio.wait(pending, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for each in done:
            if each.exception() is None:
                return each.result()[1]
        if not done:
            return None
    return None


class _Received(asyncio.Protocol):
    """What has come in. The transport reads only while somebody waits for bytes."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport = cast("asyncio.Transport", None)
        self.bytes = bytearray()
        self.ended = False
        self.failure: Exception | None = None
        self._reader: asyncio.Future[None] | None = None
        self._writer: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.pause_reading()

    def data_received(self, data: bytes) -> None:
        self.bytes += data
        self.transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        self.ended = True
        self._wake()
        return True  # whoever waits is told before the socket is closed

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended = True
        self.failure = exc
        self._wake()
        if self._writer is not None and not self._writer.done():
            self._writer.set_result(None)

    def pause_writing(self) -> None:
        self._writer = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        if self._writer is not None and not self._writer.done():
            self._writer.set_result(None)
        self._writer = None

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    async def more(self) -> None:
        """Return when there are bytes, or there will be none."""
        if self.bytes or self.ended:
            return
        self._reader = asyncio.get_running_loop().create_future()
        self.transport.resume_reading()
        try:
            await self._reader
        finally:
            self._reader = None
            if not self.transport.is_closing():
                self.transport.pause_reading()

    async def drained(self) -> None:
        """Return when what was written has left for the kernel, but for a small rest."""
        if self._writer is not None:
            await self._writer
        if self.failure is not None:
            raise Broken(_plain(self.failure))

    def take(self) -> bytes:
        data = bytes(self.bytes)
        self.bytes.clear()
        return data


class Socket:
    """One connection.

    `pace` is the least time between two reads; 0.0 from each write on, so that an answer is seen at once. `read_by` is
    the loop's time at which a read gives up. `connect_seconds` is what opening it took, TLS included.
    """

    def __init__(self, received: _Received, began: float) -> None:
        self._received = received
        self._tls: _Tls | None = None
        self._began = began
        self._last_read = 0.0
        self._now = asyncio.get_running_loop().time
        self.connect_seconds = self._now() - began
        self.pace = 0.0
        self.read_by: float | None = None
        self.closed = False

    async def secure(self, context: ssl.SSLContext, host: str) -> None:
        """Put it under TLS. Raises NotConnected; then, and when cancelled, it is closed."""
        tls = _Tls(context, host)
        try:
            while not tls.shaken():
                self._received.transport.write(tls.outgoing.read())
                await self._received.more()
                data = self._received.take()
                if not data:
                    raise NotConnected("the connection was closed during the TLS handshake")  # noqa: TRY301 - closed below
                tls.incoming.write(data)
        except ssl.SSLError as error:
            self.abort()
            raise NotConnected(_plain(error)) from None
        except BaseException:
            self.abort()
            raise
        self._received.transport.write(tls.outgoing.read())
        self._tls = tls
        self.connect_seconds = self._now() - self._began

    async def read(self) -> bytes:
        """The bytes that are there, b"" at the end. Raises TimeoutError and Broken."""
        async with asyncio.timeout_at(self.read_by):
            if self.pace:
                wait = self._last_read + self.pace - self._now()
                if wait > 0:
                    await asyncio.sleep(wait)
            data = await self._read()
        self._last_read = self._now()
        return data

    async def _read(self) -> bytes:
        while True:
            await self._received.more()
            data = self._received.take()
            if not data:
                if self._received.failure is not None:
                    raise Broken(_plain(self._received.failure))
                return b""
            if self._tls is None:
                return data
            try:
                opened, over = self._tls.open(data)
            except ssl.SSLError as error:
                raise Broken(_plain(error)) from None
            if opened or over:
                return opened

    async def write(self, data: bytes) -> None:
        """Send all of it. Raises Broken."""
        if self._received.transport.is_closing() or self._received.ended:
            raise Broken("the connection is closed")
        self.pace = 0.0
        self.read_by = None
        self._received.transport.write(self._tls.seal(data) if self._tls else data)
        await self._received.drained()

    def abort(self) -> None:
        """Close now; nothing more is sent or read."""
        self.closed = True
        self._received.transport.abort()

    def readable(self) -> bool:
        """On an idle connection: it was closed by the other side, or holds what nobody asked for."""
        if self.closed or self._received.ended or self._received.bytes or self._received.transport.is_closing():
            return True
        descriptor = self._received.transport.get_extra_info("socket").fileno()
        if not hasattr(select, "poll"):
            return bool(select.select([descriptor], [], [], 0)[0])
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(0))


class _Tls:
    """TLS over two buffers."""

    def __init__(self, context: ssl.SSLContext, hostname: str | None) -> None:
        self.incoming = ssl.MemoryBIO()
        self.outgoing = ssl.MemoryBIO()
        self.object = context.wrap_bio(self.incoming, self.outgoing, server_hostname=hostname)

    def shaken(self) -> bool:
        """Take the handshake as far as it goes; True when it is done."""
        try:
            self.object.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def open(self, data: bytes) -> tuple[bytes, bool]:
        """The plain bytes of all records that are whole, and whether the other side has said goodbye."""
        self.incoming.write(data)
        plain: list[bytes] = []
        try:
            while piece := self.object.read(_READ):
                plain.append(piece)
        except ssl.SSLWantReadError:
            return b"".join(plain), False
        except ssl.SSLZeroReturnError:
            pass
        return b"".join(plain), True

    def seal(self, data: bytes) -> bytes:
        """The records that hold `data`."""
        self.object.write(data)
        return self.outgoing.read()


def _plain(error: Exception) -> str:
    """What went wrong, without numbers of errors and of lines in OpenSSL."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error.reason or error}"
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()
