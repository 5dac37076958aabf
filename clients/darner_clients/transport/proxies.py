"""The proxy that the environment, or the system, names for an address."""

import os
import re
import sys
from base64 import b64encode
from urllib.parse import unquote, urlsplit

_SYSTEMS = {"darwin", "win32"}  # they keep proxies in settings of their own


def is_this_machine(host: str) -> bool:
    """Whether data for this host stays on the machine."""
    from ipaddress import ip_address  # noqa: PLC0415 - what start-up does not need

    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def proxy_of(url: str) -> str:
    """The proxy's address as it was written, "" where there is none; never one for this machine itself."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if is_this_machine(host):
        return ""
    if sys.platform not in _SYSTEMS and not any(name.lower().endswith("_proxy") for name in os.environ):
        return ""
    from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415 - slow to import, and few have a proxy

    known = getproxies()
    address = (known.get(parts.scheme) or known.get("all") or "").strip(_AROUND)
    if not address or proxy_bypass(host) or is_excluded(host, parts.port or _PORTS.get(parts.scheme), _no_proxy()):
        return ""
    return address if "://" in address else f"http://{address}"


def is_excluded(host: str, port: int | None, listed: str) -> bool:
    """Whether NO_PROXY names it, in any of the ways that people know from other programs.

    A name with all below it (`example.com`, `.example.com`, `*.example.com`), with a port or a scheme, an address
    (`[fd00::1]`), a network (`10.0.0.0/8`), the beginning of an address (`10.`, `10.*`), or `*`.
    """
    return any(_matches(each, host.lower(), port) for each in re.split(r"[\s,;]+", listed.lower()) if each)


def _no_proxy() -> str:
    return os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""


def _matches(entry: str, host: str, port: int | None) -> bool:
    from ipaddress import ip_address, ip_network  # noqa: PLC0415 - what start-up does not need

    entry = entry.strip(_AROUND).rpartition("://")[2].rstrip("/")
    if found := _WITH_PORT.fullmatch(entry):
        entry = found["bare"] or found["name"]
        if found["port"] and int(found["port"]) != port:
            return False
    try:
        address = ip_address(host)
    except ValueError:
        name = entry.removeprefix("*").lstrip(".")
        return entry == "*" or (bool(name) and (host == name or host.endswith(f".{name}")))
    try:
        return address in ip_network(entry, strict=False)
    except ValueError:
        start = entry.removesuffix("*")
        return entry == "*" or (start.endswith((".", ":")) and host.startswith(start))


def shown_proxy(url: str) -> str:
    """Host and port of the proxy for an address, without a name and password in it; "" for none."""
    return re.split(r"[/?#\\]", _parts(proxy_of(url))[1].strip(), maxsplit=1)[0]


def proxy_secrets() -> list[str]:
    """What must not be shown of the proxies' addresses: their passwords, as they are written and as they are sent."""
    if sys.platform not in _SYSTEMS and not any(name.lower().endswith("_proxy") for name in os.environ):
        return []
    from urllib.request import getproxies  # noqa: PLC0415 - as above

    found: list[str] = []
    for address in getproxies().values():
        login = _parts(address)[0]
        name, _, password = login.partition(":")
        plain = f"{unquote(name)}:{unquote(password)}".encode()
        found += [login, password or name, unquote(password or name), b64encode(plain).decode()] if login else []
    return found


def _parts(address: str) -> tuple[str, str]:
    """The login of an address and what follows it. The login may hold a slash, which `urlsplit` does not expect."""
    login, _, rest = address.partition("://")[2].rpartition("@") if "://" in address else address.rpartition("@")
    return login, rest


_AROUND = " \t\r\n'\""
_PORTS = {"http": 80, "https": 443}
_WITH_PORT = re.compile(r"(?:\[(?P<bare>[^\]]+)\]|(?P<name>[^:]+))(?::(?P<port>[0-9]{1,5}))?")
