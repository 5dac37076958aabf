"""Several drafts side by side: when they start, how they differ, which wins, and that nothing of the others is left."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from darner_clients.chat import Usage
from darner_server.check.verdict import NoEvidence, Verdict
from darner_server.engine import Done, Failed, FirstToken, PatchEvent, Routed, Task
from darner_server.patch import unified_diff
from darner_server.validation.draft_count import Drafts
from darner_server.verification.drafts import Choice, DraftRace, Work

PASSED = Verdict(
    "pytest", passed=True, code=0, limit=None, before=True, wavers=False, seconds=1.0, isolation="landlock", output="",
)  # fmt: skip
FAILED = replace(PASSED, passed=False, code=1, new=2, kind="checker")
NOTHING = NoEvidence("it cannot be run")

Found = Verdict | NoEvidence | Failed | None  # None: the reply does not end


def done(text: str, endpoint: str) -> Done:
    before, after = {"a.py": "1\n"}, {"a.py": text}
    return Done(unified_diff(before, after), before, after, (), Usage(10, 5), endpoint, {"queue": 0.0, "total": 9.0})


class Scene:
    """Drafts whose ends are given by number, at the endpoints of those numbers, beginning with 1."""

    def __init__(self, ends: Mapping[int, Found], endpoints: str = "abc", *, room: bool = True) -> None:
        self.ends = ends
        self.endpoints = endpoints
        self.room = room
        self.tasks: dict[int, Task] = {}
        self.open: set[int] = set()
        self.asked_room: list[str] = []

    async def draft(self, task: Task, number: int, follow: Callable[[PatchEvent], None]) -> Done | Failed:
        self.tasks[number] = task
        self.open.add(number)
        try:
            await asyncio.sleep(0)
            end = self.ends[number]
            endpoint = self.endpoints[number - 1]
            if endpoint == "-":
                assert isinstance(end, Failed)
                return end
            follow(Routed(endpoint, "vllm", "m", "it fits", 10, 100))
            await asyncio.sleep(0)
            follow(FirstToken(endpoint))
            if end is None:
                await asyncio.Event().wait()
            return end if isinstance(end, Failed) else done(f"{number}\n", endpoint)
        finally:
            self.open.discard(number)

    async def check(self, patch: Done, number: int) -> Verdict | NoEvidence:
        assert patch.changes == {"a.py": f"{number}\n"}
        end = self.ends[number]
        if end is not PASSED:  # the other drafts begin before a check ends
            while len(self.tasks) < len(self.ends):  # noqa: ASYNC110 - a state of the loop that runs this
                await asyncio.sleep(0)
        assert isinstance(end, Verdict | NoEvidence)
        return end

    async def has_room(self, endpoint: str) -> bool:
        self.asked_room.append(endpoint)
        return self.room

    def race(self, number: Drafts) -> DraftRace:
        return DraftRace(Task("do it"), number, Work(self.draft, self.check, self.has_room, lambda: 0.0))

    async def run(self, number: Drafts) -> Choice | Failed:
        found = await self.race(number).run()
        assert self.open == set(), "drafts that nobody waits for"
        return found


NO_EDIT = Failed("nothing", "no edit")
DOWN = Failed("endpoint", "all are down")


@pytest.mark.parametrize(
    ("ends", "chosen", "outcomes"),
    [
        ({1: FAILED, 2: PASSED}, 2, ["2 new errors", "passed pytest"]),
        ({1: FAILED, 2: PASSED, 3: None}, 2, ["2 new errors", "passed pytest", "cancelled"]),
        ({1: None, 2: None, 3: PASSED}, 3, ["cancelled", "cancelled", "passed pytest"]),
        ({1: FAILED, 2: replace(FAILED, new=1)}, 2, ["2 new errors", "1 new error"]),
        ({1: NO_EDIT, 2: FAILED}, 2, ["no patch (no edit)", "2 new errors"]),
        ({1: NOTHING, 2: FAILED}, 1, ["not checked (it cannot be run)", "2 new errors"]),
        ({1: NOTHING, 2: NOTHING}, 1, ["not checked (it cannot be run)"] * 2),
    ],
)
async def test_which_draft_wins(ends: dict[int, Found], chosen: int, outcomes: list[str]) -> None:
    scene = Scene(ends)
    found = await scene.run(len(ends))
    assert isinstance(found, Choice)
    assert found.number == chosen
    assert found.patch.changes == {"a.py": f"{chosen}\n"}
    assert [outcome for _, outcome in found.outcomes] == outcomes
    event = found.as_json()
    assert (event["event"], event["chosen"], event["of"]) == ("drafts", chosen, len(ends))
    assert str(found).startswith(f"draft {chosen} of {len(ends)} ({'abc'[chosen - 1]}) was chosen: ")


async def test_no_draft_is_a_patch() -> None:
    assert await Scene({1: NO_EDIT, 2: Failed("nothing", "other")}).run(2) is NO_EDIT
    scene = Scene({1: DOWN, 2: PASSED}, "-b")
    assert await scene.run(2) is DOWN
    assert list(scene.tasks) == [1], "where no endpoint answers, one try is enough"


@pytest.mark.parametrize(("room", "drafts"), [(True, 3), (False, 1)])
async def test_auto_looks_at_the_quota(*, room: bool, drafts: int) -> None:
    scene = Scene(dict.fromkeys(range(1, drafts + 1), FAILED), room=room)
    found = await scene.run("auto")
    assert isinstance(found, Choice)
    assert len(found.outcomes) == drafts
    assert scene.asked_room == ["a"]


async def test_how_drafts_differ() -> None:
    scene = Scene({1: FAILED, 2: FAILED, 3: FAILED}, "aba")
    await scene.run(3)
    assert [scene.tasks[number].drafted for number in (1, 2, 3)] == [(), ("a",), ("a", "b")]
    assert [scene.tasks[number].interactive for number in (1, 2, 3)] == [True, False, False]


async def test_every_complete_reply_is_counted() -> None:
    found = await Scene({1: FAILED, 2: PASSED, 3: None}).run(3)
    assert isinstance(found, Choice)
    assert found.patch.usage == Usage(20, 10)


async def test_cancelled_it_keeps_what_is_complete_and_leaves_nothing() -> None:
    scene = Scene({1: NOTHING, 2: None, 3: None, 4: None}, "aaaa")  # the fourth never starts, so the check waits
    race = scene.race(3)
    running = asyncio.ensure_future(race.run())
    while not (race.finished and scene.open == {2, 3}):  # noqa: ASYNC110 - a state of the loop that runs this
        await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (list(race.finished), scene.open) == ([1], set())


async def test_a_fault_of_ours_is_raised() -> None:
    scene = Scene({1: FAILED, 2: FAILED})
    scene.endpoints = "a"
    with pytest.raises(IndexError):
        await scene.run(2)
    assert scene.open == set()
