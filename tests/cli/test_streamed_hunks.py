"""On a terminal hunks are shown as they are finished; a program gets them at the end, or if the patch is interrupted."""

import asyncio
import os
import pty
import re
import signal
import termios
from pathlib import Path

import pytest
from tests.cli.desk import DARNER, Desk
from tests.cli.test_patch import config

from darner_clients.testing import Fault, Script, ScriptedEndpoint

FILES = {"a.py": "".join(f"a{number} = {number}\n" for number in range(40)), "b.py": "b = 1\n"}
EDIT = "{}\n```\n<<<<<<< SEARCH\n{}\n=======\n{}\n>>>>>>> REPLACE\n```\n\n"
FIRST = EDIT.format("a.py", "a3 = 3 ", "a3 = 'three'")  # a blank too many, which is reported
REPLY = (
    FIRST
    + "PAUSE here.\n\n"
    + EDIT.format("a.py", "a30 = 30", "a30 = 'thirty'")
    + EDIT.format("b.py", "b = 1", "b = 2")
)
PAUSED = Script(otherwise=REPLY, window=32_768, faults=(Fault("pause", text="PAUSE"),))
HEAD = "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n"
HUNK = "@@ -1,7 +1,7 @@\n a0 = 0\n a1 = 1\n a2 = 2\n-a3 = 3\n+a3 = 'three'\n a4 = 4\n a5 = 5\n a6 = 6\n"
REST = (
    "@@ -28,7 +28,7 @@\n a27 = 27\n a28 = 28\n a29 = 29\n-a30 = 30\n+a30 = 'thirty'\n a31 = 31\n a32 = 32\n a33 = 33\n"
    "diff --git a/b.py b/b.py\n--- a/b.py\n+++ b/b.py\n@@ -1 +1 @@\n-b = 1\n+b = 2\n"
)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
ERASED = "\r\x1b[K"
BRIDGED = "applied with differences"


class Terminal:
    """A command with stdout on a terminal, and stderr as well unless it is a pipe."""

    def __init__(self, process: asyncio.subprocess.Process, end: int) -> None:
        self.process = process
        self._end = end
        self._data = b""

    @property
    def raw(self) -> str:
        """What was written to the terminal."""
        return self._data.decode(errors="replace")  # the last character may have come in part

    @property
    def text(self) -> str:
        """What was shown, without colours and lines that were replaced."""
        lines = COLOUR.sub("", self.raw).replace("\r\n", "\n").split("\n")
        return "\n".join(line.rpartition(ERASED)[2] for line in lines)

    async def until(self, words: str) -> None:
        """Return when the words were shown, or nothing more comes."""
        while words not in self.text and (more := await asyncio.to_thread(_read, self._end)):
            self._data += more

    def type(self, keys: str) -> None:
        """Type some keys."""
        os.write(self._end, keys.encode())

    async def ended(self) -> tuple[int, str]:
        """The exit code and all that was shown."""
        await self.until("\0")
        os.close(self._end)
        return await self.process.wait(), self.text


def _read(end: int) -> bytes:
    try:
        return os.read(end, 65_536)
    except OSError:  # the other side is closed
        return b""


async def on_terminal(desk: Desk, *arguments: str, **environ: str) -> Terminal:
    end, side = pty.openpty()
    termios.tcsetwinsize(side, (24, 300))
    process = await asyncio.create_subprocess_exec(
        DARNER, *arguments, cwd=desk.root, env=desk.environ(TERM="xterm", **environ),
        stdin=side, stdout=side, stderr=side,
    )  # fmt: skip
    os.close(side)
    return Terminal(process, end)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    made.put(FILES)
    (made.folder / "home").mkdir()
    return made


