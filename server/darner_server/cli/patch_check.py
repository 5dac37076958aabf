"""`darner patch --check`: the workspace's own check command, with the user's consent, on a copy with the patch."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic

from darner_context.request import Unreadable
from darner_context.system.regular_file import read_plain
from darner_context.workspace.file_kind import test_path
from darner_server.check.isolation import LEVELS, MEANING, Level, ResourceLimits, Unisolated
from darner_server.check.keyless_environment import keyless
from darner_server.check.plain_copy import paths_of
from darner_server.check.project.concerned_tests import REPORT, Runner, changed_names, concerned
from darner_server.check.project.plan import Plan, find_plan
from darner_server.check.sandbox import Draft, Ended, run
from darner_server.check.scratch import scratch_folder, sweep
from darner_server.check.trusted_commands import is_trusted, trust
from darner_server.check.verdict import (
    Changes,
    NoEvidence,
    Verdict,
    judge_checker,
    judge_command,
    judge_tests,
    together,
)
from darner_server.cli import exit_codes, output
from darner_server.cli.command_environment import Place
from darner_server.display_text import in_line
from darner_server.engine import Done
from darner_server.engine.save import encode
from darner_server.file_writer import Unwritten
from darner_server.settings import WORKSPACE_FILE
from darner_server.user_directories import cache_folder, state_folder

_LONGEST = 900.0  # seconds that the command may take
_LARGEST = 1_000_000  # bytes of a test file
_SANDBOXED: tuple[Level, ...] = ("namespaces", "landlock")

Judged = Verdict | NoEvidence | Unisolated


@dataclass(frozen=True, slots=True)
class PatchCheck:
    """The check of one `darner patch`. `baseline` runs the command without the patch, beside the model's work."""

    place: Place
    plan: Plan
    scratch: Path
    levels: tuple[Level, ...]
    baseline: asyncio.Task[Ended | Unisolated] | None

    async def verdict(self, done: Done, *, json: bool) -> Verdict:
        """
        Run the checks on a patch, the fastest first, until one fails, and report how they ended.

        Raises Stop if none can be run.
        """
        encoded = encode(self.place.root, done.before, done.changes)
        if isinstance(encoded, Unwritten):
            raise exit_codes.Stop(f"nothing was written: {encoded.path}: {encoded.reason}", exit_codes.NOTHING)
        verdicts: list[Verdict] = []
        reason = "nothing that this project checks itself with looks at the changed files"
        with output.Progress(wanted=not json) as progress:
            for name, judged in self._judged(done, encoded.changes):
                progress.show(f"check: {name}")
                found = await judged()
                if isinstance(found, Verdict):
                    verdicts.append(found)
                    if json:
                        output.emit(found.as_json())
                    if not found.passed:
                        break
                else:
                    hint = "; without --require-sandbox, limits alone are enough" if "limits" not in self.levels else ""
                    reason = found.reason + (hint if isinstance(found, Unisolated) else "")
                    output.say(f"check: no evidence: {reason}", "yellow")
        if not verdicts:
            if json:
                output.emit(done.as_json())
            else:
                output.show_diff(done.diff)
            raise exit_codes.Stop(f"the check could not be run: {reason}", exit_codes.NOTHING)
        whole = together(verdicts)
        if whole.isolation == "limits":
            output.say(f"check: isolation is 'limits' here: {MEANING['limits']}", "yellow")
        return whole

    def _judged(self, done: Done, changes: Changes) -> Iterator[tuple[str, Callable[[], Awaitable[Judged]]]]:
        """The checks by cost, with the function that runs each."""
        uncounted = tuple(sorted(filter(test_path, done.changes)))
        left = [path for path, text in done.changes.items() if text is not None]
        was = [path for path in left if done.before.get(path) is not None]
        for checker in self.plan.checkers:
            if checker.command(left):
                commands = (checker.command(was), checker.command(left))
                run = partial(self._run, commands, None)
                yield (
                    checker.name,
                    partial(judge_checker, checker.name, run, changes, uncounted=uncounted, clock=monotonic),
                )
        for runner, files in self._tests(done):
            run = partial(self._run, (runner.command(files), runner.command(files)), REPORT)
            yield runner.name, partial(judge_tests, runner.name, run, changes, uncounted=uncounted, clock=monotonic)
        if self.plan.command and self.baseline:
            yield self.plan.command, partial(self._judged_command, self.plan.command, changes, uncounted)

    async def _judged_command(self, command: str, changes: Changes, uncounted: tuple[str, ...]) -> Judged:
        assert self.baseline is not None  # noqa: S101 - there is one if there is a command
        before = await asyncio.shield(self.baseline)
        run = partial(self._run, (_shell(command), _shell(command)), None)
        return await judge_command(command, run, changes, before, uncounted=uncounted, clock=monotonic)

    def _tests(self, done: Done) -> Iterator[tuple[Runner, list[str]]]:
        """The tests that name a definition of the patch, by their runner; not those that the patch changes."""
        if not self.plan.runners:
            return
        tests = [each for each in paths_of(self.place.root) if test_path(each)]
        names = changed_names(done.before, done.changes)
        found = concerned(names, tests, self._read, without=done.changes)
        for runner in self.plan.runners:
            own = [each for each in found if each.endswith(runner.takes)]
            if not own and runner.name == "cargo test":  # whose tests are in the file itself
                own = [each for each in done.changes if each.endswith(runner.takes)]
            if own:
                yield runner, own

    def _read(self, path: str) -> str | None:
        found = read_plain(self.place.root / path, _LARGEST)
        return None if isinstance(found, Unreadable) else found.decode(errors="replace")

    async def _run(
        self, commands: tuple[list[str] | None, list[str] | None], keep: str | None, changes: Changes
    ) -> Ended | Unisolated:
        """Run the first of the commands without changes, the second with them; where there is none, nothing fails."""
        command = commands[1] if changes else commands[0]
        if command is None:
            return Ended(0, None, "", self.levels[0])
        return await _run(self.place, command, self.scratch, self.levels, changes, keep)


