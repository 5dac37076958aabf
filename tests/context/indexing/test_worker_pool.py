"""Processes that parse: what dies or hangs in one of them is left out, and all else is done."""

import asyncio
import os
import signal
import sqlite3
import sys
import threading
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future, wait
from multiprocessing import active_children
from pathlib import Path
from typing import Any

import pytest
from tests.context.sample_workspace import ask, shown, write
from tests.fifo import open_fifo

from darner_context.index import Index
from darner_context.indexing import indexer, worker_pool
from darner_context.indexing import updater as updates
from darner_context.indexing.indexer import changes, parse, update
from darner_context.indexing.worker_pool import REASONS, FailedTask, PoolExhausted, run_in_pool
from darner_context.request import LeftOut
from darner_context.store.database import Store, store_path
from darner_context.store.entry import Entry
from darner_context.system import child_environment
from darner_context.text import tokenizer
from darner_context.workspace.scan import Source, Workspace

PATIENT = 60.0
FILES = {
    "shop/cart.py": "class Cart:\n    def total(self):\n        return 1\n",
    "shop/dies.py": "from shop.cart import Cart\n\n\ndef dies():\n    return Cart\n",
    "shop/view.py": "from shop.cart import Cart\nfrom shop.dies import dies\n\n\ndef show(cart: Cart):\n    cart.\n",
}


def double(numbers: Sequence[int]) -> list[int]:
    """Die of a 3; hang at a 5, and say so."""
    if 3 in numbers:
        os._exit(1)
    if 5 in numbers:
        say_so(b"h")
        threading.Event().wait()
    return [2 * number for number in numbers]


def say_so(byte: bytes) -> None:
    """Write into the pipe that a test reads."""
    pipe = os.open(os.environ["DARNER_TEST_PIPE"], os.O_WRONLY)
    os.write(pipe, byte)
    os.close(pipe)


def die(_: Sequence[object]) -> Any:  # noqa: ANN401 - it never returns
    """Die of everything, as where no process gets the memory that it needs."""
    os._exit(1)


def parse_or_hang(sources: Sequence[Source]) -> tuple[list[Entry], list[LeftOut]]:
    """Parse as a grammar does that hangs in one of the files."""
    if any(source.path.endswith("dies.py") for source in sources):
        threading.Event().wait()
    return parse(sources)


def parse_or_die(sources: Sequence[Source]) -> tuple[list[Entry], list[LeftOut]]:
    """Parse as a grammar does that one of the files kills."""
    if any(source.path.endswith("dies.py") for source in sources):
        os._exit(1)
    return parse(sources)


def check(tasks: list[list[int]], done: list[int], failed: list[FailedTask[int]]) -> None:
    """Share out tasks to two processes."""
    found = list(run_in_pool(double, iter(tasks), 2, PATIENT, [0]))
    assert sorted(number for each in found if not isinstance(each, FailedTask) for number in each) == done
    assert [each for each in found if isinstance(each, FailedTask)] == failed


def test_all_is_done() -> None:
    check([], [], [])
    check([[number] for number in range(10, 30)], [*range(20, 60, 2)], [])


def test_what_dies_is_left_out_and_what_was_under_way_with_it_is_done() -> None:
    check([[1, 2], [8, 3, 9], [4]], [2, 4, 8, 16, 18], [FailedTask(3, "died")])
    check([[3], [1], [3]], [2], [FailedTask(3, "died"), FailedTask(3, "died")])


