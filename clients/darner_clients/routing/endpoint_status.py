"""An endpoint's state as `darner doctor` and the editors show it."""

import asyncio
from dataclasses import dataclass

from darner_clients.discovery.model_limits import ModelLimits
from darner_clients.discovery.token_probes import same_vocabulary
from darner_clients.endpoint_warnings import notices
from darner_clients.errors import Declined, EndpointError, Malformed, Overloaded, OverQuota, Rejected
from darner_clients.routing.calibration import estimate_error
from darner_clients.routing.quota import QuotaLeft
from darner_clients.routing.target import Target


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


async def endpoint_status(target: Target, *, probe: bool, token: bool, place: str) -> EndpointStatus:
    """The status of a target; with `probe` it is queried now, with `token` for a reply too.

    `place`: how its place in the order is described if it would get a request.
    """
    from darner_clients.refusals.redaction import redacted  # noqa: PLC0415 - what start-up does not need

    reachable: bool | None = None
    problem = ""
    await target.samples.load()
    if probe:
        try:
            async with asyncio.timeout(target.endpoint.deadlines.connect * 2):
                await target.warm()
            if token:
                await target.client.probe()
            reachable = True
        except EndpointError as failure:
            reachable = isinstance(failure, Rejected | OverQuota | Overloaded | Declined | Malformed)
            problem = str(failure)
        except TimeoutError:
            reachable, problem = False, f"{target.endpoint.host} did not answer in time"
    limits = target.client.known_limits
    health = await target.circuit.health()
    remaining = await target.quota.remaining()
    prompts = target.samples.pairs("prompt")
    empty = next((each for each in remaining if each.remaining < max(1, each.limit // 10)), None)
    if problem:
        next_request = "not sent here: the endpoint cannot be used now"
    elif health.wait > 0:
        next_request = f"not sent here for {health.wait:.0f} s, then tried again: {health.why}"
    elif empty is not None:
        next_request = (
            f"may wait, or be sent to another endpoint: {empty.remaining} {empty.unit} a {empty.period} are left"
        )
    else:
        next_request = place
    return EndpointStatus(
        name=target.endpoint.name,
        kind=target.endpoint.kind,
        base_url=target.endpoint.shown_url,
        model=redacted((limits.model if limits else "") or target.endpoint.model, target.endpoint.hidden),
        reachable=reachable,
        problem=problem,
        window=limits.window if limits else target.endpoint.window,
        window_source=limits.source if limits else "your settings" if target.endpoint.window else "not known yet",
        max_output=limits.max_output if limits else target.endpoint.max_output,
        quota=remaining,
        tokenizer=target.endpoint.tokenizer,
        token_error=estimate_error(prompts),
        token_samples=len(prompts),
        same_vocabulary=same_vocabulary(target.samples.pairs("probe")),
        connect=target.samples.typical("connect"),
        first_token=target.samples.typical("first_token"),
        first_token_p95=target.samples.p95("first_token"),
        decode_rate=target.samples.typical("rate"),
        next_request=next_request,
        notices=() if target.endpoint.unusable else (*notices(target.endpoint), *_ageing(limits)),
    )


def _ageing(limits: ModelLimits | None) -> tuple[str, ...]:
    notice = "its catalogue marks the model as deprecated; choose another one before it is no longer served"
    return (notice,) if limits is not None and limits.deprecated else ()
