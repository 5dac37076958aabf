"""The changes of one patch to the workspace: texts of files, files created, renamed and deleted, and rejected edits."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from darner_server.display_text import plain
from darner_server.lsp.client_capabilities import ClientCapabilities
from darner_server.lsp.edits.buffers import Buffers
from darner_server.lsp.edits.patched_file import PatchedFile
from darner_server.lsp.edits.workspace_edit import FileEdit, FileOperation, unsupported, workspace_edit
from darner_server.lsp.text.documents import OUT_OF_STEP, Documents, TextChange
from darner_server.lsp.text.instruction_comments import comment_at, removal
from darner_server.lsp.text.positions import Mapper, split_lines
from darner_server.lsp.text.workspace_folders import Folders

CHANGED = "you have since changed these lines"
OUTSIDE = "the file is outside the workspace"

if TYPE_CHECKING:
    from darner_server.engine import EditReady


class PatchChanges:
    """Owns the files of a patch; `close` when the patch is over.

    `read` gives a file's text on disk, None if there is none. `notify` gets each hunk and rejection as JSON.
    `uri` is the document that the request is about; a rejection that names no file is reported for it.
    `delivered`: the server applies the changes itself (`Delivery`), instead of the client.
    """

    def __init__(
        self,
        buffers: Buffers,
        folders: Folders,
        *,
        documents: Documents,
        mapper: Mapper,
        client: ClientCapabilities,
        read: Callable[[str], str | None],
        notify: Callable[[dict[str, Any]], None],
        uri: str,
        delivered: bool,
    ) -> None:
        self.hunks = 0
        self.refused: list[dict[str, Any]] = []
        self.files: dict[str, PatchedFile] = {}
        self._buffers = buffers
        self._folders = folders
        self._documents = documents
        self._mapper = mapper
        self._client = client
        self._read = read
        self._notify = notify
        self._uri = uri
        self._delivered = delivered
        self._queue: list[EditReady] = []
        self._operations: list[FileOperation] = []
        self._due: list[FileOperation] = []  # to be sent with the next round
        self._waiting: list[FileOperation] = []
        self._unmoved: dict[str, str] = {}  # the path that a file was not moved to, and why
        self._moved: dict[str, str] = {}  # a file's new path -> the one it has until the patch is in
        self._blocked: dict[str, str] = {}  # files of which a hunk was rejected for what runs them: the rest is too

    def remove_comment(self, line: int) -> dict[str, str]:
        """Return the texts without the `darner:` comment of the focus; the patch's end removes the comment itself."""
        path = self._buffers.focus
        lines = split_lines(self._buffers.texts.get(path, ""))
        comment = comment_at(path, lines, line, line)
        file = self._file(path) if comment is not None else None
        if comment is None or file is None:
            return self._buffers.texts
        cut = TextChange(*removal(lines, comment), "")
        file.alignment.edit_model([cut], held=True)
        file.whole.edit_model([cut], held=True)
        return {**self._buffers.texts, path: file.alignment.model}

    def queue(self, event: "EditReady") -> None:
        """Keep an edit for the next `enter_queued`."""
        self._queue.append(event)

    def enter_queued(self) -> None:
        """Enter the queued edits."""
        events, self._queue = self._queue, []
        for event in events:
            self.enter(event)

    def enter(self, event: "EditReady") -> None:
        """Enter an edit into its file, or reject it."""
        operation = self._operation(event)  # before the file is known: it may be one to create
        file = self._file(self._moved.get(event.path, event.path))
        reason = self._barred(event, operation, file)
        if reason is not None or file is None:
            if event.new_path:
                self._unmoved[event.new_path] = f"{event.path} was not moved there: {reason}"
            self.refuse_path(event.path, reason or OUTSIDE)
            return
        if operation is not None:
            self._add_operation(replace(operation, runs=file.runs), event)
        file.bridged = file.bridged or bool(set(event.bridges) - {"already-applied", "unchanged"})
        file.whole.edit_model(event.splices)
        if file.gone or file.out_of_step:
            self.refuse_path(event.path, file.gone or OUT_OF_STEP)
            return
        regions = file.alignment.edit_model(event.splices)
        if regions is None:
            splice = event.splices[0] if event.splices else None
            where = file.place(splice.start, splice.start + len(splice.text)) if splice else None
            self.refused.append({"uri": file.uri, "reason": CHANGED} | ({"range": where} if where else {}))
            self._notify({"event": "refused", "path": event.path, "reason": CHANGED})
            return
        self.hunks += 1
        edit = file.edit(regions)
        self._notify(
            event.as_json()
            | {"textDocument": {"uri": file.uri, "version": edit.version}, "edits": list(edit.edits)}
            | ({"confirm": True} if file.runs else {})
        )

    def refuse(self, path: str | None, reason: str, line: int | None) -> None:
        """Record a rejection, at a line counted from 1 if one is known."""
        uri = self._folders.uri_of(path) if path else None
        refused: dict[str, Any] = {"uri": uri or self._uri, "reason": plain(reason)}
        if line is not None:
            at = {"line": max(0, line - 1), "character": 0}
            refused["range"] = {"start": at, "end": at}
        self.refused.append(refused)

    def refuse_path(self, path: str, reason: str, line: int | None = None) -> None:
        """Record and report a rejection of our own, at a line counted from 1 if one is known."""
        self.refuse(path, reason, line)
        self._notify({"event": "refused", "path": path, "reason": reason})

    def take_operations(self) -> list[FileOperation]:
        """Return the file operations to be sent now; each is returned once."""
        due, self._due = self._due, []
        return due

    def release(self, *, complete: bool) -> bool:
        """Let go of what waits for the whole patch to be in. Whether there is something.

        The comment that requested the patch is removed only if the patch is `complete`.
        """
        waiting, self._waiting = self._waiting, []
        self._due += waiting
        if not complete or self.refused or not self.hunks:
            return bool(waiting)
        released = [each.release() for file in self.files.values() for each in (file.alignment, file.whole)]
        return any(released) or bool(waiting)

    def workspace_edit(self) -> dict[str, Any]:
        """All of it: what is left to apply for a client that applies itself, else what has been applied."""
        changes: list[FileEdit | FileOperation] = [each for each in self._operations if each.kind == "create"]
        for path, file in self.files.items():
            edit = (
                file.whole_edit(self._buffers.versions.get(path))
                if self._delivered
                else file.edit(file.alignment.pending)
            )
            if edit.edits:
                changes.append(edit)
        changes += [each for each in self._operations if each.kind != "create"]
        return workspace_edit(changes, self._client)

    def close(self) -> None:
        """Follow the documents no longer."""
        for file in self.files.values():
            file.stop()

    def _barred(self, event: "EditReady", operation: FileOperation | None, file: PatchedFile | None) -> str | None:
        """Why an edit must not go into the editor; marks a file that wants the user's word."""
        if event.path in self._unmoved:
            return self._unmoved[event.path]
        if file is None or (operation is not None and not self._folders.holds(event.new_path or event.path)):
            return OUTSIDE
        from darner_server.patch.protected_paths import is_of_repository

        if any(is_of_repository(self._folders.real(each) or "") for each in (event.path, event.new_path) if each):
            return "a link leads into the folder of the repository itself"
        if (why := self._run_by(event, file)) is not None:
            if not self._client.confirms:
                self._blocked[event.path] = why
                return f"{why}; open it and run the command there, or name it to darner patch"
            file.runs = True
        return unsupported(operation, self._client) if operation is not None and self._delivered else None

    def _add_operation(self, operation: FileOperation, event: "EditReady") -> None:
        if event.new_path:
            self._moved[event.new_path] = self._moved.get(event.path, event.path)
        self._operations.append(operation)
        if operation.kind == "create":
            self._due.append(operation)
        else:
            self._waiting.append(operation)  # until every edit is in, under the name that the file has now

    def _run_by(self, event: "EditReady", file: PatchedFile) -> str | None:
        """What runs or obeys the file by itself, unless the user asks about just this one."""
        from darner_server.patch import spliced
        from darner_server.patch.autorun_files import trigger

        before = self._base(event.path)
        after = None if event.kind == "delete" else spliced(file.whole.model, event.splices)
        real = self._folders.real(event.path)
        triggers = [
            trigger(path, before, after)
            for path in dict.fromkeys((event.path, real))
            if path and self._buffers.focus not in (event.path, real)
        ]
        if event.new_path:
            triggers.append(trigger(event.new_path, None, after))
        return next((each for each in (*triggers, self._blocked.get(event.path)) if each is not None), None)

    def _operation(self, event: "EditReady") -> FileOperation | None:
        folders = self._folders
        uri = folders.uri_of(event.path) or ""
        if event.kind == "delete":
            return FileOperation("delete", uri)
        if event.kind == "move" and event.new_path:
            return FileOperation("rename", uri, folders.uri_of(event.new_path) or "")
        if event.path not in self.files and event.path not in self._moved and self._base(event.path) is None:
            return FileOperation("create", uri)
        return None

    def _file(self, path: str) -> PatchedFile | None:
        if path in self.files:
            return self.files[path]
        uri = self._folders.uri_of(path)
        if uri is None:
            return None
        file = self.files[path] = PatchedFile(
            path,
            uri,
            self._base(path) or "",
            documents=self._documents,
            mapper=self._mapper,
            on_disk=lambda: self._read(path),
        )
        if path in self._buffers.texts and self._documents.get(uri) is None:
            file.closed()
        return file

    def _base(self, path: str) -> str | None:
        """The text the patch began with; None for a file that is not there."""
        if path in self._buffers.texts:
            return self._buffers.texts[path]
        return self._read(path)
