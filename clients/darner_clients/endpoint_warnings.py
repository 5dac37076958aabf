"""What the user should know of an endpoint before anything is sent: who else can read it, why it cannot be used."""

from urllib.parse import urlsplit

from darner_clients.endpoint import Endpoint
from darner_clients.transport.proxies import is_this_machine, shown_proxy


def notices(endpoint: Endpoint) -> tuple[str, ...]:
    """One sentence for each problem; none if all is well. Sends nothing."""
    if endpoint.unusable:
        return (f"{endpoint.name} cannot be used: {endpoint.unusable}",)
    found: list[str] = []
    url = urlsplit(endpoint.base_url)
    name, host = endpoint.name, endpoint.host
    if url.scheme == "http" and (endpoint.api_key or endpoint.secrets) and not is_this_machine(url.hostname or ""):
        found.append(
            f"{name}: its key and your code are sent to {host} over plain http, where others can read them; "
            "use https, or a tunnel to this machine"
        )
    if proxy := shown_proxy(endpoint.base_url):
        found.append(f"{name}: everything for {host} is sent through the proxy {proxy} of your environment")
    return tuple(found)
