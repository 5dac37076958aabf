"""Where the store of a workspace is, and what happens when it cannot be used."""

import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path

from darner_context.store.database import Store, delete_store, store_path


class StoreLocation:
    """Owns the store of a workspace. One that is replaced stays open: an answer or an update may be at it."""

    def __init__(self, roots: Sequence[Path], cache_dir: Path | None, ignore: Sequence[Sequence[str]]) -> None:
        self.problem: str | None = None  # why the cache is not where it should be
        self._discard: Callable[[], object] | None = None  # of a temporary folder
        self._replaced: list[Store] = []
        self.store = self._open_cached(roots, cache_dir, ignore)

    @property
    def cached_path(self) -> Path | None:
        """The file of the store if it is in the cache folder."""
        return self.store.path if self._discard is None else None

    def _open_cached(self, roots: Sequence[Path], cache_dir: Path | None, ignore: Sequence[Sequence[str]]) -> Store:
        """Open the store in the cache folder, else in a temporary one, else in memory."""
        if cache_dir is not None:
            try:
                store = _open_writable(store_path(cache_dir, roots, ignore))
                store.set_roots(roots)
            except (sqlite3.Error, OSError) as error:
                self.problem = f"the cache folder cannot be used: {_error_text(error)}"
            else:
                return store
        return self._open_temporary()

    def _open_temporary(self) -> Store:
        from shutil import rmtree  # seldom needed, and an eighth of the start
        from tempfile import mkdtemp
        from weakref import finalize

        try:
            folder = mkdtemp(prefix="darner-index-")
            self._discard = finalize(self, rmtree, folder, ignore_errors=True)  # also at the exit of who never closes
            return _open_writable(Path(folder) / "index.sqlite")
        except (sqlite3.Error, OSError) as error:
            self.problem = f"no folder for the index can be written: {_error_text(error)}"
            return Store(None)

    def fall_back_to_memory(self) -> None:
        """Replace the store with one in memory: the disk is full, or no process can be started."""
        self.problem = self.problem or "the index could not be stored"
        self._replaced.append(self.store)
        self.store = Store(None)

    def recreate(self) -> bool:
        """Replace a damaged store with an empty one; False for a store in memory."""
        path = self.store.path
        if path is None:
            return False
        self.problem = None
        if os.name == "nt":
            self.store.close()  # what is open cannot be deleted there
        self._replaced.append(self.store)
        try:
            delete_store(path)
            self.store = _open_writable(path)
        except (sqlite3.Error, OSError):
            self.store = self._open_temporary()
        return True

    def close_replaced(self) -> None:
        """Close the replaced stores. No reader may still use them."""
        while self._replaced:
            self._replaced.pop().close()

    def close(self) -> None:
        """Let go of the store and of what is temporary."""
        self.close_replaced()
        self.store.close()
        if self._discard is not None:
            self._discard()


def _error_text(error: Exception) -> str:
    return f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.filename else str(error)


def _open_writable(path: Path) -> Store:
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
    """Delete the stores beside this one whose workspaces no longer exist, and those unused for a month."""
    now = own.stat().st_mtime  # it was opened just now
    for path in sorted(own.parent.glob("index-*.sqlite"))[:_PRUNED]:
        if path == own:
            continue
        with suppress(OSError, sqlite3.Error):
            if now - path.stat().st_mtime > _MONTH or _abandoned(path):
                delete_store(path)


def _abandoned(path: Path) -> bool:
    with closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as base:
        try:
            roots = [Path(row[0]) for row in base.execute("SELECT path FROM roots")]
        except sqlite3.OperationalError:
            return False  # of an earlier version: its time will come
    return bool(roots) and not any(root.exists() for root in roots)
