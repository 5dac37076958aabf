"""What the handlers of one connection share."""

import asyncio
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from darner_server.display_text import plain
from darner_server.lsp.client_capabilities import Client
from darner_server.lsp.client_log import place_of
from darner_server.lsp.edits.hunks import HunkBoard
from darner_server.lsp.edits.in_flight import RunningPatches
from darner_server.lsp.engine_host import Engines
from darner_server.lsp.errors import Failure
from darner_server.lsp.progress import ProgressBoard
from darner_server.lsp.suggestions.memory import Completions
from darner_server.lsp.text.documents import Documents
from darner_server.lsp.text.positions import Mapper
from darner_server.lsp.text.workspace_folders import Folders
from darner_server.lsp.transport.pygls_fixes import QuickProtocol

if TYPE_CHECKING:
    from darner_server.lsp.suggestions.explanations import Explanation

_MOST_RECENT = 8  # documents
_PATIENCE = 2.0  # seconds for a client to say its settings


class Session:
    """One client, its documents and folders, and what runs for it."""

    def __init__(
        self,
        *,
        server: LanguageServer,
        protocol: QuickProtocol,
        client: Client,
        folders: Folders,
        tasks: asyncio.TaskGroup,
        options: dict[str, Any],
    ) -> None:
        self.server = server
        self.protocol = protocol
        self.client = client
        self.folders = folders
        self.own = options  # the user's, from `initialize`
        self.options = options
        self.asked_settings: asyncio.Future[Any] | None = None
        self.mapper = Mapper(client.encoding)
        self.documents = Documents(self.mapper)
        self.exit_code: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._tasks = tasks
        self._told: set[str] = set()
        self._recent: list[str] = []
        self.engines = Engines(folders, options, self.tell_once, self._warn_once, self.spawn)
        self.hunks = HunkBoard(self.documents, self._hunks_changed)
        self.progress = ProgressBoard(protocol, can_create=client.work_done_progress)
        self.running = RunningPatches()
        self.completions = Completions()
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
            self.went_wrong("in the background", error)

    async def settings_known(self) -> None:
        """Return when the client has said which settings hold now; one that does not is not waited for again."""
        if self.asked_settings is not None:
            await asyncio.wait({self.asked_settings}, timeout=_PATIENCE)
            self.asked_settings = None

    @property
    def untrusted(self) -> bool:
        """Whether the editor says that the user has not agreed to trust this workspace."""
        return self.options.get("trusted") is False

    def need_trust(self) -> None:
        """Raise Failure in a workspace that is not trusted."""
        if self.untrusted:
            raise Failure(
                "darner sends nothing from a workspace that is not trusted; trust it in the editor, then ask again"
            )

    def touched(self, path: str) -> None:
        """A document has been changed: the context prefers what was worked on last."""
        if not self._recent or self._recent[0] != path:
            self._recent = [path, *(each for each in self._recent if each != path)][:_MOST_RECENT]

    def recent(self) -> tuple[str, ...]:
        """The documents changed last, the latest first."""
        return tuple(self._recent)

    def end(self, code: int) -> None:
        """Leave; the first reason counts."""
        if not self.exit_code.done():
            self.exit_code.set_result(code)

    def tell(self, said: str, kind: types.MessageType = types.MessageType.Error) -> None:
        """Show the user a sentence."""
        self.server.window_show_message(types.ShowMessageParams(type=kind, message=plain(said)))

    def tell_once(self, said: str, kind: types.MessageType = types.MessageType.Error) -> None:
        """Show the user a sentence that this session has not shown yet."""
        if said not in self._told:
            self._told.add(said)
            self.tell(said, kind)

    def _warn_once(self, said: str) -> None:
        self.tell_once(said, types.MessageType.Warning)

    def log_once(self, said: Iterable[str]) -> None:
        """Lines in the client's log that this session has not written yet."""
        for each in said:
            if each not in self._told:
                self._told.add(each)
                self.log(each)

    def log(self, said: str, kind: types.MessageType = types.MessageType.Info) -> None:
        """A line in the client's log: never content, never a key."""
        self.server.window_log_message(types.LogMessageParams(type=kind, message=plain(said)))

    def went_wrong(self, method: str, error: BaseException) -> None:
        """A bug: the log gets its kind and place, but not its message, which may hold content."""
        if isinstance(error, Failure):
            self.log(f"{method}: {error.said}", types.MessageType.Warning)
        else:
            self.log(f"{method}: {place_of(error)}", types.MessageType.Error)

    def _hunks_changed(self) -> None:
        if self.client.refresh_lenses:
            self.spawn(self._refresh_lenses())

    async def _refresh_lenses(self) -> None:
        with suppress(JsonRpcException):
            await self.protocol.send_request_async(types.WORKSPACE_CODE_LENS_REFRESH)
