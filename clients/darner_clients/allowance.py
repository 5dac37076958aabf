"""Quota headers and the time to wait, in all the forms that endpoints send them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Unit = Literal["requests", "tokens"]
Period = Literal["second", "minute", "hour", "day"]

LONGEST_RESET = 7 * 86400.0  # seconds: a greater figure is a date in disguise, and nobody's clock is trusted here
SECONDS: Mapping[Period, float] = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0}


@dataclass(frozen=True, slots=True)
class Allowance:
    """What headers say of one bucket: its size, what is left, and the seconds until it is full again."""

    unit: Unit
    period: Period
    limit: int | None = None
    remaining: int | None = None
    reset: float | None = None


def allowances(headers: Iterable[tuple[str, str]]) -> tuple[Allowance, ...]:
    """Every bucket that the headers name. A name without a period means the minute."""
    found: dict[tuple[Unit, Period], dict[str, float]] = {}
    for name, value in headers:
        match = _NAME.match(name.lower())
        amount = seconds(value) if match and match["field"] == "reset" else _number(value)
        if match and match["field"] == "reset" and (amount or 0.0) > LONGEST_RESET:
            amount = None
        if match and amount is not None and amount >= 0:
            unit: Unit = "requests" if match["unit"] == "requests" else "tokens"
            period = _PERIODS[match["period"] or "minute"]
            found.setdefault((unit, period), {})[match["field"]] = amount
    return tuple(
        Allowance(unit, period, _whole(fields.get("limit")), _whole(fields.get("remaining")), fields.get("reset"))
        for (unit, period), fields in found.items()
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds from retry-after-ms or retry-after: a number, a duration, or a date (read against the date header)."""
    text = headers.get("retry-after-ms")
    if text is not None and (amount := _number(text)) is not None and amount >= 0:
        return amount / 1000
    text = headers.get("retry-after")
    if text is None:
        return None
    amount = seconds(text)
    return _until(text, headers.get("date")) if amount is None else amount


def seconds(text: str) -> float | None:
    """Seconds of "11.38", "59", "6m0s", "1h2m3.5s" or "120ms"; None for anything else and for what is not finite."""
    amount = _number(text)
    if amount is not None:
        return amount if amount >= 0 else None
    parts = _DURATION.fullmatch(text.strip().lower())
    if not parts or not any(parts.groups()):
        return None
    return sum(float(part) * size for part, size in zip(parts.groups(), _SIZES, strict=True) if part)


def _until(text: str, date: str | None) -> float | None:
    if date is None:
        return None
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - slow to import, and dates are rare

    try:
        return max(0.0, (parsedate_to_datetime(text) - parsedate_to_datetime(date)).total_seconds())
    except (ValueError, TypeError):
        return None


def _number(text: str) -> float | None:
    return float(text) if _DECIMAL.fullmatch(text.strip()) else None


def _whole(amount: float | None) -> int | None:
    return None if amount is None else int(amount)


_NAME = re.compile(
    r"x-ratelimit-(?P<field>limit|remaining|reset)-(?P<unit>requests|tokens)(?:-(?P<period>second|minute|hour|day))?"
)
_DECIMAL = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{0,30})?")
_AMOUNT = r"([0-9]{1,9}(?:\.[0-9]{0,30})?)"
_DURATION = re.compile("".join(f"(?:{_AMOUNT}{unit})?" for unit in ("d", "h", "m(?!s)", "s", "ms")))
_SIZES = (86400.0, 3600.0, 60.0, 1.0, 0.001)
_PERIODS: Mapping[str, Period] = {"second": "second", "minute": "minute", "hour": "hour", "day": "day"}
