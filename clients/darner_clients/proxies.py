"""The proxy that the environment, or the system, names for an address."""

import os
import sys
from urllib.parse import urlsplit

_SYSTEMS = {"darwin", "win32"}  # they keep proxies in settings of their own


def is_this_machine(host: str) -> bool:
    """Whether what goes to this host stays on the machine."""
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
    address = known.get(parts.scheme) or known.get("all")
    if not address or proxy_bypass(host):
        return ""
    return address if "://" in address else f"http://{address}"


def shown_proxy(url: str) -> str:
    """Host and port of the proxy for an address, without the name and password that may stand there; "" for none."""
    return urlsplit(proxy_of(url)).netloc.rpartition("@")[2]
