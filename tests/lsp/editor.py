"""A small editor around the real server: documents with versions, edits applied and echoed, nothing left unread."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

from lsprotocol import types
from pygls.client import JsonRPCClient
from pygls.exceptions import JsonRpcException
from pygls.protocol import default_converter
from pytest_lsp import LanguageClient, client_capabilities

from darner_clients.testing import ScriptedEndpoint
from darner_server.lsp.text.positions import LineTable, Mapper, Point, split_lines

DARNER = str(Path(sys.executable).with_name("darner"))
Json = Any  # whatever comes over the wire
CLIENTS = ("vscode", "neovim", "bare")


def capabilities(client: str) -> types.ClientCapabilities:
    """Recorded ones, and those of a client that can do next to nothing."""
    match client:
        case "vscode":
            return client_capabilities("visual_studio_code")
        case "neovim":
            return client_capabilities("neovim")
        case "bare":
            return types.ClientCapabilities(workspace=types.WorkspaceClientCapabilities(apply_edit=True))
        case _:
            raise ValueError(client)


class Text:
    """An open buffer."""

    def __init__(self, text: str, mapper: Mapper) -> None:
        self.text = text
        self.version = 1
        self.grows = True  # its version, with every change
        self.undo: list[str] = []
        self._mapper = mapper

    def edit(self, edits: Sequence[tuple[Point, Point, str]]) -> None:
        """Apply edits that are all in positions of the text as it is."""
        table = LineTable(split_lines(self.text), self._mapper)
        spans = sorted(((table.offset(first), table.offset(last), text) for first, last, text in edits), reverse=True)
        for (start, _, _), (_, end, _) in pairwise(spans):
            assert end <= start, "edits of one document overlap"
        self.undo.append(self.text)
        for start, end, text in spans:
            self.text = self.text[:start] + text + self.text[end:]
        self.version += self.grows


class Editor:
    """One session. `applies` decides on each edit of the server before it is applied; None applies."""

    def __init__(self, root: Path, client: str) -> None:
        self.root = root
        self.client = LanguageClient(converter_factory=default_converter)
        self.capabilities = capabilities(client)
        self.buffers: dict[str, Text] = {}
        self.files: list[tuple[str, str]] = []  # operations on files: kind, uri
        self.edits: list[Any] = []
        self.shown: list[str] = []
        self.logged: list[str] = []
        self.progress: dict[int | str, list[Any]] = {}
        self.registered: list[str] = []
        self.refreshed = 0
        self.settings: dict[str, Any] = {}
        self.applies: Callable[[types.ApplyWorkspaceEditParams], str | None] = lambda _params: None
        self.outdated = "refused"  # or "passed over" without a word, as by Neovim, or "an error", as by eglot
        self.echoes_late = False  # tells its changes only after it has answered, as Neovim does
        self.silent: dict[str, list[Any]] | None = None  # changes that are told when a command has ended, as by eglot
        self.stderr = b""
        self.exit_code: int | None = None
        self.result: Any = None
        self.mapper = Mapper("utf-16")
        self._process: asyncio.subprocess.Process | None = None
        self._socket: asyncio.StreamWriter | None = None
        self._heard = asyncio.Condition()
        known = self.client.protocol.get_result_type
        # lsprotocol takes a code action with a command for a command: let it come as it is

        def result_type(method: str) -> Json:
            return None if method == "textDocument/codeAction" else known(method)

        cast("Json", self.client.protocol).get_result_type = result_type
        self._register()

    # -- life

    async def start(self, transport: str, environment: dict[str, str]) -> None:
        """Start the server and connect."""
        arguments = ["serve"] if transport == "stdio" else ["serve", "--tcp", "127.0.0.1:0"]
        if transport == "stdio":
            await cast("Json", JsonRPCClient).start_io(self.client, DARNER, *arguments, env=environment, cwd=self.root)
            self._process = self.client._server
        else:
            self._process = await asyncio.create_subprocess_exec(
                DARNER,
                *arguments,
                env=environment,
                cwd=self.root,
                stdout=-1,
                stderr=-1,
                stdin=asyncio.subprocess.DEVNULL,
            )
            assert self._process.stdout is not None
            said = (await self._process.stdout.readline()).decode()
            await self.client.start_tcp("127.0.0.1", int(said.rpartition(":")[2]))
            self._socket = cast("Json", self.client).protocol.writer
        assert self._process is not None
        assert self._process.stderr is not None
        self._errors = asyncio.ensure_future(self._process.stderr.read())

    async def initialize(
        self, options: dict[str, Any], *, folders: Sequence[Path] | None = None
    ) -> types.InitializeResult:
        """Say hello."""
        roots = [self.root] if folders is None else list(folders)
        result = await self.client.initialize_session(
            types.InitializeParams(
                capabilities=self.capabilities,
                process_id=os.getpid(),
                workspace_folders=[types.WorkspaceFolder(each.as_uri(), each.name) for each in roots],
                initialization_options=options,
            )
        )
        self.mapper = Mapper(
            str(getattr(result.capabilities.position_encoding, "value", result.capabilities.position_encoding))
        )
        return result

    async def close(self) -> None:
        """Say goodbye, then check that nothing was left over."""
        process = self._process
        assert process is not None
        if process.returncode is None and self.exit_code is None:
            await self.request("shutdown", None)
            self.client.exit(None)
        self.exit_code = await asyncio.wait_for(process.wait(), 100)
        self.stderr = await self._errors
        await self._disconnect()

    async def kill(self) -> None:
        """The test has failed: only be rid of the server, and show what it said."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        print("stderr:", (await self._errors).decode(), "\nshown:", self.shown, "\nlogged:", self.logged)
        await self._disconnect()

    async def _disconnect(self) -> None:
        if self._socket is not None:  # pygls leaves a socket open whose other end is closed
            self._socket.close()
        await cast("Json", self.client).stop()

    @property
    def pid(self) -> int:
        """The server's process."""
        assert self._process is not None
        return self._process.pid

    # -- what the user does

    def uri(self, name: str) -> str:
        """The URI of a file of the workspace."""
        return name if ":" in name else (self.root / name).as_uri()

    def open(self, name: str, text: str | None = None, language: str = "python") -> Text:
        """Open a file, or a buffer that is not on the disk."""
        uri = self.uri(name)
        content = (self.root / name).read_bytes().decode() if text is None else text
        buffer = self.buffers[uri] = Text(content, self.mapper)
        item = types.TextDocumentItem(uri, language, 1, content)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return buffer

    def type(self, name: str, first: tuple[int, int], last: tuple[int, int], text: str) -> None:
        """Change a range of an open file."""
        uri = self.uri(name)
        buffer = self.buffers[uri]
        buffer.edit([(Point(*first), Point(*last), text)])
        place = types.Range(types.Position(*first), types.Position(*last))
        self._changed(uri, [types.TextDocumentContentChangePartial(place, text)])

    async def command(self, command: str, *arguments: object, **more: Json) -> Json:
        """Run a command of the server."""
        params = types.ExecuteCommandParams(command, arguments=list(arguments), **more)
        result = await self.request("workspace/executeCommand", params)
        held, self.silent = self.silent, None
        for uri, changes in (held or {}).items():
            self._changed(uri, changes)
        return result

    async def patch(self, name: str, instruction: str = "do it", **more: object) -> Json:
        """Run `darner.patch` on a file."""
        return await self.command(
            "darner.patch",
            {"textDocument": {"uri": self.uri(name)}, "instruction": instruction, "scope": "file", **more},
        )

    async def request(self, method: str, params: object) -> Json:
        """Send any request."""
        return await cast("Json", self.client.protocol).send_request_async(method, params)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something that the server says makes it true."""
        async with self._heard:
            await asyncio.wait_for(self._heard.wait_for(condition), 100)

    # -- what the server asks

    def _register(self) -> None:
        handlers: dict[str, Callable[[Json], object]] = {
            "workspace/applyEdit": self.applied,
            "window/showMessage": lambda params: self.hear(self.shown.append, params.message),
            "window/logMessage": lambda params: self.hear(self.logged.append, params.message),
            "window/workDoneProgress/create": self._create_progress,
            "$/progress": lambda params: self.hear(self.progress.setdefault(params.token, []).append, params.value),
            "client/registerCapability": self._register_capability,
            "workspace/codeLens/refresh": lambda _params: self._refresh(),
            "workspace/configuration": lambda params: [self.settings.get(item.section) for item in params.items],
        }
        for method, handler in handlers.items():
            handle(self.client, method, handler)

    def hear(self, take: Callable[[Any], object], what: object) -> None:
        """Take what the server has said, for whoever waits for it."""
        take(what)
        self._tell()

    def _tell(self) -> None:
        async def tell() -> None:
            async with self._heard:
                self._heard.notify_all()

        self._telling = asyncio.ensure_future(tell())

    def _create_progress(self, params: types.WorkDoneProgressCreateParams) -> None:
        assert params.token not in self.progress, "a progress token was created twice"
        self.progress[params.token] = []

    def _register_capability(self, params: types.RegistrationParams) -> None:
        self.hear(self.registered.extend, [each.method for each in params.registrations])

    def _refresh(self) -> None:
        self.refreshed += 1

    def applied(self, params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        """Make an edit of the server's, or refuse it."""
        self.edits.append(params)
        refusal = self.applies(params)
        self._tell()
        if refusal is not None:
            return types.ApplyWorkspaceEditResult(applied=False, failure_reason=refusal)
        edit = params.edit
        changes: list[Any] = [
            *(edit.document_changes or ()),
            *(types.TextDocumentEdit(types.OptionalVersionedTextDocumentIdentifier(uri), list(edits))
              for uri, edits in (edit.changes or {}).items()),
        ]  # fmt: skip
        for change in changes:
            if isinstance(change, types.TextDocumentEdit):
                version = change.text_document.version
                buffer = self.buffers.get(change.text_document.uri)
                if buffer is not None and version is not None and version != buffer.version:
                    if self.outdated == "an error":
                        raise JsonRpcException(f"Edits require version {version}, you have {buffer.version}")
                    passed = self.outdated == "passed over"
                    return types.ApplyWorkspaceEditResult(applied=passed, failure_reason=None if passed else "outdated")
        for change in changes:
            self._apply_one(change)
        return types.ApplyWorkspaceEditResult(applied=True)

    def _apply_one(self, change: Json) -> None:
        if isinstance(change, types.TextDocumentEdit):
            uri = change.text_document.uri
            if uri not in self.buffers:
                file = Path(uri.removeprefix("file://"))
                text = Text(file.read_text() if file.exists() else "", self.mapper)
                text.edit([_edit(each) for each in change.edits])
                file.write_text(text.text)
                return
            self.buffers[uri].edit([_edit(each) for each in change.edits])
            whole = [types.TextDocumentContentChangeWholeDocument(self.buffers[uri].text)]
            if self.silent is not None:
                self.silent[uri] = whole
            elif self.echoes_late:
                asyncio.get_running_loop().call_soon(self._changed, uri, whole)
            else:
                self._changed(uri, whole)
        elif isinstance(change, types.RenameFile):
            self.files.append((change.kind, change.new_uri))
        else:
            self.files.append((change.kind, change.uri))

    def _changed(self, uri: str, changes: list[Any]) -> None:
        version = types.VersionedTextDocumentIdentifier(self.buffers[uri].version, uri)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(version, changes))


