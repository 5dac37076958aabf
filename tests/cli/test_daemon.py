"""The warm process: the same answers by the same code, nothing of one caller for another, and never a hang."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.cli.desk import Desk, Ran
from tests.cli.test_patch import DIFF, FILES, NEW, REPLY, config
from tests.cli.test_streamed_hunks import FILES as LONG
from tests.cli.test_streamed_hunks import PAUSED, on_terminal

from darner_clients.testing import Script, ScriptedEndpoint
from darner_server.cli.daemon import address, client
from darner_server.user_directories import state_folder

REQUESTS = re.compile(r"process \d+, (\d+) requests")


@dataclass(frozen=True, slots=True)
class Warm:
    """A desk with a warm process."""

    desk: Desk
    process: asyncio.subprocess.Process

    async def run(self, *arguments: str, stdin: str | None = None, **environ: str) -> Ran:
        """Run a command that may leave its work to the process."""
        return await self.desk.run(*arguments, stdin=stdin, **{"DARNER_DAEMON": "1", **environ})

    async def requests(self) -> int:
        """How many it has had so far."""
        while (said := await asyncio.to_thread(client.status)) is None:
            assert self.process.returncode is None
        found = REQUESTS.search(said)
        assert found is not None
        return int(found[1])


@pytest.fixture
async def warm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Warm]:
    desk = Desk(tmp_path)
    desk.put(FILES)
    (desk.folder / "home").mkdir()
    for name, value in desk.environ().items():
        monkeypatch.setenv(name, value)
    module = "darner_server.cli.warm_process.process"
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", module)
    made = Warm(desk, process)
    try:
        await made.requests()
        yield made
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_the_same_answers(warm: Warm) -> None:
    async with ScriptedEndpoint(Script(otherwise=REPLY)) as server:
        file = config(warm.desk, server)
        before = await warm.requests()
        shown = await warm.run("patch", "-", "a.py", "--config", file, stdin="return two")
        wrong = await warm.run("patch", "x", "none.py", "--json")
        written = await warm.run("patch", "return two", "a.py", "--apply", "--config", file)
        assert await warm.requests() >= before + 3
    assert [(each.code, each.out) for each in (shown, written)] == [(0, DIFF), (0, DIFF)]
    assert (wrong.code, wrong.events[0]["exit_code"], warm.desk.texts()) == (2, 2, NEW)
    quick, cold = await warm.run("context", "a.py", "--json"), await warm.desk.run("context", "a.py", "--json")
    assert (quick.code, quick.out) == (cold.code, cold.out)


async def test_each_caller_has_its_own_keys(warm: Warm) -> None:
    async with ScriptedEndpoint(Script(otherwise=REPLY)) as server:
        file = warm.desk.folder / "keys.toml"
        text = '[[endpoints]]\nname = "one"\nkind = "vllm"\nmodel = "scripted"\napi_key_env = "MINE"\n'
        await asyncio.to_thread(file.write_text, f'{text}base_url = "{server.url}"\n')
        given = ("patch", "return two", "a.py", "--config", str(file))
        ran = await asyncio.gather(*(warm.run(*given, MINE=f"key-{number}-of-a-caller") for number in range(2)))
        none = await warm.run(*given)
        sent = {each.headers.get("authorization", "") for each in server.asked}
    assert [(each.code, each.out) for each in ran] == [(0, DIFF)] * 2
    assert sent == {f"Bearer key-{number}-of-a-caller" for number in range(2)}
    assert (none.code, "the variable MINE is not set" in none.err) == (3, True), none.err


async def test_an_interrupt_reaches_it_and_so_does_a_caller_s_death(warm: Warm) -> None:
    warm.desk.put(LONG)
    async with ScriptedEndpoint(PAUSED) as server:
        given = ("patch", "words", "a.py", "b.py", "--config", config(warm.desk, server), "--apply")
        terminal = await on_terminal(warm.desk, *given, DARNER_DAEMON="1")
        await terminal.until(" a6 = 6\n")
        terminal.process.send_signal(signal.SIGINT)
        code, text = await terminal.ended()
        assert (code, "1 finished edit is shown, and nothing was written" in text) == (130, True), text
        killed = await on_terminal(warm.desk, *given, DARNER_DAEMON="1")
        await killed.until(" a6 = 6\n")
        killed.process.kill()
        await killed.ended()
        await asyncio.wait_for(server.until(lambda: all(each.done for each in server.asked)), 100)
    assert await warm.requests() > 0
    assert warm.desk.texts() == {name: text.encode() for name, text in LONG.items()}


@pytest.mark.parametrize("why", ["wide", "link", "stopped", "killed"])
async def test_one_that_does_not_fit_is_passed_over(warm: Warm, why: str) -> None:
    folder = warm.desk.folder / "home/.local/state/darner/daemon"
    if why == "wide":
        folder.chmod(0o755)
    elif why == "link":
        folder.rename(folder.with_name("elsewhere"))
        folder.symlink_to("elsewhere")
    elif why in {"stopped", "killed"}:
        warm.process.send_signal(signal.SIGSTOP if why == "stopped" else signal.SIGKILL)
    async with ScriptedEndpoint(Script(otherwise=REPLY)) as server:
        ran = await warm.run("patch", "two", "a.py", "--config", config(warm.desk, server), CI="1")
    assert (ran.code, ran.out, len(server.asked)) == (0, DIFF, 1), ran.err


async def test_another_version_of_darner_ends_it(warm: Warm) -> None:
    program = (
        "from darner_server.cli.daemon import client\n"
        "client.__version__ = '0.0.9'\n"
        "assert client.work(['patch', 'x']) is None"
    )
    older = await asyncio.create_subprocess_exec(sys.executable, "-c", program, env=warm.desk.environ())
    assert await older.wait() == 0
    assert await asyncio.wait_for(warm.process.wait(), 100) == 0


@pytest.mark.parametrize(
    "environ",
    [
        {"HOME": "/home/x"},
        {"HOME": "/home/x", "XDG_STATE_HOME": "/var/x"},
        {"HOME": "/home/x", "DARNER_STATE_DIR": "/var/y"},
        {"HOME": "/home/x", "XDG_STATE_HOME": " "},
        {"HOME": "/home/x", "DARNER_STATE_DIR": "~/s"},
    ],
)
def test_it_listens_below_the_state_folder(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_STATE_HOME", "DARNER_STATE_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert address.folder() == str(state_folder() / "daemon")


@pytest.mark.parametrize(
    ("line", "environ", "wanted"),
    [
        ("patch x", {}, True),
        ("context a.py", {"CI": "1"}, True),
        ("doctor --json", {"DARNER_DAEMON": "1"}, True),
        ("patch x", {"DARNER_DAEMON": "0"}, False),
        ("patch x --no-daemon", {}, False),
        ("patch x --check --apply", {}, False),
        ("patch --help", {}, False),
        ("apply x", {}, False),
        ("", {}, False),
        ("patch x", {"PYTHONDEVMODE": "1"}, False),
    ],
)
def test_which_commands_are_left_to_it(
    line: str, environ: dict[str, str], wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", environ)
    assert client.is_wanted(line.split()) == wanted


async def test_it_ends_when_it_is_asked_to(warm: Warm) -> None:
    assert (await warm.desk.run("daemon", "stop")).out == "the warm process ends\n"
    assert await asyncio.wait_for(warm.process.wait(), 100) == 0
    assert (await warm.desk.run("daemon", "status")).code == 1


def no_terminal(_number: int) -> bool:
    return False


def test_none_is_left_behind_for_a_build_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "isatty", no_terminal)
    spawned: list[object] = []
    monkeypatch.setattr(os, "posix_spawn", lambda *given, **_more: spawned.append(given))  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
    monkeypatch.setenv("DARNER_STATE_DIR", "/nowhere")
    monkeypatch.setenv("CI", "true")
    client.leave_one_behind()
    assert spawned == []
    monkeypatch.delenv("CI")
    client.leave_one_behind()
    assert len(spawned) == 1
