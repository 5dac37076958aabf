"""`darner/patch` and the command `darner.patch`: one task of the engine, told and delivered to the editor."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lsprotocol.types import MessageType

from darner_server.display_text import plain, plain_words
from darner_server.lsp.edits.buffers import Buffers, sendable, snapshot_buffers
from darner_server.lsp.edits.delivery import CHANGED, Delivery
from darner_server.lsp.edits.patched_file import PatchedFile
from darner_server.lsp.edits.progress_text import instructed, refusals, summary, what_goes_on
from darner_server.lsp.edits.workspace_edit import FileEdit, FileOperation, unsupported, workspace_edit
from darner_server.lsp.errors import Failure
from darner_server.lsp.params import Asked, read_asked
from darner_server.lsp.progress import Progress
from darner_server.lsp.session import Session
from darner_server.lsp.text.comments import comment_at, taken_out
from darner_server.lsp.text.documents import OUT_OF_STEP, Change
from darner_server.lsp.text.positions import split_lines
from darner_server.lsp.transport.json_values import as_object

OUTSIDE = "lies outside the workspace"

if TYPE_CHECKING:
    from darner_server.engine import EditReady, Engine, Task


def patch_request(session: Session, params: object) -> Coroutine[Any, Any, dict[str, Any]]:
    """`darner/patch`: tells every event on the partial-result token; the client applies."""
    return patch(session, read_asked(as_object(params)), deliver=False)


def patch(session: Session, asked: Asked, *, deliver: bool) -> Coroutine[Any, Any, dict[str, Any]]:
    """Take the snapshot now and return the work; with `deliver` the hunks go into the editor's buffers."""
    session.need_trust()
    if deliver and not session.client.apply_edit:
        raise Failure("this editor takes no edits from a language server (workspace/applyEdit)")
    return _Patch(
        session, asked, snapshot_buffers(session.documents, session.folders, asked.uri), deliver=deliver
    ).run()


