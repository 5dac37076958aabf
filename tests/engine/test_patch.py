import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from tests.engine.scene import Scene, block, scene

from darner_clients.testing import Fault, Script, ScriptedReply
from darner_clients.wire.presets import PRESETS
from darner_context.index import Focus
from darner_server.engine import Done, EditReady, EditRefused, Failed, Routed, Task
from darner_server.patch import Splice

FILES = {
    "a.py": "def one():\n    return 1\n\n\ndef two():\n    return 2\n",
    "b.py": "from a import one\n\nprint(one())\n",
}
ONE = block("a.py", "    return 1\n", "    return 11\n")
TWO = block("a.py", "    return 2\n", "    return 22\n")
WHOLE_FILE = Task("change the numbers", Focus("a.py"), scope="file")


async def check(
    tmp_path: Path,
    scripts: list[Script],
    told: list[str],
    *,
    task: Task = WHOLE_FILE,
    files: dict[str, str] = FILES,
    **endpoint: object,
) -> None:
    """The task's events, in short, are `told`."""
    async with scene(tmp_path, files, scripts, **endpoint) as stage:
        assert await stage.told(task) == told


async def test_hunks_as_they_stream_and_a_diff(tmp_path: Path) -> None:
    async with scene(tmp_path, FILES, [Script(otherwise=f"Here:\n\n{ONE}\nand\n\n{TWO}")]) as stage:
        events = await stage.run(WHOLE_FILE)
        edits = [event for event in events if isinstance(event, EditReady)]
        assert [edit.original for edit in edits] == [(Splice(22, 22, "1"),), (Splice(48, 48, "2"),)] or [
            applied(FILES["a.py"], edit.original) for edit in edits
        ] == [FILES["a.py"].replace("1\n", "11\n"), FILES["a.py"].replace("2\n", "22\n")]
        done = events[-1]
        assert isinstance(done, Done)
        assert done.changes == {"a.py": FILES["a.py"].replace("1\n", "11\n").replace("2\n", "22\n")}
        assert done.diff.startswith("diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@")
        assert list(done.timings_ms) == ["context", "connect", "queue", "first_token", "decode", "apply", "total"]
        assert sum(done.timings_ms.values()) == pytest.approx(2 * done.timings_ms["total"])
        assert done.usage.completion_tokens > 0


def applied(text: str, splices: tuple[Splice, ...]) -> str:
    for each in reversed(splices):
        text = text[: each.start] + each.text + text[each.end :]
    return text


async def test_an_unsaved_buffer_is_what_is_patched(tmp_path: Path) -> None:
    text = "def one():\n    return 111\n"
    task = Task("change", Focus("a.py"), texts={"a.py": text}, versions={"a.py": 7})
    async with scene(tmp_path, FILES, [Script(otherwise=block("a.py", "    return 111\n", "    return 0\n"))]) as stage:
        events = await stage.run(task)
        assert [event.version for event in events if isinstance(event, EditReady)] == [7]
        assert isinstance(events[-1], Done)
        assert events[-1].changes == {"a.py": "def one():\n    return 0\n"}


async def test_the_model_is_told_the_place_and_what_is_reported_there(tmp_path: Path) -> None:
    task = Task("change", Focus("a.py", 6, 6), diagnostics=("line 6: too small",))
    said = (
        "In a.py, in two, line 6, about this:\n```\n    return 2\n```\n\nchange\n\nReported there:\n- line 6: too small"
    )
    async with scene(tmp_path, FILES, [Script(otherwise=TWO)]) as stage:
        assert await stage.told(task) == ["route one", "edit a.py", "done a.py"]
        assert stage.endpoints[0].asked[0].body["messages"][-1]["content"].endswith(f"{said}\n")


async def test_a_refused_edit_is_asked_again_with_the_true_lines(tmp_path: Path) -> None:
    wrong = block("a.py", "    return one\n", "    return 11\n")
    script = Script(replies=(ScriptedReply("was not applied", ONE), ScriptedReply("", wrong + TWO)))
    async with scene(tmp_path, FILES, [script]) as stage:
        assert await stage.told(WHOLE_FILE) == [
            "route one",
            "refused a.py",
            "edit a.py",
            "repair 1",
            "edit a.py",
            "done a.py",
        ]
        again = stage.endpoints[0].asked[1].body["messages"]
        assert [message["role"] for message in again] == ["system", "user", "assistant", "user"]


