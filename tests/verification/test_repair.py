"""The loop that mends a patch whose check failed: its tasks, its rounds, and the one patch that comes of all."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from darner_clients.chat import Usage
from darner_context.index import Focus
from darner_server.check.verdict import Verdict
from darner_server.engine import Done, Failed, Task
from darner_server.engine.task import Scope
from darner_server.verification.repair import checked, merged, repair_task, repaired

FAILED = Verdict(
    "make test",
    passed=False,
    code=1,
    limit=None,
    before=True,
    wavers=False,
    seconds=1.0,
    isolation="landlock",
    output="assert 3 == 2",
)


def done(before: dict[str, str | None], changes: dict[str, str | None]) -> Done:
    return Done("", before, changes, (), Usage(3, 4), "one", {"decode": 5.0, "total": 7.0})


@pytest.mark.parametrize(
    ("focus", "scope", "expected", "also", "wanted"),
    [
        (Focus("a.py"), "file", Focus("a.py"), (), "file"),
        (Focus("a.py", 2, 2), "range", Focus("a.py", 2, 2), (), "workspace"),
        (Focus("a.py", 2, 9), "range", Focus("a.py"), (), "workspace"),
        (Focus("other.py", 1, 1), "range", Focus("a.py"), (), "workspace"),
        (None, "workspace", Focus("a.py"), (), "workspace"),
    ],
)
def test_where_a_repair_looks(
    focus: Focus | None, scope: Scope, expected: Focus, also: tuple[Focus, ...], wanted: Scope
) -> None:
    task = repair_task(Task("do it", focus, scope=scope), done({"a.py": "1\n2\n"}, {"a.py": "1\n3\n"}), FAILED)
    assert task is not None
    assert (task.focus, task.also, task.scope) == (expected, also, wanted)
    assert task.texts == {"a.py": "1\n3\n"}
    assert task.instruction.startswith("do it\n\n")
    assert "`make test` fails with exit code 1:\n\nassert 3 == 2" in task.instruction


def test_callers_that_a_patch_breaks_are_shown() -> None:
    places = (("b.py", 90), ("a.py", 1), ("b.py", 95), ("/usr/lib/c.py", 1), ("../d.py", 1), ("e.py", 3))
    verdict = replace(FAILED, places=places)
    task = repair_task(Task("do it", Focus("a.py")), done({"a.py": "1\n"}, {"a.py": "2\n"}), verdict)
    assert task is not None
    assert task.also == (Focus("b.py", 50, 130), Focus("e.py", 1, 43))


def test_no_task_shows_a_deleted_file() -> None:
    assert repair_task(Task("x"), done({"a.py": "1", "b.py": "2"}, {"a.py": None, "b.py": "3"}), FAILED) is None


def test_two_patches_become_one() -> None:
    first = done({"a.py": "1\n", "b.py": "1\n", "new.py": None}, {"a.py": "2\n", "b.py": "2\n", "new.py": "n\n"})
    second = done({"a.py": "2\n", "b.py": "2\n", "c.py": "1\n"}, {"a.py": "3\n", "b.py": "1\n", "c.py": "2\n"})
    one = merged(first, second)
    assert dict(one.before) == {"a.py": "1\n", "new.py": None, "c.py": "1\n"}
    assert dict(one.changes) == {"a.py": "3\n", "new.py": "n\n", "c.py": "2\n"}
    assert "-1\n+3" in one.diff
    assert one.usage == Usage(6, 8)
    assert one.timings_ms == {"decode": 10.0, "total": 14.0}


WAITS = "waits"  # the model answers after the time is over
Reply = str | Failed  # the new text of a.py


async def ran(
    codes: Sequence[int], replies: Sequence[Reply], seconds: float = 600.0, taken: float = 1.0
) -> tuple[str | None, bool, list[str]]:
    """The text of a.py in the last patch, whether it passed, and what was reported; each check takes so long."""
    left, waiting, reports = list(codes), list(replies), list[str]()
    now = 0.0

    async def check(patch: Done) -> Verdict:
        nonlocal now
        now += taken
        return replace(
            FAILED, passed=(code := left.pop(0)) == 0, code=code, seconds=taken, output=f"not {patch.changes['a.py']}"
        )

    async def draft(task: Task) -> Done | Failed:
        assert task.texts is not None
        text = task.texts["a.py"]
        assert f"not {text}" in task.instruction
        reply = waiting.pop(0)
        if reply == WAITS:
            await asyncio.Event().wait()
        return reply if isinstance(reply, Failed) else done({"a.py": text}, {"a.py": reply})

    first = done({"a.py": "1\n"}, {"a.py": "2\n"})
    first, verdict = await checked(first, check=check, clock=lambda: now)
    assert isinstance(verdict, Verdict)
    last, verdict = await repaired(
        first, verdict, Task("do it"), check=check, draft=draft, seconds=seconds, clock=lambda: now,
        report=reports.append,
    )  # fmt: skip
    assert (left, waiting) == ([], []), "checks or replies that nobody wanted"
    assert last.timings_ms["check"] == pytest.approx(1000 * taken * len(codes))
    return (
        last.changes["a.py"],
        verdict.passed,
        [each.partition(": ")[2] for each in reports if "exit code" not in each],
    )


@pytest.mark.parametrize(
    ("codes", "replies", "text", "passed", "said"),
    [
        ([0], [], "2\n", True, []),
        ([1, 0], ["3\n"], "3\n", True, []),
        ([1, 1, 0], ["3\n", "4\n"], "4\n", True, []),
        ([1, 1, 1], ["3\n", "4\n"], "4\n", False, []),
        ([1], ["1\n"], "2\n", False, ["the reply takes the patch back, so the first one stays"]),
        ([1], [Failed("nothing", "no edits")], "2\n", False, ["no edits"]),
        ([1, 1], ["3\n", Failed("nothing", "no edits")], "3\n", False, ["no edits"]),
    ],
)
async def test_the_rounds_of_repair(
    codes: list[int], replies: list[Reply], text: str, passed: bool, said: list[str]
) -> None:
    assert await ran(codes, replies) == (text, passed, said)


async def test_time_ends_repairs_and_keeps_what_was_checked() -> None:
    assert await ran([1], [], seconds=0) == ("2\n", False, [])
    assert await ran([1], [], seconds=5, taken=6) == ("2\n", False, [])  # a second check would come too late
    late = ["there was not enough time for it"]
    assert await ran([1], [WAITS], seconds=0.01, taken=0.005) == ("2\n", False, late)
