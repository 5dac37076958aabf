"""Lengths of time in whole minutes, read from and written as text."""

import re

MINUTES_PER_HOUR = 60

_CLOCK = re.compile(r"(\d+):([0-5]\d)")
_DECIMAL = re.compile(r"(\d+)\.(\d+)\s*h?")


class DurationError(ValueError):
    """A text is no duration."""


def parse_duration(text: str) -> int:
    """Return the minutes that a text such as "1:30" or "1.5h" stands for."""
    text = text.strip()
    clock = _CLOCK.fullmatch(text)
    if clock:
        return int(clock[1]) * MINUTES_PER_HOUR + int(clock[2])
    decimal = _DECIMAL.fullmatch(text)
    if decimal:
        return round(float(f"{decimal[1]}.{decimal[2]}") * MINUTES_PER_HOUR)
    raise DurationError(f"not a duration: {text!r}")


def format_duration(minutes: int) -> str:
    """Return minutes as hours and minutes, such as "1:30"."""
    hours, rest = divmod(minutes, MINUTES_PER_HOUR)
    return f"{hours}:{rest:02d}"


def round_up(minutes: int, step: int) -> int:
    """Return minutes rounded up to the next multiple of step."""
    return -(-minutes // step) * step
