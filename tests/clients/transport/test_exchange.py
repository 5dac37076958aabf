# What is tested is private, of httpx and of ours.
# pyright: reportPrivateUsage=false
"""httpx has no parameter for a network backend, so its private pool is set: these tests fail when that changes."""

import httpcore
import httpx

from darner_clients.transport.exchange import _Transport
from darner_clients.transport.network_backend import Sockets


def test_a_transport_of_httpx_is_its_pool_and_nothing_else() -> None:
    assert list(vars(httpx.AsyncHTTPTransport(trust_env=False))) == ["_pool"]
    transport = _Transport(Sockets(), None, None)
    assert list(vars(transport)) == ["_pool"]
    assert type(transport._pool) is type(httpx.AsyncHTTPTransport(trust_env=False)._pool)


async def test_a_request_is_made_with_the_pool_that_was_set() -> None:
    transport = _Transport(Sockets(), None, None)
    answer = [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"]
    async with httpcore.AsyncConnectionPool(network_backend=httpcore.AsyncMockBackend(answer)) as pool:
        transport._pool = pool
        response = await transport.handle_async_request(httpx.Request("GET", "http://x/"))
        assert await response.aread() == b"ok"
