"""`darner patch --check`: the checks of the project, with the user's consent, and what they found about a patch."""

import os
import sys
from asyncio import CancelledError
from collections.abc import AsyncGenerator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic
from typing import NoReturn

from darner_server.check.isolation import MEANING
from darner_server.check.project.plan import Plan, find_plan
from darner_server.check.trusted_commands import is_trusted, trust
from darner_server.check.verdict import NoEvidence, Verdict
from darner_server.cli import exit_codes, output
from darner_server.cli.command_setup import Place
from darner_server.cli.patch_events import Display, show_events
from darner_server.display_text import in_line
from darner_server.engine import Done, Engine, Failed, Task
from darner_server.interruptible_read import interruptible
from darner_server.settings import WORKSPACE_FILE
from darner_server.user_directories import cache_folder, state_folder
from darner_server.validation.draft_count import Drafts
from darner_server.verification.drafts import Choice, DraftRace, Emit, Work
from darner_server.verification.patch_check import Begun, CheckedWorkspace, PatchCheck, open_check
from darner_server.verification.repair import checked, repaired


@asynccontextmanager
async def open_patch_check(
    place: Place, *, trusted: bool, sandboxed: bool
) -> AsyncGenerator["Callable[..., CheckedPatch]"]:
    """
    Begin the checks; what it gives makes a CheckedPatch of the rest.

    Raises Stop if there is nothing to check with, or the user does not trust it.
    """
    plan = _trusted_plan(place, trusted=trusted)
    output.say(f"check: {in_line(plan.shown)}", "yellow")
    keys = [key for each in place.settings.endpoints for key in each.hidden if key]
    workspace = CheckedWorkspace(place.root, plan, dict(os.environ), keys)
    async with open_check(workspace, cache_folder() / "checks", sandboxed=sandboxed) as check:
        yield partial(CheckedPatch, check)


@dataclass(frozen=True, slots=True)
class CheckedPatch:
    """A task whose patch is checked. `ask` leaves out what the user does not allow, or raises Stop."""

    check: PatchCheck
    engine: Engine
    task: Task
    ask: Callable[[Done], Done]
    seconds: float  # for repairs
    json: bool
    apply: bool

    async def best_draft(self, number: Drafts) -> tuple[Done | Failed, Verdict | NoEvidence | None]:
        """Draft the patch several times, and choose by the checks. Raises Stop if it is interrupted."""
        with output.Progress(wanted=not self.json) as progress:

            async def draft(task: Task, number: int, follow: Emit) -> Done | Failed:
                return await self._draft(
                    task, Display(progress, self.json, shows_done=False, draft=number, follow=follow)
                )

            async def check(done: Done, number: int) -> Verdict | NoEvidence:
                return await self._verdict(done, progress, draft=number)

            race = DraftRace(self.task, number, Work(draft, check, self.engine.has_room, monotonic))
            try:
                choice = await race.run()
            except CancelledError:
                if not race.finished:
                    raise
                shown, patch = min(race.finished.items())
                if not self.json:
                    output.show_diff(patch.diff)
                self._interrupt(f"draft {shown} is shown as it was before its check")
        if not isinstance(choice, Choice):
            if self.json:
                output.emit(choice.as_json())
            return choice, None
        if len(choice.outcomes) > 1:
            if self.json:
                output.emit(choice.as_json())
            output.say(in_line(str(choice)), "dim")
        return choice.patch, choice.verdict

    async def result(self, done: Done, verdict: Verdict | NoEvidence | None) -> tuple[Done, str | None]:
        """
        Check the patch unless there is a verdict already, and repair it while there is time.

        The last patch, and why it failed, if it did. Raises Stop if it is interrupted, or cannot be checked.
        """
        done, verdict = await self._repaired(done, verdict)
        if self.json:
            output.emit(done.as_json())
        if isinstance(verdict, NoEvidence):
            if not self.json:
                output.show_diff(done.diff)
            raise exit_codes.Stop(f"the check could not be run: {verdict.reason}", exit_codes.NOTHING)
        if verdict.isolation == "limits":
            output.say(f"check: isolation is 'limits' here: {MEANING['limits']}", "yellow")
        if verdict.passed:
            output.say(str(verdict), "green")
            return done, None
        kept = "nothing was written, and the diff is on stdout" if self.apply else "the diff is on stdout"
        return done, "\n".join(part for part in (verdict.output.rstrip(), f"{verdict}; {kept}") if part)

    async def _repaired(self, done: Done, verdict: Verdict | NoEvidence | None) -> tuple[Done, Verdict | NoEvidence]:
        with output.Progress(wanted=not self.json) as progress:

            async def check(patch: Done) -> Verdict | NoEvidence:
                return await self._verdict(patch, progress)

            async def draft(task: Task) -> Done | Failed:
                return await self._draft(task, Display(progress, self.json, shows_done=False))

            try:
                if verdict is None:
                    done, verdict = await checked(done, check=check, clock=monotonic)
                if isinstance(verdict, Verdict):
                    done, verdict = await repaired(
                        done, verdict, self.task, check=check, draft=draft, seconds=self.seconds, clock=monotonic,
                        report=self._report,
                    )  # fmt: skip
            except CancelledError:
                if not output.is_on_terminal() and not self.json:
                    output.show_diff(done.diff)
                self._interrupt("the patch is shown as it was before its check")
        return done, verdict

    async def _draft(self, task: Task, display: Display) -> Done | Failed:
        found = await show_events(self.engine, task, display)
        try:
            return found if isinstance(found, Failed) else self.ask(found)
        except exit_codes.Stop as stop:
            return Failed("nothing", str(stop))

    async def _verdict(self, done: Done, progress: output.Progress, *, draft: int = 0) -> Verdict | NoEvidence:
        """Run the checks, and show them: a `checked` event for each, with the number of the draft."""
        shown = f"draft {draft}: " if draft else ""

        def report(found: Begun | Verdict | NoEvidence) -> None:
            if isinstance(found, Begun):
                progress.show(f"{shown}check: {found.what}")
            elif isinstance(found, NoEvidence):
                output.say(f"{shown}check: no evidence: {found.reason}", "yellow")
            elif self.json:
                output.emit(found.as_json() | ({"draft": draft} if draft else {}))

        return await self.check.verdict(done, report, self._users)

    async def _users(self, names: Collection[str], most: int) -> list[str]:
        return await self.engine.index.run_in_thread(lambda: self.engine.index.files_using(names, most))

    def _report(self, message: str) -> None:
        if not self.json:
            output.say(message, "dim")

    def _interrupt(self, shown: str) -> NoReturn:
        raise exit_codes.Stop(f"interrupted: {shown}, and nothing was written", exit_codes.INTERRUPTED) from None


def _trusted_plan(place: Place, *, trusted: bool) -> Plan:
    file = place.root / WORKSPACE_FILE
    plan = find_plan(place.root, place.workspace.check, os.environ.get("PATH", os.defpath))
    if not plan.shown:
        what = "is there, but sets no check; add" if file.is_file() else "is not there; create it with"
        raise exit_codes.Stop(
            f"{place.root}: there is nothing to check the patch with: no checker or test runner is both configured here"
            f' and installed, and {WORKSPACE_FILE} {what} a line such as  check = "pytest -q"  (or omit --check)'
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
    with interruptible():
        output.say("Run it now, and from now on in this folder? [y/N]")
        return sys.stdin.readline().strip().lower() in {"y", "yes"}
