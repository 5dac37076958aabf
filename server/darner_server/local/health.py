"""Whether the server that a state file speaks of lives and answers."""

import asyncio
import json

from darner_server.local.lock import is_held
from darner_server.local.server_state import Files, ServerState

_PATIENCE = 5.0  # seconds; a busy server still answers at once, from another thread
_MOST = 1 << 20


async def answers(files: Files, state: ServerState) -> bool:
    """Whether its process lives, which its lock proves, and says which model it serves.

    A port proves nothing: once the process has died, anybody on the machine may listen there.
    """
    if not is_held(files.alive):
        return False
    try:
        async with asyncio.timeout(_PATIENCE):
            body = await _get(state, "/v1/models")
    except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError):
        return False
    return state.model in body


async def metrics(state: ServerState) -> dict[str, float]:
    """llama.cpp's own figures, for instance prompt_tokens_total: 0 says that no request was ever worked on."""
    figures: dict[str, float] = {}
    async with asyncio.timeout(_PATIENCE):
        page = await _get(state, "/metrics")
    for line in page.split("\n"):
        name, _, value = line.partition(" ")
        if name.startswith("llamacpp:"):
            figures[name.removeprefix("llamacpp:")] = float(value)
    return figures


async def _get(state: ServerState, path: str) -> str:
    """The body of a 200 answer; ValueError for any other. HTTP in full is known in clients; a look needs two lines."""
    reader, writer = await asyncio.open_connection("127.0.0.1", state.port)
    try:
        writer.write(
            f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{state.port}\r\nAuthorization: Bearer {state.api_key}\r\n"
            "Connection: close\r\n\r\n".encode()
        )
        await writer.drain()
        answer = await reader.read(_MOST)
        while len(answer) < _MOST and (more := await reader.read(_MOST)):
            answer += more
    finally:
        writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    if b" 200 " not in head.split(b"\r\n")[0]:
        raise ValueError(json.dumps(head.decode("latin-1")))
    return body.decode(errors="replace")
