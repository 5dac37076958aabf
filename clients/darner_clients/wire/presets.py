"""What each kind of endpoint takes, as data.

A path that begins with a slash is at the root, others are below base_url.
"""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode, urlsplit

from darner_clients.endpoint import Endpoint, Kind


@dataclass(frozen=True, slots=True)
class Preset:
    """One kind's dialect. `limit_field` is what the output limit is called; each switch: whether a field is taken."""

    limit_field: Literal["max_tokens", "max_completion_tokens"]
    warm: str  # what a connection is opened with: answers at once and costs nothing
    limits: tuple[str, ...]  # the paths that report the window, best first
    fill: Literal["infill", "tokens", "suffix", "chat"]
    stream_usage: bool = False  # stream_options.include_usage
    effort: bool = False  # reasoning_effort, for models that reason
    prediction: bool = False
    cache_key: bool = False
    gzip: bool = False
    extra: tuple[tuple[str, object], ...] = ()


PRESETS: dict[Kind, Preset] = {
    "cerebras": Preset(
        limit_field="max_completion_tokens",
        warm="tcp_warming",
        limits=("/public/v1/models", "models"),
        fill="chat",
        effort=True,
        prediction=True,
        gzip=True,
    ),
    "vllm": Preset(
        limit_field="max_tokens",
        warm="models",
        limits=("models",),
        fill="tokens",
        stream_usage=True,
        effort=True,
    ),
    "llamacpp": Preset(
        limit_field="max_tokens",
        warm="/health",
        limits=("/props", "models"),
        fill="infill",
        stream_usage=True,
        extra=(("cache_prompt", True),),
    ),
    "openai": Preset(limit_field="max_tokens", warm="models", limits=("models",), fill="tokens", stream_usage=True),
}
_OPENAI = Preset(
    limit_field="max_completion_tokens",
    warm="models",
    limits=("models",),
    fill="suffix",
    stream_usage=True,
    effort=True,
    prediction=True,
    cache_key=True,
)

REASONING_MODELS = ("gpt-oss",)  # those that take reasoning_effort wherever they are served
CATALOGUE_REASONS = (
    "qwen-3.8",
)  # and those of which Cerebras' catalogue said it (November 2026), until it is read again
PUBLIC = "/public/"  # paths that begin so are read without a key, and at most once a day


@dataclass(frozen=True, slots=True)
class FillTokens:
    """The tokens by which a model was taught to fill in, in the order that it wants."""

    before: str
    between: str
    after: str
    suffix_first: bool = False


_FILL_TOKENS: tuple[tuple[str, FillTokens], ...] = (
    ("qwen", FillTokens("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>")),
    ("codegemma", FillTokens("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>")),
    ("starcoder", FillTokens("<fim_prefix>", "<fim_suffix>", "<fim_middle>")),
    ("granite", FillTokens("<fim_prefix>", "<fim_suffix>", "<fim_middle>")),
    (
        "deepseek",
        FillTokens("<\uff5cfim\u2581begin\uff5c>", "<\uff5cfim\u2581hole\uff5c>", "<\uff5cfim\u2581end\uff5c>"),
    ),
    ("codestral", FillTokens("[SUFFIX]", "[PREFIX]", "", suffix_first=True)),
)


def preset_of(endpoint: Endpoint) -> Preset:
    """The preset of an endpoint's kind; OpenAI's own service differs from those that imitate it."""
    if endpoint.kind == "openai" and (urlsplit(endpoint.base_url).hostname or "").endswith("openai.com"):
        return _OPENAI
    return PRESETS[endpoint.kind]


def limits_paths(endpoint: Endpoint) -> tuple[str, ...]:
    """The paths that report an endpoint's window, best first; offline none of a public catalogue."""
    return tuple(path for path in preset_of(endpoint).limits if not (endpoint.offline and path.startswith(PUBLIC)))


def takes_effort(endpoint: Endpoint, model: str, *, told: bool | None) -> bool:
    """Whether a request to a model names how much it is to reason; `told` is what the endpoint says of it."""
    known = any(name in model.lower() for name in REASONING_MODELS)
    return preset_of(endpoint).effort and (known if told is None else told)


def known_reasons(endpoint: Endpoint, model: str) -> bool | None:
    """What the endpoint's catalogue is known to say of a model; None if nothing is known."""
    in_catalogue = any(path.startswith(PUBLIC) for path in preset_of(endpoint).limits)
    return True if in_catalogue and any(name in model.lower() for name in CATALOGUE_REASONS) else None


def fill_tokens(model: str) -> FillTokens | None:
    """The fill-in tokens of a model, by its name; None: it has none that we know of."""
    name = model.lower()
    return next((tokens for part, tokens in _FILL_TOKENS if part in name), None)


def address(endpoint: Endpoint, path: str) -> str:
    """The whole URL of a preset's path, with the query that the settings name."""
    url = f"{endpoint.root}{path}" if path.startswith("/") else f"{endpoint.base}/{path}"
    return f"{url}?{urlencode(endpoint.query)}" if endpoint.query else url