@pytest.fixture
def pipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A pipe with a name, into which processes write."""
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setenv("DARNER_TEST_PIPE", str(tmp_path / "pipe"))
    opened = os.open(tmp_path / "pipe", os.O_RDWR)
    yield opened
    os.close(opened)


def test_what_hangs_is_left_out(pipe: int, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[bytes] = []

    def until_one_hangs(running: Collection[Future[Any]], patience: float, when: str) -> Any:  # noqa: ANN401 - as `wait`
        """Give what `wait` gives, but for patience that is at an end as soon as a process says that it hangs."""
        assert patience == PATIENT
        for each in running:
            each.add_done_callback(lambda _: os.write(pipe, b"d"))
        found = wait(running, 0, when)
        while not found.done and b"h" not in said:
            said.append(os.read(pipe, 1))
            found = wait(running, 0, when)
        if not found.done:
            said.clear()
        return found

    monkeypatch.setattr(worker_pool, "wait", until_one_hangs)
    check([[1], [6, 5], [7]], [2, 12, 14], [FailedTask(5, "late")])


def test_where_nothing_survives_no_piece_is_blamed() -> None:
    with pytest.raises(PoolExhausted, match="no process that parses survives"):
        list(run_in_pool(die, iter([[1, 2], [4]]), 2, PATIENT, [0]))


def test_leaving_the_work_waits_for_no_process_that_hangs(pipe: int) -> None:
    work = run_in_pool(double, iter([[1], [5]]), 2, PATIENT, [0])
    assert next(work) == [2]
    assert os.read(pipe, 1) == b"h"
    work.close()
    assert active_children() == []


def test_an_error_while_storing_ends_the_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    store = Store(None)
    monkeypatch.setattr(store, "write", full)
    monkeypatch.setattr(indexer, "_BATCH", 1)
    monkeypatch.setattr(indexer, "_COMMIT", 1)
    with pytest.raises(sqlite3.OperationalError, match="full") as _raised:  # what is raised holds the generators
        list(update(store, Workspace([write(tmp_path, FILES)]), 2, parse_or_hang))
    assert active_children() == []
    store.close()


def test_where_no_parser_survives_no_file_is_given_up(tmp_path: Path) -> None:
    store, work = Store(None), Workspace([write(tmp_path, FILES)])
    *_, (_, _, left_out) = update(store, work, 2, die)
    assert left_out == [LeftOut(None, "not everything is parsed: no process that parses survives")]
    assert store.rows() == {}
    *_, (done, total, left_out) = update(store, work, 2)
    assert (done, total, left_out) == (3, 3, [])
    store.close()


async def test_what_took_too_long_is_tried_again_at_the_next_start_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(_: object, tasks: Iterator[Sequence[Source]], *_more: object) -> Iterator[Any]:
        for source in (source for task in tasks for source in task):
            yield FailedTask(source, "late") if source.path.endswith("dies.py") else parse([source])

    work, cache = write(tmp_path / "work", FILES), tmp_path / "cache"
    store = Store(store_path(cache, [work.resolve()]), write=True)
    monkeypatch.setattr(worker_pool, "run_in_pool", late)
    *_, (_, _, left_out) = update(store, Workspace([work]), 1)
    assert left_out == [LeftOut("shop/dies.py", REASONS["late"])]
    *_, (_, total, left_out) = update(store, Workspace([work]), 1)
    assert (total, left_out) == (0, [LeftOut("shop/dies.py", "no parser survived it")])
    store.close()
    monkeypatch.setattr(updates, "parse", die_here)
    index = Index([work], cache_dir=cache, workers=1)
    await index.refresh()
    assert index.state().left_out == ()
    assert "def dies" in shown(ask(index, said="dies"))
    await index.close()


def die_here(sources: Sequence[Source]) -> tuple[list[Entry], list[LeftOut]]:
    """Fail of everything in the process of the server."""
    if sources:
        raise Died
    return [], []


class Died(Exception):
    """Stands for the end of the server."""


async def test_a_file_that_ends_the_server_is_parsed_in_a_process_by_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, cache = write(tmp_path / "work", FILES), tmp_path / "cache"
    index = Index([work], cache_dir=cache, workers=1)
    await index.refresh()
    monkeypatch.setattr(updates, "parse", die_here)
    write(work, {"shop/dies.py": "def lives():\n    return 1\n"})
    with pytest.raises(Died):
        await index.refresh()
    await index.close()
    index = Index([work], cache_dir=cache, workers=1)
    await index.refresh()
    assert "def lives" in shown(ask(index, said="lives"))
    assert index._location.store.suspects() == set()
    await index.close()


_HANGS = """
import os, re

import darner_context.facts.extract as module

extract = module.extract


def hang(path, text):
    if path.endswith("dies.py"):
        held = open(pipe, "w")
        held.write(f"{os.getppid()}\\n")
        held.flush()
        re.match("(a+)+$", "a" * 60 + "b")  # no other thread runs
    return extract(path, text)


module.extract = hang
import darner_context.indexing.indexer

darner_context.indexing.indexer.main()
"""


@pytest.mark.parametrize("end", ["cancelled", "stopped", "killed"])
async def test_a_process_that_hangs_ends_with_the_indexer(
    end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, pipe = write(tmp_path / "work", FILES), tmp_path / "pipe"
    os.mkfifo(pipe)
    code = f"import sys; sys.path += {sys.path}; pipe = {str(pipe)!r}\n{_HANGS}"

    def python(_module: str) -> list[str]:
        return [sys.executable, "-I", "-c", code]

    monkeypatch.setattr(child_environment, "python", python)
    index = Index([work], cache_dir=tmp_path / "cache", workers=1)
    async with asyncio.TaskGroup() as group:
        refreshing = group.create_task(index.refresh())
        with await open_fifo(pipe, refreshing) as said:
            parent = int(await asyncio.to_thread(said.readline))
            if end == "cancelled":
                refreshing.cancel()
            elif end == "stopped":
                await index.close()
            else:
                os.kill(parent, signal.SIGKILL)
            await asyncio.wait([refreshing])
            assert await asyncio.to_thread(said.read) == ""  # nobody holds the other end any more
    if end == "killed":
        why = "not everything is parsed: the process for it was killed (signal 9)"
        assert index.state().left_out == (LeftOut(None, why),)
        await index.close()


async def test_a_file_that_kills_its_parser_is_left_out_until_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, cache = write(tmp_path / "work", FILES), tmp_path / "cache"
    store = Store(store_path(cache, [work.resolve()]), write=True)
    *_, (done, total, left_out) = update(store, Workspace([work]), 1, parse_or_die)
    assert (done, total, left_out) == (3, 3, [LeftOut("shop/dies.py", REASONS["died"])])
    said: list[LeftOut] = []
    assert changes(Workspace([work]), store.rows(), said) == ([], [])
    assert said == [LeftOut("shop/dies.py", "no parser survived it")]
    store.close()
    index = Index([work], cache_dir=cache)
    await index.refresh()
    assert index.state().left_out == tuple(said)
    monkeypatch.setattr(updates, "parse", die_here)
    for budget in (4_000, 100_000):
        assert shown(ask(index, "shop/view.py", 6, budget=budget)).startswith(FILES["shop/cart.py"])
    write(work, {"shop/dies.py": "def lives():\n    return 1\n"})
    await index.refresh()
    assert index.state().left_out == ()
    assert "def lives" in shown(ask(index, said="lives"))
    await index.close()


def test_the_parsers_share_one_encoder(tmp_path: Path) -> None:
    """Each would take a quarter of a second and thirty megabytes to build its own."""
    tokenizer._encoder.cache_clear()
    store = Store(tmp_path / "index.sqlite", write=True)
    list(update(store, Workspace([write(tmp_path / "work", FILES)]), 1))
    store.close()
    assert tokenizer._encoder.cache_info().currsize == 1  # here, before the fork
