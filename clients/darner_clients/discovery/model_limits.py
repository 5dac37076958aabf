"""An endpoint's own word on its window, output limit and quota, read from what its addresses answer."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from darner_clients.refusals.rate_limit_headers import Allowance

ASSUMED_WINDOW = 8192  # tokens: if the endpoint reports none; an overflow error corrects it
Origin = Literal["settings", "reported", "catalogue", "assumed"]  # "reported" by the endpoint, "assumed" if by nobody


@dataclass(frozen=True, slots=True)
class ModelLimits:
    """Tokens. `source` says where the window comes from, `origin` of which kind that is; `model` is the one served.

    `reasons`: whether the model takes `reasoning_effort` (None: not reported). `deprecated`: it may soon be gone.
    """

    window: int
    max_output: int | None
    source: str
    model: str = ""
    allowances: tuple[Allowance, ...] = ()
    reasons: bool | None = None
    deprecated: bool = False
    origin: Origin = "reported"


def read(content: object, model: str, where: str, origin: Origin = "reported") -> ModelLimits | None:
    """The limits in an answer of /v1/models, /public/v1/models, /props or /info, if any, for this model."""
    rows = rows_of(content)
    if rows:
        return _of_models(rows, model, where, origin)
    answer = mapping(content)
    settings = mapping(answer.get("default_generation_settings"))
    sizes = (settings.get("n_ctx"), answer.get("n_ctx"), answer.get("max_total_tokens"))
    window = next((size for value in sizes if (size := _window_of(value))), None)
    name = str(answer.get("model_alias") or "")
    return ModelLimits(window, None, where, model or name, origin=origin) if window else None


def rows_of(content: object) -> tuple[dict[str, Any], ...]:
    """The models that an answer lists, bare or below a name, as a list or by name."""
    listed: object = content
    if isinstance(content, dict):
        answer = cast("dict[str, Any]", content)
        below: list[object] = [answer.get(name) for name in ("data", "models", "result")]
        listed = next((each for each in below if isinstance(each, (list, dict))), None)  # type: ignore[misc, unused-ignore] # JSON
    if isinstance(listed, dict):
        by_name = cast("dict[str, Any]", listed)
        listed = [{"id": name, **cast("dict[str, Any]", row)} for name, row in by_name.items() if isinstance(row, dict)]
    if not isinstance(listed, list):
        return ()
    rows = [cast("dict[str, Any]", row) for row in cast("list[object]", listed) if isinstance(row, dict)]
    names = [{"id": row} for row in cast("list[object]", listed) if isinstance(row, str)]
    return tuple(row for row in (*rows, *names) if name_of(row))


def name_of(row: Mapping[str, Any]) -> str:
    """A model's name in such a list."""
    return next((row[key] for key in ("id", "model_name", "name", "model") if isinstance(row.get(key), str)), "")


def chat_models(content: object) -> tuple[str, ...]:
    """The models of a list that may answer a chat: no embeddings, speech or pictures, no adapters of another."""
    found: dict[str, str] = {}
    for row in rows_of(content):
        kind = str(row.get("type") or row.get("object") or "").lower()
        if row.get("parent") or _NO_CHAT.search(name_of(row)) or _NO_CHAT.search(kind):
            continue
        found.setdefault(str(row.get("root") or name_of(row)), name_of(row))  # a server may have several names for one
    return tuple(found.values())


def model_names(content: object) -> tuple[str, ...]:
    """The models that an answer of /v1/models lists."""
    return tuple(name_of(row) for row in rows_of(content))


def _of_models(rows: Iterable[dict[str, Any]], model: str, where: str, origin: Origin) -> ModelLimits | None:
    for row in rows:
        names = {row.get(key) for key in ("id", "name", "root", "model", "model_name", "canonical_slug")}
        names = {name.lower() for name in names if isinstance(name, str)}
        if model and not {model.lower(), f"models/{model.lower()}", f"{model.lower()}:latest"} & names:
            continue
        row_limits = _merged(row)
        window = next((size for name in _WINDOW_NAMES if (size := _window_of(row_limits.get(name)))), None)
        if window is None:
            return None
        output = next((size for name in _OUTPUT_NAMES if (size := tokens_of(row_limits.get(name)))), None)
        name, deprecated = model or name_of(row), row.get("deprecated") is True
        return ModelLimits(window, output, where, name, tuple(_allowed(row_limits)), _reasons(row), deprecated, origin)
    return None


def _merged(row: Mapping[str, Any]) -> dict[str, Any]:
    """The limits of a row, also below the names that servers nest them under; the server's own figure comes last."""
    limits = dict(row)
    for name in ("meta", "metadata", "model_info", "capabilities", "limits", "top_provider"):
        inner = mapping(row.get(name))
        limits |= {key: value for key, value in inner.items() if value is not None}
        limits |= mapping(inner.get("limits"))
    if tokens_of(row.get("loaded_context_length")):  # LM Studio: what it was loaded with, and not what it could be
        limits["max_model_len"] = row["loaded_context_length"]
    return limits


def _reasons(row: Mapping[str, Any]) -> bool | None:
    """Whether a row says that the model takes `reasoning_effort`, in either of the forms that catalogues use."""
    capability = mapping(row.get("capabilities")).get("reasoning")
    for name in ("supported_parameters", "supported_features"):
        listed: object = row.get(name)
        if isinstance(listed, list) and listed:
            found = {str(each).lower() for each in cast("list[object]", listed)}
            return bool(found & {"reasoning_effort", "reasoning"})
    return capability if isinstance(capability, bool) else None


def _allowed(limits: Mapping[str, Any]) -> Iterable[Allowance]:
    for period in ("minute", "hour", "day"):
        if size := tokens_of(limits.get(f"requests_per_{period}")):
            yield Allowance("requests", period, size)
        if size := tokens_of(limits.get(f"tokens_per_{period}")):
            yield Allowance("tokens", period, size)


def mapping(value: object) -> dict[str, Any]:
    """The object; an empty one where there is none."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _window_of(value: object) -> int | None:
    size = tokens_of(value)
    return size if size is not None and size >= _LEAST_WINDOW else None


def tokens_of(value: object) -> int | None:
    """A number of tokens; None for what is none or absurd."""
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        value = int(value)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return int(value) if 1 <= value < _MOST else None


_LEAST_WINDOW = 64  # tokens: who names fewer means something else
_MOST = 1e9  # tokens; also keeps infinity out
_DIGITS = re.compile(r"[0-9]{1,9}")
_NO_CHAT = re.compile(
    r"embed|rerank|whisper|tts\b|speech|transcri|dall-e|image|moderation|\bbge\b|\bgte\b|\be5\b|minilm|clip\b|guard|diffusion"
    r"|realtime|\bsora\b|\bocr\b|reward",
    re.IGNORECASE,
)
_WINDOW_NAMES = (
    "max_model_len",
    "max_context_length",
    "context_length",
    "context_size",
    "context_window",
    "max_context_window",
    "max_context_window_tokens",
    "max_total_tokens",
    "max_sequence_length",
    "max_seq_len",
    "n_ctx",
    "inputTokenLimit",
    "max_input_tokens",
    "max_prompt_tokens",
    "max_prompt_length",
)
_OUTPUT_NAMES = ("max_completion_tokens", "max_output_tokens", "max_output", "outputTokenLimit")
