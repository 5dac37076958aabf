"""Opening a TCP connection: the addresses of a host one after another, the next one early when one is slow."""

import asyncio
import socket
import threading
from contextlib import suppress
from ipaddress import ip_address
from typing import Any

_NEXT_ADDRESS = 0.25  # seconds that one address of a host is given before the next is tried too
# A computer that slept, or another network: the connection is dead without notice. The system finds out while it is
# idle, or within seconds of a request, which then gets a new one; and routers on the way do not forget it until then.
_WATCHED = (("TCP_KEEPIDLE", 20), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3), ("TCP_USER_TIMEOUT", 4000))


async def open_connection(host: str, port: int) -> socket.socket:
    """A connection to the first address that answers; the next is tried too when one is slow.

    asyncio's own happy eyeballs leave a socket open when they are cancelled (Python 3.11 to 3.13).
    """
    loop = asyncio.get_running_loop()
    attempts: list[asyncio.Task[socket.socket]] = []
    won: asyncio.Task[socket.socket] | None = None
    addresses = await _addresses(host, port)
    try:
        for number, (family, address) in enumerate(addresses, start=1):
            attempts.append(loop.create_task(_attempt(family, address), name="connect"))
            won = await _first_of(attempts, _NEXT_ADDRESS if number < len(addresses) else None)
            if won is not None:
                break
        won = won or attempts[-1]  # none: the last one's reason
        return won.result()
    finally:
        for each in attempts:
            if each is not won:
                each.add_done_callback(_discard)
                each.cancel()


async def _addresses(host: str, port: int) -> list[tuple[int, Any]]:
    with suppress(ValueError):
        return [(socket.AF_INET6 if ip_address(host).version == 6 else socket.AF_INET, (host, port))]  # noqa: PLR2004
    found = await _resolve(host, port)
    return list(dict.fromkeys((family, address) for family, _, _, _, address in found))


async def _resolve(host: str, port: int) -> list[Any]:
    """The addresses from the system's resolver, in a thread of its own: without a network it hangs for many seconds.

    The event loop's own would hold up the end of the process as long.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[Any]] = loop.create_future()

    def settle(found: list[Any] | None, error: OSError | UnicodeError | None) -> None:
        if answer.done():  # given up
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(found or [])

    def ask() -> None:
        found, failed = None, None
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            failed = error
        with suppress(RuntimeError):  # the loop has ended in the meantime
            loop.call_soon_threadsafe(settle, found, failed)

    threading.Thread(target=ask, name="resolver", daemon=True).start()
    return await answer


async def _attempt(family: int, address: Any) -> socket.socket:  # noqa: ANN401 - what getaddrinfo gives
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.setblocking(False)  # noqa: FBT003 - its signature
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(opened, address)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _WATCHED:
            if (option := getattr(socket, name, None)) is not None:  # which there are differs by system
                opened.setsockopt(socket.IPPROTO_TCP, option, value)
    except BaseException:
        opened.close()
        raise
    return opened


async def _first_of(
    attempts: list[asyncio.Task[socket.socket]], seconds: float | None
) -> asyncio.Task[socket.socket] | None:
    """The first that comes through within `seconds`; None if all have failed or time is up."""
    pending = {each for each in attempts if not each.done()}
    while pending:
        done, pending = await asyncio.wait(pending, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for each in done:
            if each.exception() is None:
                return each
        if not done:
            return None
    return None


def _discard(attempt: asyncio.Task[socket.socket]) -> None:
    if not attempt.cancelled() and attempt.exception() is None:
        attempt.result().close()
