"""A request as an endpoint of its kind wants it: path, headers, body."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from darner_clients.chat import ChatRequest, FillRequest
from darner_clients.dialect import PLAIN, Dialect
from darner_clients.endpoint import Endpoint
from darner_clients.wire.presets import FillTokens, address, fill_tokens, preset_of, takes_effort

WORTH_PACKING = 4096  # bytes: below this gzip saves no packet
MOST_STOPS = 4


@dataclass(frozen=True, slots=True)
class Wire:
    """What is sent. `sent` is the body before it was written out, without the additions of the user's settings."""

    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    sent: Mapping[str, Any]

    @property
    def packed(self) -> bool:
        """Whether the body is packed."""
        return any(name == "Content-Encoding" for name, _ in self.headers)


def headers(endpoint: Endpoint) -> list[tuple[str, str]]:
    """The headers of every request to an endpoint. The key is sent to its own host only: redirects are not followed."""
    found = [
        ("Accept", "*/*"),
        ("Accept-Encoding", "identity"),  # a packed stream comes in lumps
        ("Content-Type", "application/json"),
        ("User-Agent", "darner"),
    ]
    if endpoint.api_key and endpoint.api_key_header:
        found.append((endpoint.api_key_header, endpoint.api_key))
    elif endpoint.api_key:
        found.append(("Authorization", f"Bearer {endpoint.api_key}"))
    if endpoint.headers:  # the user's own word counts
        own = {name.lower() for name, _ in endpoint.headers}
        found = [(name, value) for name, value in found if name.lower() not in own] + list(endpoint.headers)
    return found


def encode(
    endpoint: Endpoint,
    request: ChatRequest | FillRequest,
    *,
    model: str,
    predict: bool,
    dialect: Dialect = PLAIN,
    reasons: bool | None = None,
) -> Wire:
    """The request to `model`. A prediction is sent only if `predict` and the endpoint takes one.

    `reasons` is what the endpoint says of whether the model can be told how much to reason.
    """
    if isinstance(request, FillRequest):
        path, body = _fill(endpoint, request, model)
    else:
        path, body = "chat/completions", _chat(endpoint, request, model, predict=predict)
    if path == "chat/completions" and takes_effort(endpoint, model, told=reasons):
        body["reasoning_effort"] = "low"
    sent = body = dialect.apply(body)
    body = {**body, **endpoint.extra}
    heads = headers(endpoint)
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    if preset_of(endpoint).gzip and len(content) > WORTH_PACKING and dialect.packed:
        content = gzip.compress(content, 1, mtime=0)
        heads.append(("Content-Encoding", "gzip"))
    return Wire(address(endpoint, path), tuple(heads), content, sent)


def _common(endpoint: Endpoint, request: ChatRequest | FillRequest, model: str) -> dict[str, Any]:
    preset = preset_of(endpoint)
    body: dict[str, Any] = {"model": model, "stream": True, preset.limit_field: request.max_output}
    if preset.stream_usage:
        body["stream_options"] = {"include_usage": True}
    if request.stop:
        body["stop"] = list(request.stop[:MOST_STOPS])
    body.update(preset.extra)
    return body


def _chat(endpoint: Endpoint, request: ChatRequest, model: str, *, predict: bool) -> dict[str, Any]:
    preset = preset_of(endpoint)
    body = _common(endpoint, request, model)
    body["messages"] = [{"role": role, "content": content} for role, content in request.messages]
    body["temperature"] = request.temperature
    if preset.prediction and predict and request.prediction:
        body["prediction"] = {"type": "content", "content": request.prediction}
    if preset.cache_key and request.cache_key:
        body["prompt_cache_key"] = request.cache_key
    return body


def _fill(endpoint: Endpoint, request: FillRequest, model: str) -> tuple[str, dict[str, Any]]:
    preset = preset_of(endpoint)
    body = {**_common(endpoint, request, model), "temperature": 0.0}
    tokens = fill_tokens(model)
    if preset.fill == "infill" and tokens:
        body.pop("stream_options", None)
        body["n_predict"] = body.pop(preset.limit_field)
        return "/infill", {**body, "input_prefix": request.prefix, "input_suffix": request.suffix}
    if preset.fill == "suffix":
        return "completions", {**body, "prompt": request.prefix, "suffix": request.suffix}
    if preset.fill == "tokens" and tokens:
        return "completions", {**body, "prompt": _marked(request, tokens)}
    return "chat/completions", {**body, "messages": [{"role": "user", "content": _asked(request)}]}


def _marked(request: FillRequest, tokens: FillTokens) -> str:
    first, second = (request.suffix, request.prefix) if tokens.suffix_first else (request.prefix, request.suffix)
    return f"{tokens.before}{first}{tokens.between}{second}{tokens.after}"


def _asked(request: FillRequest) -> str:
    """The chat form, for models that were not taught to fill in."""
    return (
        "Write the text that belongs between the two parts below. Answer with that text only: no explanation, "
        "no code fence, nothing from before or after it.\n\n"
        f"<before>\n{request.prefix}</before>\n<after>{request.suffix}\n</after>"
    )
