"""The lines of a time sheet."""

from dataclasses import dataclass
from datetime import date

from timesheet.durations import DurationError, parse_duration


@dataclass(frozen=True)
class Entry:
    """So many minutes of work on a project on a day."""

    day: date
    project: str
    minutes: int
    note: str = ""


class EntryError(ValueError):
    """A line is no entry; the message names the line."""


def parse_line(line: str, number: int) -> Entry:
    """Read a line such as `2026-03-02 garden 1:30 planted beans`."""
    parts = line.split(maxsplit=3)
    if len(parts) < 3:
        raise EntryError(f"line {number}: needs a day, a project and a duration")
    try:
        day = date.fromisoformat(parts[0])
    except ValueError as error:
        raise EntryError(f"line {number}: {error}") from error
    try:
        minutes = parse_duration(parts[2])
    except DurationError as error:
        raise EntryError(f"line {number}: {error}") from error
    note = parts[3].strip() if len(parts) > 3 else ""
    return Entry(day, parts[1], minutes, note)


def parse_sheet(text: str) -> list[Entry]:
    """Read a whole sheet; empty lines and lines that begin with # do not count."""
    entries = []
    for number, line in enumerate(text.split("\n"), 1):
        line = line.strip()
        if line and not line.startswith("#"):
            entries.append(parse_line(line, number))
    return entries
