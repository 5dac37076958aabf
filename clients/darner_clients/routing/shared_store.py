"""What all darner processes of a user share about endpoints: one small SQLite file, never waited for."""

import asyncio
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from random import Random
from typing import TypeVar

from darner_clients.transport.settle import wait_until_done

T = TypeVar("T")

_FILE = "endpoints-2.sqlite3"  # the number grows with the schema
_ATTEMPTS = 3  # to open the file
_LONGEST = 2.0  # seconds to try for the lock, which is held for less than a millisecond at a time
_SCHEMA = """
CREATE TABLE IF NOT EXISTS bucket (
    key TEXT, unit TEXT, period TEXT, size REAL, level REAL, at REAL, reset REAL, PRIMARY KEY (key, unit, period)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ticket (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT, tokens INTEGER, at REAL);
CREATE TABLE IF NOT EXISTS waiter (
    id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT, tokens INTEGER, interactive INTEGER, seen REAL
);
CREATE TABLE IF NOT EXISTS blocked (key TEXT PRIMARY KEY, at REAL, until REAL, why TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS interactive (key TEXT PRIMARY KEY, tokens INTEGER, at REAL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS circuit (key TEXT PRIMARY KEY, failures INTEGER, until REAL, why TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS lesson (key TEXT PRIMARY KEY, at REAL, kept TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sample (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT, name TEXT, one REAL, two REAL);
CREATE INDEX IF NOT EXISTS sample_by ON sample (key, name, id);
"""


class SharedStore:
    """Transactions on the shared file, or on one in memory if there is no folder or the file cannot be used.

    No request depends on it: whatever is wrong with the file, this process continues with an account of its own.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._database: sqlite3.Connection | None = None
        self._opening = asyncio.Lock()
        self._mended = False
        self._closed = False
        self._random = Random()  # noqa: S311 - only so that two processes do not knock in step

    async def do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` in a transaction of its own. It is quick, and may run again if another process came first."""
        while not self._closed:
            database = self._database or await self._opened()
            if database is None:
                break
            try:
                await self._begin(database)
                return _through(database, work)
            except sqlite3.DatabaseError as error:
                if self._folder is None and database is self._database:
                    raise  # a bug
                if database is self._database:
                    self._give_up(error)
        with closing(_prepared(":memory:")) as forgotten:  # a request that outlives its router is still accounted for
            return work(forgotten)

    async def _begin(self, database: sqlite3.Connection) -> None:
        loop = asyncio.get_running_loop()
        limit = loop.time() + _LONGEST
        while True:
            try:
                database.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if not _is(error, sqlite3.SQLITE_BUSY) or loop.time() > limit:
                    raise
                await asyncio.sleep(self._random.uniform(0.001, 0.005))
            else:
                return

    async def _opened(self) -> sqlite3.Connection | None:
        """None if it was closed in the meantime."""
        async with self._opening:
            if self._database is None:
                opening = asyncio.get_running_loop().create_task(asyncio.to_thread(_open, self._folder), name="open")
                try:
                    await wait_until_done(opening)
                finally:
                    self._database = opening.result()
                    if self._closed:
                        self._let_go()
            return self._database

    def _give_up(self, error: sqlite3.DatabaseError) -> None:
        """Recreate the store: with a new file if the old one is damaged, but only once, else in memory."""
        self._let_go()
        if self._folder is not None and _damaged(error) and not self._mended:
            self._mended = True
            _remove(self._folder)
        else:
            self._folder = None

    def close(self) -> None:
        """Close the file. Later calls have no effect."""
        self._closed = True
        self._let_go()

    def _let_go(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None


def _through(database: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    try:
        result = work(database)
        database.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # some failures have ended the transaction already
            database.execute("ROLLBACK")
        raise
    return result


def _open(folder: Path | None) -> sqlite3.Connection:
    """Run in a thread: another process may be making the file."""
    for _ in range(_ATTEMPTS if folder is not None else 0):
        assert folder is not None  # noqa: S101 - the range is empty otherwise
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _own(folder / _FILE)
            return _prepared(str(folder / _FILE))
        except sqlite3.DatabaseError as error:
            if _damaged(error):
                _remove(folder)
        except (OSError, ValueError):
            break
    return _prepared(":memory:")  # a read-only or foreign folder: this process keeps its own account


def _own(file: Path) -> None:
    """Make the file the user's alone; SQLite gives those that it puts beside it the same mode. Raises OSError.

    One that is there is not opened: closing it again would end all locks that SQLite holds on it for this process.
    """
    with suppress(FileExistsError):
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    if file.is_symlink():
        raise OSError(f"{file} is a link")
    if os.name == "posix":
        file.chmod(0o600)


def _prepared(name: str) -> sqlite3.Connection:
    database = sqlite3.connect(name, timeout=1.0, isolation_level=None, check_same_thread=False)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = OFF")
        database.executescript(_SCHEMA)
        database.execute("PRAGMA busy_timeout = 0")
    except BaseException:
        database.close()
        raise
    return database


def _damaged(error: sqlite3.DatabaseError) -> bool:
    return _is(error, sqlite3.SQLITE_CORRUPT) or _is(error, sqlite3.SQLITE_NOTADB)


def _is(error: sqlite3.DatabaseError, code: int) -> bool:
    """Whether it is an error of that kind; SQLite's codes hold the details in the higher bits."""
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) == code


def _remove(folder: Path) -> None:
    """A file that is damaged: what it knew is learned again."""
    for ending in ("", "-wal", "-shm"):
        with suppress(OSError):
            (folder / f"{_FILE}{ending}").unlink()
