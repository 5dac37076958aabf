"""What one file may cost, and that nothing outlives the process that it was started for, also amid C code."""

import asyncio
import os
import re
import signal
import sys
from pathlib import Path

import pytest
from tests.context.sample_workspace import write
from tests.fifo import open_fifo

from darner_context.facts.extract import extract
from darner_context.facts.file_facts import FileFacts
from darner_context.indexing import indexer
from darner_context.indexing.indexer import update
from darner_context.indexing.worker_pool import REASONS
from darner_context.request import LeftOut
from darner_context.store.database import Store
from darner_context.workspace.scan import Workspace

FILES = {f"{name}.py": f"def {name}():\n    return 1\n" for name in ("first", "odd", "second", "third")}


def busy(path: str, text: str) -> FileFacts:
    if path == "odd.py":
        re.match("(a+)+$", "a" * 60 + "b")  # for years, and no other thread runs
    return extract(path, text)


def greedy(path: str, text: str) -> FileFacts:
    if path == "odd.py":
        bytearray(3_000_000_000)
    return extract(path, text)


def greedy_in_c(path: str, text: str) -> FileFacts:
    if path == "odd.py":
        try:
            bytearray(3_000_000_000)
        except MemoryError:
            os.kill(os.getpid(), signal.SIGKILL)  # tree-sitter gives up in its own way, too
    return extract(path, text)


def killed(path: str, text: str) -> FileFacts:
    if path == "odd.py":
        os.kill(os.getpid(), signal.SIGKILL)
    return extract(path, text)


def deep(path: str, text: str) -> FileFacts:
    return deep(path, text) if path == "odd.py" else extract(path, text)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (busy, REASONS["died"]),
        (greedy, "cannot be parsed: MemoryError"),
        (greedy_in_c, REASONS["died"]),
        (killed, REASONS["died"]),
        (deep, "cannot be parsed: maximum recursion depth exceeded"),
    ],
)
def test_one_file_costs_nothing_but_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: object, reason: str
) -> None:
    monkeypatch.setattr(indexer, "extract", fault)
    monkeypatch.setattr(indexer, "_SECONDS", 0.5)
    store = Store(None)
    *_, (done, total, left_out) = update(store, Workspace([write(tmp_path, FILES)]), 2)
    assert left_out == [LeftOut("odd.py", reason)]
    assert total - done <= 1
    assert {path for path, row in store.rows().items() if row.digest} == set(FILES) - {"odd.py"}
    store.close()


_START = """
import asyncio, os, re, sys
from pathlib import Path

sys.path += {path}
import darner_context.facts.extract
import darner_context.indexing.indexer
from darner_context.system import child_environment
from darner_context.index import Index

_, role, where, work, pipe = sys.argv


def hang():
    held = os.open(pipe, os.O_WRONLY)
    os.write(held, b"here\\n")
    if where.endswith("busy"):
        re.match("(a+)+$", "a" * 60 + "b")
    while True:
        os.read(os.pipe()[0], 1)


def extract(path, text):
    hang()


if role == "indexer":
    darner_context.indexing.indexer._SECONDS = 1_000
    if where.startswith("worker"):
        darner_context.indexing.indexer.extract = extract
    else:
        darner_context.indexing.indexer.changes = lambda *_: hang()
    sys.exit(darner_context.indexing.indexer.main())
code = Path(__file__).read_text()
child_environment.python = lambda _module: [sys.executable, "-I", __file__, "indexer", where, work, pipe]
index = Index([Path(work)], cache_dir=Path(work).parent / "cache", workers=2)
asyncio.run(index.refresh())
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda each: each.name)
@pytest.mark.parametrize("where", ["worker busy", "worker waits", "indexer busy", "indexer waits"])
async def test_all_processes_end_with_the_one_they_work_for(tmp_path: Path, where: str, end: signal.Signals) -> None:
    work, pipe = write(tmp_path / "work", FILES), tmp_path / "pipe"
    os.mkfifo(pipe)
    program = tmp_path / "program.py"
    program.write_text(_START.replace("{path}", repr(sys.path)))
    process = await asyncio.create_subprocess_exec(
        sys.executable, program, "starter", where, work, pipe, stderr=asyncio.subprocess.DEVNULL
    )
    ended = asyncio.ensure_future(process.wait())
    with await open_fifo(pipe, ended) as said:
        assert await asyncio.to_thread(said.readline) == "here\n"
        process.send_signal(end)
        await ended
        await asyncio.to_thread(said.read)  # it ends when nobody holds the other end any more