def handle(peer: Json, method: str, handler: Callable[[Json], object]) -> None:
    """Register a handler with pygls, which marks the function that it gets: it must be no method, and a new one."""

    def marked(params: Json) -> object:
        return handler(params)

    peer.feature(method)(marked)


def plain(value: Json) -> Json:
    """JSON of the tuples that the client makes of what it has no type for."""
    if hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, dict):
        return {key: plain(item) for key, item in cast("dict[str, Json]", value).items()}
    if isinstance(value, list):
        items: list[Json] = value  # pyright: ignore[reportUnknownVariableType] # a list of anything
        return [plain(item) for item in items]
    return value


def _edit(edit: Json) -> tuple[Point, Point, str]:
    first, last = edit.range.start, edit.range.end
    return Point(first.line, first.character), Point(last.line, last.character), edit.new_text


@asynccontextmanager
async def editing(
    root: Path,
    files: dict[str, str],
    *endpoints: ScriptedEndpoint,
    client: str = "vscode",
    transport: str = "stdio",
    options: dict[str, Any] | None = None,
    environ: dict[str, str] | None = None,
    exit_code: int = 0,
) -> AsyncGenerator[Editor]:
    """A session over a folder with these files; afterwards nothing may be left unread, on stderr or running."""
    work = root / "work"
    for name, text in files.items():
        path = work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    work.mkdir(exist_ok=True)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(root),
        "DARNER_KEYRING": "off",
        **{name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")},  # of `make coverage`
        **{f"XDG_{kind}_HOME": str(root / kind.lower()) for kind in ("CACHE", "STATE", "CONFIG", "DATA")},
        **(environ or {}),
    }
    editor = Editor(work, client)
    await editor.start(transport, environment)
    rows = [
        {"name": f"e{number}", "kind": "vllm", "base_url": each.url, "model": "scripted"}
        for number, each in enumerate(endpoints)
    ]
    if options is None:
        editor.result = await editor.initialize({"endpoints": rows} if rows else {})
    elif options != {"initialize": False}:
        editor.result = await editor.initialize({"endpoints": rows, **options} if rows else options)
    try:
        yield editor
    except BaseException:
        await editor.kill()
        raise
    await editor.close()
    assert (editor.shown, editor.logged, editor.stderr, editor.exit_code) == ([], [], b"", exit_code)


async def refused(work: Json) -> tuple[int, str]:
    """The error that a request is answered with."""
    try:
        result = await work
    except JsonRpcException as error:
        return error.code, error.message
    raise AssertionError(f"answered with {result!r}")
