"""`darner patch --check`: the workspace's own check command, with the user's consent, on a copy with the patch."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from darner_context.workspace.file_kind import test_path
from darner_server.check.isolation import LEVELS, MEANING, Level, Limits, Unisolated
from darner_server.check.keyless_environment import keyless
from darner_server.check.sandbox import Draft, Ended, run
from darner_server.check.scratch import scratch_folder, sweep
from darner_server.check.trusted_commands import is_trusted, trust
from darner_server.check.verdict import Changes, Verdict, judge
from darner_server.cli import exit_codes, output
from darner_server.cli.command_environment import Place
from darner_server.display_text import in_line
from darner_server.engine import Done
from darner_server.engine.save import encode
from darner_server.file_writer import Unwritten
from darner_server.settings import WORKSPACE_FILE
from darner_server.user_directories import cache_folder, state_folder

_LONGEST = 900.0  # seconds that the command may take
_SANDBOXED: tuple[Level, ...] = ("namespaces", "landlock")


@dataclass(frozen=True, slots=True)
class PatchCheck:
    """The check of one `darner patch`. `baseline` runs the command without the patch, beside the model's work."""

    place: Place
    command: str
    scratch: Path
    levels: tuple[Level, ...]
    baseline: asyncio.Task[Ended | Unisolated]

    async def verdict(self, done: Done, *, json: bool) -> Verdict:
        """Run the check on a patch and report how it ended. Raises Stop if it cannot be run."""
        encoded = encode(self.place.root, done.before, done.changes)
        if isinstance(encoded, Unwritten):
            raise exit_codes.Stop(f"nothing was written: {encoded.path}: {encoded.reason}", exit_codes.NOTHING)
        with output.Progress(wanted=not json) as progress:
            progress.show(f"check: {self.command}")
            before = await asyncio.shield(self.baseline)
            uncounted = tuple(sorted(filter(test_path, done.changes)))
            found = await judge(self.command, self._run, encoded.changes, before, uncounted=uncounted, clock=monotonic)
        if isinstance(found, Unisolated):
            if json:
                output.emit(done.as_json())
            else:
                output.show_diff(done.diff)
            hint = "; without --require-sandbox, limits alone are enough" if "limits" not in self.levels else ""
            raise exit_codes.Stop(f"the check could not be run: {found.reason}{hint}", exit_codes.NOTHING)
        if json:
            output.emit(found.as_json())
        if found.isolation == "limits":
            output.say(f"check: isolation is 'limits' here: {MEANING['limits']}", "yellow")
        return found

    async def _run(self, changes: Changes) -> Ended | Unisolated:
        return await _run(self.place, self.command, self.scratch, self.levels, changes)


@asynccontextmanager
async def open_check(place: Place, *, trusted: bool, sandboxed: bool) -> AsyncGenerator[PatchCheck]:
    """Begin the check. Raises Stop if the workspace has no check command, or the user does not trust it."""
    command = _trusted_command(place, trusted=trusted)
    levels = _SANDBOXED if sandboxed else LEVELS
    output.say(f"check: running {place.root / WORKSPACE_FILE}'s command: {command}", "yellow")
    copies = cache_folder() / "checks"
    await asyncio.to_thread(sweep, copies)
    with scratch_folder(copies) as scratch:
        work = _run(place, command, scratch, levels, {})
        baseline = asyncio.get_running_loop().create_task(work, name="baseline")
        try:
            yield PatchCheck(place, command, scratch, levels, baseline)
        finally:
            baseline.cancel()
            await asyncio.gather(baseline, return_exceptions=True)


async def _run(
    place: Place, command: str, scratch: Path, levels: tuple[Level, ...], changes: Changes
) -> Ended | Unisolated:
    keys = [key for each in place.settings.endpoints for key in each.hidden if key]
    return await run(
        ["/bin/sh", "-c", command],
        Draft(place.root, changes, scratch),
        environ=keyless(os.environ, keys),
        limits=Limits(_LONGEST),
        levels=levels,
    )


def _trusted_command(place: Place, *, trusted: bool) -> str:
    command, file = place.workspace.check, place.root / WORKSPACE_FILE
    if not command:
        raise exit_codes.Stop(f'{file}: sets no check; add a line such as  check = "pytest -q"  or omit --check')
    if is_trusted(command, place.root, state_folder()):
        return command
    if not trusted and not _consent(file, command):
        raise exit_codes.Stop(
            f"{file}: its check command has not been trusted yet: {in_line(command)}; read it, and run it with --trust"
        )
    try:
        trust(command, place.root, state_folder())
    except OSError as error:
        output.say(f"darner: {error.filename}: {error.strerror}; the trust in this command is not recorded", "yellow")
    return command


def _consent(file: Path, command: str) -> bool:
    """Ask once on a terminal. The default is no."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    output.say(f"{file} contains a check command that you have not run before:\n    {in_line(command)}", "yellow")
    output.say("Run it now, and from now on in this folder? [y/N]")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
