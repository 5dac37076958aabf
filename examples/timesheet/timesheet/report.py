"""Sums over the entries of a sheet."""

from collections import defaultdict
from datetime import date

from timesheet.durations import format_duration, round_up
from timesheet.entries import Entry

WIDTH = 24


def total_minutes(entries: list[Entry]) -> int:
    """Return the minutes of all entries."""
    return sum(entry.minutes for entry in entries)


def by_project(entries: list[Entry]) -> dict[str, int]:
    """Return the minutes of each project, in the order in which the projects first appear."""
    sums: dict[str, int] = defaultdict(int)
    for entry in entries:
        sums[entry.project] += entry.minutes
    return dict(sums)


def by_day(entries: list[Entry]) -> dict[date, int]:
    """Return the minutes of each day, earliest first."""
    sums: dict[date, int] = defaultdict(int)
    for entry in entries:
        sums[entry.day] += entry.minutes
    return dict(sorted(sums.items()))


def longest_day(entries: list[Entry]) -> date | None:
    """Return the day with the most minutes, the earlier one of two equal ones, or None without entries."""
    days = by_day(entries)
    if not days:
        return None
    return max(days, key=lambda day: days[day])


def billable(entries: list[Entry], step: int) -> dict[str, int]:
    """Return the minutes of each project, each entry rounded up to a multiple of step."""
    sums: dict[str, int] = defaultdict(int)
    for entry in entries:
        sums[entry.project] += round_up(entry.minutes, step)
    return dict(sums)


def render(entries: list[Entry]) -> str:
    """Return the report that the program prints."""
    lines = [f"{project:<{WIDTH}}{format_duration(minutes):>8}" for project, minutes in by_project(entries).items()]
    lines.append("-" * (WIDTH + 8))
    lines.append(f"{'total':<{WIDTH}}{format_duration(total_minutes(entries)):>8}")
    return "\n".join(lines)
