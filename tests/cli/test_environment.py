"""What a shell, a script or a disk can do to the command: streams that are closed or full, odd encodings and names."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from tests.cli.desk import DARNER, Desk
from tests.cli.test_patch import DIFF, FILES, NEW, REPLY
from tests.test_file_writer import BEFORE
from tests.test_journal import die


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    made.put(FILES)
    (tmp_path / "reply.md").write_text(REPLY)
    return made


async def shell(desk: Desk, command: str, **environ: str) -> tuple[int | None, bytes, bytes]:
    (desk.folder / "home").mkdir(exist_ok=True)
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_shell(
        command, cwd=desk.root, env=desk.environ(D=str(DARNER), **environ), stdout=pipe, stderr=pipe
    )
    out, err = await process.communicate()
    return process.returncode, out, err


FULL = b"darner: the disk is full: the output was cut short\n"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ('"$D" apply ../reply.md >&-', (0, b"", b"would change (--apply writes) 1 file\n")),
        ('"$D" apply ../reply.md 2>&-', (0, DIFF.encode(), b"")),
        (
            '"$D" apply - <&-',
            (
                1,
                b"",
                b"rejected: (no file named): the reply contains no edit\ndarner: every edit was rejected; nothing was changed\n",
            ),
        ),
        ('"$D" apply ../reply.md >/dev/full', (1, b"", FULL)),
        ('"$D" apply ../reply.md --json >/dev/full', (1, b"", FULL)),
        ('"$D" context a.py:1 >/dev/full', (1, b"", FULL)),
        ('"$D" --version >/dev/full', (1, b"", FULL)),
        (
            'mkdir gone && cd gone && rmdir ../gone && "$D" apply x',
            (2, b"", b"darner: the current directory no longer exists; change to another\n"),
        ),
    ],
)
async def test_streams_and_folders(desk: Desk, command: str, expected: tuple[int, bytes, bytes]) -> None:
    assert await shell(desk, command) == expected


@pytest.mark.parametrize("streams", ["", "2>&1"])
async def test_a_reader_that_leaves_stops_no_work(desk: Desk, streams: str) -> None:
    """What is read by nobody any more is not said; a file is written all the same, and the code tells it."""
    into = f"""{{ sleep 0.1; "$D" apply ../reply.md --apply {streams}; echo $? >../code; }} | true"""
    await shell(desk, into)
    assert ((desk.folder / "code").read_text(), desk.texts()) == ("0\n", NEW)


async def test_a_terminal_that_lacks_letters(desk: Desk) -> None:
    desk.put({"b.py": "# \u00e9\ndef g():\n    return 1\n"})
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    code, out, err = await shell(desk, '"$D" context b.py', **ascii_only)
    assert (code, b"# \\xe9\n" in out) == (0, True), err


async def test_an_instruction_that_is_no_text(desk: Desk) -> None:
    ran = await desk.run("patch", "-", "a.py", stdin=b"\xff\xfe")
    assert (ran.code, ran.out, ran.err) == (2, "", "darner: stdin: is not UTF-8 text (byte 1)\n")


async def test_a_name_that_is_no_text_hides_no_other_file(desk: Desk) -> None:
    odd = os.fsdecode(b"w\xff.py")
    (desk.root / odd).write_text("def odd():\n    return 1\n")
    ran = await desk.run("context", "--instruction", "change function_a", "--json")
    left_out = [{"path": "w\\xff.py", "reason": "its name is not UTF-8"}]
    assert (ran.code, ran.events[0]["left_out"]) == (0, left_out)
    ran = await desk.run("context", odd)
    assert (ran.code, ran.err) == (2, "darner: w\\udcff.py: its name is not UTF-8; rename it\n")


AT_ONCE = "import atexit, os, signal, sys\ninterrupt = lambda: os.kill(os.getpid(), signal.SIGINT)\n"
AT_IMPORT = """
class Finder:
    def find_spec(self, name, *_more):
        if name == "darner_server.cli.app":
            interrupt()
sys.meta_path.insert(0, Finder())
"""
MAIN = "from darner_server.cli import main\nsys.argv = ['darner', '--version']\nmain()\n"


@pytest.mark.parametrize(
    ("when", "expected"),
    [(AT_IMPORT, (130, b"", b"")), ("atexit.register(interrupt)\n", (0, b"darner 0.1.0\n", b""))],
)
async def test_an_interrupt_before_and_after_the_command(
    desk: Desk, when: str, expected: tuple[int, bytes, bytes]
) -> None:
    (desk.folder / "start.py").write_text(AT_ONCE + when + MAIN)
    assert await shell(desk, f'"{sys.executable}" ../start.py') == expected


async def test_a_patch_that_was_cut_off_while_it_was_written(desk: Desk) -> None:
    die(desk.root, desk.folder / "state" / "writing", 13)
    half = desk.texts()
    environ = {"DARNER_STATE_DIR": str(desk.folder / "state")}
    ran = await desk.run("apply", "../reply.md", **environ)
    said = "an earlier patch was interrupted while it was written"
    assert (ran.code, ran.err.split("\n")[0]) == (0, f"{said}; the next --apply reverts it")
    assert desk.texts() == half
    ran = await desk.run("apply", "../reply.md", "--apply", **environ)
    assert (ran.code, ran.err.split("\n")[0]) == (
        0,
        f"{said}; it was reverted: b/c.txt, b/b.txt, new/deep/n.txt, a.txt",
    )
    assert desk.texts() == {**BEFORE, **NEW}
