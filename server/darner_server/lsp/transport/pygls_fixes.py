"""Everything we do because pygls 2.1.1 does it wrongly or slowly. Nothing of this kind is anywhere else.

Each item has a test in tests/lsp/transport/test_pygls_fixes.py that shows pygls's own behaviour and fails on the day
it changes:

1. Every notification leaves a Future behind in `_request_futures` (32 MB after 20,000 changes).
2. A response to a request that has been cancelled raises InvalidStateError (pygls issue 621).
3. The whole nested message passes `object_hook`, dictionary by dictionary, and a message with a key "jsonrpc"
   inside its parameters is taken for a message. We parse once.
4. Parameters are structured strictly: a null, a missing version or a value of tomorrow costs the whole message, and
   those of a method that lsprotocol does not know become a new namedtuple class for each message. Here handlers get
   the JSON as it came and read of it what they need (see json_values.py).
5. A coroutine handler starts at some later turn of the loop, when later changes may have been applied. Here a handler
   is called at once; what it returns may be a coroutine, which then runs in the background on what the call took.
6. An error carries the server's traceback to the client, and the log carries the parameters. Here neither does.
7. A text is split with `str.splitlines` at every change: slow, and wrong for form feeds and U+2028 (see documents.py,
   which takes the place of pygls's workspace).
8. stdin is read through an executor, one hop for each header line (see connection.py).
"""

import asyncio
import inspect
import json
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, cast

from cattrs import Converter
from lsprotocol.converters import get_converter
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol

from darner_server.lsp.errors import Failure
from darner_server.lsp.transport.json_values import as_list, as_object, at, parse

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602  # also of an answer to us
INTERNAL_ERROR = -32603
REQUEST_CANCELLED = -32800


def quick_server(name: str, version: str) -> "tuple[LanguageServer, QuickProtocol]":
    """A pygls server that speaks through a QuickProtocol."""
    server = LanguageServer(name, version, protocol_cls=QuickProtocol, converter_factory=get_converter)
    return server, cast("QuickProtocol", server.protocol)


