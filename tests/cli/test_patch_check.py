"""`darner patch --check`: consent, evidence, repair, and that a failure loses neither the patch nor a file."""

import asyncio
import os
import secrets
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.desk import Desk, Ran
from tests.cli.test_streamed_hunks import on_terminal

from darner_clients.testing import Script, ScriptedEndpoint, ScriptedReply

FILES = {"a.py": "def one():\n    return 1\n", "b.py": "from a import one\n"}


def reply(old: str, new: str, path: str = "a.py") -> str:
    return f"{path}\n```\n<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n```\n"


GOOD = reply("    return 1", "    return 2")
BAD = reply("    return 1", "    return 3")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    found = Desk(tmp_path)
    found.put(FILES)
    return found


async def ran(desk: Desk, command: str, *flags: str, script: Script | None = None) -> Ran:
    """Patch a file with --check and the given command."""
    desk.put({".darner.toml": f"check = '''{command}'''\n"})
    async with ScriptedEndpoint(script or Script(otherwise=GOOD)) as server:
        return await desk.run("patch", "return two", "a.py", "--check", *flags, "--config", config(desk, server))


def config(desk: Desk, server: ScriptedEndpoint) -> str:
    path = desk.folder / "endpoints.toml"
    path.write_text(
        f'[[endpoints]]\nname = "one"\nkind = "vllm"\nbase_url = "{server.url}"\nmodel = "scripted"\nreply = "search-replace"\n'
    )
    return str(path)


def is_written(desk: Desk) -> bool:
    found = (desk.root / "a.py").read_text()
    assert {each.name for each in desk.root.iterdir()} == {*FILES, ".darner.toml"}
    assert (desk.root / "b.py").read_text() == FILES["b.py"]
    assert not list((desk.folder / "home").rglob("checks/*"))
    return found != FILES["a.py"]


async def test_a_patch_is_checked_after_consent_and_written_if_it_passes(desk: Desk) -> None:
    command = "echo made > made; rm b.py; grep -q 'return 2' a.py"
    first = await ran(desk, command, "--apply")
    assert (first.code, first.out) == (2, "")
    assert f"its checks have not been trusted yet: {command}; read them, and run them with --trust" in first.err
    assert not is_written(desk)
    found = await ran(desk, command, "--apply", "--trust", "--json")
    assert found.code == 0, found.err
    assert f"checks passed: {command}" in found.err
    assert is_written(desk)
    checked, done = found.events[-2:]
    assert checked.pop("seconds") > 0
    assert checked.pop("isolation") in {"namespaces", "landlock", "limits"}
    assert checked == {
        "event": "checked", "what": command, "passed": True, "before": False, "exit_code": 0, "limit": None,
        "wavers": False, "uncounted": [], "new": 0,
    }  # fmt: skip
    assert done["event"] == "done"
    times = done["timings_ms"]
    assert abs(sum(times.values()) - 2 * times["total"]) <= 0.05 * times["total"]
    assert times["check"] > 0
    changed = await ran(desk, f"{command} # changed")
    assert changed.code == 2


async def test_a_patch_that_fails_is_printed_and_not_written(desk: Desk) -> None:
    command = "echo 'a.py is wrong'; grep -q 'return 1' a.py || exit 3"
    found = await ran(desk, command, "--apply", "--trust", "--check-seconds", "0")
    assert found.code == 1, found.err
    assert "a.py is wrong\nthe check failed: " in found.err
    assert "nothing was written, and the diff is on stdout" in found.err
    assert "+    return 2" in found.out
    assert not is_written(desk)


async def test_a_failed_check_is_repaired_with_its_output(desk: Desk) -> None:
    script = Script(
        replies=(ScriptedReply("AssertionError: a.py says 3", GOOD.replace("return 1", "return 3")),), otherwise=BAD
    )
    command = "grep -q 'return [12]' a.py || { echo 'AssertionError: a.py says 3'; exit 1; }"
    found = await ran(desk, command, "--apply", "--trust", "--json", "--check-seconds", "600", script=script)
    assert found.code == 0, found.err
    assert [each["passed"] for each in found.events if each["event"] == "checked"] == [False, True]
    done = [each for each in found.events if each["event"] == "done"]
    assert len(done) == 1
    assert "-    return 1\n+    return 2" in done[0]["diff"]
    assert (desk.root / "a.py").read_text() == "def one():\n    return 2\n"


RUFF = """#!/bin/sh
# reports what a checker of this name would
grep -n 'return 3' a.py | sed 's/^\\([0-9]*\\):.*/a.py:\\1:5: XYZ001 three is wrong/'
! grep -q 'return 3' a.py
"""
PYTEST = """#!/bin/sh
test "$*" = "-q --junitxml=.darner-test-report.xml tests/test_one.py" || exit 4
echo '<testcase name="test_one"/><testcase name="test_two"/>' > .darner-test-report.xml
"""


