"""What an endpoint reports about itself: the window, the models that it has. None of it is needed for a reply."""

import re
from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import urlsplit

from darner_clients.discovery.model_limits import (
    ASSUMED_WINDOW,
    ModelLimits,
    chat_models,
    mapping,
    name_of,
    read,
    rows_of,
    tokens_of,
)
from darner_clients.endpoint import Endpoint
from darner_clients.errors import EndpointError, Late, Rejected, Unauthorised, Unreachable
from darner_clients.refusals.error_text import quoted
from darner_clients.wire.presets import PUBLIC, limits_paths

SHOWN = 6  # models, of those that an endpoint has
OLLAMA_WINDOW = 4096  # tokens: Ollama's own default


class Get(Protocol):
    """Requests one of the preset's paths, with a body if given. Raises EndpointError."""

    async def __call__(self, path: str, body: Mapping[str, object] | None = None) -> object:
        """What is answered: JSON, or text as it is."""
        ...


async def limits(endpoint: Endpoint, get: Get) -> tuple[ModelLimits, bool]:
    """(the endpoint's limits, whether another request may give more).

    Raises Unreachable, and what is wrong if no model is named and none can be found out.
    """
    found: ModelLimits | None = None
    listed: object = None
    problem: EndpointError | None = None
    model = endpoint.model
    for path in limits_paths(endpoint):
        try:
            content = await get(path)
        except Unreachable:
            raise
        except EndpointError as error:
            problem = error
            if isinstance(error, Late):
                break
            continue
        listed = content if rows_of(content) else listed
        model = model or _only_model(endpoint, content)
        where = path if path.startswith("/") else f"/v1/{path}"
        found = read(content, model, where, "catalogue" if path.startswith(PUBLIC) else "reported")
        if found is not None:
            break
    if found is None and listed is not None and not endpoint.window and _may_be_own(endpoint, listed):
        found = await _of_ollama(get, model) or await _of_lm_studio(get, model) or await _of_info(get, model)
    if found is None and not model and endpoint.kind != "llamacpp":
        raise _nameless(endpoint, problem)
    again = listed is None and found is None and problem is not None and not isinstance(problem, Rejected)
    if found is None and endpoint.window:
        found = ModelLimits(endpoint.window, None, "your settings", model, origin="settings")
    if found is None:
        silent = problem is None or listed is not None
        why = "the endpoint does not report it" if silent else "the list of models is not available"
        found = ModelLimits(ASSUMED_WINDOW, None, f"assumed: {why}", model, origin="assumed")
    return found, again


def shown(models: tuple[str, ...], endpoint: Endpoint) -> str:
    """Some models, for a sentence; they are an endpoint's words too."""
    names = quoted(", ".join(models[:SHOWN]), endpoint.hidden)
    return names + (f" and {len(models) - SHOWN} more" if len(models) > SHOWN else "")


def _only_model(endpoint: Endpoint, content: object) -> str:
    """The one that can be meant where none is named; "" if there is no list. Raises Rejected if there are several."""
    names = chat_models(content)
    loaded = tuple(name for row in rows_of(content) if row.get("state") == "loaded" and (name := name_of(row)) in names)
    if len(names) > 1 and len(loaded) == 1:
        return loaded[0]
    if len(names) > 1:
        advice = f"set model of '{endpoint.name}' to one of them"
        raise Rejected(endpoint.name, f"the settings name no model, and it serves {shown(names, endpoint)}", advice)
    return names[0] if names else ""


def _nameless(endpoint: Endpoint, problem: EndpointError | None) -> EndpointError:
    if problem is not None and (problem.retry or isinstance(problem, Unauthorised)):
        return problem
    why = f"is not available ({problem.message})" if problem is not None else "contains none that can chat"
    return Rejected(
        endpoint.name, f"the settings name no model, and its list of models {why}", f"set model of '{endpoint.name}'"
    )


def _may_be_own(endpoint: Endpoint, listed: object) -> bool:
    """Whether it may be Ollama or LM Studio: by who owns its models, or because it is no public service."""
    if endpoint.kind not in {"openai", "vllm"}:
        return False
    owners = {str(row.get("owned_by") or "").lower().replace("-", "_") for row in rows_of(listed)}
    if owners & {"library", "organization_owner"}:
        return True
    url = urlsplit(endpoint.base_url)
    host = url.hostname or ""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return url.scheme == "http" or "." not in host


async def _answer(get: Get, path: str, body: Mapping[str, object] | None = None) -> object:
    """What is answered at a path that most endpoints do not have; None if it is an error."""
    try:
        return await get(path, body)
    except EndpointError:
        return None


async def _of_ollama(get: Get, model: str) -> ModelLimits | None:
    """Ollama cuts longer prompts without a word. /api/ps has the loaded models, /api/show what one is made for."""
    running = await _answer(get, "/api/ps")
    if not isinstance(mapping(running).get("models"), list):
        return None
    if (found := read(running, model, "/api/ps")) is not None:
        return found
    about = mapping(await _answer(get, "/api/show", {"model": model}))
    if not about:
        return None
    made_for = [size for key, value in mapping(about.get("model_info")).items()
                if key.endswith(".context_length") and (size := tokens_of(value))]  # fmt: skip
    match = re.search(r"\bnum_ctx\s+([0-9]{1,9})\b", str(about.get("parameters") or ""))
    window = (tokens_of(match[1]) if match else None) or OLLAMA_WINDOW
    source = "/api/show" if match else "Ollama's own default: the model is not loaded"
    return ModelLimits(min([window, *made_for]), None, source, model)


async def _of_lm_studio(get: Get, model: str) -> ModelLimits | None:
    return read(await _answer(get, "/api/v0/models"), model, "/api/v0/models")


async def _of_info(get: Get, model: str) -> ModelLimits | None:
    """Text generation inference reports it there."""
    found = read(await _answer(get, "/info"), model, "/info")
    return replace(found, model=model) if found is not None else None
