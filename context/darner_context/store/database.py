"""The index on disk: facts by file, and for each name the files that define it and those that use it."""

import os
import sqlite3
import sys
from array import array
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from darner_context.facts.file_facts import FileFacts
from darner_context.languages.table import LANGUAGES
from darner_context.store.codec import FormatError, deserialize
from darner_context.store.entry import Delta, Entry
from darner_context.system.private_files import private_database, private_folder

FORMAT = 19
_SCHEMA = """
CREATE TABLE IF NOT EXISTS files (id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT UNIQUE NOT NULL,
    size INTEGER NOT NULL, stamp INTEGER NOT NULL, digest BLOB NOT NULL, symbols INTEGER NOT NULL, facts BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS symbols_of_files ON files (symbols);
CREATE TABLE IF NOT EXISTS names (name TEXT PRIMARY KEY, defined BLOB NOT NULL, used BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS words (word TEXT PRIMARY KEY, files BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS suspects (path TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS roots (path TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_PAGES, _PAGES_WRITTEN = 2_000, 64_000  # KiB of the file in memory; a map of it would stay there as it is touched
_WAIT = 20.0  # seconds to wait for another process that writes


@dataclass(frozen=True, slots=True)
class Row:
    """What is stored of a file, without its facts."""

    size: int
    stamp: int
    digest: bytes  # empty: there are no facts


def store_path(folder: Path, roots: Sequence[Path], ignore: Sequence[Sequence[str]] = ()) -> Path:
    """Name the store of a workspace; another format, Python or grammar has another store."""
    versions = [str(FORMAT), sys.implementation.cache_tag or "", *_numbered(ignore), *sorted(_grammars())]
    place = blake2b("\0".join(str(root) for root in roots).encode(), digest_size=8).hexdigest()
    kind = blake2b("\0".join(versions).encode(), digest_size=6).hexdigest()
    return folder / f"index-{place}-{kind}.sqlite"


def _numbered(ignore: Sequence[Sequence[str]]) -> Iterable[str]:
    return (f"{number} {rule}" for number, rules in enumerate(ignore) for rule in rules)


def _grammars() -> Iterable[str]:
    """Name the grammars that are installed, with their versions: importlib.metadata would need a tenth of the start."""
    modules = tuple({row.module for row in LANGUAGES})
    for folder in sys.path:
        with suppress(OSError):
            for name in os.listdir(folder or os.curdir):  # noqa: PTH208 - no Path for each of hundreds
                if name.endswith(".dist-info") and name.startswith(modules):
                    yield name


_NOBODY = array("I")

# The statements here are right: where SQLite finds an error in one, the file has other tables.
_DAMAGED = frozenset((sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR))


class Store:
    """One connection. A damaged file is deleted and created again. Raises sqlite3.Error and OSError."""

    def __init__(self, path: Path | None, *, write: bool = False) -> None:
        self.path = path
        if path is not None:
            private_folder(path.parent)
        try:
            self._base = self._open(write=write)
        except sqlite3.DatabaseError as error:
            if path is None or not damaged(error):
                raise
            delete_store(path)
            self._base = self._open(write=write)

    def _open(self, *, write: bool) -> sqlite3.Connection:
        if self.path is not None:
            private_database(self.path)
        base = sqlite3.connect(
            str(self.path) if self.path else ":memory:", timeout=_WAIT, isolation_level=None, check_same_thread=False
        )
        try:
            base.execute("PRAGMA journal_mode=WAL")
            base.execute("PRAGMA synchronous=NORMAL" if not write else "PRAGMA synchronous=OFF")
            base.execute(f"PRAGMA cache_size=-{_PAGES_WRITTEN if write else _PAGES}")
            base.executescript(_SCHEMA)
            base.execute("SELECT count(*) FROM (SELECT 1 FROM files LIMIT 1)").fetchone()
            base.execute("SELECT count(*) FROM (SELECT 1 FROM names LIMIT 1)").fetchone()
        except sqlite3.Error:
            base.close()
            raise
        return base

    def close(self) -> None:
        """Close the connection."""
        self._base.close()

    # reading

    def rows(self) -> dict[str, Row]:
        """All files by path."""
        found = self._base.execute("SELECT path, size, stamp, digest FROM files")
        return {path: Row(*rest) for path, *rest in found}

    def paths(self) -> list[tuple[int, str]]:
        """All files, numbers and paths."""
        return self._base.execute("SELECT id, path FROM files ORDER BY path").fetchall()

    def suspects(self) -> set[str]:
        """Files whose parsing was begun and did not end, or took too long."""
        return {path for (path,) in self._base.execute("SELECT path FROM suspects")}

    def totals(self) -> tuple[int, int]:
        """How many files and symbols there are."""
        files, symbols = self._base.execute("SELECT count(*), coalesce(sum(symbols), 0) FROM files").fetchone()
        return files, symbols

    def version(self) -> int:
        """A number that changes when another connection has written."""
        return int(self._base.execute("PRAGMA data_version").fetchone()[0])

    def load(self, path: str) -> tuple[int, int, int, FileFacts] | None:
        """Number, size, stamp and facts of a file."""
        row = self._base.execute("SELECT id, size, stamp, facts FROM files WHERE path = ?", (_bound(path),)).fetchone()
        if row is None or not row[3]:
            return None  # unknown, or no parser survived it
        facts = deserialize(row[3])
        if facts is None:
            with suppress(sqlite3.Error):  # parsed again by the next update
                self._base.execute("UPDATE files SET size = -1, digest = x'' WHERE path = ?", (path,))
            return None
        return row[0], row[1], row[2], facts

    def number_of(self, path: str) -> int | None:
        """The number of a file's path."""
        row = self._base.execute("SELECT id FROM files WHERE path = ?", (_bound(path),)).fetchone()
        return row[0] if row else None

    def names(self, wanted: Sequence[str]) -> dict[str, tuple["array[int]", "array[int]"]]:
        """For each name the numbers of the files that define it and of those that use it."""
        found: dict[str, tuple[array[int], array[int]]] = {}
        for begin in range(0, len(wanted), 400):
            some = list(map(_bound, wanted[begin : begin + 400]))
            marks = ",".join("?" * len(some))
            query = f"SELECT name, defined, used FROM names WHERE name IN ({marks})"  # noqa: S608 - only marks
            for name, defined, used in self._base.execute(query, some):
                found[name] = (array("I", defined) if defined else _NOBODY, array("I", used) if used else _NOBODY)
        return found

    def words(self, wanted: Sequence[str]) -> dict[str, "array[int]"]:
        """For each word the numbers of the files that have it in a name or in their path."""
        marks = ",".join("?" * len(wanted))
        query = f"SELECT word, files FROM words WHERE word IN ({marks})"  # noqa: S608 - only marks
        return {word: array("I", files) for word, files in self._base.execute(query, list(map(_bound, wanted)))}

    # writing

    def set_roots(self, roots: Iterable[Path]) -> None:
        """Note whose store it is and that it is in use, for `prune`."""
        if self.path is not None:
            os.utime(self.path)
        rows = [(str(root),) for root in roots]
        if self._base.execute("SELECT path FROM roots ORDER BY path").fetchall() != sorted(rows):
            self._base.executemany("INSERT OR IGNORE INTO roots (path) VALUES (?)", rows)

    def add_suspects(self, paths: Iterable[str]) -> None:
        """Note that files may kill or hold up their parser, until they are stored with facts or taken out."""
        with self._transaction():
            self._base.executemany("INSERT OR IGNORE INTO suspects (path) VALUES (?)", [(path,) for path in paths])

    def retry_suspects(self) -> None:
        """Let the next update parse what took too long."""
        self._base.execute("UPDATE files SET size = -1 WHERE digest = x'' AND path IN (SELECT path FROM suspects)")

    def clear(self) -> None:
        """Take every file out, in one transaction: the next update parses all of them."""
        with self._transaction():
            for table in ("files", "names", "words", "suspects"):
                self._base.execute(f"DELETE FROM {table}")  # noqa: S608 - no input

    def write(self, parsed: Sequence[Entry], gone: Iterable[str] = ()) -> None:
        """Put files in, take files out, in one transaction; what another process has put in since then stays."""
        gone = list(gone)
        with self._transaction():
            delta = Delta()
            for path in gone:
                self._remove(path, delta)
            for each in parsed:
                self._put(each, delta)
            self._settle(delta)
            cleared = [*gone, *(each.path for each in parsed if each.digest)]
            self._base.executemany("DELETE FROM suspects WHERE path = ?", [(path,) for path in cleared])

    @contextmanager
    def _transaction(self) -> Generator[None, None, None]:
        self._base.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._base.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                self._base.execute("ROLLBACK")
            raise

    def _remove(self, path: str, delta: Delta) -> None:
        number = self.number_of(path)
        if number is not None:
            found = self.load(path)
            delta.remove(number, path, found[3] if found is not None else None)
            self._base.execute("DELETE FROM files WHERE id = ?", (number,))

    def _put(self, each: Entry, delta: Delta) -> None:
        there = self._base.execute("SELECT id, digest FROM files WHERE path = ?", (each.path,)).fetchone()
        if there is not None and each.digest and there[1] == each.digest:
            self._base.execute("UPDATE files SET size = ?, stamp = ? WHERE id = ?", (each.size, each.stamp, there[0]))
            return
        if each.digest and not each.facts:
            return  # another process has taken out what it was the same as
        if there is not None:
            self._remove(each.path, delta)
        number = self._base.execute(
            "INSERT INTO files (path, size, stamp, digest, symbols, facts) VALUES (?, ?, ?, ?, ?, ?)",
            (each.path, each.size, each.stamp, each.digest, each.symbols, each.facts),
        ).lastrowid
        delta.add(number or 0, each)

    def _settle(self, delta: Delta) -> None:
        if delta.removed:
            touched = list(delta.old_names)
            for begin in range(0, len(touched), 400):
                for name, (defined, used) in self.names(touched[begin : begin + 400]).items():
                    rest = _without(defined, delta.removed), _without(used, delta.removed)
                    self._base.execute("UPDATE names SET defined = ?, used = ? WHERE name = ?", (*rest, name))
            for begin in range(0, len(delta.old_words), 400):
                some = list(delta.old_words)[begin : begin + 400]
                for word, files in self.words(some).items():
                    self._base.execute(
                        "UPDATE words SET files = ? WHERE word = ?", (_without(files, delta.removed), word)
                    )
        none = array("I")
        self._base.executemany(
            "INSERT INTO names (name, defined, used) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO UPDATE SET "
            "defined = CAST(defined || ?2 AS BLOB), used = CAST(used || ?3 AS BLOB)",
            (
                (name, delta.defined.get(name, none), delta.used.get(name, none))
                for name in sorted(delta.used.keys() | delta.defined.keys())
            ),
        )
        words = delta.words()
        self._base.executemany(
            "INSERT INTO words (word, files) VALUES (?1, ?2) ON CONFLICT (word) DO UPDATE SET "
            "files = CAST(files || ?2 AS BLOB)",
            ((word, array("I", sorted(words[word]))) for word in sorted(words)),
        )


def _without(numbers: "array[int]", taken: set[int]) -> bytes:
    return array("I", (number for number in numbers if number not in taken)).tobytes()


def damaged(error: sqlite3.DatabaseError) -> bool:
    """Whether an error means that the file must be replaced, and not merely that it is in use or cannot be written."""
    return isinstance(error, FormatError) or (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _DAMAGED


def delete_store(path: Path) -> None:
    """Delete a store."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _bound(text: str) -> str:
    """The text as SQLite takes it: a half of a surrogate pair, which an editor may send, becomes a question mark."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
