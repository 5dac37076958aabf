"""From the first byte to the answer to `initialize`."""

import json
from collections import deque
from typing import Any, NamedTuple

from darner_server.lsp.server_capabilities import initialize_result
from darner_server.lsp.transport.byte_stream import Pipe
from darner_server.lsp.transport.framing import Framing, frame
from darner_server.lsp.transport.json_values import as_object, parse
from darner_server.process_alive import alive

_NOT_INITIALIZED = -32002


_PARSE_ERROR = -32700


_INVALID_PARAMS = -32602


class Opened(NamedTuple):
    """A connection whose `initialize` has been answered: its parameters, and what was read but not yet handled."""

    pipe: Pipe
    params: dict[str, Any]
    framing: Framing
    waiting: list[bytes]
    client_seen: bool  # whether the process that the client names could be seen while it waited for the answer


def shake_hands(pipe: Pipe, token: str | None) -> Opened | int:
    """Answer until `initialize` has been; an exit code where the client left before it, or has not the right token."""
    framing = Framing()
    while data := pipe.read(65_536):
        bodies = deque(framing.feed(data))
        while bodies:
            message = _parse(bodies.popleft())
            if message is None:
                pipe.send(_error(None, _PARSE_ERROR, "This is not a JSON-RPC message"))
                continue
            method, ident = message.get("method"), message.get("id")
            if method == "exit":
                return 1
            if not isinstance(ident, int | str) or not isinstance(method, str):
                continue
            if method != "initialize":
                pipe.send(_error(ident, _NOT_INITIALIZED, "The first request must be initialize"))
                continue
            params = as_object(message.get("params"))
            if token is not None and not _shows(params, token):
                pipe.send(_error(ident, _INVALID_PARAMS, "initializationOptions.token is missing or wrong"))
                return 1
            result = initialize_result(params)
            seen = alive(params.get("processId"))
            pipe.send(_message({"jsonrpc": "2.0", "id": ident, "result": result}))
            return Opened(pipe, params, framing, list(bodies), seen)
    return 1


def _shows(params: dict[str, Any], token: str) -> bool:
    """Whether the client has the token, which no one else may see."""
    from secrets import compare_digest  # stdio does not pay for it

    shown = as_object(params.get("initializationOptions")).pop("token", None)
    return isinstance(shown, str) and compare_digest(shown.encode(), token.encode())


def _parse(body: bytes) -> dict[str, Any] | None:
    try:
        return as_object(parse(body)) or None
    except ValueError:
        return None


def _error(ident: int | str | None, code: int, said: str) -> bytes:
    return _message({"jsonrpc": "2.0", "id": ident, "error": {"code": code, "message": said}})


def _message(message: dict[str, Any]) -> bytes:
    return frame(json.dumps(message, separators=(",", ":")).encode())
