"""The checks of a patch, the fastest first: the project's checkers, the tests that are concerned, its command."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from time import monotonic

from darner_context.request import Unreadable
from darner_context.system.regular_file import read_plain
from darner_context.workspace.encoding import decode
from darner_context.workspace.file_kind import test_path
from darner_server.check.isolation import LEVELS, Level, ResourceLimits, Unisolated
from darner_server.check.keyless_environment import keyless
from darner_server.check.plain_copy import paths_of
from darner_server.check.project.concerned_tests import changed_names, concerned
from darner_server.check.project.plan import Plan
from darner_server.check.project.runners import REPORT, Runner
from darner_server.check.sandbox import Draft, Ended, run
from darner_server.check.scratch import scratch_folder, sweep
from darner_server.check.verdict import (
    Changes,
    NoEvidence,
    Verdict,
    judge_checker,
    judge_command,
    judge_tests,
    together,
)
from darner_server.engine import Done
from darner_server.engine.save import encode
from darner_server.file_writer import Unwritten

LONGEST = 900.0  # seconds that a command may take
_MOST_USERS = 50  # files
_LARGEST = 1_000_000  # bytes of a test file
_SANDBOXED: tuple[Level, ...] = ("namespaces", "landlock")


@dataclass(frozen=True, slots=True)
class Begun:
    """A check has begun."""

    what: str


Users = Callable[[Collection[str], int], Awaitable[Sequence[str]]]  # so many files that use one of the names
Report = Callable[[Begun | Verdict | NoEvidence], None]
_Judged = Verdict | NoEvidence | Unisolated
_Command = list[str] | None


@dataclass(frozen=True, slots=True)
class CheckedWorkspace:
    """
    What is checked, with what, and in which environment (of which the `keys` are taken away).

    `base` is what files hold without a patch where that is not what is on the disk: buffers that are not saved, and in
    an editor what a patch has changed.
    """

    root: Path
    plan: Plan
    environ: Mapping[str, str]
    keys: Sequence[str]
    base: Changes = field(default_factory=dict[str, bytes | None])


class PatchCheck:
    """The checks of the patches of one task. What runs without the patch runs once for all of them."""

    def __init__(self, workspace: CheckedWorkspace, scratch: Path, levels: tuple[Level, ...]) -> None:
        self._workspace = workspace
        self._scratch = scratch
        self._levels = levels
        self._before: dict[tuple[str, ...], asyncio.Task[Ended | Unisolated]] = {}

    async def verdict(self, done: Done, report: Report, users: Users) -> Verdict | NoEvidence:
        """
        Run the checks on a patch until one fails. `report` gets each of them, when it begins and how it ended.

        `users` finds the files that use a name: what a patch does to them is looked at, too.
        """
        changes = await asyncio.to_thread(self._encoded, done)
        if isinstance(changes, NoEvidence):
            return changes
        verdicts: list[Verdict] = []
        nothing = NoEvidence("nothing that this project checks itself with looks at the changed files")
        names = await asyncio.to_thread(lambda: changed_names(done.before, done.changes, shortest=1))
        is_short = any(len(each) == 1 for each in names)
        stems = {PurePosixPath(each).stem for each in done.changes if is_short}
        used: Sequence[str] = (
            await users(names | stems, _MOST_USERS) if names else ()
        )  # an index knows no names of one letter
        concerned = [each for each in used if each not in done.changes]
        for name, judged in await asyncio.to_thread(self._judged, done, changes, names, concerned):
            report(Begun(name))
            found = await judged()
            if isinstance(found, Unisolated):
                hint = "; without --require-sandbox, limits alone are enough" if "limits" not in self._levels else ""
                found = NoEvidence(found.reason + hint)
            report(found)
            if isinstance(found, NoEvidence):
                nothing = found
                continue
            verdicts.append(found)
            if not found.passed:
                break
        return together(verdicts) if verdicts else nothing

    def _encoded(self, done: Done) -> Changes | NoEvidence:
        """What the files of a patch are to hold, in the encoding of those on the disk."""
        root, base = self._workspace.root, self._workspace.base
        on_disk = {path: text for path, text in done.changes.items() if path not in base}
        encoded = encode(root, done.before, on_disk)
        if isinstance(encoded, Unwritten):
            return NoEvidence(f"{encoded.path}: {encoded.reason}")
        changes = dict(encoded.changes)
        for path, text in done.changes.items():
            if path in base:
                changes[path] = None if text is None else as_on_disk(root, path, text)
        return changes

    def begin(self) -> None:
        """Run the workspace's command without a patch, beside the model's work."""
        if self._workspace.plan.command:
            self._without_patch(shell(self._workspace.plan.command), None)

    async def close(self) -> None:
        """End what still runs."""
        for each in self._before.values():
            each.cancel()
        await asyncio.gather(*self._before.values(), return_exceptions=True)

    def _judged(
        self, done: Done, changes: Changes, names: set[str], users: Sequence[str]
    ) -> list[tuple[str, Callable[[], Awaitable[_Judged]]]]:
        """The checks by cost, with the function that runs each."""
        plan = self._workspace.plan
        uncounted = tuple(sorted(filter(test_path, done.changes)))
        left = [path for path, text in done.changes.items() if text is not None]
        was = [path for path in left if done.before.get(path) is not None]
        found: list[tuple[str, Callable[[], Awaitable[_Judged]]]] = []
        for checker in plan.checkers:
            if checker.looks_at(done.changes) and (after := checker.command([*left, *users])):
                run = partial(self._run, (checker.command([*was, *users]), after), None)
                judge = partial(judge_checker, checker.name, run, changes, uncounted=uncounted, clock=monotonic)
                found.append((checker.name, judge))
        for runner, files in self._tests(done, names):
            run = partial(self._run, (runner.command(files), runner.command(files)), REPORT)
            judge = partial(judge_tests, runner.name, run, changes, uncounted=uncounted, clock=monotonic)
            found.append((runner.name, judge))
        if plan.command:
            found.append((plan.command, partial(self._judged_command, plan.command, changes, uncounted)))
        return found

    async def _judged_command(self, command: str, changes: Changes, uncounted: tuple[str, ...]) -> _Judged:
        run = partial(self._run, (shell(command), shell(command)), None)
        return await judge_command(command, run, changes, await run({}), uncounted=uncounted, clock=monotonic)

    def _tests(self, done: Done, names: set[str]) -> Iterator[tuple[Runner, list[str]]]:
        """The tests that name a definition of the patch, by their runner; not those that the patch changes."""
        runners = self._workspace.plan.runners
        if not runners:
            return
        tests = [each for each in paths_of(self._workspace.root) if test_path(each)]
        found = concerned(names, tests, self._read, without=done.changes)
        for runner in runners:
            own = [each for each in found if each.endswith(runner.takes)]
            if not own and runner.tests_inside_sources:
                own = [each for each in done.changes if each.endswith(runner.takes)]
            if own:
                yield runner, own

    def _read(self, path: str) -> str | None:
        found = read_plain(self._workspace.root / path, _LARGEST)
        return None if isinstance(found, Unreadable) else found.decode(errors="replace")

    async def _run(self, commands: tuple[_Command, _Command], keep: str | None, changes: Changes) -> Ended | Unisolated:
        """Run the first of the commands without changes, the second with them; where there is none, nothing fails."""
        command = commands[1] if changes else commands[0]
        if command is None:
            return Ended(0, None, "", self._levels[0])
        if not changes:
            return await asyncio.shield(self._without_patch(command, keep))
        return await self._start(command, keep, changes)

    def _without_patch(self, command: list[str], keep: str | None) -> asyncio.Task[Ended | Unisolated]:
        key = tuple(command)
        if key not in self._before:
            work = self._start(command, keep, {})
            self._before[key] = asyncio.get_running_loop().create_task(work, name="without the patch")
        return self._before[key]

    async def _start(self, command: list[str], keep: str | None, changes: Changes) -> Ended | Unisolated:
        workspace = self._workspace
        return await run(
            command,
            Draft(workspace.root, {**workspace.base, **changes}, self._scratch),
            environ=keyless(workspace.environ, workspace.keys),
            limits=ResourceLimits(LONGEST),
            levels=self._levels,
            keep=keep,
        )


@asynccontextmanager
async def open_check(workspace: CheckedWorkspace, copies: Path, *, sandboxed: bool) -> AsyncGenerator[PatchCheck]:
    """Begin the checks of a task, in copies below the folder `copies`; leaving the block ends what still runs."""
    await asyncio.to_thread(sweep, copies)
    with scratch_folder(copies) as scratch:
        check = PatchCheck(workspace, scratch, _SANDBOXED if sandboxed else LEVELS)
        check.begin()
        try:
            yield check
        finally:
            await check.close()


def as_on_disk(root: Path, path: str, text: str) -> bytes:
    """A text in the encoding of the file of that name, or else in UTF-8."""
    held = read_plain(root / path, _LARGEST)
    decoded = None if isinstance(held, Unreadable) else decode(held)
    encoded = None if decoded is None or isinstance(decoded, Unreadable) else decoded.encode(text)
    return text.encode("utf-8", "surrogatepass") if encoded is None else encoded


def shell(command: str) -> list[str]:
    """The arguments that run a command line."""
    return ["/bin/sh", "-c", command]