async def test_what_stays_refused_leaves_everything_as_it_was(tmp_path: Path) -> None:
    wrong = block("a.py", "    return one\n", "    return 11\n")
    told = ["route one", "refused a.py", "edit a.py", "repair 1", "refused a.py", "edit a.py"]
    script = Script(replies=(ScriptedReply("was not applied", wrong), ScriptedReply("", wrong + TWO)))
    async with scene(tmp_path, FILES, [script]) as stage:
        events = await stage.run(WHOLE_FILE)
        final = [event for event in events if isinstance(event, EditRefused) and event.final]
        assert len(final) == 1
        assert isinstance(events[-1], Failed)
        assert events[-1].kind == "nothing"
        assert "--partial" in events[-1].message
        assert len(stage.endpoints[0].asked) == 3, told


async def test_partial_keeps_the_rest(tmp_path: Path) -> None:
    wrong = block("a.py", "    return one\n", "    return 11\n")
    task = Task("change", Focus("a.py"), partial=True)
    script = Script(replies=(ScriptedReply("was not applied", wrong), ScriptedReply("", wrong + TWO)))
    async with scene(tmp_path, FILES, [script]) as stage:
        last = (await stage.run(task))[-1]
        assert isinstance(last, Done)
        assert (last.changes, len(last.refused)) == ({"a.py": FILES["a.py"].replace("2\n", "22\n")}, 1)


async def test_a_syntax_error_is_sent_back(tmp_path: Path) -> None:
    broken = block("a.py", "    return 1\n", "    return (1\n")
    script = Script(replies=(ScriptedReply("syntax error", ONE), ScriptedReply("", broken)))
    await check(tmp_path, [script], ["route one", "refused a.py", "repair 1", "edit a.py", "done a.py"])


async def test_an_unchanged_reply_is_asked_again_and_then_no_patch(tmp_path: Path) -> None:
    same = block("a.py", "    return 1\n", "    return 1\n")
    await check(tmp_path, [Script(otherwise=same)], ["route one", "repair 1", "repair 2", "failed nothing"])


@pytest.mark.parametrize(
    "fault", [Fault("status", status=500), Fault("queue"), Fault("cut", after=0), Fault("error-200", status=503)]
)
async def test_the_next_endpoint_takes_over_before_the_first_token(tmp_path: Path, fault: Fault) -> None:
    scripts = [Script(faults=(fault,)), Script(otherwise=ONE)]
    async with scene(tmp_path, FILES, scripts) as stage:
        events = await stage.run(WHOLE_FILE)
        routes = [event for event in events if isinstance(event, Routed)]
        assert [route.endpoint for route in routes] == ["one", "two"]
        assert "one: " in routes[1].reason
        assert isinstance(events[-1], Done)


async def test_a_stream_that_breaks_keeps_its_hunks_and_only_the_rest_is_asked(tmp_path: Path) -> None:
    scripts = [Script(otherwise=ONE + TWO, faults=(Fault("error-chunk", after=40),)), Script(otherwise=TWO)]
    async with scene(tmp_path, FILES, scripts) as stage:
        events = await stage.run(WHOLE_FILE)
        assert [event.path for event in events if isinstance(event, EditReady)] == ["a.py", "a.py"]
        assert isinstance(events[-1], Done)
        assert events[-1].changes == {"a.py": FILES["a.py"].replace("1\n", "11\n").replace("2\n", "22\n")}
        asked = str(stage.endpoints[1].asked[0].body["messages"])
        assert "return 11" in asked
        assert "still missing" in asked


async def test_every_endpoint_down(tmp_path: Path) -> None:
    down = Script(faults=(Fault("status", status=500),))
    async with scene(tmp_path, FILES, [down, down]) as stage:
        last = (await stage.run(WHOLE_FILE))[-1]
        assert isinstance(last, Failed)
        assert (last.kind, [name for name, _ in last.tried]) == ("endpoint", ["one", "two"])
        assert "one: " in last.message
        assert "two: " in last.message


