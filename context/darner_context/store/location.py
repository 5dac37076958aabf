"""Where the store of a workspace lies, and what becomes of it when it cannot be used."""

import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path

from darner_context.store.database import Store, store_path, throw_away


class Keeper:
    """Owns the store of a workspace. One that is replaced stays open: an answer or an update may be at it."""

    def __init__(self, roots: Sequence[Path], cache_dir: Path | None, ignore: Sequence[Sequence[str]]) -> None:
        self.note: str | None = None  # why the cache is not where it should be
        self._discard: Callable[[], object] | None = None  # of a temporary folder
        self._old: list[Store] = []
        self.store = self._first(roots, cache_dir, ignore)

    @property
    def lasting(self) -> Path | None:
        """The file of the store if it is in the cache folder."""
        return self.store.path if self._discard is None else None

    def _first(self, roots: Sequence[Path], cache_dir: Path | None, ignore: Sequence[Sequence[str]]) -> Store:
        """Open the store in the cache folder, else in a temporary one, else in memory."""
        if cache_dir is not None:
            try:
                store = _checked(store_path(cache_dir, roots, ignore))
                store.belongs_to(roots)
            except (sqlite3.Error, OSError) as error:
                self.note = f"the cache folder cannot be used: {_words(error)}"
            else:
                return store
        return self._second()

    def _second(self) -> Store:
        from shutil import rmtree  # noqa: PLC0415 - seldom needed, and an eighth of the start
        from tempfile import mkdtemp  # noqa: PLC0415 - likewise
        from weakref import finalize  # noqa: PLC0415 - likewise

        try:
            folder = mkdtemp(prefix="darner-index-")
            self._discard = finalize(self, rmtree, folder, ignore_errors=True)  # also at the exit of who never closes
            return _checked(Path(folder) / "index.sqlite")
        except (sqlite3.Error, OSError) as error:
            self.note = f"no folder for the index can be written: {_words(error)}"
            return Store(None)

    def elsewhere(self) -> None:
        """Go on in memory: the disk is full, or no process can be started."""
        self.note = self.note or "the index could not be stored"
        self._old.append(self.store)
        self.store = Store(None)

    def recreate(self) -> bool:
        """Replace a damaged store with an empty one; False for a store in memory."""
        path = self.store.path
        if path is None:
            return False
        self.note = None
        if os.name == "nt":
            self.store.close()  # what is open cannot be deleted there
        self._old.append(self.store)
        try:
            throw_away(path)
            self.store = _checked(path)
        except (sqlite3.Error, OSError):
            self.store = self._second()
        return True

    def let_go(self) -> None:
        """Close the stores that have been replaced, once nobody asks them any more."""
        while self._old:
            self._old.pop().close()

    def close(self) -> None:
        """Let go of the store and of what is temporary."""
        self.let_go()
        self.store.close()
        if self._discard is not None:
            self._discard()


def _words(error: Exception) -> str:
    return f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.filename else str(error)


def _checked(path: Path) -> Store:
    """Open a store that can be written."""
    store = Store(path)
    try:
        store.write([])
    except sqlite3.Error:
        store.close()
        raise
    return store


_MONTH = 30 * 24 * 3600.0  # seconds


_PRUNED = 400  # stores looked at in one go


def prune(own: Path) -> None:
    """Delete the stores beside this one of workspaces that are gone, and those that nobody has opened for a month."""
    now = own.stat().st_mtime  # it was opened just now
    for path in sorted(own.parent.glob("index-*.sqlite"))[:_PRUNED]:
        if path == own:
            continue
        with suppress(OSError, sqlite3.Error):
            if now - path.stat().st_mtime > _MONTH or _abandoned(path):
                throw_away(path)


def _abandoned(path: Path) -> bool:
    with closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as base:
        try:
            roots = [Path(row[0]) for row in base.execute("SELECT path FROM roots")]
        except sqlite3.OperationalError:
            return False  # of an earlier version: its time will come
    return bool(roots) and not any(root.exists() for root in roots)
