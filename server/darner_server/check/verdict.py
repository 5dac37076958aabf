"""What a project's check command says about a patch, by its exit codes alone.

The command runs without the patch too: what failed before is not the patch's doing, and proves nothing about it. A
failure counts once it has happened twice.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from darner_server.check.isolation import Level, Unisolated
from darner_server.check.sandbox import Ended, Limit

Changes = Mapping[str, bytes | None]
Run = Callable[[Changes], Awaitable[Ended | Unisolated]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What ran, how it ended, and how it ended before."""

    what: str
    code: int | None  # None: it passed `limit`
    limit: Limit | None
    before: bool  # whether it passed without the patch
    wavers: bool  # failed, and passed when it was run again
    seconds: float
    isolation: Level
    output: str  # the end of it
    uncounted: tuple[str, ...] = ()  # tests that the patch itself changes

    @property
    def passed(self) -> bool:
        """Whether the command passed with the patch."""
        return self.code == 0

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
        }

    def __str__(self) -> str:
        how = f"isolation: {self.isolation}, {self.seconds:.1f} s"
        if not self.passed:
            ended = f"passed the limit of {self.limit}" if self.limit else f"exit code {self.code}"
            before = "" if self.before else "; it fails without the patch too"
            return f"the check failed: {self.what} ({ended}; {how}){before}"
        notes = [how]
        if not self.before:
            notes.append("it failed without the patch")
        if self.wavers:
            notes.append("it failed the first time, and passed when run again")
        if self.uncounted:
            notes.append(f"the patch itself changes {', '.join(self.uncounted)}, which is no evidence")
        return f"checks passed: {self.what} ({'; '.join(notes)})"


async def judge(
    what: str,
    run: Run,
    changes: Changes,
    before: Ended | Unisolated,
    *,
    uncounted: tuple[str, ...],
    clock: Callable[[], float],
) -> Verdict | Unisolated:
    """Run the check on the changes; `before` is how it ended without them."""
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
        what, ended.code, ended.limit, before.code == 0, wavers, clock() - began, ended.level, ended.output, uncounted
    )  # fmt: skip
