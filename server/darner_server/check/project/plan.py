"""What will be run to check a patch, as the user is asked to trust it."""

import os
from dataclasses import dataclass
from pathlib import Path

from darner_server.check.project.checkers import Checker, find_checkers
from darner_server.check.project.runners import Runner, find_runners


@dataclass(frozen=True, slots=True)
class Plan:
    """The project's checkers, the ways to run its tests, and the command of its `.darner.toml`, by cost."""

    checkers: tuple[Checker, ...]
    runners: tuple[Runner, ...]
    command: str | None
    shown: str  # all of it in words: what trust is for


def find_plan(workspace: Path, command: str | None, search_path: str) -> Plan:
    """What there is to check a patch with in this workspace."""
    checkers, runners = find_checkers(workspace, search_path), find_runners(workspace, search_path)
    found = [*(each.shown for each in checkers), *(each.shown for each in runners)]
    inside = f"{workspace}{os.sep}"
    shown = [each.removeprefix(inside) for each in found] + ([command] if command else [])
    return Plan(tuple(checkers), tuple(runners), command, "; ".join(shown))
