"""`darner patch --check --drafts`: the real command, endpoints and checks."""

import asyncio
from pathlib import Path

import pytest
from tests.cli.desk import Desk

from darner_clients.testing import Fault, Script, ScriptedEndpoint, ScriptedReply

FILES = {"a.py": "def one():\n    return 1\n", ".darner.toml": "check = 'grep -q \"return 2\" a.py'\n"}
GIVEN = ("patch", "return two", "a.py", "--check", "--trust", "--apply", "--check-seconds", "0")


def reply(new: str) -> str:
    return f"a.py\n```\n<<<<<<< SEARCH\n    return 1\n=======\n    return {new}\n>>>>>>> REPLACE\n```\n"


def config(desk: Desk, *servers: ScriptedEndpoint) -> tuple[str, str]:
    path = desk.folder / "endpoints.toml"
    path.write_text(
        "hedge = false\n"
        + "".join(
            f'[[endpoints]]\nname = "{name}"\nkind = "vllm"\nbase_url = "{server.url}"\nmodel = "scripted"\nreply = "search-replace"\n'
            for name, server in zip("abc", servers, strict=False)
        )
    )
    return "--config", str(path)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    found = Desk(tmp_path)
    found.put(FILES)
    return found


async def test_the_first_that_passes_wins_and_the_others_end(desk: Desk) -> None:
    endless = Script(otherwise=reply("2"), faults=(Fault("silence", after=300),))
    async with (
        ScriptedEndpoint(Script(otherwise=reply("3"))) as bad,
        ScriptedEndpoint(Script(otherwise=reply("2"), faults=(Fault("pause", text="REPLAC"),))) as good,
        ScriptedEndpoint(endless) as slow,
    ):
        running = asyncio.ensure_future(desk.run(*GIVEN, "--drafts", "3", "--json", *config(desk, bad, good, slow)))
        await slow.until(lambda: bool(slow.asked))
        good.resume()
        found = await running
        await slow.until(lambda: all(each.closed for each in slow.asked))
        assert [len(server.asked) for server in (bad, good, slow)] == [1, 1, 1]
    assert found.code == 0, found.err
    assert (desk.root / "a.py").read_text() == "def one():\n    return 2\n"
    ending = [each for each in found.events if each["event"] in {"drafts", "done", "error"}]
    assert [each["event"] for each in ending] == ["drafts", "done"]
    assert (ending[0]["chosen"], ending[0]["of"], ending[0]["why"]) == (2, 3, "it passed the checks")
    assert [each["endpoint"] for each in ending[0]["drafts"]][:2] == ["a", "b"]
    assert "draft 2 of 3 (b) was chosen: it passed the checks; draft 1: " in found.err
    assert {each["draft"] for each in found.events if each["event"] in {"edit", "checked"}} >= {2}
    times = ending[1]["timings_ms"]
    assert abs(sum(times.values()) - 2 * times["total"]) <= 0.05 * times["total"]


async def test_drafts_of_one_endpoint_begin_alike_and_are_sampled(desk: Desk) -> None:
    replies = (ScriptedReply("return two", reply("3"), times=1), ScriptedReply("return two", reply("4"), times=1))
    async with ScriptedEndpoint(Script(replies=replies, otherwise=reply("5"))) as server:
        found = await desk.run(*GIVEN, "--drafts=3", *config(desk, server))
        assert [each.body["temperature"] for each in server.asked] == [0.0, 0.8, 0.8]
        assert len({each.body["messages"][0]["content"] for each in server.asked}) == 1
    assert found.code == 1, found.err
    assert "draft 1 of 3 (a) was chosen: it came first; draft 2: " in found.err
    assert "+    return 3\n" in found.out
    assert (desk.root / "a.py").read_text() == FILES["a.py"]


async def test_no_quota_for_more_is_a_reason(desk: Desk) -> None:
    script = Script(otherwise=reply("3"), dialect="cerebras", requests_per_minute=1)
    async with ScriptedEndpoint(script) as server:
        found = await desk.run(*GIVEN, "--drafts", "2", *config(desk, server))
        assert len(server.asked) == 1
    assert found.code == 1
    only = (
        "draft 1 of 2 (a) was chosen: it is the only one; draft 2: no patch (no endpoint could serve this: a: no quota"
    )
    assert only in found.err


async def test_an_interrupted_draft_closes_its_sockets(desk: Desk) -> None:
    endless = Script(otherwise=reply("2"), faults=(Fault("pause", text="REPLAC"),))
    async with ScriptedEndpoint(endless) as server:
        process = await desk.start(*GIVEN, "--drafts", "3", *config(desk, server))
        await server.until(lambda: len(server.asked) == 3)
        process.terminate()
        out, err = await process.communicate()
        await server.until(lambda: all(each.closed == "client" for each in server.asked))
    assert (process.returncode, out) == (130, b""), err
    assert not list((desk.folder / "home").rglob("checks/*"))
    assert (desk.root / "a.py").read_text() == FILES["a.py"]


async def test_drafts_without_a_check_are_refused(desk: Desk) -> None:
    for number in ("3", "auto"):
        found = await desk.run("patch", "return two", "a.py", "--drafts", number)
        assert (found.code, found.out) == (2, "")
        assert "--drafts: several drafts need --check" in found.err