@pytest.mark.parametrize("applied", [False, True])
async def test_a_hunk_is_shown_while_the_next_is_written(desk: Desk, applied: bool) -> None:
    async with ScriptedEndpoint(PAUSED) as server:
        given = ("patch", "words", "a.py:1-40", "b.py", "--config", config(desk, server))
        terminal = await on_terminal(desk, *given, *(("--apply",) if applied else ()))
        await terminal.until(" a6 = 6\n")
        assert (HEAD + HUNK in terminal.text, "thirty" in terminal.text) == (True, False), terminal.text
        server.resume()
        code, text = await terminal.ended()
    assert (code, text.count("three"), text.count("thirty")) == (0, 1, 1), text
    assert HEAD + HUNK + REST in text, text
    assert "\x1b[32m+a3 = 'three'\x1b[0m" in terminal.raw
    assert ((desk.root / "b.py").read_text() == "b = 2\n") == applied


async def test_no_colour_where_none_is_wanted(desk: Desk) -> None:
    async with ScriptedEndpoint(Script(otherwise=FIRST)) as server:
        terminal = await on_terminal(desk, "patch", "words", "a.py", "--config", config(desk, server), NO_COLOR="1")
        code, text = await terminal.ended()
    assert (code, HEAD + HUNK in text, COLOUR.findall(terminal.raw)) == (0, True, []), text


INTERRUPTED = "darner: interrupted; no file is half written: 1 finished edit is shown, and nothing was written\n"


@pytest.mark.parametrize(("given", "sent"), [(("--apply",), signal.SIGINT), (("--apply", "--partial"), signal.SIGTERM)])
async def test_an_interrupt_keeps_what_is_finished(desk: Desk, given: tuple[str, ...], sent: signal.Signals) -> None:
    async with ScriptedEndpoint(PAUSED) as server:
        terminal = await on_terminal(desk, "patch", "words", "a.py", "b.py", "--config", config(desk, server), *given)
        await terminal.until(" a6 = 6\n")
        terminal.process.send_signal(sent)
        code, text = await terminal.ended()
    assert (code, HEAD + HUNK in text, text.count("three"), text.endswith(INTERRUPTED)) == (130, True, 1, True), text
    assert desk.texts() == {name: text.encode() for name, text in FILES.items()}


async def test_an_interrupt_prints_what_is_finished_to_a_pipe(desk: Desk) -> None:
    async with ScriptedEndpoint(PAUSED) as server:
        process = await desk.start("patch", "words", "a.py", "b.py", "--config", config(desk, server), "--apply")
        assert process.stderr is not None
        while BRIDGED not in (await process.stderr.readline()).decode():
            pass
        process.send_signal(signal.SIGINT)
        out, err = await process.communicate()
    assert (process.returncode, out.decode(), err.decode()) == (130, HEAD + HUNK, INTERRUPTED)
    assert desk.texts() == {name: text.encode() for name, text in FILES.items()}


async def test_a_patch_that_fails_after_its_first_hunks_says_so(desk: Desk) -> None:
    reply = FIRST + EDIT.format("a.py", "nowhere = 1", "x = 2")
    async with ScriptedEndpoint(Script(otherwise=reply)) as server:
        terminal = await on_terminal(desk, "patch", "words", "a.py", "--config", config(desk, server), "--apply")
        code, text = await terminal.ended()
        partial = await on_terminal(desk, "patch", "words", "a.py", "--config", config(desk, server), "--partial")
        kept, shown = await partial.ended()
    assert (code, HEAD + HUNK in text, "nothing was changed" in text) == (1, True, True), text
    assert (kept, shown.count(HUNK)) == (0, 1), shown
    assert desk.texts() == {name: text.encode() for name, text in FILES.items()}


async def test_what_was_shown_and_left_out_is_shown_without_it(desk: Desk) -> None:
    desk.put({"conftest.py": "c = True\n"})
    reply = FIRST + EDIT.format("conftest.py", "c = True", "c = False")
    async with ScriptedEndpoint(Script(otherwise=reply)) as server:
        given = ("patch", "change words", "--config", config(desk, server), "--apply", "--partial")
        code, text = await (await on_terminal(desk, *given)).ended()
    left, _, again = text.partition("the patch without the edits that were left out:\n")
    assert (code, "False" in left, "False" in again) == (0, True, False), text
    assert (left.count(HEAD + HUNK), again.startswith(HEAD + HUNK)) == (1, True), text
    assert "not written: conftest.py" in text
