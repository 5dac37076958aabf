"""Keeping the store up to date from inside the server: small changes here, large ones in a process of their own."""

import asyncio
import json
import os
import signal
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Literal

from darner_context.indexing.indexer import changes, parse, update
from darner_context.request import LeftOut
from darner_context.store.database import damaged
from darner_context.store.location import StoreLocation, prune
from darner_context.system import child_environment
from darner_context.workspace.scan import Source, Workspace

Progress = Callable[[int, int], None]  # files that are stored, of those that are new or changed

_HERE_FILE, _HERE_ALL = 60_000, 300_000  # bytes parsed in a thread of this process; more would hold up the event loop


class Updater:
    """Brings the store of a workspace up to date; one at a time."""

    def __init__(
        self, workspace: Workspace, location: StoreLocation, ignore: Sequence[Sequence[str]], workers: int | None
    ) -> None:
        self._workspace = workspace
        self._location = location
        self._ignore = [list(each) for each in ignore]
        self._workers = workers if workers is not None else min(os.cpu_count() or 1, 8)
        self._process: asyncio.subprocess.Process | None = None
        self._unpruned = True
        self._begun = False

    async def refresh(self, progress: Progress) -> list[LeftOut]:
        """Bring the store up to date; returns what was left out. `progress` gets files stored, and to store."""
        try:
            left_out = await self._refresh(progress)
        except sqlite3.DatabaseError as error:
            if not (damaged(error) and self._location.recreate()):
                raise
            left_out = await self._refresh(progress)
        if self._unpruned and (path := self._location.cached_path) is not None:
            self._unpruned = False
            await asyncio.to_thread(prune, path)
        return left_out

    def clear(self) -> None:
        """Empty the store, or replace it if it cannot be written."""
        try:
            self._location.store.clear()
        except sqlite3.DatabaseError:
            if not self._location.recreate():
                self._location.fall_back_to_memory()

    async def _refresh(self, progress: Progress) -> list[LeftOut]:
        await asyncio.to_thread(self._workspace.renew)
        if self._location.store.path is None:
            return await asyncio.to_thread(self._inline, progress)
        if self._location.store.totals()[0]:
            left_out: list[LeftOut] = []
            fresh, gone, harmless = await asyncio.to_thread(self._compare, left_out)
            few = all(each.size <= _HERE_FILE for each in fresh) and sum(each.size for each in fresh) <= _HERE_ALL
            if few and harmless:
                try:
                    await asyncio.to_thread(self._update_in_process, fresh, gone, left_out)
                except (sqlite3.Error, OSError):
                    return await self._update_in_memory(progress)
                return left_out
        found = await self._run_indexer(progress)
        if found == "damaged" and self._location.recreate():
            found = await self._run_indexer(progress)
        return found if isinstance(found, list) else await self._update_in_memory(progress)

    def _compare(self, left_out: list[LeftOut]) -> tuple[list[Source], list[str], bool]:
        """The changed and the removed files, and whether none of them is known to kill or to block its parser."""
        store = self._location.store
        suspects = store.suspects()
        if suspects and not self._begun:
            with suppress(sqlite3.OperationalError):  # the disk is full, or another process writes
                store.retry_suspects()
        self._begun = True
        rows = store.rows()
        suspects.update(path for path, row in rows.items() if not row.digest)
        fresh, gone = changes(self._workspace, rows, left_out)
        return fresh, gone, all(each.path not in suspects for each in fresh)

    def _update_in_process(self, fresh: list[Source], gone: list[str], left_out: list[LeftOut]) -> None:
        store = self._location.store
        if fresh:
            # should this process die of one, the next parses it in another process
            store.add_suspects(source.path for source in fresh)
        parsed, passed = parse(fresh)
        left_out += passed
        if parsed or gone or passed:
            store.write(parsed, [*gone, *(file.path for file in passed if file.path is not None)])

    async def _update_in_memory(self, progress: Progress) -> list[LeftOut]:
        self._location.fall_back_to_memory()
        return await asyncio.to_thread(self._inline, progress)

    def _inline(self, progress: Progress) -> list[LeftOut]:
        left_out: list[LeftOut] = []
        for done, total, passed in update(self._location.store, self._workspace, 0):
            left_out = passed
            progress(done, total)
        return left_out

    async def _run_indexer(self, progress: Progress) -> list[LeftOut] | Literal["damaged", "failed"]:
        """
        Run the indexer; returns what was left out, or why it failed.

        One that was killed has not failed: what may have killed it is not parsed in this process.
        """
        path = self._location.store.path
        if path is None:
            return "failed"
        order = {
            "roots": [str(root) for root in self._workspace.roots.values()],
            "ignore": self._ignore,
            "store": str(path.absolute()),
            "workers": self._workers,
            "slow": sorted(self._workspace.slow),
        }
        try:
            process = await asyncio.create_subprocess_exec(
                *child_environment.python("darner_context.indexing.indexer"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                cwd=child_environment.NEUTRAL,
                env=child_environment.environment(),
                limit=64_000_000,
                start_new_session=True,  # its group are its workers, and they are killed with it
            )
        except OSError:
            return "failed"
        self._process = process
        result: list[LeftOut] | Literal["damaged", "failed"] = "failed"
        try:
            if process.stdin is None or process.stdout is None:
                return "failed"
            process.stdin.write(json.dumps(order).encode() + b"\n")
            await process.stdin.drain()
            async for line in process.stdout:
                reported = self._reported(json.loads(line), progress)
                result = result if reported is None else reported
            code = await process.wait()
        except (OSError, ValueError):
            code = 1
        finally:
            if process.returncode != 0:
                _kill(process)
                await process.wait()
            self._process = None
        if code < 0:
            return [LeftOut(None, f"not everything is parsed: the process for it was killed (signal {-code})")]
        return "failed" if code and isinstance(result, list) else result

    def _reported(
        self, message: dict[str, Any], progress: Progress
    ) -> list[LeftOut] | Literal["damaged", "failed"] | None:
        """Take in a line of the indexer; returns its result, if the line has it."""
        if "error" in message:
            self._location.problem = str(message["error"])
            return "damaged" if message.get("damaged") else "failed"
        if "left_out" in message:
            return [LeftOut(each["path"], each["reason"]) for each in message["left_out"]]
        progress(message["done"], message["total"])
        return None

    def stop(self) -> None:
        """End the process that indexes, if there is one."""
        if self._process is not None and self._process.returncode is None:
            _kill(self._process)


def _kill(process: asyncio.subprocess.Process) -> None:
    """Kill the indexer and its workers, also those that it left behind: a worker that hangs does not notice its end."""
    with suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
