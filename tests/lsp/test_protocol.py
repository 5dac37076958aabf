import asyncio
import json
import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from tests.lsp.editor import DARNER, Json, editing, refused

from darner_server.lsp.server_capabilities import initialize_result
from darner_server.lsp.transport.framing import Framing, frame

MESSAGES = 10_000
INITIALIZE: dict[str, Any] = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"capabilities": {}}}


class Wire:
    """A server's pipes, and the messages that came out of them."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self._framing = Framing()
        self._came: list[Any] = []

    def send(self, *messages: object) -> None:
        assert self.process.stdin is not None
        for message in messages:
            self.process.stdin.write(message if isinstance(message, bytes) else frame(json.dumps(message).encode()))

    async def receive(self) -> Json:
        assert self.process.stdout is not None
        while not self._came:
            data = await self.process.stdout.read(65_536)
            assert data, "the server has gone"
            self._came += [json.loads(body) for body in self._framing.feed(data)]
        return self._came.pop(0)

    async def answer(self, ident: int | str) -> Json:
        """The answer to a request; what comes before it is dropped."""
        while (message := await self.receive()).get("id") != ident:
            pass
        return message

    async def end(self) -> tuple[int, bytes]:
        """Exit code and stderr, after stdin has been closed."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        _, errors = await asyncio.wait_for(self.process.communicate(), 100)
        assert self.process.returncode is not None
        return self.process.returncode, errors


@asynccontextmanager
async def wire(tmp_path: Path) -> AsyncGenerator[Wire]:
    pipe = asyncio.subprocess.PIPE
    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "DARNER_KEYRING": "off"}
    process = await asyncio.create_subprocess_exec(
        DARNER, "serve", "--stdio", stdin=pipe, stdout=pipe, stderr=pipe, env=environment, cwd=tmp_path
    )
    try:
        yield Wire(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def said(method: str, params: object = None, ident: object = None) -> dict[str, Any]:
    message = {"jsonrpc": "2.0", "method": method}
    return message | ({"params": params} if params is not None else {}) | ({"id": ident} if ident is not None else {})


async def test_before_initialize(tmp_path: Path) -> None:
    async with wire(tmp_path) as server:
        server.send(said("textDocument/hover", {}, 1), said("initialized", {}), b"Content-Length: 3\r\n\r\n{]}")
        assert [(await server.receive())["error"]["code"] for _ in range(2)] == [-32002, -32700]
        server.send(INITIALIZE)
        assert (await server.receive())["result"]["serverInfo"]["name"] == "darner"
        server.send(INITIALIZE | {"id": 5})
        assert (await server.answer(5))["error"]["code"] == -32600
        assert await server.end() == (1, b"")


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        ([said("exit")], 1),
        ([INITIALIZE, said("exit")], 1),
        ([INITIALIZE, said("shutdown", None, 1), said("exit")], 0),
        ([INITIALIZE, said("shutdown", None, 1), said("textDocument/hover", {}, 2), said("exit")], 0),
        ([INITIALIZE], 1),  # the client vanishes
        ([], 1),
    ],
)
async def test_exit_codes(tmp_path: Path, messages: list[Any], code: int) -> None:
    async with wire(tmp_path) as server:
        server.send(*messages)
        assert await server.end() == (code, b"")


async def test_a_client_whose_process_has_gone(tmp_path: Path) -> None:
    async with wire(tmp_path) as server:
        gone = await asyncio.create_subprocess_exec("sleep", "600")
        server.send(
            INITIALIZE | {"params": dict[str, object](capabilities={}, processId=gone.pid)}, said("initialized", {})
        )
        server.send(said("textDocument/hover", {}, 5))
        await server.answer(5)
        gone.kill()
        await gone.wait()
        await asyncio.wait_for(server.process.wait(), 100)
        assert server.process.returncode == 1


@pytest.mark.parametrize(
    ("encodings", "chosen"),
    [
        (["utf-8", "utf-16"], "utf-8"),
        (["utf-32"], "utf-32"),
        (["utf-7"], "utf-16"),
        (None, "utf-16"),
        ("utf-8", "utf-16"),
    ],
)
def test_encodings(encodings: object, chosen: str) -> None:
    params = {"capabilities": {"general": {"positionEncodings": encodings}}}
    assert initialize_result(params)["capabilities"]["positionEncoding"] == chosen


async def test_odd_documents_stay_whole(tmp_path: Path) -> None:
    """What was typed comes back in the text of an undo: nothing was lost on the way through the server."""
    text = "a\fb\u2028c\x85d\r\n\U0001f600\ud800 e\rf\n"
    async with wire(tmp_path) as server:
        uri = "untitled:odd"
        item = {"uri": uri, "languageId": "text", "version": 1, "text": text}
        change = {"range": {"start": {"line": 1, "character": 2}, "end": {"line": 1, "character": 3}}, "text": "\u2028"}
        server.send(
            INITIALIZE,
            said("textDocument/didOpen", {"textDocument": item}),
            said("textDocument/didChange", {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [change]}),
            said(
                "workspace/executeCommand",
                {"command": "darner.explainContext", "arguments": [{"textDocument": {"uri": uri}}]},
                1,
            ),
        )
        answer = await server.answer(1)
        shown = [each["text"] for each in answer["result"]["snippets"] if each["uri"] == uri]
        assert shown == [text.replace("\ud800", "\u2028")]
        server.send(said("shutdown", None, 2), said("exit"))
        assert await server.end() == (0, b"")


