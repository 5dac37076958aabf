"""Brings the hunks of a patch into the editor's buffers while the model still writes.

A round sends everything that is ready as one versioned edit and then waits for the editor: for its answer and for the
changes it reports. So hunks go out one by one on a slow stream and together on a fast one, at the editor's own pace.
"""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pygls.exceptions import JsonRpcException

from darner_server.lsp.client_capabilities import ClientCapabilities
from darner_server.lsp.edits.alignment import PendingRegion
from darner_server.lsp.edits.patch_changes import CHANGED, PatchChanges
from darner_server.lsp.edits.patched_file import PatchedFile, Sent
from darner_server.lsp.edits.pending_hunks import OpenHunks
from darner_server.lsp.edits.workspace_edit import FileEdit, FileOperation, workspace_edit
from darner_server.lsp.text.documents import OUT_OF_STEP
from darner_server.lsp.transport.pygls_fixes import QuickProtocol

if TYPE_CHECKING:
    from darner_server.engine import EditReady

_ECHO = 2.0  # seconds in which a client reports the changes it has made for us, unless it is a silent one ...
_SILENCE = 60.0  # ... such as eglot, which reports nothing before its request has been answered and the user is idle
_NEWER = 0.5  # seconds in which a client that rejects an edit as outdated reports the change that came before it
_MOST_TRIES = 20


@dataclass(slots=True)
class _Round:
    changes: list[FileEdit | FileOperation] = field(default_factory=list["FileEdit | FileOperation"])
    sent: list[tuple[PatchedFile, tuple[PendingRegion, ...], list[Sent], int | None]] = field(
        default_factory=list["tuple[PatchedFile, tuple[PendingRegion, ...], list[Sent], int | None]"]
    )
    operations: list[FileOperation] = field(default_factory=list[FileOperation])


