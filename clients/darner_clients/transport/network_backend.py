"""The sockets below httpx: quick to the first token, then read at most every few milliseconds, and closed at once.

A fast stream costs one wake-up per packet. Here nothing is read unless somebody asks, and between two reads the socket
is left alone for `pace` seconds, so that a read brings what came since; bytes wait in the kernel, nothing is lost.
TLS is unpacked here too: one read, all its records. Closing needs no await, and wakes whoever waits for the socket.
"""

import asyncio
import os
import select
import socket
import ssl
from collections.abc import Iterable
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Any

import httpcore

from darner_clients.transport.connect import open_connection
from darner_clients.transport.connection_failures import NotConnected
from darner_clients.transport.httpcore_errors import ConnectFailure, ReadFailure, kind_of

if TYPE_CHECKING:
    from collections.abc import Generator

_READ = 256 * 1024  # bytes taken from a socket at once
_TURN = 2  # reads after which others have their turn, such as a deadline: what is there already is read without waiting


@cache
def tls_context() -> ssl.SSLContext:
    """The one TLS context of this process: the system's authorities, or those of SSL_CERT_FILE and SSL_CERT_DIR.

    Raises NotConnected if these name nothing. Loading takes some 20 ms, most of it without the GIL: call it first in a
    thread.
    """
    for name, is_there in (("SSL_CERT_FILE", os.path.isfile), ("SSL_CERT_DIR", os.path.isdir)):
        if (path := os.environ.get(name)) and not is_there(path):
            raise NotConnected(f"{name} names {path}, which does not exist", "authorities")
    context = ssl.create_default_context()
    file = os.environ.get("SSL_CERT_FILE")
    if file and not context.cert_store_stats()["x509"] and not os.environ.get("SSL_CERT_DIR"):
        reason = f"SSL_CERT_FILE names {file}, which cannot be read or holds no certificate"
        raise NotConnected(reason, "authorities")
    if not context.get_ca_certs() and not os.environ.get("SSL_CERT_FILE") and not os.environ.get("SSL_CERT_DIR"):
        import certifi  # noqa: PLC0415 - only where the system has no authorities of its own

        context.load_verify_locations(certifi.where())
    return context


class CancelHandle:
    """Handle that aborts a request: it closes its socket, or ends the attempt to connect one.

    `body_follows`: its head waits to be sent with its body.
    """

    def __init__(self, *, body_follows: bool) -> None:
        self.is_cancelled = False
        self.body_follows = body_follows
        self.socket: Socket | None = None
        self.attempt: asyncio.Task[socket.socket] | None = None

    def cancel(self) -> None:
        """Close the socket. For good: the request gets no other one."""
        self.is_cancelled = True
        if self.attempt is not None:
            self.attempt.cancel()
        if self.socket is not None:
            self.socket.close()


cancel_handle: ContextVar[CancelHandle] = ContextVar("cancel_handle")  # of the request that this task makes


