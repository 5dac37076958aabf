"""Keeping the store up to date from inside the server: small changes here, large ones in a process of their own."""

import asyncio
import json
import os
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from shutil import rmtree

from darner_context.bundle import LeftOut
from darner_context.indexer import changes, parse, update
from darner_context.prune import prune
from darner_context.sources import Source, Workspace
from darner_context.store import Store, damaged, store_path, throw_away

_HERE_FILE, _HERE_ALL = 60_000, 300_000  # bytes parsed in a thread of this process; more would hold up the event loop


class Keeper:
    """Owns the store of a workspace: where it lies, and its updates."""

    def __init__(
        self, workspace: Workspace, cache_dir: Path | None, ignore: Sequence[str], workers: int | None
    ) -> None:
        self._workspace = workspace
        self._ignore = list(ignore)
        self._workers = workers if workers is not None else min(os.cpu_count() or 1, 8)
        self._temporary: Path | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._unpruned = True
        self.note: str | None = None  # why the cache is not where it should be
        self.store = self._first(cache_dir)

    def _first(self, cache_dir: Path | None) -> Store:
        """Open the store in the cache folder, else in a temporary one, else in memory."""
        roots = list(self._workspace.roots.values())
        if cache_dir is not None:
            try:
                store = _checked(store_path(cache_dir, roots, self._ignore))
                store.belongs_to(roots)
            except (sqlite3.Error, OSError) as error:
                self.note = f"the cache folder cannot be used ({error})"
            else:
                return store
        return self._second()

    def _second(self) -> Store:
        try:
            self._temporary = Path(tempfile.mkdtemp(prefix="darner-index-"))
            return _checked(self._temporary / "index.sqlite")
        except (sqlite3.Error, OSError) as error:
            self.note = f"no folder for the index can be written ({error})"
            return Store(None)

    async def refresh(self, progress: Callable[[], None]) -> list[LeftOut]:
        """Bring the store up to date; returns what was left out."""
        try:
            left_out = await self._refresh(progress)
        except sqlite3.DatabaseError as error:
            if not self.anew(str(error)):
                raise
            left_out = await self._refresh(progress)
        if self._unpruned and self._temporary is None and self.store.path is not None:
            self._unpruned = False
            await asyncio.to_thread(prune, self.store.path)
        return left_out

    async def _refresh(self, progress: Callable[[], None]) -> list[LeftOut]:
        self._workspace.forget_rules()
        if self.store.path is None:
            return await asyncio.to_thread(self._inline, progress)
        if self.store.totals()[0]:
            left_out: list[LeftOut] = []
            fresh, gone, _ = await asyncio.to_thread(self._compare, left_out)
            if all(each.size <= _HERE_FILE for each in fresh) and sum(each.size for each in fresh) <= _HERE_ALL:
                try:
                    await asyncio.to_thread(self._few, fresh, gone, left_out)
                except (sqlite3.Error, OSError):
                    return await self._elsewhere(progress)
                progress()
                return left_out
        found = await self._outside(progress)
        if found is None and self.anew(self.note or ""):
            found = await self._outside(progress)
        return found if found is not None else await self._elsewhere(progress)

    def _compare(self, left_out: list[LeftOut]) -> tuple[list[Source], list[str], int]:
        return changes(self._workspace, self.store.rows(), left_out)

    def _few(self, fresh: list[Source], gone: list[str], left_out: list[LeftOut]) -> None:
        parsed, passed = parse(fresh)
        left_out += passed
        if parsed or gone or passed:
            self.store.write(parsed, [*gone, *(each.path for each in passed)])

    async def _elsewhere(self, progress: Callable[[], None]) -> list[LeftOut]:
        """Carry on in memory: the disk is full, or no process can be started."""
        self.note = self.note or "the index could not be stored"
        self.store.close()
        self.store = Store(None)
        return await asyncio.to_thread(self._inline, progress)

    def _inline(self, progress: Callable[[], None]) -> list[LeftOut]:
        left_out: list[LeftOut] = []
        for _, _, passed in update(self.store, self._workspace, 0):
            left_out = passed
            progress()
        return left_out

    async def _outside(self, progress: Callable[[], None]) -> list[LeftOut] | None:
        """Run the indexer; None if it failed."""
        order = {
            "roots": [str(root) for root in self._workspace.roots.values()],
            "ignore": self._ignore,
            "store": str(self.store.path),
            "workers": self._workers,
        }
        folder = str(Path(__file__).parent.parent)
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join((folder, os.environ.get("PYTHONPATH", ""))).strip(os.pathsep),
        }
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "darner_context.indexer",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=environment,
                limit=64_000_000,
            )
        except OSError:
            return None
        self._process = process
        left_out: list[LeftOut] | None = None
        try:
            if process.stdin is None or process.stdout is None:
                return None
            process.stdin.write(json.dumps(order).encode() + b"\n")
            await process.stdin.drain()
            async for line in process.stdout:
                said = json.loads(line)
                if "error" in said:
                    self.note = str(said["error"])
                if "left_out" in said:
                    left_out = [LeftOut(each["path"], each["reason"]) for each in said["left_out"]]
                progress()
            code = await process.wait()
        except (OSError, ValueError):
            code = 1
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
            self._process = None
        return left_out if code == 0 else None

    def anew(self, message: str) -> bool:
        """Begin the store anew if an error's message says that it is damaged: that may show only when it is read."""
        path = self.store.path
        if path is None or not damaged(message):
            return False
        self.note = None
        self.store.close()
        try:
            throw_away(path)
            self.store = _checked(path)
        except (sqlite3.Error, OSError):
            self.store = self._second()
        return True

    def close(self) -> None:
        """Let go of the store and of what is temporary."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
        self.store.close()
        if self._temporary is not None:
            rmtree(self._temporary, ignore_errors=True)


def _checked(path: Path) -> Store:
    """Open a store that can be written."""
    store = Store(path)
    try:
        store.write([])
    except sqlite3.Error:
        store.close()
        raise
    return store