class QuickProtocol(LanguageServerProtocol):
    """pygls's protocol with its own way in and out. Handlers are those registered with `LanguageServer.feature`."""

    def __init__(self, server: LanguageServer, converter: Converter) -> None:
        super().__init__(server, converter)
        self._structuring = converter
        self._running: dict[int | str, asyncio.Task[None]] = {}
        self._asked: dict[int | str, tuple[asyncio.Future[Any], Any]] = {}
        self._last_asked = 0
        self._spawn: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]] | None = None
        self._on_error: Callable[[str, BaseException], None] = lambda _method, _error: None
        self._unreadable: Callable[[bytes], None] = lambda _body: None
        self.shut_down = False

    def _register_builtin_features(self) -> None:
        """None of pygls's: each would put documents into its own workspace."""

    def attach(
        self,
        spawn: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
        on_error: Callable[[str, BaseException], None],
        unreadable: Callable[[bytes], None],
    ) -> None:
        """Give it a task group to run requests in, and who hears of bugs (method, exception) and of what is no JSON."""
        self._spawn = spawn
        self._on_error = on_error
        self._unreadable = unreadable

    def cancel_all(self) -> None:
        """Cancel every request under way; each is answered as cancelled."""
        for task in tuple(self._running.values()):
            task.cancel()

    @property
    def running(self) -> int:
        """How many requests are under way."""
        return len(self._running)

    def receive(self, body: bytes) -> None:
        """Handle one message as it came off the wire, or several in an array."""
        try:
            parsed = parse(body)
        except ValueError:
            self._unreadable(body)
            self._refuse(None, PARSE_ERROR, "This is not JSON")
            return
        for each in as_list(parsed) or [parsed]:
            message = as_object(each)
            if message.get("jsonrpc") == "2.0":
                self._dispatch(message)
            else:
                self._unreadable(body)
                self._refuse(None, INVALID_REQUEST, "This is not a JSON-RPC 2.0 message")

    def _dispatch(self, message: dict[str, Any]) -> None:
        method, ident = message.get("method"), _id_of(message.get("id"))
        if method is None:
            self._answered(ident, message)
        elif not isinstance(method, str) or (ident is None and message.get("id") is not None):
            self._refuse(ident, INVALID_REQUEST, "The method or the id has a wrong type")
        elif ident is None:
            self._notified(method, message.get("params"))
        else:
            self._requested(ident, method, message.get("params"))

    def _notified(self, method: str, params: object) -> None:
        if method == "$/cancelRequest":
            ident = _id_of(at(params, "id"))
            task = None if ident is None else self._running.get(ident)
            if task is not None:
                task.cancel()
            return
        handler = self._handler(method)
        if handler is None or (self.shut_down and method != "exit"):
            return
        try:
            returned = handler(params)
        except Exception as error:  # noqa: BLE001 - one message must not end the server
            self._on_error(method, error)
            return
        if inspect.iscoroutine(returned):
            self._start(self._in_background(method, returned))

    def _requested(self, ident: int | str, method: str, params: object) -> None:
        handler = self._handler(method)
        if self.shut_down or ident in self._running or method == "initialize":
            said = "It has been initialized" if method == "initialize" else "A request with this id is under way"
            self._refuse(ident, INVALID_REQUEST, "The server has been shut down" if self.shut_down else said)
            return
        if handler is None:
            self._refuse(ident, METHOD_NOT_FOUND, f"darner does not know the method {method[:100]}")
            return
        try:
            returned = handler(params)
            if not inspect.iscoroutine(returned):
                self._respond(ident, returned)
                return
        except Exception as error:  # noqa: BLE001 - one request must not end the server
            self._fail(ident, method, error)
            return
        task = self._running[ident] = self._start(self._answer(ident, method, returned))
        task.add_done_callback(partial(self._over, ident, returned))

    async def _answer(self, ident: int | str, method: str, work: Coroutine[Any, Any, Any]) -> None:
        try:
            self._respond(ident, await work)
        except Exception as error:  # noqa: BLE001 - one request must not end the server
            self._fail(ident, method, error)

    def _over(self, ident: int | str, work: Coroutine[Any, Any, Any], task: asyncio.Task[None]) -> None:
        self._running.pop(ident, None)
        if task.cancelled():
            work.close()  # a task cancelled before its first step never entered it
            self._refuse(ident, REQUEST_CANCELLED, "Cancelled")

    async def _in_background(self, method: str, work: Coroutine[Any, Any, Any]) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 - one message must not end the server
            self._on_error(method, error)

    def _handler(self, method: str) -> Callable[[Any], Any] | None:
        return cast("dict[str, Callable[[Any], Any]]", self.fm.features).get(method)  # pyright: ignore[reportUnknownMemberType] - pygls leaves it without a type

    def _answered(self, ident: int | str | None, message: dict[str, Any]) -> None:
        """The client's response to a request of ours; one that is no longer awaited is dropped."""
        asked = None if ident is None else self._asked.pop(ident, None)
        if asked is None or asked[0].done():
            return
        future, result_type = asked
        if error := as_object(message.get("error")):
            future.set_exception(JsonRpcException(message=str(error.get("message")), code=_code(error.get("code"))))
            return
        try:
            result = message.get("result")
            if result_type is not None:
                result = self._structuring.structure(message | {"result": result}, result_type).result
            future.set_result(result)
        except Exception:  # noqa: BLE001 - whatever cattrs raises
            future.set_exception(JsonRpcException(message="The client's answer is malformed", code=INVALID_PARAMS))

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        if self._spawn is None:
            raise RuntimeError("the protocol is not attached")
        return self._spawn(work)

    def _respond(self, ident: int | str, result: object) -> None:
        self._put({"jsonrpc": "2.0", "id": ident, "result": self._plain(result)})

    def _refuse(self, ident: int | str | None, code: int, said: str) -> None:
        self._put({"jsonrpc": "2.0", "id": ident, "error": {"code": code, "message": said}})

    def _fail(self, ident: int | str, method: str, error: Exception) -> None:
        if isinstance(error, Failure):
            self._put({"jsonrpc": "2.0", "id": ident, "error": error.as_json()})
            return
        self._on_error(method, error)
        self._refuse(ident, INTERNAL_ERROR, f"{method} failed inside darner; the log names the place")

    def notify(self, method: str, params: Any | None = None) -> None:  # noqa: ANN401 - pygls's signature
        """Send a notification; parameters may be plain JSON."""
        self._put({"jsonrpc": "2.0", "method": method, "params": self._plain(params)})

    def send_request_async(  # pyright: ignore[reportIncompatibleMethodOverride] - pygls leaves it without a type
        self,
        method: str,
        params: Any | None = None,  # noqa: ANN401 - pygls's signature
        msg_id: int | str | None = None,
    ) -> asyncio.Future[Any]:
        """Ask the client; may be cancelled at any time."""
        if msg_id is None:
            self._last_asked += 1
            msg_id = self._last_asked
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._asked[msg_id] = (future, self.get_result_type(method))
        future.add_done_callback(lambda _: self._asked.pop(msg_id, None))
        self._put({"jsonrpc": "2.0", "id": msg_id, "method": method, "params": self._plain(params)})
        return future

    def _plain(self, value: object) -> Any:  # noqa: ANN401 - JSON
        """JSON of a protocol type; JSON stays as it is. A list is of one kind."""
        items = as_list(value)
        if hasattr(value, "__attrs_attrs__") or (items and hasattr(items[0], "__attrs_attrs__")):
            return self._structuring.unstructure(value)
        return value

    def _put(self, message: dict[str, Any]) -> None:
        if self.writer is None:
            return
        body = json.dumps(message, separators=(",", ":")).encode("ascii")
        self.writer.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))


def _id_of(value: object) -> int | str | None:
    return value if isinstance(value, int | str) and not isinstance(value, bool) else None


def _code(value: object) -> int:
    return value if isinstance(value, int) else INTERNAL_ERROR
