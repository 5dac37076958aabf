"""The file that all processes share: whatever is wrong with it, no request fails."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from darner_clients.routing.shared_store import SharedStore

NAME = "endpoints-2.sqlite3"
_HELD = "import sqlite3, sys; print(*(why for (why,) in sqlite3.connect(sys.argv[1]).execute('SELECT why FROM circuit ORDER BY key')))"


def noted(database: sqlite3.Connection) -> list[str]:
    rows: list[tuple[str]] = database.execute("SELECT why FROM circuit ORDER BY key").fetchall()
    return [why for (why,) in rows]


def note(word: str) -> Callable[[sqlite3.Connection], None]:
    def work(database: sqlite3.Connection) -> None:
        database.execute("INSERT OR REPLACE INTO circuit VALUES (?, 1, 0.0, ?)", (word, word))

    return work


async def check(folder: Path, *, shared: bool) -> None:
    """A store there works, and what it is told is there for the next one if it is `shared`."""
    one, two = SharedStore(folder), SharedStore(folder)
    try:
        await one.do(note("a"))
        assert await one.do(noted) == ["a"]
        assert await two.do(noted) == (["a"] if shared else [])
    finally:
        one.close()
        two.close()


async def test_a_new_folder(tmp_path: Path) -> None:
    await check(tmp_path / "not" / "yet" / "there", shared=True)


@pytest.mark.parametrize("content", [b"", b"not a database at all", b"SQLite format 3\0" + b"\xff" * 5000])
async def test_a_damaged_file_is_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NAME).write_bytes(content)
    await check(tmp_path, shared=True)


async def test_a_file_that_is_damaged_inside(tmp_path: Path) -> None:
    await check(tmp_path, shared=True)
    whole = (tmp_path / NAME).read_bytes()
    (tmp_path / NAME).write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    await check(tmp_path, shared=True)


async def test_a_folder_in_its_place(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    await check(tmp_path, shared=False)


async def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    await check(tmp_path / "state", shared=False)


async def test_tables_of_another_shape(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / NAME)
    database.execute("CREATE TABLE circuit (something TEXT)")
    database.close()
    await check(tmp_path, shared=False)


async def test_a_lock_that_somebody_keeps(tmp_path: Path) -> None:
    await check(tmp_path, shared=True)
    other = sqlite3.connect(tmp_path / NAME, isolation_level=None)
    store = SharedStore(tmp_path)
    try:
        assert await store.do(noted) == ["a"]
        other.execute("BEGIN IMMEDIATE")
        await store.do(note("b"))
        assert await store.do(noted) == ["b"]
    finally:
        other.close()
        store.close()


async def test_another_process_takes_nothing_away_that_two_routers_of_this_one_share(tmp_path: Path) -> None:
    one, two = SharedStore(tmp_path), SharedStore(tmp_path)
    program = (
        "import sqlite3, sys\n"
        "database = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "database.execute(\"INSERT INTO circuit VALUES ('x', 1, 0.0, 'x')\")\n"
        "database.close()\n"
    )
    try:
        await one.do(note("a"))
        await two.do(note("b"))
        subprocess.run([sys.executable, "-c", program, str(tmp_path / NAME)], check=True)  # noqa: ASYNC221 - nothing else runs
        await one.do(note("c"))
        held = subprocess.run([sys.executable, "-c", _HELD, str(tmp_path / NAME)], capture_output=True, check=True)  # noqa: ASYNC221 - likewise
        assert held.stdout.split() == [b"a", b"b", b"c", b"x"]
    finally:
        one.close()
        two.close()


async def test_a_process_that_is_killed_in_the_middle(tmp_path: Path) -> None:
    await check(tmp_path, shared=True)
    program = (
        "import os, signal, sqlite3, sys\n"
        "database = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "database.execute('BEGIN IMMEDIATE')\n"
        "database.execute(\"INSERT INTO circuit VALUES ('x', 1, 0.0, 'x')\")\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert subprocess.run([sys.executable, "-c", program, str(tmp_path / NAME)], check=False).returncode == -9  # noqa: ASYNC221 - nothing else runs
    store = SharedStore(tmp_path)
    try:
        await store.do(note("b"))
        assert await store.do(noted) == ["a", "b"]
    finally:
        store.close()


async def test_a_bug_is_raised_and_nothing_of_it_stays(tmp_path: Path) -> None:
    def work(database: sqlite3.Connection) -> None:
        note("a")(database)
        raise LookupError

    store = SharedStore(tmp_path)
    try:
        with pytest.raises(LookupError):
            await store.do(work)
        assert await store.do(noted) == []
    finally:
        store.close()
