"""Each fault of pygls that we work around, shown on pygls itself: a test that fails here means a work-around can go."""

import asyncio
import io
import json
import threading
from collections.abc import Coroutine
from concurrent.futures import Future, InvalidStateError, ThreadPoolExecutor
from typing import Any

import pytest
from lsprotocol import types
from pygls.io_ import StdinAsyncReader, run_async
from pygls.lsp.server import LanguageServer
from pygls.workspace import TextDocument
from tests.lsp.editor import Json, handle

from darner_server.lsp.transport.pygls_fixes import QuickProtocol, quick_server


class Written:
    """A writer that keeps what was sent."""

    def __init__(self) -> None:
        self.messages: list[Any] = []

    def write(self, data: bytes) -> None:
        self.messages.append(json.loads(data.partition(b"\r\n\r\n")[2]))

    def close(self) -> None:
        pass


def plain() -> tuple[LanguageServer, Written]:
    server, written = LanguageServer("plain", ""), Written()
    server.protocol.set_writer(written)
    return server, written


def ours() -> tuple[LanguageServer, QuickProtocol, Written, list[tuple[str, BaseException]]]:
    server, protocol = quick_server("ours", "")
    written, wrong = Written(), list[tuple[str, BaseException]]()
    protocol.set_writer(written)
    protocol.attach(
        asyncio.get_running_loop().create_task,
        lambda method, error: wrong.append((method, error)),
        lambda body: wrong.append((body.decode(), ValueError("no JSON"))),
    )
    return server, protocol, written, wrong


def message(method: str, params: object, ident: int | None = None) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "method": method, "params": params} | ({} if ident is None else {"id": ident})


def to_plain(server: LanguageServer, given: dict[str, Any]) -> None:
    server.protocol.handle_message(json.loads(json.dumps(given), object_hook=server.protocol.structure_message))


async def turns(count: int = 5) -> None:
    """Let the event loop turn."""
    for _ in range(count):
        await asyncio.sleep(0)


DID_SAVE = message("textDocument/didSave", {"textDocument": {"uri": "untitled:1"}})
HOVER = message("textDocument/hover", {"textDocument": {"uri": "u"}, "position": {"line": 0, "character": 0}}, 1)


async def test_1_every_notification_leaves_a_future() -> None:
    server, _ = plain()

    async def saved(_params: types.DidSaveTextDocumentParams) -> None:
        pass

    server.feature("textDocument/didSave")(saved)
    for _ in range(10):
        to_plain(server, DID_SAVE)
    await turns()
    assert len(server.protocol._request_futures) == 10

    mine, protocol, _, _ = ours()
    mine.feature("textDocument/didSave")(saved)
    for _ in range(10):
        protocol.receive(json.dumps(DID_SAVE).encode())
    await turns()
    assert (protocol.running, len(protocol._request_futures)) == (0, 0)


async def test_2_an_answer_to_a_cancelled_request_raises() -> None:
    server, _ = plain()
    future = server.protocol.send_request("workspace/applyEdit", None, msg_id=7)
    asyncio.wrap_future(future).cancel()
    await turns()
    assert future.cancelled()
    with pytest.raises(InvalidStateError):
        server.protocol._handle_response(7, None)

    _, protocol, _, wrong = ours()
    asked = protocol.send_request_async("workspace/applyEdit", None)
    asked.cancel()
    protocol.receive(b'{"jsonrpc":"2.0","id":1,"result":{"applied":true}}')
    assert (wrong, protocol._asked) == ([], {})


async def test_3_a_key_inside_the_parameters_is_taken_for_a_message() -> None:
    server, _ = plain()
    given = message(
        "workspace/executeCommand", {"command": "x", "arguments": [{"jsonrpc": "2.0", "method": "exit"}]}, 1
    )
    found = json.loads(json.dumps(given), object_hook=server.protocol.structure_message)
    assert isinstance(found.params.arguments[0], types.ExitNotification)

    mine, protocol, _, _ = ours()
    taken: list[dict[str, Any]] = []
    handle(mine, "workspace/executeCommand", taken.append)
    protocol.receive(json.dumps(given).encode())
    assert taken[0]["arguments"] == [{"jsonrpc": "2.0", "method": "exit"}]


