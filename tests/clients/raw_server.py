"""A server that answers with the very bytes that a test names."""

import asyncio
import json
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.tcp_server import serve

from darner_clients.endpoint import Deadlines, Endpoint, Kind


@dataclass(slots=True)
class Asked:
    """One request."""

    method: str
    target: str
    headers: dict[str, str]
    body: dict[str, Any]


Answer = bytes | Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


@dataclass(slots=True)
class Raw:
    """`url` has no path. `answers` go by "METHOD /path", without its query; whatever else is asked is a 404."""

    answers: dict[str, Answer]
    url: str = ""
    log: list[Asked] = field(default_factory=list[Asked])

    def endpoint(self, *, path: str = "/v1", kind: Kind = "openai", **settings: Any) -> Endpoint:  # noqa: ANN401 - fields
        """An endpoint at this server."""
        given: dict[str, Any] = {"model": "m", "deadlines": Deadlines(5.0, 5.0, 5.0), **settings}
        return Endpoint("it", kind, self.url + path, **given)

    @property
    def asked(self) -> list[str]:
        return [f"{each.method} {each.target}" for each in self.log]


def answer(status: int, body: object = b"", kind: str = "application/json", **headers: str) -> bytes:
    """A whole answer. The body: bytes, or what becomes JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    rows = {"Content-Type": kind, "Content-Length": str(len(content))}
    rows |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = f"HTTP/1.1 {status} X\r\n" + "".join(f"{name}: {value}\r\n" for name, value in rows.items() if value)
    return f"{head}\r\n".encode() + content


def stream(
    *parts: bytes, kind: str = "text/event-stream", status: int = 200, end: bytes = b"0\r\n\r\n", **headers: str
) -> bytes:
    """A chunked answer; another `end` breaks it off."""
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts if part)
    rows = {"Content-Type": kind, "Transfer-Encoding": "chunked"}
    rows |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = f"HTTP/1.1 {status} X\r\n" + "".join(f"{name}: {value}\r\n" for name, value in rows.items() if value)
    return f"{head}\r\n".encode() + chunks + end


def chunk(text: str | None = None, finish: str | None = None, **more: object) -> dict[str, object]:
    """A chunk of a reply."""
    delta = {} if text is None else {"content": text}
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more}


def event(content: object) -> bytes:
    """An event that holds JSON, or the given bytes."""
    return b"data: " + (content if isinstance(content, bytes) else json.dumps(content).encode()) + b"\n\n"


def says(text: str) -> bytes:
    """A stream that is as it should be."""
    return stream(event(chunk(text)), event(chunk(finish="stop")), event(b"[DONE]"))


@asynccontextmanager
async def raw(answers: dict[str, Answer], tls: ssl.SSLContext | None = None) -> AsyncGenerator[Raw]:
    """Serve until the block ends. A connection serves one request after another."""
    server = Raw(answers)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            first, *rows = head.decode("latin-1").strip().split("\r\n")
            method, target, _ = first.split(" ", 2)
            headers = {name.lower(): value.strip() for name, _, value in (row.partition(":") for row in rows)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            asked = Asked(method, target, headers, json.loads(body or b"{}"))
            server.log.append(asked)
            found = server.answers.get(f"{method} {target.partition('?')[0]}", answer(404, {"detail": "Not Found"}))
            if isinstance(found, bytes):
                writer.write(found)
                await writer.drain()
            else:
                await found(asked, writer)
            if writer.is_closing() or (
                isinstance(found, bytes) and b"chunked" in found and not found.endswith(b"0\r\n\r\n")
            ):
                break

    async with serve(handle, tls) as port:
        server.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
        yield server
