"""`serve --tcp`: one client of this user is served; a web page, a stranger and a mistake get nothing done."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.cli.desk import Desk

from darner_server.lsp.transport.tcp import TOKEN, guests, listen

HELLO: dict[str, Any] = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"processId": None, "capabilities": {}},
}


def frame(message: dict[str, Any]) -> bytes:
    body = json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def hello(token: str | None = None) -> bytes:
    options = {} if token is None else {"initializationOptions": {"token": token}}
    return frame({**HELLO, "params": {**HELLO["params"], **options}})


@asynccontextmanager
async def served(tmp_path: Path, address: str = "127.0.0.1:0", **environ: str) -> AsyncGenerator[tuple[int, list[str]]]:
    """The port of a server, and what it says on stderr."""
    process = await Desk(tmp_path).start("serve", "--tcp", address, **environ)
    assert process.stdout is not None
    assert process.stderr is not None
    said: list[str] = []
    stderr = process.stderr

    async def listen() -> None:
        while line := await stderr.readline():
            said.append(line.decode())

    listening = asyncio.ensure_future(listen())
    try:
        port = int((await process.stdout.readline()).decode().rpartition(":")[2])
        yield port, said
    finally:
        process.kill()
        await process.wait()
        await listening


async def answered(port: int, data: bytes, host: str = "127.0.0.1") -> bytes:
    """What comes back until the connection is closed, or the answer to `initialize`."""
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(data)
    said = b""
    while b'"result"' not in said and (more := await reader.read(65_536)):
        said += more
    writer.close()
    return said


def post(body: bytes, kind: str = "text/plain", *more: bytes) -> bytes:
    head = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: https://page.example\r\nContent-Type: " + kind.encode()
    return b"\r\n".join((head, b"Content-Length: %d" % len(body), *more, b"", body))


@pytest.mark.parametrize(
    "said",
    [
        post(json.dumps(HELLO).encode()),
        post(hello()),
        post(hello() * 3, "application/x-www-form-urlencoded"),
        post(b"a=\r\n\r\n" + hello(), "multipart/form-data; boundary=a"),
        b"GET /?" + b"a" * 9_000 + b" HTTP/1.1\r\n\r\n" + hello(),
        b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n" + hello(),
        b"OPTIONS * HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}" + hello(),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + hello(),
        b"CONTENT-LENGTH / HTTP/1.1\r\n\r\n" + hello(),
        b"\x16\x03\x01\x02\x00\x01\x00" + b"\0" * 300,
        b"\r\n\r\n" + hello(),
        b"EHLO you\r\n" + hello(),
        b"a" * 9_000,
    ],
    ids=lambda said: repr(said[:18]),
)
async def test_what_does_not_begin_as_the_protocol_is_turned_away(tmp_path: Path, said: bytes) -> None:
    async with served(tmp_path) as (port, _):
        assert b"jsonrpc" not in await answered(port, said)
        assert b'"capabilities"' in await answered(port, hello())  # and the port is still there for the editor


async def test_connections_that_say_nothing_do_not_keep_the_client_out(tmp_path: Path) -> None:
    async with served(tmp_path) as (port, _):
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(40)]
        silent[-1][1].write(b"Content-")  # begins well, and goes on never
        assert b'"capabilities"' in await answered(port, b"X-First: a\r\n" + hello())
        for _, writer in silent:
            writer.close()


async def test_a_token_of_the_users_own(tmp_path: Path) -> None:
    async with served(tmp_path, **{TOKEN: "s3cret"}) as (port, said):
        for token in (None, "", "S3cret", "s3cret "):
            refused = await answered(port, hello(token))
            assert b"initializationOptions.token is missing or wrong" in refused
            assert b"s3cret" not in refused
        assert b'"capabilities"' in await answered(port, hello("s3cret"))
        assert said == []


async def test_beyond_this_machine_a_token_is_asked_for_and_told(tmp_path: Path) -> None:
    async with served(tmp_path, "0.0.0.0:0") as (port, said):
        assert b"initializationOptions.token is missing" in await answered(port, hello())
        async with asyncio.timeout(100):
            while len(said) < 2:  # noqa: ASYNC110 - another process says it
                await asyncio.sleep(0.01)
        told = "".join(said)
        assert "other machines can connect here" in told
        token = told.partition("token = '")[2].partition("'")[0]
        assert len(token) > 20
        assert b'"capabilities"' in await answered(port, hello(token))


@pytest.mark.parametrize("address", [":0", "0", "localhost:0", "[::1]:0"])
async def test_this_machine_alone_unless_told(tmp_path: Path, address: str) -> None:
    async with served(tmp_path, address) as (port, said):
        host = "::1" if "::" in address else "127.0.0.1"
        assert b'"capabilities"' in await answered(port, hello(), host)
        assert said == []


async def test_what_is_wrong_is_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for address, said in (
            (f"127.0.0.1:{port}", "address already in use"),
            ("nowhere.invalid:7777", "the host nowhere.invalid is unknown"),
            ("127.0.0.1:70000", "ports go up to 65535"),
            ("203.0.113.9:7777", "cannot assign requested address"),
            ("127.0.0.1:x", "--tcp must be HOST:PORT"),
        ):
            ran = await Desk(tmp_path).run("serve", "--tcp", address)
            assert (ran.code, said in ran.err) == (2, True), ran.err


@pytest.mark.parametrize("leaves", [False, True])
def test_who_has_closed_his_end_is_nobody_known(leaves: bool) -> None:
    warned: list[str] = []
    with listen("127.0.0.1", 0) as server, socket.create_connection(server.getsockname()) as client:
        client.send(b"Content-Length: 2\r\n\r\n{}")
        if leaves:
            client.close()
        guest = next(guests(server, warned.append))
        assert (guest.token is not None) == leaves  # the superuser would be taken for him
        assert guest.pipe.read(64).startswith(b"Content-Length")
        guest.leave()