async def test_4_parameters_are_taken_strictly_or_become_a_class_each_time() -> None:
    server, _ = plain()
    given = json.dumps(message("darner/patch", {"a": {"b": 1}}))
    first, second = (json.loads(given, object_hook=server.protocol.structure_message) for _ in range(2))
    assert type(first.params) is not type(second.params)

    opened = message("textDocument/didOpen", {"textDocument": {"uri": "u", "languageId": None, "text": ""}})
    with pytest.raises(Exception, match="Invalid Params"):
        json.loads(json.dumps(opened), object_hook=server.protocol.structure_message)

    mine, protocol, _, _ = ours()
    taken: list[object] = []
    for method in ("darner/patch", "textDocument/didOpen"):
        handle(mine, method, taken.append)
    protocol.receive(given.encode())
    protocol.receive(json.dumps(opened).encode())
    assert taken == [{"a": {"b": 1}}, opened["params"]]


async def test_5_a_coroutine_handler_starts_too_late() -> None:
    seen: list[str] = []

    async def late(_params: types.HoverParams) -> None:
        seen.append("request")

    server, _ = plain()
    server.feature("textDocument/hover")(late)
    handle(server, "textDocument/didSave", lambda _params: seen.append("later change"))
    to_plain(server, HOVER)
    to_plain(server, DID_SAVE)
    await turns()
    assert seen == ["later change", "request"]

    def at_once(_params: types.HoverParams) -> Coroutine[None, None, None]:
        seen.append("snapshot")
        return asyncio.sleep(0)

    seen.clear()
    mine, protocol, _, _ = ours()
    mine.feature("textDocument/hover")(at_once)
    handle(mine, "textDocument/didSave", lambda _params: seen.append("later change"))
    for each in (HOVER, DID_SAVE):
        protocol.receive(json.dumps(each).encode())
    await turns()
    assert seen == ["snapshot", "later change"]


async def test_6_an_error_carries_a_traceback() -> None:
    def fail(_params: types.HoverParams) -> None:
        raise ValueError("content of a file")

    server, written = plain()
    server.feature("textDocument/hover")(fail)
    to_plain(server, HOVER)
    assert "traceback" in written.messages[0]["error"]["data"]
    assert "content of a file" in written.messages[0]["error"]["message"]

    mine, protocol, told, wrong = ours()
    mine.feature("textDocument/hover")(fail)
    protocol.receive(json.dumps(HOVER).encode())
    said = "textDocument/hover failed inside darner; the log names the place"
    assert told.messages == [{"jsonrpc": "2.0", "id": 1, "error": {"code": -32603, "message": said}}]
    assert [method for method, _ in wrong] == ["textDocument/hover"]


def test_7_lines_end_where_they_should_not() -> None:
    document = TextDocument("untitled:1", source="a\fb\n", version=1)
    place = types.Range(types.Position(0, 3), types.Position(0, 3))
    document.apply_change(types.TextDocumentContentChangePartial(place, "!"))
    assert document.source != "a\fb!\n"  # tests/lsp/text/test_documents.py holds ours to the right text


async def test_8_every_header_line_is_an_executor_hop() -> None:
    class Counting(ThreadPoolExecutor):
        hops = 0

        def submit(self, *args: Json, **kwargs: Json) -> Future[Json]:
            self.hops += 1
            return super().submit(*args, **kwargs)

    server, _ = plain()
    body = json.dumps(DID_SAVE).encode()
    with Counting(1) as pool:
        reader = StdinAsyncReader(io.BytesIO(b"Content-Length: %d\r\n\r\n%b" % (len(body), body)), pool)
        await run_async(threading.Event(), reader, server.protocol)
        assert pool.hops == 4  # two header lines, a body, the end


async def test_a_request_cancelled_before_it_began_is_answered() -> None:
    mine, protocol, told, _ = ours()
    handle(mine, "textDocument/hover", lambda _params: asyncio.sleep(60))
    protocol.receive(json.dumps(HOVER).encode())
    protocol.receive(json.dumps(message("$/cancelRequest", {"id": 1})).encode())
    await turns()
    assert told.messages == [{"jsonrpc": "2.0", "id": 1, "error": {"code": -32800, "message": "Cancelled"}}]
    assert protocol.running == 0


async def test_an_answer_that_cannot_be_sent_is_an_error() -> None:
    """As where a client's diagnostics are nested deeper than Python can follow."""
    mine, protocol, told, wrong = ours()
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]

    async def later(_params: object) -> object:
        return deep

    handle(mine, "textDocument/hover", lambda _params: deep)
    mine.feature("textDocument/codeAction")(later)
    protocol.receive(json.dumps(HOVER).encode())
    protocol.receive(json.dumps(message("textDocument/codeAction", {}, 2)).encode())
    await turns()
    assert [each["error"]["code"] for each in told.messages] == [-32603, -32603]
    assert [method for method, _ in wrong] == ["textDocument/hover", "textDocument/codeAction"]
    while deep:  # taken apart by hand: freed as a whole it would go as deep
        deep = deep[0]  # type: ignore[assignment]
