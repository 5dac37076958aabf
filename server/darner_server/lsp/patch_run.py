"""The run of one patch: the engine's task, its events reported to the client, its edits delivered to the buffers."""

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

from lsprotocol.types import MessageType

from darner_server.display_text import plain_words
from darner_server.lsp.edits.buffers import Buffers, sendable
from darner_server.lsp.edits.delivery import Delivery
from darner_server.lsp.edits.patch_changes import PatchChanges
from darner_server.lsp.edits.progress_text import event_text, instructions_text, refusals, summary
from darner_server.lsp.errors import Failure
from darner_server.lsp.patch_check import check_patch
from darner_server.lsp.patch_params import PatchParams
from darner_server.lsp.progress import WorkDoneProgress
from darner_server.lsp.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from darner_server.engine import Done, EditReady, Engine, Task


class PatchRun:
    """One request, on the buffers as they were when it came. With `deliver` the edits go into the editor's buffers."""

    def __init__(self, session: Session, params: PatchParams, buffers: Buffers, *, deliver: bool) -> None:
        self._session = session
        self._params = params
        self._buffers = buffers
        self._folders = session.folders.snapshot()
        self._deliver = deliver
        self._done: Done | None = None

    async def run(self) -> dict[str, Any]:
        """Run the patch and return the answer to the request."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine of ours runs in a task
        session = self._session
        with session.in_flight.register(self._params, task):
            progress = session.progress.begin(self._params.progress, "darner", task.cancel)
            try:
                result, hunks = await self._answer(progress)
            except BaseException:
                progress.end()
                raise
            refused = result["refused"]
            progress.end(summary(hunks, len(refused)))
            if self._deliver and self._params.partial is None and refused:
                session.show_message(refusals(refused), MessageType.Warning)
            return result

    async def _answer(self, progress: WorkDoneProgress) -> tuple[dict[str, Any], int]:
        """The answer and the number of hunks."""
        await self._session.wait_for_settings()
        self._session.require_trust()
        async with self._session.engines.use() as engine:
            if self._folders.roots != self._session.folders.roots:
                raise Failure("the folders of the workspace have changed; run the command again")
            buffers = await sendable(self._buffers, engine)
            changes = self._changes(engine, buffers)
            texts = buffers.texts if self._params.remark is None else changes.remove_comment(self._params.remark)
            return await self._patch(engine, self._task(buffers, texts), changes, progress), changes.hunks

    def _changes(self, engine: "Engine", buffers: Buffers) -> PatchChanges:
        def read(path: str) -> str | None:
            found = engine.index.read(path)
            return found if isinstance(found, str) else None

        return PatchChanges(
            buffers,
            self._folders,
            documents=self._session.documents,
            mapper=self._session.mapper,
            client=self._session.client,
            read=read,
            notify=self._notify,
            uri=self._params.uri,
            delivered=self._deliver,
        )

    def _task(self, buffers: Buffers, texts: dict[str, str]) -> "Task":
        from darner_context.index import Focus
        from darner_server.engine import Task

        params = self._params
        focus = None
        if buffers.focus and params.first is not None and params.last is not None:
            last = params.last.line + (1 if params.last.character or params.last.line == params.first.line else 0)
            focus = Focus(buffers.focus, params.first.line + 1, max(last, params.first.line + 1))
        elif buffers.focus:
            focus = Focus(buffers.focus, None, None)
        return Task(
            instruction=params.instruction,
            focus=focus,
            scope=params.scope,
            texts=texts,
            versions=buffers.versions,
            diagnostics=params.diagnostics,
            recent=self._session.recent(),
            stray=bool(params.uri) and not self._folders.belongs(params.uri),
            partial=True,
        )

    async def _patch(
        self, engine: "Engine", task: "Task", changes: PatchChanges, progress: WorkDoneProgress
    ) -> dict[str, Any]:
        session = self._session
        writing = session.recorder.writing
        delivery = (
            Delivery(session.client, session.protocol, session.hunks, changes, writing) if self._deliver else None
        )
        pump = session.spawn(delivery.run()) if delivery else None
        try:
            enter = delivery.add if delivery else partial(self._offer, changes)
            failure = await self._follow(engine, task, changes, enter, progress)
            if delivery is None:
                changes.release(complete=failure is None)
            elif pump:
                delivery.finish(complete=failure is None)
                await delivery.answerable()
                if pump.done():
                    await pump
            result = {"edit": changes.workspace_edit(), "refused": changes.refused}
            if self._done is not None:
                self._session.spawn(check_patch(self._session, task, self._done, self._params.instruction))
        except BaseException:
            if delivery:
                delivery.abandon()
            raise
        finally:
            if pump is None or pump.done():
                changes.close()
            else:
                pump.add_done_callback(lambda _: changes.close())
        if failure is not None and not changes.hunks:
            raise Failure(failure, data={"refused": changes.refused})
        if failure is not None:
            session.log(f"darner.patch: {failure}")
        return result

    def _offer(self, changes: PatchChanges, event: "EditReady") -> None:
        """Take an edit that the client applies itself."""
        changes.enter(event)
        for file in changes.files.values():
            self._session.recorder.offered(file.uri, file.alignment.model)

    async def _follow(
        self,
        engine: "Engine",
        task: "Task",
        changes: PatchChanges,
        enter: "Callable[[EditReady], None]",
        progress: WorkDoneProgress,
    ) -> str | None:
        """Take every event; returns the sentence of a failure. `enter` takes an edit."""
        from darner_server.engine import (
            ContextReady,
            Done,
            EditReady,
            EditRefused,
            Failed,
            FirstToken,
            Stage,
        )

        notice = instructions_text(engine.workspace_of(task).instructions)
        if notice:
            self._session.show_message_once(notice, MessageType.Info)
        async with engine.patch(task) as events:
            async for event in events:
                text = event_text(event, changes.hunks)
                if text:
                    progress.report(text, event.share if isinstance(event, Stage) else None)
                if isinstance(event, EditReady):
                    enter(event)
                    continue
                if isinstance(event, EditRefused) and event.final:
                    changes.refuse(event.refused.path, event.refused.reason, event.refused.line)
                if isinstance(event, ContextReady):
                    self._session.log_once(event.withheld)
                if not isinstance(event, (Stage, FirstToken)):
                    self._notify(event.as_json())
                if isinstance(event, Failed):
                    return event.message
                if isinstance(event, Done):
                    self._done = event
                    return None
        return "the patch ended without a result"

    def _notify(self, value: dict[str, Any]) -> None:
        """Send an event on the partial-result token, where the client gave one."""
        if self._params.partial is not None:
            self._session.protocol.notify("$/progress", {"token": self._params.partial, "value": plain_words(value)})
