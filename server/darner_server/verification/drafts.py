"""Several drafts of one patch side by side: the first that passes the checks wins, and the others end."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from darner_server.check.verdict import NoEvidence, Verdict
from darner_server.engine import Done, Failed, FirstToken, PatchEvent, Routed, Task
from darner_server.validation.draft_count import Drafts
from darner_server.verification.draft_choice import Candidate, best
from darner_server.verification.repair import checked

_AUTO = 3  # drafts, where the quota has room

Emit = Callable[[PatchEvent], None]


@dataclass(frozen=True, slots=True)
class Choice:
    """The draft that was chosen, its verdict, and why; `outcomes` are those of all drafts, with their endpoints."""

    number: int
    patch: Done
    verdict: Verdict | NoEvidence
    why: str
    outcomes: tuple[tuple[str, str], ...]

    def as_json(self) -> dict[str, Any]:
        """The object of the contract."""
        drafts = [
            {"draft": number, "endpoint": endpoint, "outcome": outcome}
            for number, (endpoint, outcome) in enumerate(self.outcomes, 1)
        ]
        return {"event": "drafts", "chosen": self.number, "of": len(drafts), "why": self.why, "drafts": drafts}

    def __str__(self) -> str:
        others = "; ".join(
            f"draft {number}: {outcome}"
            for number, (_, outcome) in enumerate(self.outcomes, 1)
            if number != self.number
        )
        chosen = f"draft {self.number} of {len(self.outcomes)} ({self.patch.endpoint}) was chosen: {self.why}"
        return f"{chosen}; {others}" if others else chosen


@dataclass(frozen=True, slots=True)
class Work:
    """What a draft needs: its events by `draft`, its checks, and whether an endpoint's quota has room for more."""

    draft: Callable[[Task, int, Emit], Awaitable[Done | Failed]]
    check: Callable[[Done, int], Awaitable[Verdict | NoEvidence]]
    has_room: Callable[[str], Awaitable[bool]]
    clock: Callable[[], float]


class DraftRace:
    """The drafts of one task. `finished` are the complete ones in their order, by number, also before their checks."""

    def __init__(self, task: Task, number: Drafts, work: Work) -> None:
        self._task = task
        self._wanted: Drafts = number
        self._work = work
        self._begun = work.clock()
        self._drafts: list[_Draft] = []
        self.finished: dict[int, Done] = {}

    async def run(self) -> Choice | Failed:
        """Draft, check, and choose. The first draft's failure, if no draft is a patch. Cancelled, it leaves nothing."""
        loop = asyncio.get_running_loop()
        first = self._start(replace(self._task, drafted=()))
        more = loop.create_task(self._start_others(first), name="drafts")
        try:
            while (left := self._unfinished(more)) and not any(each.has_passed for each in self._drafts):
                await asyncio.wait(left, return_when=asyncio.FIRST_COMPLETED)
        finally:
            tasks = [more, *(each.task for each in self._drafts)]
            for each in tasks:
                each.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for each in tasks:
            if not each.cancelled():
                each.result()  # raises what is a fault of ours
        return self._chosen()

    def _unfinished(self, more: "asyncio.Task[None]") -> list["asyncio.Task[Any]"]:
        tasks: list[asyncio.Task[Any]] = [more, *(each.task for each in self._drafts)]
        return [each for each in tasks if not each.done()]

    async def _start_others(self, first: "_Draft") -> None:
        """Start the other drafts when the first one's prompt has been read: its beginning is cached then."""
        await first.until(first.replies)
        if not first.replies.is_set():
            return  # it has ended: no endpoint could serve it
        wanted = self._wanted
        if wanted == "auto":
            wanted = _AUTO if await self._work.has_room(first.endpoint) else 1
        for _ in range(wanted - 1):
            drafted = tuple(each.endpoint for each in self._drafts if each.endpoint)
            latest = self._start(replace(self._task, drafted=drafted, interactive=False))
            await latest.until(latest.routed)

    def _start(self, task: Task) -> "_Draft":
        draft = _Draft(len(self._drafts) + 1)
        self._drafts.append(draft)
        draft.task = asyncio.get_running_loop().create_task(self._complete(draft, task), name=f"draft {draft.number}")
        return draft

    async def _complete(self, draft: "_Draft", task: Task) -> None:
        waited = (self._work.clock() - self._begun) * 1000
        patch = await self._work.draft(task, draft.number, draft.take)
        if isinstance(patch, Failed):
            draft.result = patch
            return
        times = dict(patch.timings_ms)
        for name in ("queue", "total"):
            times[name] = times.get(name, 0.0) + waited
        patch = replace(patch, timings_ms=times)
        self.finished[draft.number] = patch
        draft.result = await checked(
            patch, check=lambda done: self._work.check(done, draft.number), clock=self._work.clock
        )

    def _chosen(self) -> Choice | Failed:
        found = {each.number: each.result for each in self._drafts if isinstance(each.result, tuple)}
        if not found:
            return next(each.result for each in self._drafts if isinstance(each.result, Failed))
        candidates = [Candidate(number, patch.diff, verdict) for number, (patch, verdict) in found.items()]
        chosen, why = best(candidates)
        patch, verdict = found[chosen.number]
        for number, each in self.finished.items():  # every complete reply is paid for
            if number != chosen.number:
                patch = replace(patch, usage=patch.usage + each.usage)
        outcomes = tuple((each.endpoint, each.outcome) for each in self._drafts)
        return Choice(chosen.number, patch, verdict, why, outcomes)


@dataclass(slots=True, eq=False)
class _Draft:
    """One draft while it runs."""

    number: int
    task: "asyncio.Task[None]" = field(init=False)
    endpoint: str = ""
    routed: asyncio.Event = field(default_factory=asyncio.Event)
    replies: asyncio.Event = field(default_factory=asyncio.Event)
    result: tuple[Done, Verdict | NoEvidence] | Failed | None = None

    def take(self, event: PatchEvent) -> None:
        if isinstance(event, Routed):
            self.endpoint = event.endpoint
            self.routed.set()
        elif isinstance(event, FirstToken):
            self.replies.set()

    async def until(self, state: asyncio.Event) -> None:
        """Wait for a state of the draft, or for its end."""
        waiting = asyncio.ensure_future(state.wait())
        try:
            await asyncio.wait((waiting, self.task), return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()

    @property
    def has_passed(self) -> bool:
        return isinstance(self.result, tuple) and isinstance(self.result[1], Verdict) and self.result[1].passed

    @property
    def outcome(self) -> str:
        match self.result:
            case None:
                return "cancelled"
            case Failed():
                return f"no patch ({self.result.message})"
            case (_, verdict):
                return verdict.outcome if isinstance(verdict, Verdict) else f"not checked ({verdict.reason})"
