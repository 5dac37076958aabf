"""What an error reveals about time and money: how long to wait, a model that is loading, a missing payment. Pure."""

import re

from darner_clients.refusals.rate_limit_headers import seconds

_READ = 2000  # characters of a message


def told_wait(message: str) -> float | None:
    """The seconds that a message asks to wait: "try again in 6m0s", "retry after 5 seconds", "retryDelay: 34s"."""
    for match in _WAIT.finditer(message[:_READ]):
        found = seconds(match[1]) if not match[2] else float(match[1]) * _UNITS[match[2][0].lower()]
        if match[2].lower() in {"ms", "millisecond", "milliseconds"}:
            found = float(match[1]) / 1000
        if found is not None:
            return found
    return None


def is_loading(message: str) -> bool:
    """Whether a model is only not loaded yet."""
    return bool(_LOADING.search(message[:_READ]))


def is_billing(message: str, code: str, kind: str) -> bool:
    """Whether the account has no money or plan left for it, so that waiting does not help."""
    if {code, kind} & _UNPAID:
        return True
    return bool(_MONEY.search(message[:_READ])) and told_wait(message) is None


def lasting(span: float) -> str:
    """A span of seconds in the unit that a person would name it in."""
    for size, name in ((86400.0, "days"), (3600.0, "hours"), (60.0, "minutes")):
        if span >= 2 * size:
            return f"{span / size:.0f} {name}"
    return f"{span:.0f} seconds"


_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_WAIT = re.compile(
    r"(?:try again|retry|wait|available again|resets?|retry[_ -]?after|retrydelay|retry[_ -]?delay|estimated_time)"
    r"[\"']?\s*(?:in|after|for|at least|about|approximately|:|=|is|\s)*\s*[\"']?"
    r"([0-9]{1,9}(?:\.[0-9]{1,12})?(?:ms|[dhms](?:[0-9][0-9.dhms]*)?)?)\b\s*"
    r"((?:millisecond|second|minute|hour|day|sec|min)s?|ms|)\b",
    re.IGNORECASE,
)
_LOADING = re.compile(
    r"(?<!error )(?<!failed )(?<!failed to )loading (?:the )?model"
    r"|model\b.{0,80}\b(?:is|being|still|currently) (?:\w+ )?(?:loading|starting|warming)"
    r"|(?:still|currently|is) loading|model.{0,60}not (?:yet )?(?:ready|loaded)|not ready yet|warming up|cold start"
    r"|being loaded|loading weights|weights (?:are )?loading|model loading|still starting|starting up|initiali[sz]ing",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"\bcredits?\b|billing|\bbalance\b|payment|\bpay\b|arrear|overdue|spend(?:ing)? limit|top[- ]?up|recharge"
    r"|\bbudget\b|\bmonthly\b|\bfunds\b|subscription|\u4f59\u989d|\u6b20\u8d39|\u5145\u503c",
    re.IGNORECASE,
)
_UNPAID = frozenset(
    {
        "insufficient_quota",
        "insufficient_balance",
        "insufficient_credits",
        "billing_hard_limit_reached",
        "billing_not_active",
        "billing_error",
        "payment_required",
        "payment_required_error",
        "exceeded_current_quota_error",
        "arrearage",
        "credits_exhausted",
        "quota_exhausted",
    }
)
