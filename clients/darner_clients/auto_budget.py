"""How many tokens of code from other files a request may have: a number, or as many as are worth sending."""

from typing import Literal, TypeGuard

from darner_clients.endpoint import Endpoint

AUTO: Literal["auto"] = "auto"
Budget = int | Literal["auto"]  # 0: none

MOST = 32_768  # tokens of snippets: more have not been worth sending anywhere
UNMEASURED = 8_192  # ... to a processor whose speed is not known yet
PREFILL_SECONDS = 7.0  # that a processor may take to read the snippets
QUOTA_SHARE = 8  # of the tokens that are left in the bucket, snippets may take one part in so many
LEAST = 512  # tokens: what a slow processor or a scarce quota leaves in any case
LONGEST = 100_000_000
MAP_SHARE = 8  # of the snippets' tokens, a map of likely files gets one part in so many ...
MOST_OF_MAP, LEAST_OF_MAP = 3_000, 512  # ... and no more than the one; with fewer than the other there is none
FAST = 1_000  # tokens of a prompt read in a second: a local processor that is slower is sent no further turn
_MOST_DIGITS = 18
WRONG = f'budget must be "{AUTO}" or a number of tokens from 0 (no code from other files) to {LONGEST:,}'


def is_budget(value: object) -> TypeGuard[Budget]:
    """Whether a setting's value is a budget."""
    return value == AUTO or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LONGEST)


def effective(task: Budget | None, workspace: Budget | None, user: Budget) -> Budget:
    """The budget that counts: the task's if it has one, else the workspace's, else the user's; 0 is one, too."""
    own = workspace if task is None else task
    return user if own is None else own


def parse_budget(text: str) -> Budget | None:
    """The budget that a command line names; None if it names none."""
    if text == AUTO:
        return AUTO
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else None


def limit_of(
    budget: Budget, endpoint: Endpoint | None = None, *, tokens_left: int | None = None, prefill: float | None = None
) -> int:
    """The most tokens of snippets that an endpoint gets.

    For "auto" the kind of the endpoint decides, the `prefill` tokens that a processor reads in a second, and what the
    quota has left. The result is rounded down in coarse steps, so that it stays the same from one request to the next.
    """
    own = endpoint.budget if endpoint is not None else None
    if budget != AUTO:
        return budget if own is None else min(budget, own)
    most = MOST
    if endpoint is not None and endpoint.kind == "llamacpp" and own is None:
        most = min(MOST, _rounded(UNMEASURED if prefill is None else prefill * PREFILL_SECONDS))
    if tokens_left is not None:
        most = min(most, _rounded(tokens_left / QUOTA_SHARE))
    return most if own is None else min(most, own)


def map_limit(limit: int, endpoint: Endpoint, *, prefill: float | None = None) -> int:
    """How many of the `limit` tokens of snippets a map of likely files gets; 0 if another turn would take too long.

    The model may request code by it, so it is for endpoints that answer fast and can do more than rewrite one piece.
    """
    slow = endpoint.kind == "llamacpp" and (prefill is None or prefill < FAST)
    tokens = min(MOST_OF_MAP, limit // MAP_SHARE)
    return tokens if tokens >= LEAST_OF_MAP and not slow and endpoint.reply != "whole" else 0


def _rounded(tokens: float) -> int:
    """The next lower of 512, 768, 1024, 1536, 2048, ..."""
    step = LEAST
    while step * 2 <= tokens:
        step *= 2
    return step * 3 // 2 if step * 3 // 2 <= tokens else step
