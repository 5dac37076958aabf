"""The index of a workspace and the questions it answers."""

import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from darner_context.lookup.reader import Library
from darner_context.ranking.retrieve import Answers
from darner_context.request import (
    ContextBundle,
    ContextRequest,
    Focus,
    IndexState,
    LeftOut,
    Snippet,
    Unreadable,
)
from darner_context.store.database import damaged
from darner_context.store.location import Keeper
from darner_context.text.tokenizer import Tokenizer
from darner_context.workspace.exclusions import OWN_RULES, RULES
from darner_context.workspace.scan import SIZE_LIMIT, Workspace, read_text

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from darner_context.git.changed_lines import Changed
    from darner_context.indexing.updater import Updates

__all__ = ["ContextBundle", "ContextRequest", "Focus", "Index", "IndexState", "LeftOut", "Snippet", "Unreadable"]

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
        self._keeper = Keeper(list(self._workspace.roots.values()), cache_dir, ignore)
        self._ignore, self._workers = ignore, workers
        self._updates: Updates | None = None
        self._library = Library(self._keeper.store, self._workspace)
        self._answers = Answers(self._library)
        self._left_out: tuple[LeftOut, ...] = ()
        self._indexing = False
        self._seconds: float | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._answering = Lock()
        self._changes: deque[Callable[[], None]] = deque()

    async def refresh(self) -> None:
        """Scan the disk and parse what changed, in worker processes where it is much."""
        import asyncio  # noqa: PLC0415 - a first context from the cache does without, and is there in half the time

        self._indexing = True
        began, told = monotonic(), self._library.events()
        differing = asyncio.ensure_future(asyncio.to_thread(_changed_lines, self._workspace))
        try:
            if self._updates is None:
                self._updates = await asyncio.to_thread(self._make_updates)
            self._left_out = tuple(await self._updates.refresh(self._progressed))
            self._change(partial(self._library.differs, await differing))
        finally:
            differing.cancel()
            self._indexing = False
            self._seconds = monotonic() - began
        self._progressed()
        self._change(partial(self._library.drop_events, told))
        self._change(self._keeper.let_go)

    def _make_updates(self) -> "Updates":
        from darner_context.indexing.updater import Updates  # noqa: PLC0415 - parsers: a first context does without

        return Updates(self._workspace, self._keeper, self._ignore, self._workers)

    def _progressed(self) -> None:
        self._change(self._renew)

    def _renew(self) -> None:
        self._library.store = self._keeper.store
        self._library.forget()

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

    def changed(self, paths: Iterable[str]) -> None:
        """Take in file events of an editor: created, changed or deleted files."""
        from darner_context.facts.live_buffer import LiveFile  # noqa: PLC0415 - parsers: a first context does without

        paths = list(paths)
        if any(path.rpartition("/")[2] in {RULES, OWN_RULES} for path in paths):
            self._workspace.renew()
        for path in paths:
            file = self._workspace.find(path)
            text = file if isinstance(file, Unreadable) else read_text(file)
            if isinstance(text, Unreadable) or len(text) > SIZE_LIMIT or self._workspace.hidden(path):
                self._change(partial(self._library.event, path, None))
            else:
                self._change(partial(self._library.event, path, LiveFile(path, text)))

    def overlay(self, path: str, text: str | None) -> None:
        """Put a live buffer in the place of a file; None takes it away."""
        self._change(partial(self._library.overlay, path, text))

    def context(self, request: ContextRequest, tokenizer: Tokenizer) -> ContextBundle:
        """Choose what to show for a request, within its budget. The same index and request give the same answer."""
        with self._answering:
            self._carry_out()
            self._library.fresh()
            try:
                bundle = self._answers.answer(request, tokenizer, self._left_out)
            except sqlite3.DatabaseError as error:
                if not (damaged(error) and self._keeper.recreate()):
                    raise
                self._renew()
                bundle = self._answers.answer(request, tokenizer, self._left_out)
        self._settle()
        return bundle

    async def beside(self, work: Callable[[], _Made]) -> _Made:
        """Do work that asks the index, beside the event loop; what is cancelled before it has begun is never done."""
        import asyncio  # noqa: PLC0415 - see `refresh`
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - see `refresh`

        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "context")
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def read(self, path: str) -> str | Unreadable:
        """Return the text of a workspace file, the live buffer first."""
        found = self._workspace.find(path)
        live = self._library.overlaid(path)
        if live is not None and not (isinstance(found, Unreadable) and found.kind == "secret"):
            return live
        return found if isinstance(found, Unreadable) else read_text(found)

    def may_hold_secrets(self, path: str) -> bool:
        """Whether a file's name, or the name of what it is a link to, says that it holds secrets."""
        return self._workspace.secret(path)

    def ignores(self, path: str) -> bool:
        """Whether the ignore files leave a path out; no file is read but those, and they once."""
        return self._workspace.ignores(path)

    @property
    def trouble(self) -> str | None:
        """Why the index is not kept where it should be, if it is not."""
        return self._keeper.note

    def state(self) -> IndexState:
        """How far the index is."""
        files, symbols = self._keeper.store.totals()
        cache = self._keeper.store.path
        return IndexState(files, symbols, self._indexing, cache, self._seconds, self._left_out)

    async def close(self) -> None:
        """Let go of the cache and of what is temporary."""
        import asyncio  # noqa: PLC0415 - see `refresh`

        if self._thread is not None:
            await asyncio.to_thread(self._thread.shutdown, cancel_futures=True)
        if self._updates is not None:
            self._updates.stop()
        self._keeper.close()


def _changed_lines(workspace: Workspace) -> "Changed":
    from darner_context.git.changed_lines import changed_lines  # noqa: PLC0415 - a first context does without

    return changed_lines(workspace.roots)
