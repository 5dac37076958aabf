"""Quota headers and the time to wait, in all the forms that endpoints send them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

Unit = Literal["requests", "tokens"]
Period = Literal["second", "minute", "hour", "day"]

LONGEST_RESET = 7 * 86400.0  # seconds: a greater figure is a date in disguise, and the clocks need not agree
SECONDS: Mapping[Period, float] = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0}


@dataclass(frozen=True, slots=True)
class Allowance:
    """One bucket by the headers: its size, what is left, and the seconds until it is full again."""

    unit: Unit
    period: Period
    limit: int | None = None
    remaining: int | None = None
    reset: float | None = None


def allowances(headers: Iterable[tuple[str, str]]) -> tuple[Allowance, ...]:
    """Every bucket that the headers name. A name without a period means the minute."""
    found: dict[tuple[Unit, Period], dict[str, float]] = {}
    for name, value in headers:
        match = _NAME.fullmatch(name.lower())
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
    if amount is None and (found := _SECONDS.match(text)):
        amount = float(found[1])
    return _until(text, headers.get("date")) if amount is None else amount


def reset_after(headers: Mapping[str, str]) -> float | None:
    """Seconds until a limit is reset that names neither its unit nor its period; a time is read against the date."""
    for name in _RESETS:
        text = headers.get(name, "")
        found = _RESET_FIELD.search(text)
        amount = seconds(found[1] if found else text)
        if amount is None:
            amount = _until(text, headers.get("date"))
        elif amount > _LEAST_TIME:  # of a clock, in seconds or in milliseconds
            then = amount / 1000 if amount > _LEAST_TIME * 1000 else amount
            now = _clock_of(headers.get("date"))
            amount = None if now is None else max(0.0, then - now.timestamp())
        if amount is not None:
            return amount
    return None


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
    now, then = _clock_of(date), _clock_of(text)
    return None if now is None or then is None else max(0.0, (then - now).total_seconds())


def _clock_of(text: str | None) -> "datetime | None":
    """A point in time, as HTTP or as ISO 8601 writes it; without a zone it is UTC."""
    from datetime import UTC, datetime  # noqa: PLC0415 - dates are rare
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - slow to import, and dates are rare

    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            found = read((text or "").strip())
        except (ValueError, TypeError, IndexError):
            continue
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None


def _number(text: str) -> float | None:
    return float(text) if _DECIMAL.fullmatch(text.strip()) else None


def _whole(amount: float | None) -> int | None:
    return None if amount is None else int(amount)


_NAME = re.compile(
    r"x-ratelimit-(?P<field>limit|remaining|reset)-(?P<unit>requests|tokens)(?:-(?P<period>second|minute|hour|day))?"
)
_DECIMAL = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{0,30})?")
_SECONDS = re.compile(r"\s*([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*(?:s|secs?|seconds?)?\s*(?:,|;|$)", re.IGNORECASE)
_RESETS = ("x-ratelimit-reset-after", "ratelimit-reset", "x-ratelimit-reset", "ratelimit")
_RESET_FIELD = re.compile(r"\b(?:reset|t)=([0-9]{1,9})\b")
_LEAST_TIME = 1e9  # seconds: a point in time, and no span
_AMOUNT = r"([0-9]{1,9}(?:\.[0-9]{0,30})?)"
_DURATION = re.compile("".join(f"(?:{_AMOUNT}{unit})?" for unit in ("d", "h", "m(?!s)", "s", "ms")))
_SIZES = (86400.0, 3600.0, 60.0, 1.0, 0.001)
_PERIODS: Mapping[str, Period] = {"second": "second", "minute": "minute", "hour": "hour", "day": "day"}