async def test_a_context_too_large_for_the_first_goes_to_the_second_unasked(tmp_path: Path) -> None:
    files = {"a.py": FILES["a.py"] + "\n".join(f"VALUE_{number} = {number}" for number in range(900)) + "\n"}
    scripts = [Script(window=2048, otherwise=ONE), Script(window=32768, otherwise=ONE)]
    async with scene(tmp_path, files, scripts) as stage:
        assert await stage.told(WHOLE_FILE) == ["route two", "edit a.py", "done a.py"]
        assert stage.endpoints[0].asked == []


async def test_a_reply_cut_at_its_limit_is_continued(tmp_path: Path) -> None:
    async with scene(
        tmp_path, FILES, [Script(replies=(ScriptedReply("still missing", TWO),), otherwise=ONE + TWO)], max_output=60
    ) as stage:
        events = await stage.run(WHOLE_FILE)
        assert isinstance(events[-1], (Done, Failed))
        assert len(stage.endpoints[0].asked) > 1


async def test_a_new_file_and_a_deleted_one(tmp_path: Path) -> None:
    reply = "*** Begin Patch\n*** Add File: c.py\n+X = 1\n*** Delete File: b.py\n*** End Patch\n"
    async with scene(tmp_path, FILES, [Script(otherwise=reply)], reply="apply-patch") as stage:
        last = (await stage.run(Task("tidy")))[-1]
        assert isinstance(last, Done)
        assert last.changes == {"b.py": None, "c.py": "X = 1\n"}


async def test_an_existing_file_that_may_not_be_read_is_not_created_anew(tmp_path: Path) -> None:
    files = {**FILES, ".env": "TOKEN=1\n"}
    reply = "*** Begin Patch\n*** Add File: .env\n+TOKEN=2\n*** End Patch\n"
    async with scene(tmp_path, files, [Script(otherwise=reply)], reply="apply-patch") as stage:
        last = (await stage.run(Task("tidy")))[-1]
        assert isinstance(last, Failed)
        assert last.kind == "nothing"


async def test_leaving_closes_the_stream(tmp_path: Path) -> None:
    async with scene(tmp_path, FILES, [Script(otherwise=ONE + "x " * 4000, rate=200)]) as stage:
        await leave_after_first_edit(stage)
        endpoint = stage.endpoints[0]
        await asyncio.wait_for(endpoint.until(lambda: all(each.done for each in endpoint.asked)), 100)
        assert [each.closed for each in endpoint.asked] == ["client"]


async def leave_after_first_edit(stage: Scene) -> None:
    async with stage.engine.patch(WHOLE_FILE) as events:
        async for event in events:
            if isinstance(event, EditReady):
                return


async def test_an_empty_instruction(tmp_path: Path) -> None:
    await check(tmp_path, [Script()], ["failed usage"], task=Task("  "))


async def test_a_whole_reply_rewrites_the_function_that_is_named(tmp_path: Path) -> None:
    async with scene(
        tmp_path, FILES, [Script(otherwise="```python\ndef two():\n    return 22\n```\n")], reply="whole"
    ) as stage:
        last = (await stage.run(Task("let two return 22", Focus("a.py"))))[-1]
        assert isinstance(last, Done)
        assert last.changes == {"a.py": FILES["a.py"].replace("2\n", "22\n")}
        prompt = stage.endpoints[0].asked[0].body["messages"][-1]["content"]
        assert prompt.endswith("let two return 22\n\nAnswer with the complete new `two` in one ```python fence.\n")


async def test_prompts_of_one_file_share_a_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PRESETS, "vllm", replace(PRESETS["vllm"], cache_key=True))
    async with scene(tmp_path, FILES, [Script(otherwise=ONE)]) as stage:
        for task in (WHOLE_FILE, Task("again", Focus("a.py", 5, 6)), Task("change", Focus("b.py"))):
            await stage.run(task)
        first, second, other = (each.body["prompt_cache_key"] for each in stage.endpoints[0].asked[:3])
        assert first == second != other
        assert not any(name in key for key in (first, other) for name in ("a.py", "b.py"))


@pytest.mark.parametrize("partial", [False, True])
async def test_drafts_before_the_end_of_reasoning_are_no_patch(tmp_path: Path, partial: bool) -> None:
    task = Task("change", Focus("a.py"), partial=partial)
    script = Script(replies=(ScriptedReply("", f"{ONE}</think>\n\n{TWO}"),))
    async with scene(tmp_path, FILES, [script]) as stage:
        last = (await stage.run(task))[-1]
        assert isinstance(last, Failed)
        assert "run the command again" in last.message
