"""What a project's checks say about a patch, by exit codes and report files alone.

A check runs without the patch too: what failed before is not the patch's doing, and proves nothing about it. A failure
of a command or a test counts once it has happened twice.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from darner_server.check.isolation import LEVELS, Level, Unisolated
from darner_server.check.project import diagnostics
from darner_server.check.project.junit_report import JunitReport, read_report
from darner_server.check.sandbox import Ended, Limit

Changes = Mapping[str, bytes | None]
Run = Callable[[Changes], Awaitable[Ended | Unisolated]]
Clock = Callable[[], float]
Kind = Literal["checker", "tests", "command"]

_NEW: Mapping[Kind, str] = {"checker": "new error", "tests": "newly failing test", "command": ""}
LIMIT_NAMES: Mapping[Limit, str] = {
    "time": "time limit",
    "memory": "memory limit",
    "processes": "process limit",
    "output": "output limit",
}
_MOST_SHOWN = 40  # diagnostics


@dataclass(frozen=True, slots=True)
class Verdict:
    """What ran, how it ended, and how it ended before."""

    what: str
    passed: bool  # nothing fails that did not fail before
    code: int | None  # None: it exceeded `limit`
    limit: Limit | None
    before: bool  # whether it passed without the patch
    wavers: bool  # failed, and passed when it was run again
    seconds: float
    isolation: Level
    output: str  # of what failed: the end of it, or the new diagnostics
    uncounted: tuple[str, ...] = ()  # tests that the patch itself changes
    new: int = 0  # diagnostics, or failing tests, that were not there before
    kind: Kind = "command"
    places: tuple[tuple[str, int], ...] = ()  # path and line of what is new

    @property
    def outcome(self) -> str:
        """How it ended, in a few words."""
        if self.passed:
            return f"passed {self.what}"
        if self.limit:
            return f"{self.what} exceeded the {LIMIT_NAMES[self.limit]}"
        return _counted(self.new, _NEW[self.kind]) or f"{self.what} ended with exit code {self.code}"

    def as_json(self) -> dict[str, Any]:
        """The object of the contract."""
        return {
            "event": "checked",
            "what": self.what,
            "passed": self.passed,
            "before": self.before,
            "seconds": round(self.seconds, 3),
            "isolation": self.isolation,
            "exit_code": self.code,
            "limit": self.limit,
            "wavers": self.wavers,
            "uncounted": list(self.uncounted),
            "new": self.new,
        }

    def __str__(self) -> str:
        how = f"isolation: {self.isolation}, {self.seconds:.1f} s"
        if not self.passed:
            ended = f"exceeded the {LIMIT_NAMES[self.limit]}" if self.limit else f"exit code {self.code}"
            ended = _counted(self.new, _NEW[self.kind]) or ended
            before = "" if self.before or self.new else "; it fails without the patch too"
            return f"the check failed: {self.what} ({ended}; {how}){before}"
        notes = [how]
        if self.code != 0:
            notes.append("what fails without the patch too is not counted")
        elif not self.before:
            notes.append("it failed without the patch")
        if self.wavers:
            notes.append("it failed the first time, and passed when run again")
        if self.uncounted:
            notes.append(f"the patch itself changes {', '.join(self.uncounted)}, which is no evidence")
        return f"checks passed: {self.what} ({'; '.join(notes)})"


@dataclass(frozen=True, slots=True)
class NoEvidence:
    """A check that says nothing about the patch, with the reason."""

    reason: str


def together(verdicts: Sequence[Verdict]) -> Verdict:
    """One verdict from those of several checks, all of which passed but perhaps the last one."""
    last = verdicts[-1]
    seconds = sum(each.seconds for each in verdicts)
    isolation = max((each.isolation for each in verdicts), key=LEVELS.index)
    if not last.passed:
        return replace(last, seconds=seconds, isolation=isolation)
    return replace(
        last, what=", ".join(each.what for each in verdicts), before=all(each.before for each in verdicts),
        wavers=any(each.wavers for each in verdicts), seconds=seconds, isolation=isolation,
    )  # fmt: skip


async def judge_command(
    what: str,
    run: Run,
    changes: Changes,
    before: Ended | Unisolated,
    *,
    uncounted: tuple[str, ...],
    clock: Clock,
) -> Verdict | Unisolated:
    """Run a command on the changes; `before` is how it ended without them."""
    if isinstance(before, Unisolated):
        return before
    began = clock()
    ended = await run(changes)
    wavers = False
    if isinstance(ended, Ended) and ended.code not in {0, None}:
        again = await run(changes)
        wavers = isinstance(again, Ended) and again.code == 0
        ended = again if wavers else ended
    if isinstance(ended, Unisolated):
        return ended
    return Verdict(
        what, passed=ended.code == 0, code=ended.code, limit=ended.limit, before=before.code == 0, wavers=wavers,
        seconds=clock() - began, isolation=ended.level, output=ended.output, uncounted=uncounted,
    )  # fmt: skip


async def judge_checker(
    what: str, run: Run, changes: Changes, *, uncounted: tuple[str, ...], clock: Clock
) -> Verdict | NoEvidence | Unisolated:
    """Compare what a checker reports with the changes and without them: only new diagnostics are the patch's."""
    began = clock()
    before, after = await asyncio.gather(run({}), run(changes))
    if isinstance(before, Unisolated):
        return before
    if isinstance(after, Unisolated):
        return after
    old, now = (diagnostics.read(each.output, (each.folder,)) for each in (before, after))
    if not now and after.code != 0:
        return NoEvidence(f"{what} could not be run: {_last_line(after)}")
    if not old and before.code != 0:
        return NoEvidence(f"{what} could not be run without the patch: {_last_line(before)}")
    new = diagnostics.new(old, now)
    output = "\n".join(str(each) for each in new[:_MOST_SHOWN])
    return Verdict(
        what, passed=not new and after.limit is None, code=after.code, limit=after.limit, before=not old, wavers=False,
        seconds=clock() - began, isolation=after.level, output=output, uncounted=uncounted,
        new=len(new), kind="checker", places=tuple((each.path, each.line) for each in new[:_MOST_SHOWN]),
    )  # fmt: skip


