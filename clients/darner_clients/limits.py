"""An endpoint's own word on its window, output limit and quota, read from what its addresses answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from darner_clients.allowance import Allowance

ASSUMED_WINDOW = 8192  # tokens: where nobody tells; an overflow's own words correct it


@dataclass(frozen=True, slots=True)
class Limits:
    """Tokens. `source` says where the window is from; `model` is the one that the endpoint serves."""

    window: int
    max_output: int | None
    source: str
    model: str = ""
    allowances: tuple[Allowance, ...] = ()


def read(content: object, model: str, where: str) -> Limits | None:
    """The limits in an answer of /v1/models, /public/v1/models or /props, if any. An empty `model`: the first."""
    if not isinstance(content, dict):
        return None
    answer = cast("dict[str, Any]", content)
    if "data" in answer or "models" in answer:
        return _of_models(answer.get("data") or answer.get("models"), model, where)
    settings = answer.get("default_generation_settings")
    window = _tokens(settings.get("n_ctx") if isinstance(settings, dict) else answer.get("n_ctx"))  # type: ignore[union-attr, unused-ignore] # JSON
    name = str(answer.get("model_alias") or "")
    return Limits(window, None, where, model or name) if window else None


def served(content: object) -> tuple[str, ...]:
    """The models that an answer of /v1/models lists."""
    rows = cast("dict[str, Any]", content).get("data") if isinstance(content, dict) else None
    return tuple(str(row.get("id")) for row in _rows(rows) if row.get("id"))


def _of_models(rows: object, model: str, where: str) -> Limits | None:
    for row in _rows(rows):
        names = {str(row.get("id")), str(row.get("name")), str(row.get("root"))}
        if model and model not in names:
            continue
        said: Mapping[str, Any] = {**row, **_mapping(row.get("meta")), **_mapping(row.get("limits"))}
        window = next((size for name in _WINDOW_NAMES if (size := _tokens(said.get(name)))), None)
        if window is None:
            return None
        output = next((size for name in _OUTPUT_NAMES if (size := _tokens(said.get(name)))), None)
        return Limits(window, output, where, model or str(row.get("id") or ""), tuple(_allowed(said)))
    return None


def _allowed(said: Mapping[str, Any]) -> Iterable[Allowance]:
    for period in ("minute", "hour", "day"):
        if size := _tokens(said.get(f"requests_per_{period}")):
            yield Allowance("requests", period, size)
        if size := _tokens(said.get(f"tokens_per_{period}")):
            yield Allowance("tokens", period, size)


def _rows(rows: object) -> list[dict[str, Any]]:
    if not isinstance(rows, list):
        return []
    return [cast("dict[str, Any]", row) for row in cast("list[object]", rows) if isinstance(row, dict)]


def _mapping(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _tokens(value: object) -> int | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return int(value) if 0 < value < _MOST else None


_MOST = 1e12  # tokens; also keeps infinity out
_WINDOW_NAMES = (
    "max_model_len",
    "max_context_length",
    "context_length",
    "context_window",
    "max_context_window",
    "n_ctx",
)
_OUTPUT_NAMES = ("max_completion_tokens", "max_output_tokens", "max_output")
