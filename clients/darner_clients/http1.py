"""HTTP/1.1 on one socket, one exchange after another. h11 knows the protocol; this knows when to read and write."""

import asyncio
import base64
import ssl
from collections.abc import AsyncGenerator
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import h11

from darner_clients.transport import Broken, NotConnected, Socket, connect, tls_context

Headers = tuple[tuple[str, str], ...]


class Connection:
    """A connection to an endpoint, perhaps through a proxy. `exchanges` counts what was asked on it."""

    def __init__(self, socket: Socket, *, absolute: bool) -> None:
        self.socket = socket
        self.exchanges = 0
        self.status = 0
        self.headers: dict[str, str] = {}
        self.idle_since = 0.0
        self._absolute = absolute
        self._h11 = h11.Connection(h11.CLIENT)

    async def ask(self, method: str, url: SplitResult, headers: Headers, body: bytes) -> None:
        """Send a request and read the head of its answer into `status` and `headers`. Raises Broken."""
        self.exchanges += 1
        path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        target = f"{url.scheme}://{url.netloc}{path}" if self._absolute else path
        fields = (("Host", url.netloc.rpartition("@")[2]), *headers)
        if body or method == "POST":
            fields = (*fields, ("Content-Length", str(len(body))))
        try:
            request = h11.Request(method=method, target=target, headers=list(fields))
            out = self._h11.send(request) or b""
            out += (self._h11.send(h11.Data(data=body)) or b"") if body else b""
            out += self._h11.send(h11.EndOfMessage()) or b""
        except h11.LocalProtocolError as error:
            raise ValueError(str(error)) from None
        await self.socket.write(out)
        while True:
            event = self._next()
            if isinstance(event, h11.Response):
                break
            if event is h11.NEED_DATA:
                await self._more()
        self.status = event.status_code
        self.headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in event.headers}

    async def chunks(self) -> AsyncGenerator[bytes]:
        """The body as it comes: for each read all that it brought. Raises Broken and TimeoutError."""
        while True:
            parts: list[bytes] = []
            failure: Broken | None = None
            over = False
            while not over and failure is None:
                try:
                    event = self._next()
                except Broken as error:
                    failure = error
                    break
                if isinstance(event, h11.Data):
                    parts.append(event.data)
                elif event is h11.NEED_DATA:
                    break
                else:
                    over = True
            if parts:
                yield b"".join(parts)
            if failure is not None:
                raise failure
            if over:
                return
            await self._more()

    def renew(self) -> bool:
        """Whether another request may follow: the last answer was read to its end and the server keeps on."""
        if self._h11.our_state is not h11.DONE or self._h11.their_state is not h11.DONE:
            return False
        self._h11.start_next_cycle()
        return True

    def _next(self) -> "type[h11.NEED_DATA | h11.PAUSED] | h11.Event":
        try:
            return self._h11.next_event()
        except h11.RemoteProtocolError as error:
            raise Broken(str(error)) from None

    async def _more(self) -> None:
        data = await self.socket.read()
        if not data and self._h11.their_state is h11.SEND_RESPONSE:
            raise Broken("the connection was closed without an answer")
        self._h11.receive_data(data)


async def open_connection(url: SplitResult) -> Connection:
    """A new connection to where `url` lies. Raises NotConnected. When cancelled, nothing stays open."""
    secure = url.scheme == "https"
    host, port = url.hostname or "", url.port or (443 if secure else 80)
    proxy = _proxy(url)
    socket = await connect(proxy.hostname or "", proxy.port or 8080) if proxy else await connect(host, port)
    try:
        if secure:
            if proxy:
                await _tunnel(socket, proxy, host, port)
            await socket.secure(await _context(), host)
    except BaseException:
        socket.abort()
        raise
    return Connection(socket, absolute=proxy is not None and not secure)


async def _context() -> ssl.SSLContext:
    return tls_context() if tls_context.cache_info().currsize else await asyncio.to_thread(tls_context)


def _proxy(url: SplitResult) -> SplitResult | None:
    """The proxy of the environment, never for this machine itself."""
    host = url.hostname or ""
    try:
        if ip_address(host).is_loopback:
            return None
    except ValueError:
        if host == "localhost" or host.endswith(".localhost"):
            return None
    address = getproxies().get(url.scheme)
    if not address or proxy_bypass(host):
        return None
    found = urlsplit(address if "//" in address else f"http://{address}")
    return found if found.scheme in {"http", ""} else None


async def _tunnel(socket: Socket, proxy: SplitResult, host: str, port: int) -> None:
    """Ask the proxy for a way through."""
    lines = [f"CONNECT {host}:{port} HTTP/1.1", f"Host: {host}:{port}"]
    if proxy.username:
        pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
        lines.append(f"Proxy-Authorization: Basic {base64.b64encode(pair.encode()).decode()}")
    answer = b""
    try:
        await socket.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace"))
        while b"\r\n\r\n" not in answer and len(answer) < 65536:  # noqa: PLR2004 - far more than a head
            piece = await socket.read()
            if not piece:
                break
            answer += piece
    except Broken as error:
        raise NotConnected(f"the proxy {proxy.hostname} failed: {error}") from None
    words = answer.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
    if len(words) < 2 or not words[1].startswith("2"):  # noqa: PLR2004 - version and status
        said = " ".join(words[1:]) or "nothing"
        raise NotConnected(f"the proxy {proxy.hostname} answered {said}")
