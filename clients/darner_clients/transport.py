"""Sockets for httpcore: quick to the first token, then woken at most every few milliseconds, and closed at once.

A fast stream costs one wake-up per packet. Between two reads the socket is left alone for `pace` seconds, so that a
wake-up brings what came meanwhile; bytes wait in the kernel, nothing is lost. TLS is unpacked here too: one read, all
its records.
"""

import asyncio
import os
import select
import ssl
from collections.abc import Iterable
from functools import cache
from typing import Any, cast

import httpcore

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


class Sockets(httpcore.AsyncNetworkBackend):
    """Opens the connections of a pool, and knows those that are open."""

    def __init__(self) -> None:
        self.open: set[Socket] = set()
        self.connect_seconds: float | None = None

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A TCP connection to the first address that answers."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        local = (local_address, 0) if local_address else None
        try:
            async with asyncio.timeout(timeout):
                _, protocol = await loop.create_connection(
                    _Received, host, port, local_addr=local, happy_eyeballs_delay=0.25
                )
        except TimeoutError:
            raise httpcore.ConnectTimeout(f"no connection within {timeout:g} s") from None
        except OSError as error:
            raise httpcore.ConnectError(_plain(error)) from None
        for option in socket_options or ():
            protocol.transport.get_extra_info("socket").setsockopt(*option)
        return Socket(protocol, self, loop.time() - began)

    async def sleep(self, seconds: float) -> None:
        """Sleep."""
        await asyncio.sleep(seconds)


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
            raise httpcore.WriteError(_plain(self.failure))

    def take(self) -> bytes:
        data = bytes(self.bytes)
        self.bytes.clear()
        return data


class Socket(httpcore.AsyncNetworkStream):
    """One connection.

    `pace` is the least time between two reads; 0.0 from each write on, so that an answer is seen at once. `read_by` is
    the loop's time at which a read gives up, whatever httpcore's own timeout says. `requests` counts what was sent.
    """

    def __init__(self, received: _Received, owner: Sockets, connect_seconds: float) -> None:
        self._received = received
        self._owner = owner
        self._tls: _Tls | None = None
        self._last_read = 0.0
        self.connect_seconds = connect_seconds
        self.requests = 0
        self.pace = 0.0
        self.read_by: float | None = None
        self.bytes_read = 0
        owner.open.add(self)
        owner.connect_seconds = connect_seconds

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002, ASYNC109 - httpcore's
        """The bytes that are there, more than `max_bytes` if more came; b"" at the end."""
        loop = asyncio.get_running_loop()
        deadline = _earlier(None if timeout is None else loop.time() + timeout, self.read_by)
        try:
            async with asyncio.timeout_at(deadline):
                if self.pace:
                    wait = self._last_read + self.pace - loop.time()
                    if wait > 0:
                        await asyncio.sleep(wait)
                data = await self._read()
        except TimeoutError:
            raise httpcore.ReadTimeout("nothing came in time") from None
        self._last_read = loop.time()
        self.bytes_read += len(data)
        return data

    async def _read(self) -> bytes:
        while True:
            await self._received.more()
            data = self._received.take()
            if not data:
                if self._received.failure is not None:
                    raise httpcore.ReadError(_plain(self._received.failure))
                return b""
            if self._tls is None:
                return data
            try:
                opened, over = self._tls.open(data)
            except ssl.SSLError as error:
                raise httpcore.ReadError(_plain(error)) from None
            if opened or over:
                return opened

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's signature
        """Send all of it."""
        if not buffer:
            return
        if self._received.transport.is_closing() or self._received.ended:
            raise httpcore.WriteError("the connection is closed")
        self.pace = 0.0
        self._received.transport.write(self._tls.seal(buffer) if self._tls else buffer)
        try:
            async with asyncio.timeout(timeout):
                await self._received.drained()
        except TimeoutError:
            raise httpcore.WriteTimeout("the request could not be sent in time") from None

    async def aclose(self) -> None:
        """Close now; nothing more is sent or read."""
        self._owner.open.discard(self)
        self._received.transport.abort()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
    ) -> httpcore.AsyncNetworkStream:
        """The same connection under TLS."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        tls = _Tls(ssl_context, server_hostname)
        try:
            async with asyncio.timeout(timeout):
                while not tls.shaken():
                    self._received.transport.write(tls.outgoing.read())
                    await self._received.more()
                    data = self._received.take()
                    if not data:
                        raise httpcore.ConnectError("the connection was closed during the TLS handshake")  # noqa: TRY301
                    tls.incoming.write(data)
        except TimeoutError:
            await self.aclose()
            raise httpcore.ConnectTimeout(f"no TLS handshake within {timeout:g} s") from None
        except ssl.SSLError as error:
            await self.aclose()
            raise httpcore.ConnectError(_plain(error)) from None
        except BaseException:
            await self.aclose()
            raise
        self._received.transport.write(tls.outgoing.read())
        self._tls = tls
        self.connect_seconds += loop.time() - began
        self._owner.connect_seconds = self.connect_seconds
        return self

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's signature
        """What httpcore asks of a connection."""
        transport = self._received.transport
        match info:
            case "ssl_object":
                return self._tls.object if self._tls else None
            case "client_addr":
                return transport.get_extra_info("sockname")
            case "server_addr":
                return transport.get_extra_info("peername")
            case "socket":
                return transport.get_extra_info("socket")
            case "is_readable":
                return self._readable()
            case _:
                return None

    def _readable(self) -> bool:
        """On an idle connection: it was closed by the other side, or holds what nobody asked for."""
        if self._received.ended or self._received.bytes or self._received.transport.is_closing():
            return True
        poll = select.poll() if hasattr(select, "poll") else None
        descriptor = self._received.transport.get_extra_info("socket").fileno()
        if poll is None:
            return bool(select.select([descriptor], [], [], 0)[0])
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


def _earlier(one: float | None, other: float | None) -> float | None:
    if one is None or other is None:
        return one if other is None else other
    return min(one, other)


def _plain(error: Exception) -> str:
    """What went wrong, without numbers of errors and of lines in OpenSSL."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error.reason or error}"
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()
