"""What the router decides."""

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