class Delivery:
    """
    One patch's way into the buffers. An edit enters its file just before a round is sent.

    `writing` marks the changes of documents as darner's own for as long as it lasts.
    """

    def __init__(
        self,
        client: ClientCapabilities,
        protocol: QuickProtocol,
        hunks: OpenHunks,
        changes: PatchChanges,
        writing: Callable[[Iterable[str]], AbstractContextManager[None]],
    ) -> None:
        self._client = client
        self._protocol = protocol
        self._hunks = hunks
        self._changes = changes
        self._writing = writing
        self._ready = asyncio.Event()
        self._finishing = False
        self._complete = False
        self._abandoned = False
        self._operations: list[FileOperation] = []
        self._echo = asyncio.Event()
        self._answerable = asyncio.Event()

    def add(self, event: "EditReady") -> None:
        """Send an edit with the next round."""
        self._changes.queue(event)
        self._ready.set()

    def finish(self, *, complete: bool) -> None:
        """Nothing more will come: `run` ends when all is with the editor. `complete`: the patch has not failed."""
        self._finishing = True
        self._complete = complete
        self._ready.set()

    def abandon(self) -> None:
        """Send nothing more; what is on its way is still followed to its end, so that it can be undone."""
        self._abandoned = True
        self.finish(complete=False)

    async def answerable(self) -> None:
        """Return when `run` has ended, or while the client waits for an answer first: the rest comes after it."""
        await self._answerable.wait()

    async def run(self) -> None:
        """Send rounds until finished."""
        try:
            await self._run()
        except Exception:
            self._give_up("darner failed while it sent the edit; its log names the place")
            raise
        finally:
            self._answerable.set()

    async def _run(self) -> None:
        tries = 0
        while True:
            await self._ready.wait()
            self._ready.clear()
            if self._abandoned:
                return
            self._changes.enter_queued()
            round_ = self._collect()
            if round_.changes:
                with self._writing([file.uri for file, *_ in round_.sent]):
                    sent = await self._send(round_)
                tries = 0 if sent else tries + 1
                if tries >= _MOST_TRIES:
                    self._give_up("the editor does not take the edit")
                    tries = 0
                self._ready.set()
            elif self._finishing:
                if not self._changes.release(complete=self._complete):
                    return
                self._ready.set()

    def _collect(self) -> _Round:
        operations = [*self._operations, *self._changes.take_operations()]
        round_ = _Round(changes=[*operations], operations=operations)
        self._operations = []
        for path, file in self._changes.files.items():
            file.reattach()
            if file.alignment.lost:
                at = min(file.alignment.lost[0], len(file.alignment.model))
                file.alignment.lost.clear()
                line = None if file.gone else file.place(at, at)["start"]["line"] + 1
                self._changes.refuse_path(path, file.gone or CHANGED, line)
            if (file.gone or file.out_of_step) and file.alignment.pending:
                file.alignment.give_up()
                self._changes.refuse_path(path, file.gone or OUT_OF_STEP)
            regions = file.alignment.pending
            if regions:
                round_.changes.append(file.edit(regions))
                round_.sent.append((file, regions, file.sent(regions), file.revision))
        return round_

    async def _send(self, round_: _Round) -> bool:
        """Send one round and wait until the documents have it. False if the editor's documents were newer."""
        for file, *_ in round_.sent:
            file.on_change(self._echo.set)
        params: dict[str, Any] = {"edit": workspace_edit(round_.changes, self._client)}
        if self._client.shows_labels:
            params["label"] = "darner"
        answer = self._protocol.send_request_async("workspace/applyEdit", params)
        try:
            while not answer.done() and not self._is_in(round_):
                await asyncio.wait({answer}, timeout=_ECHO)
            if answer.done() and not answer.result().applied:
                return await self._not_applied(round_, str(answer.result().failure_reason or ""))
        except JsonRpcException as error:  # so does eglot reject an edit of an older version
            return await self._not_applied(round_, error.message)
        finally:
            answer.cancel()
        complete = True
        for file, regions, sent, revision in round_.sent:
            echoed = await self._echoed(file, revision)
            if file.revision is None:
                file.assume_applied()
            left = set(file.alignment.pending) if echoed else set[PendingRegion]()
            if left:  # Neovim reports that it has applied an edit which it passed over as outdated
                complete = False
            else:
                file.alignment.give_up()
                file.alignment.lost.clear()
            done = [each for region, each in zip(regions, sent, strict=True) if region not in left]
            self._hunks.add(file, done)
        return complete

    def _is_in(self, round_: _Round) -> bool:
        """Whether the documents have all of a round, which a client has made without a word."""
        for file, _, _, revision in round_.sent:
            file.reattach()
            if file.revision in {None, revision} or file.alignment.pending or file.alignment.lost:
                return False
        return bool(round_.sent) and not round_.operations

    async def _not_applied(self, round_: _Round, reason: str) -> bool:
        for file, _, _, revision in round_.sent:
            if file.revision is not None and await self._changed_since(file, revision, _NEWER):
                self._operations = [*round_.operations, *self._operations]
                return False
        self._give_up(f"the editor did not apply the edit{': ' + reason if reason else ''}")
        return True

    async def _echoed(self, file: PatchedFile, revision: int | None) -> bool:
        """Wait until the document has changed; a file that has been opened for the edit is followed from there."""
        file.reattach()
        if revision is None:
            return False
        if await self._changed_since(file, revision, _ECHO):
            return True
        self._answerable.set()
        told = await self._changed_since(file, revision, _SILENCE)
        self._answerable.clear()
        return told

    async def _changed_since(self, file: PatchedFile, revision: int | None, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                while file.revision == revision:
                    self._echo.clear()
                    await self._echo.wait()
                    file.reattach()
        except TimeoutError:
            return False
        return True

    def _give_up(self, reason: str) -> None:
        for path, file in self._changes.files.items():
            if file.alignment.pending:
                file.alignment.give_up()
                self._changes.refuse_path(path, reason)
