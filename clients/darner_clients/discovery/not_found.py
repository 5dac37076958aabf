"""What may be wrong with base_url or model if an endpoint answers "not found"."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from urllib.parse import urlsplit

from darner_clients.discovery.model_info import shown
from darner_clients.discovery.model_limits import model_names
from darner_clients.endpoint import Endpoint
from darner_clients.errors import EndpointError, Malformed, Rejected, Unauthorised
from darner_clients.refusals.unknown_model import model_mention

MOST_GUESSES = 4
GetAt = Callable[[Endpoint, str], Awaitable[object]]  # of that endpoint, a path of the preset's; raises EndpointError


def is_doubtful(endpoint: Endpoint, error: EndpointError) -> bool:
    """Whether an error may come from a wrong base_url or model."""
    if isinstance(error, Malformed):
        return not error.started
    if not isinstance(error, Rejected) or isinstance(error, Unauthorised):
        return False
    if 300 <= error.status < 400:  # noqa: PLR2004 - a redirection, to a page mostly
        return not endpoint.base.endswith("/v1") or endpoint.base.endswith("/v1/v1")
    if error.status in {404, 405, 410}:
        return True
    return error.status in {400, 422} and model_mention(error.refusal) != "none"


async def with_diagnosis(endpoint: Endpoint, model: str, error: EndpointError, get: GetAt) -> EndpointError:
    """The error, with advice where the cause can be found out. Asks the endpoint's own host only."""
    try:
        names = model_names(await get(endpoint, "models"))
    except EndpointError:
        names = ()
    if names:
        if model in names:
            return error
        is_unknown = model_mention(error.refusal, model) == "unknown"
        if isinstance(error, Rejected) and (error.status in {404, 410} or is_unknown):
            error.message, error.advice = f"it does not serve the model '{model}'; it has {shown(names, endpoint)}", ""
        return error
    for base in _guesses(endpoint.base)[:MOST_GUESSES]:
        if await _is_api(replace(endpoint, base_url=base), get):
            error.advice = f'write base_url = "{base}"'
            return error
    if not urlsplit(endpoint.base_url).path.rstrip("/").endswith("/v1"):
        error.advice = "check base_url: it has no /v1 at its end, where most servers answer"
    return error


async def _is_api(endpoint: Endpoint, get: GetAt) -> bool:
    try:
        return bool(model_names(await get(endpoint, "models")))
    except Unauthorised as error:
        return error.refusal is not None and error.refusal.message != ""
    except EndpointError:
        return False


def _guesses(base: str) -> list[str]:
    """Other addresses on the same host, likely ones first."""
    url = urlsplit(base)
    root, path = url._replace(path="").geturl(), url.path.rstrip("/")
    found: list[str] = []
    if path.endswith("/v1/v1"):
        found.append(path.removesuffix("/v1"))
    if not path.endswith("/v1"):
        found.append(f"{path}/v1")
    if path.endswith("/api"):
        found.append(path.removesuffix("/api") + "/v1")
    found += ["/v1", "/api/v1", "/openai/v1", "/v1beta/openai"]
    return [root + each for each in dict.fromkeys(found) if each != path]