async def judge_tests(
    what: str, run: Run, changes: Changes, *, uncounted: tuple[str, ...], clock: Clock
) -> Verdict | NoEvidence | Unisolated:
    """
    Run tests with the changes and without them; with a report file, each test is compared with itself.

    Tests that fail without the patch too are no evidence, and neither are tests that do not run.
    """
    began = clock()
    before, after = await asyncio.gather(run({}), run(changes))
    if isinstance(after, Ended) and after.code not in {0, None}:
        again = await run(changes)
    else:
        again = after
    for each in (before, after, again):
        if isinstance(each, Unisolated):
            return each
    assert isinstance(before, Ended)  # noqa: S101 - seen above
    assert isinstance(after, Ended)  # noqa: S101 - likewise
    assert isinstance(again, Ended)  # noqa: S101 - likewise
    outcome = _compared(before, after, again)
    if isinstance(outcome, str):
        return NoEvidence(f"{what}: {outcome}")
    report = _report(again)
    ended = again if outcome.wavers else after
    new = sorted(outcome.new)
    heading = f"These tests passed before: {', '.join(new[:_MOST_SHOWN])}\n\n" if new else ""
    return Verdict(
        _counted(len(report.passed), "test") if report is not None and outcome.passed else what,
        passed=outcome.passed, code=ended.code, limit=ended.limit, before=before.code == 0, wavers=outcome.wavers,
        seconds=clock() - began, isolation=ended.level, output=heading + ended.output, uncounted=uncounted,
        new=len(new), kind="tests",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Outcome:
    passed: bool
    wavers: bool = False
    new: frozenset[str] = frozenset()  # tests


def _compared(before: Ended, after: Ended, again: Ended) -> _Outcome | str:
    """Whether the tests pass; or why they are no evidence."""
    if after.limit is not None:
        return _Outcome(passed=False) if before.limit is None else "it passes its limits without the patch too"
    old, first, second = (_report(each) for each in (before, after, again))
    if first is None or second is None:
        if again.code != 0 and before.code != 0:
            return f"it fails without the patch too: {_last_line(before)}"
        return _Outcome(passed=again.code == 0, wavers=again.code == 0 != after.code)
    failing = first.failed & second.failed
    if new := failing - (old.failed if old is not None else frozenset()):
        return _Outcome(passed=False, new=new)
    if again.code not in {0, 1}:  # which no failed test explains
        return f"exit code {again.code}: {_last_line(again)}"
    if not second.passed:
        return "no test passes that names what the patch changes"
    return _Outcome(passed=True, wavers=bool(first.failed - failing))


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number > 1 else ''}" if number else ""


def _report(ended: Ended) -> JunitReport | None:
    return None if ended.kept is None else read_report(ended.kept)


def _last_line(ended: Ended) -> str:
    lines = [each.strip() for each in ended.output.split("\n") if each.strip()]
    return lines[-1][:200] if lines else f"exit code {ended.code}"
