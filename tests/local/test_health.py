"""A server is found again because it proves itself, not because something answers on its port."""

import asyncio
from pathlib import Path

from tests.tcp_server import serve

from darner_server import __version__
from darner_server.local.lock import try_lock
from darner_server.local.server import running
from darner_server.local.server_state import ServerState, server_files, write_state


async def test_another_program_on_the_port_of_one_that_died(tmp_path: Path) -> None:
    heard: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b'HTTP/1.0 200 OK\r\n\r\n{"data": [{"id": "small"}]}')

    files = server_files(tmp_path, "test")
    async with serve(answer) as port:
        write_state(files.state, ServerState(1, port, "small", 512, __version__, "k3y"))
        assert await running(tmp_path, "test") is None
        assert heard == []  # the key is not told to it either
        alive = try_lock(files.alive)
        assert alive is not None
        found = await running(tmp_path, "test")
        assert found is not None
        assert b"Bearer k3y" in heard[0]
        alive.release()
        assert await running(tmp_path, "test") is None