@asynccontextmanager
async def open_check(place: Place, *, trusted: bool, sandboxed: bool) -> AsyncGenerator[PatchCheck]:
    """Begin the check. Raises Stop if there is nothing to check with, or the user does not trust it."""
    plan = _trusted_plan(place, trusted=trusted)
    levels = _SANDBOXED if sandboxed else LEVELS
    output.say(f"check: {in_line(plan.shown)}", "yellow")
    copies = cache_folder() / "checks"
    await asyncio.to_thread(sweep, copies)
    with scratch_folder(copies) as scratch:
        baseline = None
        if plan.command:
            work = _run(place, _shell(plan.command), scratch, levels, {}, None)
            baseline = asyncio.get_running_loop().create_task(work, name="baseline")
        try:
            yield PatchCheck(place, plan, scratch, levels, baseline)
        finally:
            if baseline is not None:
                baseline.cancel()
                await asyncio.gather(baseline, return_exceptions=True)


def _shell(command: str) -> list[str]:
    return ["/bin/sh", "-c", command]


async def _run(  # noqa: PLR0917 - what a run needs
    place: Place,
    command: list[str],
    scratch: Path,
    levels: tuple[Level, ...],
    changes: Changes,
    keep: str | None,
) -> Ended | Unisolated:
    keys = [key for each in place.settings.endpoints for key in each.hidden if key]
    return await run(
        command,
        Draft(place.root, changes, scratch),
        environ=keyless(os.environ, keys),
        limits=ResourceLimits(_LONGEST),
        levels=levels,
        keep=keep,
    )


def _trusted_plan(place: Place, *, trusted: bool) -> Plan:
    file = place.root / WORKSPACE_FILE
    plan = find_plan(place.root, place.workspace.check, os.environ.get("PATH", os.defpath))
    if not plan.shown:
        raise exit_codes.Stop(
            f'{file}: sets no check; add a line such as  check = "pytest -q"  or omit --check: this project has no'
            " settings of a checker or a test runner that is installed either"
        )
    if is_trusted(plan.shown, place.root, state_folder()):
        return plan
    if not trusted and not _consent(file, plan.shown):
        raise exit_codes.Stop(
            f"{place.root}: its checks have not been trusted yet: {in_line(plan.shown)}; read them, and run them with"
            " --trust"
        )
    try:
        trust(plan.shown, place.root, state_folder())
    except OSError as error:
        output.say(f"darner: {error.filename}: {error.strerror}; the trust in these checks is not recorded", "yellow")
    return plan


def _consent(file: Path, command: str) -> bool:
    """Ask once on a terminal. The default is no."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    what = f"{file.parent}: a check runs code of this folder that you have not run before"
    output.say(f"{what}:\n    {in_line(command)}", "yellow")
    output.say("Run it now, and from now on in this folder? [y/N]")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
