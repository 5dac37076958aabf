"""How an endpoint counts: a few prompts that it counts itself, to compare with our own counts of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from darner_clients.discovery.model_limits import mapping, tokens_of
from darner_clients.endpoint import Endpoint
from darner_clients.errors import EndpointError

if TYPE_CHECKING:
    from darner_clients.discovery.model_info import Get

Messages = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PromptCounter:
    """Counts prompts for one endpoint. `exact`: by its name the model has this very vocabulary."""

    count: Callable[[Messages], int]
    exact: bool


_SYSTEM = ("system", "You change code.")
_SAMPLE = """class Größe:
    '''Über 12.5 Meter, naïve 日本語 и текст.'''

    def __init__(self, value: int = 1_000_000) -> None:
        self._value = value * 0x1F4A9  # 😀 don't

    async def fetch(self, url: str) -> dict[str, Any]:
        response = await self.client.get(f"{url}/v1?page={self._value}", timeout=30.0)
        if not 200 <= response.status < 300:
            raise ValueError("HTTP %d: %s" % (response.status, url))
        return {key.lower(): [*values][:3] for key, values in response.headers.items()}


func (s *Server) ListenAndServe(addr string) error {
\tfor i := 0; i < len(s.handlers); i++ {
\t\ts.handlers[i].run()
\t}
\treturn nil
}

<div className={cx('button', { active })}>&nbsp;{items.map((item) => item.label)}</div>"""
PROBES: tuple[Messages, ...] = ((_SYSTEM, ("user", "")), (_SYSTEM, ("user", "Say OK.")), (_SYSTEM, ("user", _SAMPLE)))
ALIKE = 2  # tokens by which the differences of two counts may differ if the vocabularies are the same
KINDS = frozenset({"vllm", "llamacpp"})


async def probe_counts(endpoint: Endpoint, model: str, get: "Get") -> tuple[int, ...]:
    """Tokens of each of PROBES as the endpoint counts them, its chat template included; () if it does not count."""
    try:
        counts = [await _count(endpoint, model, messages, get) for messages in PROBES]
    except EndpointError:
        return ()
    return tuple(count for count in counts if count) if all(counts) else ()


def same_vocabulary(pairs: Sequence[tuple[float, float]]) -> bool | None:
    """Whether (our count, the endpoint's) differ by its chat template only; None without probes."""
    differences = [true - counted for counted, true in pairs]
    return max(differences) - min(differences) <= ALIKE if differences else None


async def _count(endpoint: Endpoint, model: str, messages: Messages, get: "Get") -> int | None:
    rows = [{"role": role, "content": content} for role, content in messages]
    if endpoint.kind == "vllm":
        body = {"model": model, "messages": rows, "add_generation_prompt": True}
        return tokens_of(mapping(await get("/tokenize", body)).get("count"))
    prompt = mapping(await get("/apply-template", {"messages": rows})).get("prompt")
    if not isinstance(prompt, str):
        return None
    answer = mapping(await get("/tokenize", {"content": prompt, "add_special": True, "parse_special": True}))
    tokens: Any = answer.get("tokens")
    return len(cast("list[object]", tokens)) if isinstance(tokens, list) else None
