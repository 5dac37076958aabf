import json
import os
from pathlib import Path

import pytest
from tests.cli.desk import Desk
from tests.cli.test_patch import DIFF, FILES, NEW, REPLY, config

from darner_clients.testing import Script, ScriptedEndpoint


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    made.put(FILES)
    return made


async def test_version_and_help(desk: Desk) -> None:
    assert (await desk.run("--version")).out == "darner 0.1.0\n"
    for command in ("patch", "apply", "context", "doctor", "model", "serve", "init", "login", "logout"):
        ran = await desk.run(command, "--help")
        assert (ran.code, "Usage: darner " in ran.out, ran.err) == (0, True, "")


@pytest.mark.parametrize(
    ("argument", "stdin", "code", "said"),
    [
        ("none.md", "", 2, "none.md: no such file or directory"),
        (".", "", 2, ".: is a directory"),
        ("", "", 2, "the name of the reply's file is empty; name one, or - to read it from stdin"),
        ("-", b"\xff\xfe", 2, "stdin: is not UTF-8 text (byte 1); save the reply as UTF-8"),
        ("-", "I would not change it.", 1, "rejected: (no file named): the reply contains no edit"),
    ],
)
async def test_replies_that_cannot_be_applied(
    desk: Desk, argument: str, stdin: str | bytes, code: int, said: str
) -> None:
    before = desk.texts()
    ran = await desk.run("apply", argument, "--apply", stdin=stdin)
    assert (ran.code, ran.out, said in ran.err) == (code, "", True), ran.err
    assert desk.texts() == before


async def test_a_reply_from_stdin(desk: Desk) -> None:
    ran = await desk.run("apply", "-", stdin=REPLY)
    assert (ran.code, ran.out) == (0, DIFF)
    assert desk.texts() == {name: text.encode() for name, text in FILES.items()}


async def test_a_reply_from_a_file_applied(desk: Desk) -> None:
    (desk.folder / "reply.md").write_text(f"Sure!\n\n{REPLY}\nDone.\n")
    ran = await desk.run("apply", "../reply.md", "--apply")
    assert (ran.code, ran.out) == (0, DIFF)
    assert desk.texts() == NEW


async def test_a_refused_reply(desk: Desk) -> None:
    bad = REPLY.replace("return 1", "return one")
    ran = await desk.run("apply", "-", "--apply", stdin=REPLY + bad)
    assert (ran.code, ran.out) == (1, "")
    assert "rejected: a.py: " in ran.err
    assert desk.texts() == {name: text.encode() for name, text in FILES.items()}
    assert (await desk.run("apply", "-", "--apply", "--partial", stdin=bad + REPLY)).code == 0
    assert desk.texts() == NEW


async def test_edits_are_checked_one_by_one_only_where_the_result_has_syntax_errors(desk: Desk) -> None:
    opened = REPLY.replace("    return 2", "    return (2")
    closed = REPLY.replace("    return 1", "    return (2").replace("    return 2\n", "    return (2)\n")
    ran = await desk.run("apply", "-", stdin=opened + closed)
    assert (ran.code, "+    return (2)\n" in ran.out) == (0, True), ran.err
    ran = await desk.run("apply", "-", "--apply", "--partial", stdin=opened + REPLY)
    assert ("it would add a syntax error" in ran.err, ran.err.count("rejected:"), desk.texts()) == (True, 1, NEW)


async def test_drafts_before_a_late_end_of_reasoning_are_no_patch(desk: Desk) -> None:
    ran = await desk.run("apply", "-", "--apply", "--partial", stdin=f"{REPLY}</think>\n\nNothing needs to change.\n")
    assert (ran.code, ran.out) == (1, "")
    assert "run the command again" in ran.err
    assert desk.texts() == {name: text.encode() for name, text in FILES.items()}


