"""What an endpoint's own counts teach: how many tokens a prompt has there, and how long replies get. Pure."""

from collections.abc import Sequence

from darner_clients.endpoint import Endpoint
from darner_clients.wire.presets import CATALOGUE_REASONS, REASONING_MODELS

KEPT = 48  # samples: older ones mean little
UNSURE = 0.03  # added to a count that no reply has confirmed yet ...
TEMPLATE = 24  # ... and tokens for the roles and marks around the messages
ENOUGH = 5  # samples
TEMPLATES_DIFFER = 8  # tokens between what a chat template adds to two prompts

Pair = tuple[float, float]


ROOM = 20  # requests of the predicted size that a bucket still holds: then it has room
GENEROUS = 4  # times the prediction ...
GENEROUS_SHARE = 5  # ... and never more than this part of what is left


def percentile(values: Sequence[float], share: float) -> float:
    """What `share` of the values stay below, between neighbours in proportion; `statistics` is slow to import."""
    ordered = sorted(values)
    at = share * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def estimate(counted: int, samples: Sequence[Pair], *, exact: bool = False) -> int:
    """Tokens that a prompt of `counted` has by the endpoint's own count. `samples` are earlier (counted, true) pairs.

    If `exact`, the vocabulary is the endpoint's own, and only its chat template comes on top, the same for all prompts.
    Samples that differ by more than a template does count as those of another vocabulary.

    The line through the samples, tilted towards "the same and a little more" while there are few, and raised by what it
    has been too low lately: too high wastes quota, too low costs a rejected request.
    """
    if not samples:
        return round(counted * (1 + UNSURE)) + TEMPLATE
    template = [true - count for count, true in samples[-ENOUGH * 4 :]]
    if exact and max(template) - min(template) <= TEMPLATES_DIFFER:
        return max(counted and 1, round(counted + max(template)))
    slope, offset = _line(samples)
    missed = [true / max(1.0, slope * count + offset) - 1 for count, true in samples[-ENOUGH * 4 :]]
    raise_by = max(0.0, *missed)
    doubt = UNSURE / (1 + len(samples)) ** 2
    return max(counted and 1, round((slope * counted + offset) * (1 + min(0.02, raise_by) + doubt) + 0.5))


def plausible(counted: int, true: float) -> bool:
    """Whether an endpoint's count can be of the prompt that was sent: tokenizers differ, but not by so much.

    Fewer by far: it has cut the prompt short, or counts only what its cache lacked. That teaches nothing.
    """
    return 0.5 * counted - TEMPLATE <= true <= 3 * counted + 500 and true > 0


def estimate_error(samples: Sequence[Pair]) -> float | None:
    """The mean share by which the estimates missed, each made from the samples before it; None without samples."""
    if not samples:
        return None
    begin = max(0, len(samples) - ENOUGH * 4)
    misses = [
        abs(estimate(int(counted), samples[:at]) - true) / max(1.0, true)
        for at, (counted, true) in enumerate(samples)
        if at >= begin
    ]
    return sum(misses) / len(misses)


def largest_prompt(room: int, samples: Sequence[Pair], *, exact: bool = False) -> int:
    """The largest count whose estimate is within `room`."""
    low, high = 0, max(0, room * 2)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if estimate(middle, samples, exact=exact) <= room else (low, middle - 1)
    return low


def _line(samples: Sequence[Pair]) -> tuple[float, float]:
    """Slope and offset by least squares of the relative miss, with a weak belief in slope 1 and a small offset."""
    # Unknowns: slope - 1 and offset / scale, so that both are of one size.
    scale = 256.0
    belief = 2e-4
    a = b = c = u = v = 0.0
    for counted, true in samples:
        size = max(1.0, true)
        x, y, z = counted / size, scale / size, (true - counted) / size
        a += x * x
        b += x * y
        c += y * y
        u += x * z
        v += y * z
    a += belief
    c += belief * 16
    determinant = a * c - b * b
    if determinant <= 0:
        return 1.0, 0.0
    return 1.0 + (u * c - v * b) / determinant, scale * (v * a - u * b) / determinant


def expected_output(task_tokens: int, endpoint: Endpoint, samples: Sequence[Pair]) -> int:
    """Tokens to reserve for a reply about `task_tokens` of code. `samples` are earlier (first guess, used) pairs.

    Four replies of five are to fit: one that does not is continued, and costs less than every reply reserving more.
    """
    guess = first_guess(task_tokens, endpoint)
    shares = [used / guessed for guessed, used in samples if guessed > 0]
    share = percentile(shares, 0.8) * 1.15 if len(shares) >= ENOUGH else 1.0
    wanted = guess * min(4.0, max(0.2, share))
    return min(endpoint.max_output or 65_536, max(192, -(-round(wanted) // 64) * 64))


def generous_output(predicted: int, prompt: int, left: int | None) -> int:
    """Tokens to reserve for a reply where the quota has room for many such requests; else as many as predicted.

    `left`: the tokens that the emptiest bucket still has; None: no quota is known. A reply that is cut off by its own
    reservation costs a second request; tokens that are reserved and not used are free again after the reply.
    """
    if left is None or left < ROOM * (prompt + predicted):
        return predicted
    return max(predicted, min(left // GENEROUS_SHARE, GENEROUS * predicted))


def first_guess(task_tokens: int, endpoint: Endpoint) -> int:
    """Before anything is known: a rewrite and some more, or the lines before and after a change; and some thought."""
    thought = 512 if any(name in endpoint.model.lower() for name in (*REASONING_MODELS, *CATALOGUE_REASONS)) else 0
    if endpoint.reply == "whole":
        return 96 + round(task_tokens * 1.3) + thought
    return 320 + round(min(task_tokens, 4000) * 0.8) + thought


def keep_predicting(samples: Sequence[Pair]) -> bool:
    """Whether predictions still pay. `samples` are (accepted, rejected) tokens of the replies that had one."""
    recent = samples[-3:]
    accepted, rejected = sum(a for a, _ in recent), sum(r for _, r in recent)
    return accepted >= rejected
