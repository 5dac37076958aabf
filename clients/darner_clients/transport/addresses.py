"""The addresses of endpoints and proxies as httpcore takes them.

httpx reads those that are out of the ordinary (names in other scripts, characters to be encoded, proxies): importing it
takes as long as a warm request. A plain address has the same parts either way, which a test compares.
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import httpcore

from darner_clients.transport.exceptions import NotConnected
from darner_clients.transport.network_backend import tls_context
from darner_clients.transport.proxies import proxy_of

if TYPE_CHECKING:
    import httpx

_BYTE = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_PLAIN = re.compile(
    rf"(?P<scheme>https?)://(?P<host>(?:[a-z0-9_-]+\.)*[a-z_-][a-z0-9_-]*|{_BYTE}(?:\.{_BYTE}){{3}})"
    r"(?::(?P<port>[1-9][0-9]{0,3}|[1-5][0-9]{4}))?"
    r"(?P<path>(?:/(?!\.)[A-Za-z0-9._~!$&'()*+,;=:@-]*)*)(?P<query>\?[A-Za-z0-9._~=&-]*)?",
    re.ASCII,
)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_LONGEST = 2_000  # characters of a plain address


@lru_cache(maxsize=64)
def target(address: str) -> tuple[httpcore.URL, str]:
    """What a request is sent to, and its Host header. A name and password are left out. Raises ValueError."""
    plain = _PLAIN.fullmatch(address) if len(address) <= _LONGEST else None
    if plain is None:
        return _by_httpx(address)
    scheme, host = plain["scheme"], plain["host"]
    port = int(plain["port"]) if plain["port"] else None
    if port == _DEFAULT_PORTS[scheme]:
        port = None
    path = (plain["path"] or "/") + (plain["query"] or "")
    url = httpcore.URL(scheme=scheme.encode(), host=host.encode(), port=port, target=path.encode())
    return url, host if port is None else f"{host}:{port}"


def _by_httpx(address: str) -> tuple[httpcore.URL, str]:
    import httpx  # noqa: PLC0415 - see above

    parts = urlsplit(address)
    try:
        url = httpx.URL(urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])))
    except httpx.InvalidURL as error:
        raise ValueError(str(error)) from None
    return _of_httpx(url), url.netloc.decode("ascii")


def _of_httpx(url: "httpx.URL") -> httpcore.URL:
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


def proxy_server(url: str) -> httpcore.Proxy | None:
    """The proxy that the environment names for an address. Raises NotConnected."""
    address = proxy_of(url)
    if not address:
        return None
    import httpx  # noqa: PLC0415 - see above

    try:
        given = httpx.Proxy(address)
    except (ValueError, httpx.InvalidURL):
        raise NotConnected("the proxy that the environment names is no address", "proxy-address") from None
    where = given.url
    if where.scheme not in {"http", "https"}:
        reason = f"the environment names a {where.scheme} proxy; only http and https ones can be used"
        raise NotConnected(reason, "proxy-address")
    return httpcore.Proxy(
        url=_of_httpx(where),
        auth=given.raw_auth,
        headers=given.headers.raw,
        ssl_context=tls_context() if where.scheme == "https" else None,
    )