@pytest.mark.parametrize("path", [".env", "../out.py", "/etc/hosts", ".git/config", ".git/hooks/pre-commit"])
async def test_a_reply_that_reaches_outside(desk: Desk, path: str) -> None:
    desk.put({".env": "K=1\n", ".git/config": "[core]\n"})
    before = desk.texts()
    ran = await desk.run(
        "apply", "-", "--apply", stdin=f"*** Begin Patch\n*** Add File: {path}\n+x = 1\n*** End Patch\n"
    )
    assert (ran.code, ran.out) == (1, ""), ran
    assert desk.texts() == before


async def test_context_as_json(desk: Desk) -> None:
    ran = await desk.run("context", "b.py:1", "--json", "--budget", "500")
    answer = ran.events[0]
    assert {"tokens", "focus_tokens", "dropped", "snippets"} <= answer.keys()
    assert answer["snippets"][0].keys() >= {
        "path",
        "start_line",
        "end_line",
        "text",
        "tokens",
        "kind",
        "reasons",
        "score",
    }
    assert [snippet["path"] for snippet in answer["snippets"]] == ["a.py"]
    assert answer["tokens"] == sum(snippet["tokens"] for snippet in answer["snippets"]) <= 500


async def test_a_line_of_a_file_without_end(desk: Desk) -> None:
    desk.put({"a.py": "a = 1\n"})
    os.truncate(desk.root / "a.py", 20 << 30)
    ran = await desk.run("context", "a.py:1")
    assert (ran.code, ran.err) == (2, "darner: a.py: it is too large\n")


async def test_context_in_lines(desk: Desk) -> None:
    asked = [
        {"path": "b.py", "line": 1, "budget": 500},
        {"path": "b.py", "line": 1, "hide_to_line": 1, "budget": 0},
        {"instruction": "what does one return", "budget": 100},
        {"instruction": "what does one return", "budget": "auto"},
        {"path": "none.py", "budget": 100},
        {"budget": "much"},
    ]
    ran = await desk.run("context", "--jsonl", "--root", ".", stdin="\n".join(map(json.dumps, asked)) + "\nnot json\n")
    assert ran.code == 0, ran.err
    assert [event["event"] for event in ran.events] == ["context"] * 4 + ["error"] * 3
    assert ran.events[1]["snippets"] == []
    assert [event["message"].split(":")[0] for event in ran.events[4:]] == ["request 5", "request 6", "request 7"]


async def test_context_for_a_person(desk: Desk) -> None:
    ran = await desk.run("context", "b.py:1")
    assert "a.py:1-2" in ran.out
    assert "\x1b[" not in ran.out


async def test_doctor(desk: Desk) -> None:
    async with ScriptedEndpoint(Script(window=4096)) as server:
        ran = await desk.run("doctor", "--json", "--config", config(desk, server))
        words = await desk.run("doctor", "--config", config(desk, server))
    facts = ran.events[0]
    assert ran.code == 0, ran
    assert [(each["name"], each["reachable"], each["window"]) for each in facts["endpoints"]] == [("one", True, 4096)]
    assert facts["index"]["files"] == 2
    assert (words.code, "one" in words.out) == (0, True)


async def test_doctor_without_anything(desk: Desk) -> None:
    ran = await desk.run("doctor", DARNER_CACHE_DIR=str(desk.folder / "cache"))
    assert ran.code == 3
    assert "darner model pull" in ran.err


async def test_models(desk: Desk) -> None:
    ran = await desk.run("model", "list", "--json", DARNER_CACHE_DIR=str(desk.folder / "cache"))
    assert [(each["name"], each["here"]) for each in ran.events] == [
        ("qwen2.5-coder-1.5b", False),
        ("qwen2.5-coder-0.5b", False),
    ]


async def test_apply_leaves_nothing_in_the_temporary_folder(desk: Desk) -> None:
    desk.put({"a.py": "x = 1\n"})
    reply = b"a.py\n```\n<<<<<<< SEARCH\nx = 1\n=======\nx = 2\n>>>>>>> REPLACE\n```\n"
    temporary = desk.folder / "temporary"
    temporary.mkdir()
    ran = await desk.run("apply", "-", "--apply", stdin=reply, TMPDIR=str(temporary))
    assert (ran.code, list(temporary.iterdir())) == (0, [])
