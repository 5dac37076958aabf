"""A terminal shows what files, names, replies and endpoints hold, and obeys none of it."""

import asyncio
import os
import pty
import re
from pathlib import Path

import pytest
from tests.cli.desk import DARNER, Desk, Ran
from tests.cli.test_patch import config

from darner_clients.testing import Script, ScriptedEndpoint
from darner_server.display_text import visible

ODD = "\x1b]0;owned\x07\x9b2J\x1b[1A\x08\u202egpj\u2066\u200b\U000e0041"
SHOWN = visible(ODD)
TOML = "".join(f"\\U{ord(each):08x}" for each in ODD)
OURS = re.compile(r"\x1b\[[0-9;]*m")  # colours
EVIL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e\u2066\u200b\U000e0041]|\r(?!\n)")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def on_terminal(desk: Desk, *arguments: str) -> Ran:
    """Run with stdout on a terminal."""
    (desk.folder / "home").mkdir(exist_ok=True)
    terminal, end = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        DARNER, *arguments, cwd=desk.root, env=desk.environ(TERM="xterm"), stdin=end, stdout=end, stderr=-1
    )
    os.close(end)
    assert process.stderr is not None
    out, err = await asyncio.gather(asyncio.to_thread(_read, terminal), process.stderr.read())
    return Ran(await process.wait(), out.decode(), err.decode())


def _read(terminal: int) -> bytes:
    data = b""
    with open(terminal, "rb", buffering=0) as file:
        while True:
            try:
                some = file.read(65_536)
            except OSError:  # the other end is closed
                return data
            if not some:
                return data
            data += some


def edit(path: str, before: str, after: str) -> str:
    return f"{path}\n```\n<<<<<<< SEARCH\n{before}\n=======\n{after}\n>>>>>>> REPLACE\n```\n"


def check(ran: Ran, code: int = 0) -> None:
    said = OURS.sub("", ran.out) + ran.err
    assert (ran.code, EVIL.findall(said)) == (code, []), said
    assert SHOWN in said


async def test_a_diff(desk: Desk) -> None:
    """The characters are in the file already: an edit brings none of them into a file."""
    desk.put({"a.py": f"x = 1\n# {ODD}\n"})
    (desk.folder / "reply.md").write_text(edit("a.py", "x = 1", f"x = '{ODD}'"))
    check(await on_terminal(desk, "apply", "../reply.md"))


async def test_a_diff_in_a_pipe_is_as_it_is(desk: Desk) -> None:
    desk.put({"a.py": f"x = 1\n# {ODD}\n"})
    ran = await desk.run("apply", "-", stdin=edit("a.py", "x = 1", f"x = '{ODD}'"))
    assert (ran.code, f"+x = '{ODD}'\n" in ran.out, EVIL.findall(ran.err)) == (0, True, [])


async def test_the_nearest_lines_of_a_refusal(desk: Desk) -> None:
    desk.put({"a.py": f"def one():\n    x = 1  # {ODD}\n    return x\n"})
    ran = await desk.run("apply", "-", stdin=edit("a.py", "def one():\n    x = 11\n    return x", "y"))
    check(ran, 1)


async def test_context_of_a_file_with_an_odd_name(desk: Desk) -> None:
    desk.put({"a.py": f"x = 1  # {ODD}\n"})
    check(await on_terminal(desk, "context", "a.py"))
    check(await desk.run("context", f"{ODD}.py"), 2)


async def test_a_wrong_key_of_a_repository(desk: Desk) -> None:
    desk.put({"a.py": "x = 1\n", ".darner.toml": f'"{TOML}" = 1\n'})
    check(await desk.run("context", "a.py"), 2)


async def test_what_a_repository_tells_the_model_and_runs(desk: Desk) -> None:
    desk.put({"a.py": "x = 1\n", ".darner.toml": f'instructions = "{TOML}"\ncheck = "env; false # {TOML}"\n'})
    async with ScriptedEndpoint(Script(otherwise=edit("a.py", "x = 1", "x = 2"))) as server:
        given = ("patch", "count", "a.py", "--apply", "--check", "--trust", "--config", config(desk, server))
        keys = dict.fromkeys(("CI_TOKEN", "PGPASSWORD", "NPM_CONFIG__AUTH", "A_KEY_2"), "hunter2")
        ran = await desk.run(*given, **keys, PROXY="http://u:hunter2@h", CI="1")
    check(ran, 1)
    assert f".darner.toml instructs the model: {SHOWN}" in ran.err
    assert f"check: env; false # {SHOWN}\n" in ran.err
    assert ("hunter2" in ran.err, "CI=1" in ran.err) == (False, True)


async def test_instructions_are_told_with_the_context_too(desk: Desk) -> None:
    desk.put({"a.py": "x = 1\n", ".darner.toml": 'instructions = """be\nbrief"""\n'})
    for more in ((), ("--json",)):
        ran = await desk.run("context", "a.py", *more)
        assert (ran.code, ".darner.toml instructs the model: be brief\n" in ran.err) == (0, True), ran.err


async def test_an_endpoint_s_error(desk: Desk) -> None:
    desk.put({"a.py": "x = 1\n"})
    async with ScriptedEndpoint(Script(otherwise=edit(f"{ODD}.py", "x", "y"))) as server:
        ran = await desk.run("patch", "count", "a.py", "--config", config(desk, server))
    assert (ran.code, EVIL.findall(ran.err)) == (1, [])