class _Patch:
    def __init__(self, session: Session, asked: Asked, buffers: Buffers, *, deliver: bool) -> None:
        self._session = session
        self._asked = asked
        self._buffers = buffers
        self._folders = session.folders.snapshot()
        self._files: dict[str, PatchedFile] = {}
        self._entering: list[EditReady] = []
        self._operations: list[FileOperation] = []
        self._waiting: list[FileOperation] = []
        self._unmoved: dict[str, str] = {}  # the path that a file was not moved to, and why
        self._moved: dict[str, str] = {}  # a file's new path -> the one it has until the patch is in
        self._refused: list[dict[str, Any]] = []
        self._blocked: dict[str, str] = {}  # files of which a hunk was refused for what runs them: the rest is too
        self._hunks = 0
        self._failed: str | None = None
        self._engine: Engine | None = None
        self._texts: dict[str, str] = {}
        self._delivery = (
            Delivery(
                client=session.client,
                protocol=session.protocol,
                hunks=session.hunks,
                enter=self._enter_all,
                files=self._files,
                refuse=self._refuse_path,
                complete=self._complete,
            )
            if deliver
            else None
        )

    async def run(self) -> dict[str, Any]:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine of ours runs in a task
        session = self._session
        with session.running.place(self._asked, task):
            progress = session.progress.begin(self._asked.progress, "darner", task.cancel)
            try:
                result = await self._ask(progress)
            except BaseException:
                progress.end()
                raise
            progress.end(summary(self._hunks, len(self._refused)))
            if self._delivery is not None and self._asked.partial is None and self._refused:
                session.tell(refusals(self._refused), MessageType.Warning)
            return result

    async def _ask(self, progress: Progress) -> dict[str, Any]:
        await self._session.settings_known()
        self._session.need_trust()
        async with self._session.engines.use() as engine:
            self._engine = engine
            if self._folders.roots != self._session.folders.roots:
                raise Failure("the folders of the workspace have changed meanwhile; ask again")
            self._buffers = await sendable(self._buffers, engine)
            self._texts = self._buffers.texts
            if self._asked.remark is not None:
                self._take_out(self._asked.remark)
            return await self._run(engine, progress)

    async def _run(self, engine: "Engine", progress: Progress) -> dict[str, Any]:
        pump = self._session.spawn(self._delivery.run()) if self._delivery else None
        try:
            failed = self._failed = await self._follow(engine, progress)
            if self._delivery is None:
                self._complete()
            elif pump:
                self._delivery.finish()
                await self._delivery.answerable()
                if pump.done():
                    await pump
            result = {"edit": self._whole(), "refused": self._refused}
        except BaseException:
            if self._delivery:
                self._delivery.abandon()
            raise
        finally:
            if self._delivery is None or pump is None or pump.done():
                self._stop()
            else:
                pump.add_done_callback(lambda _: self._stop())
        if failed is not None and not self._hunks:
            raise Failure(failed, data={"refused": self._refused})
        if failed is not None:
            self._session.log(f"darner.patch: {failed}")
        return result

    async def _follow(self, engine: "Engine", progress: Progress) -> str | None:
        """Take every event; returns the sentence of a failure."""
        from darner_server.engine import (  # noqa: PLC0415 - see engine_host.py
            ContextReady,
            Done,
            EditReady,
            EditRefused,
            Failed,
            Stage,
        )

        task = self._task()
        said = instructed(engine.workspace_of(task).instructions)
        if said:
            self._session.tell_once(said, MessageType.Info)
        async with engine.patch(task) as events:
            async for event in events:
                said = what_goes_on(event, self._hunks)
                if said:
                    progress.report(said, event.share if isinstance(event, Stage) else None)
                if isinstance(event, EditReady):
                    self._ready(event)
                    continue
                if isinstance(event, EditRefused) and event.final:
                    self._refuse(event.refused.path, event.refused.reason, event.refused.line)
                if isinstance(event, ContextReady):
                    self._session.log_once(event.withheld)
                if not isinstance(event, Stage):
                    self._tell(event.as_json())
                if isinstance(event, Failed):
                    return event.message
                if isinstance(event, Done):
                    return None
        return "the patch ended without a result"

    def _task(self) -> "Task":
        from darner_context.index import Focus  # noqa: PLC0415 - see engine_host.py
        from darner_server.engine import Task  # noqa: PLC0415 - likewise

        asked = self._asked
        focus = None
        if self._buffers.focus and asked.first is not None and asked.last is not None:
            last = asked.last.line + (1 if asked.last.character or asked.last.line == asked.first.line else 0)
            focus = Focus(self._buffers.focus, asked.first.line + 1, max(last, asked.first.line + 1))
        elif self._buffers.focus:
            focus = Focus(self._buffers.focus, None, None)
        return Task(
            instruction=asked.instruction,
            focus=focus,
            scope=asked.scope,
            texts=self._texts,
            versions=self._buffers.versions,
            diagnostics=asked.diagnostics,
            recent=self._session.recent(),
            stray=bool(asked.uri) and not self._folders.belongs(asked.uri),
            partial=True,
        )

    def _take_out(self, line: int) -> None:
        """The model sees the text without the `darner:` comment; the comment itself goes when the patch is in."""
        path = self._buffers.focus
        lines = split_lines(self._buffers.texts.get(path, ""))
        comment = comment_at(path, lines, line, line)
        file = self._file(path) if comment is not None else None
        if comment is None or file is None:
            return
        cut = Change(*taken_out(lines, comment), "")
        file.alignment.edit_model([cut], held=True)
        file.whole.edit_model([cut], held=True)
        self._texts = {**self._buffers.texts, path: file.alignment.model}

    def _complete(self) -> bool:
        """What was held back until the patch is in goes now, if it is. Whether there is something."""
        waiting, self._waiting = self._waiting, []
        if self._delivery is not None:
            for operation in waiting:
                self._delivery.add(operation)
        if self._failed is not None or self._refused or not self._hunks:
            return bool(waiting)
        released = [each.release() for file in self._files.values() for each in (file.alignment, file.whole)]
        return any(released) or bool(waiting)

    # -- hunks

    def _ready(self, event: "EditReady") -> None:
        if self._delivery is None:
            self._enter(event)
        else:
            self._entering.append(event)
            self._delivery.ready()

    def _enter_all(self) -> None:
        entering, self._entering = self._entering, []
        for event in entering:
            self._enter(event)

    def _enter(self, event: "EditReady") -> None:
        operation = self._operation(event)  # before the file is known: it may be one to create
        file = self._file(self._moved.get(event.path, event.path))
        reason = self._barred(event, operation, file)
        if reason is not None or file is None:
            if event.new_path:
                self._unmoved[event.new_path] = f"{event.path} was not moved there: {reason}"
            self._refuse_path(event.path, reason or OUTSIDE)
            return
        if operation is not None:
            self._take(replace(operation, runs=file.runs), event)
        file.bridged = file.bridged or bool(set(event.bridges) - {"already-applied", "unchanged"})
        file.whole.edit_model(event.splices)
        before = {id(each) for each in file.alignment.pending}
        if file.gone or file.out_of_step:
            self._refuse_path(event.path, file.gone or OUT_OF_STEP)
            return
        if not file.alignment.edit_model(event.splices):
            place = event.splices[0] if event.splices else None
            where = file.place(place.start, place.start + len(place.text)) if place else None
            self._refused.append({"uri": file.uri, "reason": CHANGED} | ({"range": where} if where else {}))
            self._tell({"event": "refused", "path": event.path, "reason": CHANGED})
            return
        self._hunks += 1
        fresh = tuple(each for each in file.alignment.pending if id(each) not in before)
        edit = file.edit(fresh)
        self._tell(
            event.as_json()
            | {"textDocument": {"uri": file.uri, "version": edit.version}, "edits": list(edit.edits)}
            | ({"confirm": True} if file.runs else {})
        )

    def _barred(self, event: "EditReady", operation: FileOperation | None, file: PatchedFile | None) -> str | None:
        """Why an edit must not go into the editor; marks a file that wants the user's word."""
        if event.path in self._unmoved:
            return self._unmoved[event.path]
        if file is None or (operation is not None and not self._folders.holds(event.new_path or event.path)):
            return OUTSIDE
        from darner_server.patch.reserved_names import is_of_repository  # noqa: PLC0415 - see engine_host.py

        if any(is_of_repository(self._folders.real(each) or "") for each in (event.path, event.new_path) if each):
            return "a link leads into the repository's own folder"
        if (why := self._run_by(event, file)) is not None:
            if not self._session.client.confirms:
                self._blocked[event.path] = why
                return f"{why}; open it and ask about it there, or name it to darner patch"
            file.runs = True
        return unsupported(operation, self._session.client) if operation is not None and self._delivery else None

    def _take(self, operation: FileOperation, event: "EditReady") -> None:
        if event.new_path:
            self._moved[event.new_path] = self._moved.get(event.path, event.path)
        self._operations.append(operation)
        if operation.kind != "create":
            self._waiting.append(operation)  # until every edit is in, under the name that the file has now
        elif self._delivery is not None:
            self._delivery.add(operation)

    def _run_by(self, event: "EditReady", file: PatchedFile) -> str | None:
        """What runs or obeys the file by itself, unless the user asks about just this one."""
        from darner_server.patch import spliced  # noqa: PLC0415 - see engine_host.py
        from darner_server.patch.autorun_files import trigger  # noqa: PLC0415 - likewise

        before = self._base(event.path)
        after = None if event.kind == "delete" else spliced(file.whole.model, event.splices)
        real = self._folders.real(event.path)
        told = [
            trigger(path, before, after)
            for path in dict.fromkeys((event.path, real))
            if path and self._buffers.focus not in (event.path, real)
        ]
        if event.new_path:
            told.append(trigger(event.new_path, None, after))
        return next((each for each in (*told, self._blocked.get(event.path)) if each is not None), None)

    def _operation(self, event: "EditReady") -> FileOperation | None:
        folders = self._folders
        uri = folders.uri_of(event.path) or ""
        if event.kind == "delete":
            return FileOperation("delete", uri)
        if event.kind == "move" and event.new_path:
            return FileOperation("rename", uri, folders.uri_of(event.new_path) or "")
        if event.path not in self._files and event.path not in self._moved and self._base(event.path) is None:
            return FileOperation("create", uri)
        return None

    def _file(self, path: str) -> PatchedFile | None:
        if path in self._files:
            return self._files[path]
        uri = self._folders.uri_of(path)
        if uri is None:
            return None
        session = self._session
        file = self._files[path] = PatchedFile(
            path,
            uri,
            self._base(path) or "",
            documents=session.documents,
            mapper=session.mapper,
            on_disk=lambda: self._on_disk(path),
        )
        if path in self._buffers.texts and session.documents.get(uri) is None:
            file.closed()
        return file

    def _base(self, path: str) -> str | None:
        """The text the patch began with; None for a file that is not there."""
        if path in self._buffers.texts:
            return self._buffers.texts[path]
        return self._on_disk(path)

    def _on_disk(self, path: str) -> str | None:
        assert self._engine is not None  # noqa: S101 - hunks come from it
        found = self._engine.index.read(path)
        return found if isinstance(found, str) else None

    # -- telling

    def _tell(self, value: dict[str, Any]) -> None:
        if self._asked.partial is not None:
            self._session.protocol.notify("$/progress", {"token": self._asked.partial, "value": plain_words(value)})

    def _refuse(self, path: str | None, reason: str, line: int | None) -> None:
        uri = self._folders.uri_of(path) if path else None
        refused: dict[str, Any] = {"uri": uri or self._asked.uri, "reason": plain(reason)}
        if line is not None:
            at = {"line": max(0, line - 1), "character": 0}
            refused["range"] = {"start": at, "end": at}
        self._refused.append(refused)

    def _refuse_path(self, path: str, reason: str) -> None:
        self._refuse(path, reason, None)
        self._tell({"event": "refused", "path": path, "reason": reason})

    def _whole(self) -> dict[str, Any]:
        """All of it: what is left to apply for a client that applies itself, else what has been applied."""
        changes: list[FileEdit | FileOperation] = [each for each in self._operations if each.kind == "create"]
        for path, file in self._files.items():
            edit = (
                file.whole_edit(self._buffers.versions.get(path))
                if self._delivery
                else file.edit(file.alignment.pending)
            )
            if edit.edits:
                changes.append(edit)
        changes += [each for each in self._operations if each.kind != "create"]
        return workspace_edit(changes, self._session.client)

    def _stop(self) -> None:
        for file in self._files.values():
            file.stop()