async def test_the_projects_own_checker_and_tests_decide(desk: Desk) -> None:
    desk.put({"ruff.toml": "", "pytest.ini": "", "tests/test_one.py": "one()\n", "tests/test_two.py": "two()\n"})
    desk.put({".venv/bin/ruff": RUFF, ".venv/bin/pytest": PYTEST})
    for name in ("ruff", "pytest"):
        (desk.root / ".venv" / "bin" / name).chmod(0o755)
    script = Script(
        replies=(ScriptedReply("XYZ001: three is wrong", reply("    return 3", "    return 2")),), otherwise=BAD
    )
    async with ScriptedEndpoint(script) as server:
        given = ("patch", "return two", "a.py", "--check", "--trust", "--json", "--check-seconds", "600")
        found = await desk.run(*given, "--config", config(desk, server))
    assert found.code == 0, found.err
    assert "checks passed: ruff, 2 tests (isolation: " in found.err
    checked = [(each["what"], each["passed"], each["before"]) for each in found.events if each["event"] == "checked"]
    assert checked == [("ruff", False, True), ("ruff", True, True), ("2 tests", True, True)]


async def test_a_workspace_without_a_check(desk: Desk) -> None:
    async with ScriptedEndpoint(Script(otherwise=GOOD)) as server:
        found = await desk.run("patch", "return two", "a.py", "--check", "--config", config(desk, server))
        assert server.asked == []
    assert found.code == 2
    assert f"{desk.root}: there is nothing to check the patch with: " in found.err
    assert ".darner.toml is not there; create it with a line such as" in found.err
    desk.put({".darner.toml": "instructions = 'x'\n"})
    found = await desk.run("patch", "return two", "a.py", "--check")
    assert ".darner.toml is there, but sets no check; add a line such as" in found.err


async def test_an_interrupted_check_leaves_no_process_and_no_change(desk: Desk) -> None:
    marker = f"98765.{secrets.randbelow(10**9)}"
    desk.put({".darner.toml": f"check = 'sleep {marker}'\n"})
    async with ScriptedEndpoint(Script(otherwise=GOOD)) as server:
        given = ("patch", "return two", "a.py", "--apply", "--check", "--trust", "--config", config(desk, server))
        process = await desk.start(*given)
        ended = asyncio.ensure_future(process.communicate())
        await until(lambda: running(marker) or ended.done())
        process.terminate()
        _, err = await ended
    assert process.returncode == 130, err
    await until(lambda: not running(marker))
    assert (desk.root / "a.py").read_text() == FILES["a.py"]
    assert not is_written(desk)


DOWN = '[[endpoints]]\nname = "down"\nkind = "vllm"\nbase_url = "http://127.0.0.1:9/v1"\nmodel = "m"\nwindow = 9000\n'
UNTRUSTED = "its checks have not been trusted yet: true; read them, and run them with --trust"


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        ("y\n", 3, "no endpoint could serve this"),
        ("n\n", 2, UNTRUSTED),
        ("\x04", 2, UNTRUSTED),  # the end of the input
        (signal.SIGINT, 130, "interrupted; no file is half written"),
    ],
    ids=["yes", "no", "end", "interrupt"],
)
async def test_the_answer_on_a_terminal(desk: Desk, answer: str | signal.Signals, code: int, said: str) -> None:
    desk.put({".darner.toml": "check = 'true'\n"})
    home, settings = desk.folder / "home", desk.folder / "down.toml"
    home.mkdir()
    settings.write_text(DOWN)
    terminal = await on_terminal(desk, "patch", "count", "a.py", "--check", "--config", str(settings))
    await terminal.until("Run it now, and from now on in this folder? [y/N]")
    if isinstance(answer, signal.Signals):
        terminal.process.send_signal(answer)
    else:
        terminal.type(answer)
    assert await terminal.ended() == (code, terminal.text)
    assert said in terminal.text
    assert bool(list(home.rglob("trusted-checks.jsonl"))) == (answer == "y\n")


async def until(state: Callable[[], bool]) -> None:
    """Look until it is so; the suite's own limit of time ends a look that finds nothing."""
    while not state():  # noqa: ASYNC110 - the state is that of other processes
        await asyncio.sleep(0.02)


def running(marker: str) -> bool:
    """Whether the command with this word runs, and not only the shell that is to start it."""
    found = (os.fsencode("sleep"), marker.encode())
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if tuple(each.read_bytes().split(b"\0")[:2]) == found:
                return True
        except OSError:
            continue
    return False
