"""What the router decides, and what it reports about its endpoints."""

from dataclasses import dataclass

from darner_clients.endpoint import Endpoint


@dataclass(frozen=True, slots=True)
class Route:
    """Where a request is sent and why. `prompt_tokens` is the estimate for it; its window includes the output.

    `counted` is the count that the estimate was made from. `spare` may be queried too if the first token is late.
    """

    endpoint: Endpoint
    reason: str
    prompt_tokens: int
    window: int
    counted: int = 0
    output: int = 0  # the tokens reserved for the reply
    ticket: int | None = None  # the quota that is held for it
    spare: "Route | None" = None
    alone: bool = False  # no other endpoint can take over


@dataclass(frozen=True, slots=True)
class Unroutable:
    """No endpoint can take the request now. `tried` pairs each endpoint's name with the reason why not.

    `largest` is set when a shorter prompt would have found a place: that endpoint, and the most tokens that fit
    there by the caller's own count.
    """

    reason: str
    tried: tuple[tuple[str, str], ...]
    largest: tuple[Endpoint, int] | None = None


@dataclass(frozen=True, slots=True)
class QuotaLeft:
    """One bucket: `remaining` of `limit` `unit` a `period`; full again in `reset` seconds."""

    unit: str
    period: str
    limit: int
    remaining: int
    reset: float


@dataclass(frozen=True, slots=True)
class EndpointStatus:
    """An endpoint as doctor shows it. Seconds; None where nothing has been measured yet.

    `reachable` is None without a check. `token_error` is the mean share by which estimates of prompt tokens missed
    the endpoint's count, over `token_samples` replies. `next_request`: what would happen to a request now.
    """

    name: str
    kind: str
    base_url: str
    model: str
    reachable: bool | None
    problem: str
    window: int | None
    window_source: str
    max_output: int | None
    quota: tuple[QuotaLeft, ...]
    tokenizer: str
    token_error: float | None
    token_samples: int
    connect: float | None
    first_token: float | None
    first_token_p95: float | None
    decode_rate: float | None  # tokens a second
    next_request: str
    same_vocabulary: bool | None = None  # whether it counted probes as we do, its template aside; None: not probed
    notices: tuple[str, ...] = ()  # who else can read what is sent there