def broken(pick: random.Random) -> object:  # noqa: C901 - a table
    """A message that no client should send."""
    methods = ["initialize", "textDocument/didChange", "textDocument/hover", "workspace/executeCommand", "exit/", "$/x",
               "textDocument/codeAction", "textDocument/inlineCompletion", "darner/patch", "$/cancelRequest", "",
               "textDocument/didOpen", "notebookDocument/didChange", "workspace/didChangeConfiguration", "initialized"]  # fmt: skip
    values: list[Any] = [None, 1, -1, 1.5, True, "x", [], {}, [1], {"textDocument": {}}, {"uri": 1}, "\ud800", 10**30]
    value = pick.choice(values)
    position = {"line": pick.choice([-1, 0, 10**9]), "character": pick.choice([-1, 0, 10**9])}
    place = {"start": position, "end": pick.choice([position, value])}
    match pick.randrange(12):
        case 0:
            return frame(pick.randbytes(pick.randrange(40)))
        case 1:
            return frame(json.dumps(pick.choice([value, [said("x", 1, 1)]])).encode())
        case 2:
            return b"Content-Length: " + pick.choice([b"x", b"-1", b"", b"99999999999999999"]) + b"\r\n\r\n"
        case 3:
            return {"jsonrpc": pick.choice(["1.0", None, "2.0"]), "id": value, "method": value, "params": value}
        case 4:
            return {"jsonrpc": "2.0", "id": pick.randrange(9), "result": value}
        case 5:
            return {"jsonrpc": "2.0", "id": pick.randrange(9), "error": value}
        case 6:
            return said(
                pick.choice(methods),
                {"textDocument": {"uri": "untitled:1"}, "position": value, "range": place},
                pick.randrange(1, 99),
            )
        case 7:
            changes = [{"range": place, "text": pick.choice(["a\r", "\n", value])}]
            return said(
                "textDocument/didChange",
                {"textDocument": {"uri": "untitled:1", "version": pick.choice([1, value])}, "contentChanges": changes},
            )
        case 8:
            item = {
                "uri": "untitled:1",
                "languageId": "python",
                "version": 1,
                "text": pick.choice(["a\r\n", "b\n", value]),
            }
            return said(pick.choice(["textDocument/didOpen", "textDocument/didClose"]), {"textDocument": item})
        case 9:
            return frame(b"[" * 100_000) if pick.random() < 0.02 else frame(b'{"jsonrpc":"2.0",')
        case _:
            return said(pick.choice(methods), value, pick.choice([None, pick.randrange(1, 99), value]))


async def test_malformed_messages(tmp_path: Path) -> None:
    pick = random.Random(6)  # noqa: S311 - the same messages each time
    async with wire(tmp_path) as server:
        server.send(INITIALIZE, *(broken(pick) for _ in range(MESSAGES)))
        server.send(b"\r\n\r\n", said("shutdown", None, "last"), said("exit"))
        answers = [await server.receive()]
        while answers[-1].get("id") != "last":
            answers.append(await server.receive())
        assert answers[-1].get("result", "missing") is None
        codes = {each["error"]["code"] for each in answers if "error" in each}
        logged = {each["params"]["message"].partition(": ")[2] for each in answers if each.get("method")}
        assert logged == {
            "darner has no command ",
            "the editor's last change to it could not be read; close and reopen it, then run the command again",
            "darner.patch needs an instruction: a sentence that describes the change",
        }
        assert codes == {-32700, -32600, -32601, -32602}
        assert await server.end() == (0, b"")


async def test_requests_are_answered_in_the_protocols_words(tmp_path: Path) -> None:
    async with editing(tmp_path, {"a.py": "x = 1\n"}) as editor:
        editor.open("a.py")
        assert (await refused(editor.request("darner/nothing", {})))[0] == -32601
        assert await editor.request("textDocument/hover", _at(editor.uri("a.py"))) is None
        editor.client.set_trace(types.SetTraceParams(types.TraceValue.Verbose))
        editor.client.text_document_did_close(
            types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(editor.uri("a.py")))
        )
        assert await editor.request("textDocument/hover", _at(editor.uri("a.py"))) is None


async def test_what_is_registered(tmp_path: Path) -> None:
    async with editing(tmp_path, {"a.py": "x = 1\n"}, client="vscode") as editor:
        await editor.until(lambda: bool(editor.registered))
        assert editor.registered == ["workspace/didChangeWatchedFiles", "workspace/didChangeConfiguration"]


def _at(uri: str) -> types.HoverParams:
    return types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(0, 0))
