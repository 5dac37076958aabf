"""The arguments of `patch` and `context` where nothing about them is unusual: importing typer takes too long.

Whatever is not certain here (a help page, a mistake, an abbreviation, a completion) is left to typer, which words it.
A test compares the tables with the commands that typer knows.
"""

import os
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from darner_clients.auto_budget import Budget, parse_budget
from darner_server.validation.draft_count import parse_drafts

Run = Callable[[], Coroutine[Any, Any, int]]

FLAGS: Mapping[str, frozenset[str]] = {
    "patch": frozenset(
        {
            "--apply",
            "--json",
            "--partial",
            "--check",
            "--trust",
            "--require-sandbox",
            "--allow-run-files",
            "--no-daemon",
            "-q",
            "--quiet",
            "-v",
            "--verbose",
        }
    ),
    "context": frozenset({"--json", "--jsonl", "--no-daemon"}),
}
VALUES: Mapping[str, frozenset[str]] = {
    "patch": frozenset({"--root", "--config", "--budget", "--check-seconds", "--drafts", "--endpoint", "--model"}),
    "context": frozenset({"--root", "--config", "--budget", "--instruction"}),
}
_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Parsed:
    """A command line: the command, its flags, the values of its other options, and its arguments in their order."""

    command: str
    flags: frozenset[str]
    values: Mapping[str, str]
    arguments: tuple[str, ...]

    def has(self, *names: str) -> bool:
        """Whether a flag is there, under one of its names."""
        return not self.flags.isdisjoint(names)

    def path(self, option: str) -> Path | None:
        """The value of an option as a path."""
        return Path(self.values[option]) if option in self.values else None

    @property
    def budget(self) -> Budget | None:
        """The value of --budget."""
        return parse_budget(self.values["--budget"]) if "--budget" in self.values else None


def command_of(arguments: list[str]) -> Run | None:
    """What runs the command, or None where typer is to parse it."""
    parsed = None if "_DARNER_COMPLETE" in os.environ else parse(arguments)
    if parsed is None:
        return None
    return _patch(parsed) if parsed.command == "patch" else _context(parsed)


def parse(arguments: list[str]) -> Parsed | None:
    """The command line, or None for one that is not certain."""
    if not arguments or arguments[0] not in FLAGS:
        return None
    command = arguments[0]
    flags: set[str] = set()
    values: dict[str, str] = {}
    found: list[str] = []
    rest = iter(arguments[1:])
    for each in rest:
        name, equals, value = each.partition("=")
        if each == "--":
            found += rest
        elif each == "-" or not each.startswith("-"):
            found.append(each)
        elif each in FLAGS[command]:
            flags.add(each)
        elif name in VALUES[command]:
            values[name] = value if equals else next(rest, "-")
            if not values[name] or values[name].startswith("-"):
                return None
        else:
            return None
    seconds = values.get("--check-seconds", "0")
    certain = seconds.isascii() and seconds.isdecimal() and len(seconds) <= _MOST_DIGITS
    certain = certain and ("--budget" not in values or parse_budget(values["--budget"]) is not None)
    certain = certain and ("--drafts" not in values or parse_drafts(values["--drafts"]) is not None)
    return Parsed(command, frozenset(flags), values, tuple(found)) if certain else None


def _patch(parsed: Parsed) -> Run:
    from darner_server.cli import output, patch
    from darner_server.cli.command_setup import read_place, with_endpoint

    options = patch.PatchOptions(
        apply="--apply" in parsed.flags,
        json="--json" in parsed.flags,
        partial="--partial" in parsed.flags,
        check="--check" in parsed.flags,
        trust="--trust" in parsed.flags,
        sandboxed="--require-sandbox" in parsed.flags,
        repair_seconds=float(parsed.values["--check-seconds"]) if "--check-seconds" in parsed.values else None,
        budget=parsed.budget,
        allow="--allow-run-files" in parsed.flags,
        drafts=parse_drafts(parsed.values.get("--drafts", "")),
    )
    output.set_verbosity(quiet=parsed.has("-q", "--quiet"), verbose=parsed.has("-v", "--verbose"))
    instruction, *paths = parsed.arguments or ("",)
    place = read_place(parsed.path("--root"), parsed.path("--config"))
    place = with_endpoint(place, parsed.values.get("--endpoint"), parsed.values.get("--model"))
    return lambda: patch.patch(place, instruction, paths, options)


def _context(parsed: Parsed) -> Run | None:
    if len(parsed.arguments) > 1:
        return None
    from darner_server.cli import context
    from darner_server.cli.command_setup import read_place

    options = context.ContextOptions(
        instruction=parsed.values.get("--instruction", ""),
        budget=parsed.budget,
        json="--json" in parsed.flags,
        jsonl="--jsonl" in parsed.flags,
    )
    place = read_place(parsed.path("--root"), parsed.path("--config"))
    return lambda: context.context(place, parsed.arguments[0] if parsed.arguments else None, options)
