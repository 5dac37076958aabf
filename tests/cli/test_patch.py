import asyncio
import json
import signal
from pathlib import Path

import pytest
from tests.cli.desk import Desk

from darner_clients.testing import Fault, Script, ScriptedEndpoint, ScriptedReply

FILES = {"a.py": "def one():\n    return 1\n", "b.py": "from a import one\n"}
REPLY = "a.py\n```\n<<<<<<< SEARCH\n    return 1\n=======\n    return 2\n>>>>>>> REPLACE\n```\n"
NEW = {**{name: text.encode() for name, text in FILES.items()}, "a.py": b"def one():\n    return 2\n"}
DIFF = """\
diff --git a/a.py b/a.py
--- a/a.py
+++ b/a.py
@@ -1,2 +1,2 @@
 def one():
-    return 1
+    return 2
"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    made.put(FILES)
    return made


def config(desk: Desk, *servers: ScriptedEndpoint) -> str:
    """An endpoints file for the servers, named one, two, …"""
    names = ("one", "two")
    rows = [
        f'[[endpoints]]\nname = "{name}"\nkind = "vllm"\nbase_url = "{server.url}"\nmodel = "scripted"\n'
        for name, server in zip(names, servers, strict=False)
    ]
    path = desk.folder / "endpoints.toml"
    path.write_text("\n".join(rows))
    return str(path)


async def test_a_diff_on_stdout_and_nothing_written(desk: Desk) -> None:
    async with ScriptedEndpoint(Script(otherwise=REPLY)) as server:
        ran = await desk.run("patch", "return two", "a.py", "--config", config(desk, server))
    assert (ran.code, ran.out) == (0, DIFF)
    assert "one" in ran.err
    assert "would change" in ran.err
    assert desk.texts() == {name: text.encode() for name, text in FILES.items()}


async def test_notes_and_details(desk: Desk) -> None:
    """-q leaves the diff only; -v adds what is sent, and why."""
    async with ScriptedEndpoint(Script(otherwise=REPLY)) as scripted:
        arguments = ("patch", "change", "a.py", "--config", config(desk, scripted))
        quiet = await desk.run(*arguments, "-q")
        verbose = await desk.run(*arguments, "-v")
    assert (quiet.code, quiet.out, quiet.err) == (0, DIFF, "")
    assert (verbose.code, verbose.out, "context: a.py:1-" in verbose.err) == (0, DIFF, True), verbose.err


async def test_apply_writes(desk: Desk) -> None:
    async with ScriptedEndpoint(Script(otherwise=REPLY)) as server:
        ran = await desk.run("patch", "return two", "a.py:1-2", "--apply", "--config", config(desk, server))
    assert (ran.code, ran.out) == (0, DIFF)
    assert desk.texts() == NEW


async def test_events(desk: Desk) -> None:
    async with ScriptedEndpoint(Script(otherwise=REPLY)) as server:
        ran = await desk.run("patch", "return two", "a.py", "--json", DARNER_CONFIG=config(desk, server))
    assert [event["event"] for event in ran.events] == ["context", "route", "edit", "done"]
    route, done = ran.events[1], ran.events[-1]
    assert {"endpoint", "reason", "prompt_tokens", "window"} <= route.keys()
    assert done["diff"] == DIFF
    assert set(done["timings_ms"]) >= {"context", "connect", "first_token", "decode", "apply", "total"}
    assert done["usage"]["completion_tokens"] > 0
    assert ran.err == ""


async def test_the_instruction_from_stdin(desk: Desk) -> None:
    async with ScriptedEndpoint(Script(otherwise=REPLY)) as server:
        ran = await desk.run("patch", "-", "a.py", "--config", config(desk, server), stdin="return two\n")
        assert "return two" in str(server.asked[0].body["messages"])
    assert (ran.code, ran.out) == (0, DIFF)


async def test_the_whole_workspace(desk: Desk) -> None:
    async with ScriptedEndpoint(Script(otherwise=REPLY)) as server:
        ran = await desk.run("patch", "let one return two", "--config", config(desk, server))
    assert (ran.code, ran.out) == (0, DIFF)


async def test_code_that_the_model_requests_is_shown(desk: Desk) -> None:
    long = "".join(f"def step_{number}(one):\n    return one + {number}\n\n\n" for number in range(1_200))
    desk.put({"c.py": f"{long}def last():\n    return 1\n"})
    requests = ScriptedReply("", "NEED c.py::last\nNEED .env\nNEED \x1b[31mx.py\n")
    script = Script(replies=(ScriptedReply("The code that you requested", REPLY), requests), window=60_000)
    async with ScriptedEndpoint(script) as server:
        ran = await desk.run("patch", "let one return two, as step_7 does", "--config", config(desk, server))
    assert (ran.code, ran.out) == (0, DIFF), ran.err
    assert "also: c.py::last, requested by the model\n" in ran.err
    assert "not shown to the model: .env: it may contain secrets\n" in ran.err
    assert "\x1b[31m" not in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["patch"], "the instruction is empty"),
        (["patch", "  ", "a.py"], "the instruction is empty"),
        (["patch", "x", "none.py"], "none.py: there is no such file"),
        (["patch", "a.py", "rename it"], 'a.py: is a file, and the instruction comes first: darner patch "'),
        (["patch", "a.py:1-2"], 'darner patch "what to change" a.py:1-2'),
        (["patch", "x", "sub"], "sub: is a folder"),
        (["patch", "x", "../home"], "../home: is outside the workspace"),
        (["patch", "x", "a.py:9-12"], "a.py has only 2 lines"),
        (["patch", "x", "a.py:2-1"], "FIRST must not be after LAST"),
        (["patch", "x", "binary.py"], "binary.py: it is binary"),
        (["patch", "x", "latin.py"], "latin.py: it is not UTF-8"),
        (["patch", "x", ".env"], ".env: it may contain secrets"),
        (["patch", "x", "--root", "nowhere"], "--root nowhere: there is no such folder"),
        (["patch", "x", "--root", "empty"], "contains no source files"),
        (["patch", "x", "--config", "none.toml"], "there is no such settings file"),
        (["patch", "x", "--colour"], "No such option"),
        (["context", "a.py", "--budget", "-5"], "Invalid value for '--budget': "),
        (["context"], "name a place"),
        (["context", "none.py"], "none.py: there is no such file"),
        (["apply"], "name a file that contains the reply"),
        (["apply", "none.md"], "none.md: no such file or directory"),
        (["serve", "--tcp", "nowhere"], "--tcp must be HOST:PORT"),
        (["model", "pull", "gpt-9"], "gpt-9 is not a known model"),
        (["frobnicate"], "No such command"),
    ],
)
async def test_bad_input_is_told_in_a_sentence(desk: Desk, arguments: list[str], said: str) -> None:
    more: dict[str, str | bytes] = {
        "binary.py": b"\x00\x01",
        "latin.py": b"x = '\xe9'\n",
        ".env": "K=1\n",
        "sub/c.py": "",
    }
    desk.put({**more, "empty/notes.xyz": "nothing"})
    before = desk.texts()
    ran = await desk.run(*arguments)
    assert (ran.code, ran.out) == (2, ""), ran
    assert said in ran.err
    assert desk.texts() == before


async def test_bad_input_as_an_event(desk: Desk) -> None:
    ran = await desk.run("patch", "x", "none.py", "--json")
    assert (ran.code, [event["event"] for event in ran.events]) == (2, ["error"])
    assert ran.err == f"darner: {ran.events[0]['message']}\n"


@pytest.mark.parametrize(
    "reply", ["I would rather not.", REPLY.replace("return 2", "return 1"), REPLY.replace("return 1", "yield")]
)
async def test_no_usable_edit(desk: Desk, reply: str) -> None:
    async with ScriptedEndpoint(Script(otherwise=reply)) as server:
        ran = await desk.run("patch", "x", "a.py", "--apply", "--config", config(desk, server))
    assert (ran.code, ran.out) == (1, "")
    assert desk.texts() == {name: text.encode() for name, text in FILES.items()}


async def test_no_endpoint(desk: Desk) -> None:
    async with (
        ScriptedEndpoint(Script()) as one,
        ScriptedEndpoint(Script(faults=(Fault("status", status=503),))) as two,
    ):
        file = config(desk, one, two)
        await one.stop()
        ran = await desk.run("patch", "x", "a.py", "--config", file)
    assert (ran.code, ran.out) == (3, "")
    assert "one: " in ran.err
    assert "two: " in ran.err


async def test_an_interrupt(desk: Desk) -> None:
    async with ScriptedEndpoint(Script(otherwise=REPLY + "x " * 9999, rate=100)) as server:
        process = await desk.start("patch", "x", "a.py", "--apply", "--config", config(desk, server))
        await asyncio.wait_for(server.until(lambda: bool(server.asked)), 100)
        process.send_signal(signal.SIGINT)
        out, err = await process.communicate()
        assert (process.returncode, out) == (130, b"")
        assert b"Traceback" not in err
        assert b"interrupted; no file is half written" in err
        await asyncio.wait_for(server.until(lambda: all(each.done for each in server.asked)), 100)
    assert desk.texts() == {name: text.encode() for name, text in FILES.items()}


async def test_other_encodings_are_kept_byte_for_byte(desk: Desk) -> None:
    desk.put({"a.py": b"\xef\xbb\xbfdef one():\r\n    return 1\r\nx = '\xf0\x9f\x8e\x89'"})
    async with ScriptedEndpoint(Script(otherwise=REPLY)) as server:
        ran = await desk.run("patch", "return two", "a.py", "--apply", "--config", config(desk, server))
    assert ran.code == 0, ran.err
    assert desk.texts()["a.py"] == b"\xef\xbb\xbfdef one():\r\n    return 2\r\nx = '\xf0\x9f\x8e\x89'"


async def test_a_coding_line(desk: Desk) -> None:
    desk.put({"a.py": b"# -*- coding: latin-1 -*-\ndef one():\n    return 1\nx = '\xe9'\n"})
    async with ScriptedEndpoint(Script(otherwise=REPLY)) as server:
        ran = await desk.run("patch", "return two", "a.py", "--apply", "--config", config(desk, server))
    assert ran.code == 0, ran.err
    assert desk.texts()["a.py"] == b"# -*- coding: latin-1 -*-\ndef one():\n    return 2\nx = '\xe9'\n"


async def test_an_unset_key(desk: Desk) -> None:
    (desk.folder / "c.toml").write_text(
        '[[endpoints]]\nname = "c"\nkind = "cerebras"\nbase_url = "http://127.0.0.1:9/v1"\nmodel = "m"\napi_key_env = "NO_KEY"\n'
    )
    ran = await desk.run("patch", "x", "a.py", "--config", str(desk.folder / "c.toml"))
    assert ran.code == 3
    assert "c.toml:6: the variable NO_KEY is not set" in ran.err
    assert (await desk.run("context", "a.py", "--config", str(desk.folder / "c.toml"))).code == 0


@pytest.mark.parametrize(
    ("script", "code", "said"),
    [
        (Script(faults=(Fault("status", status=400, text="the hamster sleeps"),)), 3, "the hamster sleeps"),
        (Script(otherwise=""), 3, "the reply was empty"),
        (Script(otherwise="I would rather not."), 1, "its reply: I would rather not."),
        (Script(otherwise=REPLY, replies=(ScriptedReply("", REPLY, reason="content_filter"),)), 1, "'content_filter'"),
    ],
    ids=["refused", "empty", "words", "filtered"],
)
async def test_a_failure_is_a_sentence_with_json_too(desk: Desk, script: Script, code: int, said: str) -> None:
    async with ScriptedEndpoint(script) as server:
        ran = await desk.run("patch", "x", "a.py", "--json", DARNER_CONFIG=config(desk, server))
    assert ran.code == code
    last = json.loads(ran.out.rstrip("\n").rpartition("\n")[2])
    assert (last["event"], said in last["message"]) == ("error", True), last
    assert f"darner: {last['message']}" in ran.err


async def test_a_prompt_that_seems_cut_short_is_warned_of(desk: Desk) -> None:
    desk.put({"a.py": FILES["a.py"] + "".join(f"VALUE_{number} = {number * 7919}\n" for number in range(400))})
    script = Script(otherwise=REPLY, window=65_536, count=lambda text: 1 + len(text) // 60)
    async with ScriptedEndpoint(script) as server:
        ran = await desk.run("patch", "x", "a.py", "--json", DARNER_CONFIG=config(desk, server))
    assert ran.code == 0
    assert "it may have cut the prompt silently" in ran.err
    assert '"event":"warning"' in ran.out


async def test_what_is_waited_for_is_said_where_no_terminal_shows_it(desk: Desk) -> None:
    busy = Fault("status", status=503, retry_after="0.6", times=1, text="busy")
    for more in ((), ("--json",)):
        async with ScriptedEndpoint(Script(otherwise=REPLY, faults=(busy,))) as server:
            ran = await desk.run("patch", "return two", "a.py", "--config", config(desk, server), *more)
        said = [line for line in ran.err.split("\n") if line.startswith("waiting: ")]
        assert (ran.code, len(said)) == (0, 1), ran.err
        assert said[0].startswith("waiting: one: failed (503): ")
        assert said[0].endswith("; retrying in 0.6 s")


async def test_no_patch_waits_long_for_quota(desk: Desk) -> None:
    script = Script(otherwise=REPLY, requests_per_minute=1)
    async with ScriptedEndpoint(script) as server:
        arguments = ("patch", "return two", "a.py", "--config", config(desk, server))
        assert (await desk.run(*arguments)).code == 0
        ran = await desk.run(*arguments)
        assert ran.code == 3, ran.err
        assert "one: no quota for " in ran.err or "one: over quota" in ran.err, ran.err
