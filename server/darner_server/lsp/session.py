"""What the handlers of one connection share."""

import asyncio
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from darner_server.display_text import plain
from darner_server.lsp.client_capabilities import ClientCapabilities
from darner_server.lsp.client_log import place_of
from darner_server.lsp.edits.checked_patches import CheckedPatches
from darner_server.lsp.edits.pending_hunks import OpenHunks
from darner_server.lsp.edits.running_patches import RunningPatches
from darner_server.lsp.engine_host import EngineHost
from darner_server.lsp.errors import Failure
from darner_server.lsp.next_edits.edit_recorder import EditRecorder
from darner_server.lsp.next_edits.rewrite_memory import RewriteMemory
from darner_server.lsp.next_edits.shown_edits import ShownEdits
from darner_server.lsp.next_edits.snooze import Snooze
from darner_server.lsp.progress import Progresses
from darner_server.lsp.suggestions.memory import SuggestionMemory
from darner_server.lsp.suggestions.turns import Turns
from darner_server.lsp.text.documents import Documents
from darner_server.lsp.text.positions import Mapper
from darner_server.lsp.text.workspace_folders import Folders
from darner_server.lsp.transport.pygls_fixes import QuickProtocol

if TYPE_CHECKING:
    from darner_server.lsp.explanations import Explanation

_MOST_RECENT = 8  # documents
_PATIENCE = 2.0  # seconds for a client to send its settings


class Session:
    """One client, its documents and folders, and what runs for it."""

    def __init__(
        self,
        *,
        server: LanguageServer,
        protocol: QuickProtocol,
        client: ClientCapabilities,
        folders: Folders,
        tasks: asyncio.TaskGroup,
        options: dict[str, Any],
    ) -> None:
        self.server = server
        self.protocol = protocol
        self.client = client
        self.folders = folders
        self.initial_options = options  # the user's, from `initialize`
        self.options = options
        self.pending_settings: asyncio.Future[Any] | None = None
        self.mapper = Mapper(client.encoding)
        self.documents = Documents(self.mapper)
        self.exit_code: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._tasks = tasks
        self._shown: set[str] = set()
        self._recent: list[str] = []
        self.engines = EngineHost(folders, options, self.show_message_once, self._warn_once, self.spawn)
        self.hunks = OpenHunks(self.documents, self.lenses_changed)
        self.checks = CheckedPatches()
        self.progress = Progresses(protocol, can_create=client.work_done_progress)
        self.in_flight = RunningPatches()
        self.suggestions = SuggestionMemory()
        self.recorder = EditRecorder()
        self.snooze = Snooze()
        self.shown_edits = ShownEdits()
        self.rewrites = RewriteMemory()
        self.next_edit_turns = Turns()
        self.explanations: list[Explanation] = []

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something in the background; it ends with the session, and a bug in it ends nothing else."""
        task = self._tasks.create_task(self._contained(work))
        task.add_done_callback(lambda _: work.close())  # one that is cancelled before its first step never enters it
        return task

    async def _contained(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 - see `spawn`
            self.log_error("in the background", error)

    async def wait_for_settings(self) -> None:
        """Wait for the settings requested of the client; one that does not answer is not waited for again."""
        if self.pending_settings is not None:
            await asyncio.wait({self.pending_settings}, timeout=_PATIENCE)
            self.pending_settings = None

    @property
    def untrusted(self) -> bool:
        """Whether the editor reports that the user has not agreed to trust this workspace."""
        return self.options.get("trusted") is False

    def require_trust(self) -> None:
        """Raise Failure in a workspace that is not trusted."""
        if self.untrusted:
            raise Failure(
                "darner sends nothing from a workspace that is not trusted; trust it in the editor, then try again"
            )

    def document_changed(self, path: str) -> None:
        """Note that a document has changed: the context prefers what was worked on last."""
        if not self._recent or self._recent[0] != path:
            self._recent = [path, *(each for each in self._recent if each != path)][:_MOST_RECENT]

    def recent(self) -> tuple[str, ...]:
        """The documents changed last, the latest first."""
        return tuple(self._recent)

    def end(self, code: int) -> None:
        """Leave; the first reason counts."""
        if not self.exit_code.done():
            self.exit_code.set_result(code)

    def show_message(self, text: str, kind: types.MessageType = types.MessageType.Error) -> None:
        """Show the user a message."""
        self.server.window_show_message(types.ShowMessageParams(type=kind, message=plain(text)))

    def show_message_once(self, text: str, kind: types.MessageType = types.MessageType.Error) -> None:
        """Show the user a message that this session has not shown yet."""
        if text not in self._shown:
            self._shown.add(text)
            self.show_message(text, kind)

    def _warn_once(self, text: str) -> None:
        self.show_message_once(text, types.MessageType.Warning)

    def log_once(self, lines: Iterable[str]) -> None:
        """Write lines that this session has not written yet to the client's log."""
        for line in lines:
            if line not in self._shown:
                self._shown.add(line)
                self.log(line)

    def log(self, text: str, kind: types.MessageType = types.MessageType.Info) -> None:
        """A line in the client's log: never content, never a key."""
        self.server.window_log_message(types.LogMessageParams(type=kind, message=plain(text)))

    def log_error(self, method: str, error: BaseException) -> None:
        """Log a bug by its kind and place, without its message, which may hold content."""
        if isinstance(error, Failure):
            self.log(f"{method}: {error.message}", types.MessageType.Warning)
        else:
            self.log(f"{method}: {place_of(error)}", types.MessageType.Error)

    def lenses_changed(self) -> None:
        """Have the client show the lenses as they are now."""
        if self.client.refresh_lenses:
            self.spawn(self._refresh_lenses())

    async def _refresh_lenses(self) -> None:
        with suppress(JsonRpcException):
            await self.protocol.send_request_async(types.WORKSPACE_CODE_LENS_REFRESH)
