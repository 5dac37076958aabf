"""The index of a workspace and the questions it answers."""

import sqlite3
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from darner_context.lookup.reader import IndexReader
from darner_context.ranking.retrieve import Retriever
from darner_context.request import (
    CodeRequest,
    ContextBundle,
    ContextRequest,
    Focus,
    IndexState,
    LeftOut,
    RequestedCode,
    Snippet,
    Unreadable,
)
from darner_context.store.database import damaged
from darner_context.store.location import StoreLocation
from darner_context.text.tokenizer import Tokenizer
from darner_context.workspace.exclusions import OWN_RULES, RULES
from darner_context.workspace.scan import SIZE_LIMIT, Workspace, read_text

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from darner_context.git.changed_lines import Changed
    from darner_context.indexing.updater import Updater
    from darner_context.next_edits.edit import NextEdits, RecordedEdit

__all__ = [
    "CodeRequest", "ContextBundle", "ContextRequest", "Focus", "Index", "IndexState", "LeftOut", "RequestedCode",
    "Snippet", "Unreadable",
]  # fmt: skip

_Made = TypeVar("_Made")


class Index:
    """
    Definitions of all source files below the roots, in a cache that outlives the process.

    Answers at any time: before the first refresh from what the cache has, while indexing from what is done. `context`
    and `read` may be called from any thread; what changes the index never waits for an answer that is being made.
    """

    def __init__(
        self,
        roots: Sequence[Path],
        *,
        cache_dir: Path | None,
        ignore: Sequence[Sequence[str]] = (),
        workers: int | None = None,
    ) -> None:
        self._workspace = Workspace(roots, ignore)
        self._location = StoreLocation(list(self._workspace.roots.values()), cache_dir, ignore)
        self._ignore, self._workers = ignore, workers
        self._updater: Updater | None = None
        self._reader = IndexReader(self._location.store, self._workspace)
        self._retriever = Retriever(self._reader)
        self._left_out: tuple[LeftOut, ...] = ()
        self._indexing = False
        self._seconds: float | None = None
        self._stored, self._total = 0, 0
        self._thread: ThreadPoolExecutor | None = None
        self._answering = Lock()
        self._changes: deque[Callable[[], None]] = deque()

    async def rebuild(self) -> None:
        """Empty the cache and parse every file."""
        await self.refresh(rebuild=True)

    async def refresh(self, *, rebuild: bool = False) -> None:
        """Scan the disk and parse what changed, in worker processes where it is much; with `rebuild` all of it."""
        import asyncio  # a first context from the cache does without, and is there in half the time

        self._indexing = True
        began, changed_files = monotonic(), self._reader.changed_files()
        differing = asyncio.ensure_future(asyncio.to_thread(_changed_lines, self._workspace))
        try:
            if self._updater is None:
                self._updater = await asyncio.to_thread(self._make_updater)
            if rebuild:
                await asyncio.to_thread(self._updater.clear)
            self._left_out = tuple(await self._updater.refresh(self._progressed))
            self._change(partial(self._reader.set_git_changes, await differing))
        finally:
            differing.cancel()
            self._indexing = False
            self._seconds = monotonic() - began
        self._change(self._renew)
        self._change(partial(self._reader.drop_changed_files, changed_files))
        self._change(self._location.close_replaced)

    def _make_updater(self) -> "Updater":
        from darner_context.indexing.updater import Updater  # parsers: a first context does without

        return Updater(self._workspace, self._location, self._ignore, self._workers)

    def _progressed(self, stored: int, total: int) -> None:
        self._stored, self._total = stored, total
        self._change(self._renew)

    def _renew(self) -> None:
        self._reader.store = self._location.store
        self._reader.forget_stored()

    def _change(self, change: Callable[[], None]) -> None:
        """Carry a change out at once, or leave it to whoever is answering."""
        self._changes.append(change)
        self._settle()

    def _settle(self) -> None:
        while self._changes and self._answering.acquire(blocking=False):
            try:
                self._carry_out()
            finally:
                self._answering.release()

    def _carry_out(self) -> None:
        while self._changes:
            self._changes.popleft()()

    @property
    def folders(self) -> Mapping[str, Path]:
        """The roots by the names that paths begin with; a single one has the name ""."""
        return self._workspace.roots

    def files_changed(self, paths: Iterable[str]) -> None:
        """Take in file events of an editor: created, changed or deleted files."""
        from darner_context.facts.live_buffer import LiveFile  # parsers: a first context does without

        paths = list(paths)
        if any(path.rpartition("/")[2] in {RULES, OWN_RULES} for path in paths):
            self._workspace.renew()
        changed: dict[str, LiveFile | None] = {}
        for path in paths:
            file = self._workspace.find(path)
            text = file if isinstance(file, Unreadable) else read_text(file)
            if isinstance(text, Unreadable) or len(text) > SIZE_LIMIT or self._workspace.hidden(path):
                changed[path] = None
            else:
                changed[path] = LiveFile(path, text)
        self._change(partial(self._reader.files_changed, changed))

    def set_overlay(self, path: str, text: str | None) -> None:
        """Put a live buffer in the place of a file; None takes it away."""
        self._change(partial(self._reader.set_overlay, path, text))
        if text is None:
            self._change(partial(self._retriever.forget, path))

    async def release_memory(self) -> None:
        """Return to the system what large buffers have left."""
        from darner_context.system.free_memory import release_free_memory  # only a language server needs it

        await self.run_in_thread(release_free_memory)

    def context(self, request: ContextRequest, tokenizer: Tokenizer) -> ContextBundle:
        """Choose what to show for a request, within its budget. The same index and request give the same answer."""
        return self._answer(lambda: self._retriever.retrieve(request, tokenizer, (*self._unread(), *self._left_out)))

    def requested(self, request: ContextRequest, wanted: Sequence[CodeRequest], tokenizer: Tokenizer) -> RequestedCode:
        """Show code that a model requests by its place, within the request's budget; its instruction ranks the rest."""
        return self._answer(lambda: self._retriever.requested(request, wanted, tokenizer))

    def _answer(self, answer: Callable[[], _Made]) -> _Made:
        with self._answering:
            self._carry_out()
            self._reader.reload_if_written()
            try:
                made = answer()
            except sqlite3.DatabaseError as error:
                if not (damaged(error) and self._location.recreate()):
                    raise
                self._renew()
                made = answer()
        self._settle()
        return made

    def _unread(self) -> tuple[LeftOut, ...]:
        """What a first answer lacks: it may come before the workspace is read completely."""
        if self._seconds is not None or not self._indexing or self._stored >= self._total:
            return ()
        reason = f"{self._stored:,} of {self._total:,} files are indexed so far; the others are unknown"
        return (LeftOut(None, reason),)

    def next_edits(self, edits: "Sequence[RecordedEdit]", texts: Mapping[str, str], limit: int) -> "NextEdits":
        """Predict where the next edits are. `texts` are live buffers in the place of the disk's files."""
        from darner_context.next_edits.predictor import predict  # parsers: a first context does without

        with self._answering:
            self._carry_out()
            self._reader.reload_if_written()
            with self._reader.with_overlays(texts):
                found = predict(self._reader, edits, limit)
        self._settle()
        return found

    def files_using(self, names: Collection[str], most: int) -> list[str]:
        """The files that define or use one of the names, those with most and rarest of them first; `most` files."""
        with self._answering:
            self._carry_out()
            self._reader.reload_if_written()
            found: dict[str, float] = {}
            for each in self._reader.postings(sorted(names)).values():
                for path in each.used:
                    found[path] = found.get(path, 0.0) + 1 / each.uses
        self._settle()
        return sorted(found, key=lambda path: (-found[path], path))[:most]

    async def run_in_thread(self, work: Callable[[], _Made]) -> _Made:
        """Do work that queries the index in a thread of its own; work cancelled before it began is never done."""
        import asyncio
        from concurrent.futures import ThreadPoolExecutor

        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "context")
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def read(self, path: str) -> str | Unreadable:
        """Return the text of a workspace file, the live buffer first."""
        found = self._workspace.find(path)
        live = self._reader.overlay_text(path)
        if live is not None and not (isinstance(found, Unreadable) and found.kind == "secret"):
            return live
        return found if isinstance(found, Unreadable) else read_text(found)

    def may_hold_secrets(self, path: str) -> bool:
        """Whether a file's name, or that of its link's target, is that of a file with secrets."""
        return self._workspace.secret(path)

    def ignores(self, path: str) -> bool:
        """Whether the ignore files leave a path out; no file is read but those, and they once."""
        return self._workspace.ignores(path)

    @property
    def problem(self) -> str | None:
        """Why the index is not kept where it should be, if it is not."""
        return self._location.problem

    def state(self) -> IndexState:
        """How far the index is."""
        files, symbols = self._location.store.totals()
        cache = self._location.store.path
        return IndexState(files, symbols, self._indexing, cache, self._seconds, self._left_out)

    @property
    def progress(self) -> tuple[int, int]:
        """Files that the last or the running refresh has stored, and those that it found new or changed."""
        return self._stored, self._total

    async def close(self) -> None:
        """Let go of the cache and of what is temporary."""
        import asyncio

        if self._thread is not None:
            await asyncio.to_thread(self._thread.shutdown, cancel_futures=True)
        if self._updater is not None:
            self._updater.stop()
        self._location.close()


def _changed_lines(workspace: Workspace) -> "Changed":
    from darner_context.git.changed_lines import changed_lines  # a first context does without

    return changed_lines(workspace.roots)