class Sockets(httpcore.AsyncNetworkBackend):
    """Opens the connections of a pool, and knows those that are open."""

    def __init__(self) -> None:
        self.open: set[Socket] = set()
        self.connect_seconds: float | None = None  # of the newest connection, TLS included
        self._closed = False

    def close(self) -> None:
        """Close them all, now, and those that are being opened once they are."""
        self._closed = True
        for each in tuple(self.open):
            each.close()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - httpcore's signature
        local_address: str | None = None,  # noqa: ARG002 - as above
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - as above
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first address that answers."""
        loop, handle = asyncio.get_running_loop(), cancel_handle.get()
        began = loop.time()
        attempt = handle.attempt = loop.create_task(open_connection(host, port), name="connect")
        if handle.is_cancelled:
            attempt.cancel()
        await asyncio.wait({attempt})
        handle.attempt = None
        if attempt.cancelled():
            raise httpcore.ConnectError("given up")
        try:
            opened = Socket(attempt.result(), self, began)
        except (OSError, OverflowError) as error:
            raise httpcore.ConnectError(_plain(error)) from None
        handle.socket = opened
        if handle.is_cancelled or self._closed:
            opened.close()
        return opened


class Socket(httpcore.AsyncNetworkStream):
    """One connection.

    `pace` is the least time between two reads; 0.0 from each write on, so that an answer is seen at once. `requests`
    counts those that were sent on it. `connect_seconds` is what opening it took, TLS included.
    """

    def __init__(self, connection: socket.socket, owner: Sockets, began: float) -> None:
        self._socket = connection
        self._owner = owner
        self._began = began
        self._loop = asyncio.get_running_loop()
        self._tls: list[_Tls] = []  # the outermost first; two where a proxy is spoken to under TLS
        self._busy = 0
        self._last_read = 0.0
        self._reads = 0
        self._head = b""
        self.pace = 0.0
        self.requests = 0
        self.closed = False
        self._opened()

    def close(self) -> None:
        """Close now; nothing more is sent or read. The descriptor lives on for as long as somebody waits for it."""
        if not self.closed:
            self.closed = True
            self._owner.open.discard(self)
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            if not self._busy:
                self._socket.close()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002, ASYNC109 - httpcore's
        """The bytes that are there, more than `max_bytes` if more came; b"" at the end."""
        if self.pace:
            wait = self._last_read + self.pace - self._loop.time()
            if wait > 0:
                await asyncio.sleep(wait)
        self._reads += 1
        if not self._reads % _TURN:
            await asyncio.sleep(0)
        data = await self._receive()
        self._last_read = self._loop.time()
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002, ASYNC109 - httpcore's
        """Send all of it. A head waits for its body: two packets are two wake-ups at either end."""
        handle = cancel_handle.get()
        handle.socket = self
        if handle.is_cancelled:
            self.close()
        self.pace = 0.0
        if handle.body_follows and not buffer.startswith(b"CONNECT "):
            handle.body_follows = False
            self._head = buffer
            return
        head, self._head = self._head, b""
        await self._send(head + buffer)

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - httpcore's signature
    ) -> httpcore.AsyncNetworkStream:
        """The same connection under TLS. When that fails it is closed."""
        tls = _Tls(ssl_context, server_hostname)
        try:
            while not tls.shaken():
                await self._send(tls.outgoing.read())
                data = await self._receive()
                if not data:
                    raise ConnectFailure("the connection was closed during the TLS handshake", "handshake-closed")  # noqa: TRY301
                tls.incoming.write(data)
            await self._send(tls.outgoing.read())
        except (ssl.SSLError, httpcore.NetworkError) as error:
            self.close()
            raise ConnectFailure(_plain(error), kind_of(error)) from None
        except BaseException:
            self.close()
            raise
        self._tls.append(tls)
        self._opened()
        return self

    async def aclose(self) -> None:
        """Close now."""
        self.close()

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's signature
        """What httpcore asks of a connection."""
        match info:
            case "ssl_object":
                return self._tls[-1].object if self._tls else None
            case "is_readable":
                return self._readable()
            case _:
                return None

    def _opened(self) -> None:
        self.connect_seconds = self._owner.connect_seconds = self._loop.time() - self._began
        if not self.closed:
            self._owner.open.add(self)

    async def _receive(self) -> bytes:
        while True:
            with self._in_use(httpcore.ReadError):
                data = await self._loop.sock_recv(self._socket, _READ)
            if self.closed:
                raise httpcore.ReadError("the connection was given up")
            over = not data
            for tls in self._tls:
                try:
                    data, ended = tls.open(data)
                except ssl.SSLError as error:
                    raise ReadFailure(_plain(error), kind_of(error)) from None
                over = over or ended
            if data or over:
                return data

    async def _send(self, data: bytes) -> None:
        for tls in reversed(self._tls):
            data = tls.seal(data)
        if data:
            with self._in_use(httpcore.WriteError):
                await self._loop.sock_sendall(self._socket, data)

    @contextmanager
    def _in_use(self, failed: type[httpcore.NetworkError]) -> "Generator[None]":
        if self.closed:
            raise failed("the connection is closed")
        self._busy += 1
        try:
            yield
        except OSError as error:
            raise failed(_plain(error)) from None
        finally:
            self._busy -= 1
            if self.closed and not self._busy:
                self._socket.close()

    def _readable(self) -> bool:
        """On an idle connection: the other side closed it, or sent data without a request."""
        if self.closed:
            return True
        if not hasattr(select, "poll"):
            return bool(select.select([self._socket], [], [], 0)[0])
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return bool(poll.poll(0))


class _Tls:
    """TLS over two buffers."""

    def __init__(self, context: ssl.SSLContext, hostname: str | None) -> None:
        self.incoming = ssl.MemoryBIO()
        self.outgoing = ssl.MemoryBIO()
        self.object = context.wrap_bio(self.incoming, self.outgoing, server_hostname=hostname)

    def shaken(self) -> bool:
        """Continue the handshake as far as possible; True when it is done."""
        try:
            self.object.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def open(self, data: bytes) -> tuple[bytes, bool]:
        """The plain bytes of all complete records, and whether the other side has closed."""
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
    if isinstance(error, OSError) and error.errno and not isinstance(error, socket.gaierror):
        return os.strerror(error.errno).lower()  # its own words hold the address as a tuple
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()
