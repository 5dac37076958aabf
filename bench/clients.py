"""Streaming beside the peers: CPU per token, ceiling, wall over ideal, first token on a warm TLS connection, import.

    python bench/clients.py [--json]

The server is another process that writes made-up tokens at an exact pace, one HTTP chunk and one packet each. All peers
read the same bytes in the same run; each figure is the median of some rounds.
"""

import argparse
import asyncio
import json
import os
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from clients_server import WORDS

from darner_clients.chat import ChatRequest, Text
from darner_clients.client import Client
from darner_clients.endpoint import Deadlines, Endpoint
from darner_clients.routing.router import Route, Router

HERE = Path(__file__).parent
ROUNDS = 3
QUICK = ("darner", "darner, routed", "raw socket", "aiohttp")
REQUEST = ChatRequest((("user", "hi"),), 1, 100_000)
MESSAGES: Any = [{"role": "user", "content": "hi"}]
Figures = dict[str, dict[str, float]]  # by row and column
Ask = Callable[[str], Awaitable[tuple[int, float]]]  # model -> characters, seconds to the first


class Heard:
    """What one reply came to."""

    def __init__(self) -> None:
        self.characters = 0
        self._began = time.perf_counter()
        self._first = 0.0

    def add(self, text: str | None) -> None:
        if text:
            self.characters += len(text)
            self._first = self._first or time.perf_counter() - self._began

    def told(self) -> tuple[int, float]:
        return self.characters, self._first


@asynccontextmanager
async def darner(url: str) -> AsyncGenerator[Ask]:
    clients: dict[str, Client] = {}

    async def ask(model: str) -> tuple[int, float]:
        if model not in clients:
            endpoint = Endpoint("x", "vllm", url, model, window=10**6, deadlines=Deadlines(5, 30, 30))
            clients[model] = await stack.enter_async_context(Client(endpoint))
        heard = Heard()
        async with clients[model].stream(REQUEST) as items:
            async for item in items:
                if type(item) is Text:
                    heard.add(item.text)
        return heard.told()

    async with AsyncExitStack() as stack:
        yield ask


@asynccontextmanager
async def routed(url: str) -> AsyncGenerator[Ask]:
    """With all that surrounds a request: count, quota, health, what was measured."""
    routers: dict[str, Router] = {}

    async def ask(model: str) -> tuple[int, float]:
        if model not in routers:
            endpoint = Endpoint("x", "vllm", url, model, window=10**6, deadlines=Deadlines(5, 30, 30))
            routers[model] = await stack.enter_async_context(Router([endpoint], state_dir=Path(folder), warm=False))
        heard = Heard()
        route = await routers[model].choose(lambda _: 1, output=REQUEST.max_output)
        assert isinstance(route, Route)
        async with routers[model].stream(route, REQUEST) as items:
            async for item in items:
                if type(item) is Text:
                    heard.add(item.text)
        return heard.told()

    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        yield ask


@asynccontextmanager
async def openai(url: str) -> AsyncGenerator[Ask]:
    import openai as sdk  # noqa: PLC0415 - its import is measured apart

    async with sdk.AsyncOpenAI(base_url=url, api_key="x", max_retries=0) as client:

        async def ask(model: str) -> tuple[int, float]:
            heard = Heard()
            async for chunk in await client.chat.completions.create(model=model, messages=MESSAGES, stream=True):
                if chunk.choices:
                    heard.add(chunk.choices[0].delta.content)
            return heard.told()

        yield ask


@asynccontextmanager
async def cerebras(url: str) -> AsyncGenerator[Ask]:
    from cerebras.cloud import sdk  # noqa: PLC0415 - its import is measured apart

    base = url.removesuffix("/v1")
    async with sdk.AsyncCerebras(base_url=base, api_key="x", max_retries=0, warm_tcp_connection=False) as client:

        async def ask(model: str) -> tuple[int, float]:
            heard = Heard()
            stream: Any = await client.chat.completions.create(model=model, messages=MESSAGES, stream=True)
            async for chunk in stream:
                if chunk.choices:
                    heard.add(chunk.choices[0].delta.content)
            return heard.told()

        yield ask


@asynccontextmanager
async def aiohttp(url: str) -> AsyncGenerator[Ask]:
    peer: Any = import_module("aiohttp")  # its import is measured apart; it may be missing

    context = ssl.create_default_context()  # its own was made when it was imported
    async with peer.ClientSession(connector=peer.TCPConnector(ssl=context)) as session:

        async def ask(model: str) -> tuple[int, float]:
            body = {"model": model, "stream": True, "messages": MESSAGES}
            heard, tail = Heard(), b""
            async with session.post(f"{url}/chat/completions", json=body) as response:
                async for chunk in response.content.iter_any():
                    *events, tail = (tail + chunk).split(b"\n\n")
                    for event in events:
                        if event != b"data: [DONE]":
                            heard.add(_content(event[6:]))
            return heard.told()

        yield ask


@asynccontextmanager
async def raw(url: str) -> AsyncGenerator[Ask]:
    """A bare connection on the event loop: what any client pays for a wake-up and the JSON of each token."""
    address = urlsplit(url)
    context = ssl.create_default_context() if address.scheme == "https" else None
    reader, writer = await asyncio.open_connection(address.hostname, address.port, ssl=context)

    async def ask(model: str) -> tuple[int, float]:
        heard, tail = Heard(), b""
        body = json.dumps({"model": model, "stream": True}).encode()
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        while not tail.endswith(b"0\r\n\r\n"):
            *events, tail = (tail + await reader.read(1 << 18)).split(b"\n\n")
            for event in events:
                at = event.find(b"data: ")
                if at >= 0 and event[at + 6 :] != b"[DONE]":
                    heard.add(_content(event[at + 6 :]))
        return heard.told()

    try:
        yield ask
    finally:
        writer.close()


def _content(data: bytes) -> str | None:
    chunk = json.loads(data)
    return chunk["choices"][0]["delta"].get("content") if chunk["choices"] else None


PEERS: dict[str, Callable[[str], AbstractAsyncContextManager[Ask]]] = {
    "darner": darner,
    "darner, routed": routed,
    "raw socket": raw,
    "aiohttp": aiohttp,
    "cerebras": cerebras,
    "openai": openai,
}


def characters(tokens: int) -> int:
    words = [len(word) for word in WORDS]
    return tokens // len(words) * sum(words) + sum(words[: tokens % len(words)])


def unpaced(tokens: int) -> int:
    """Characters when the server sends blocks of 200 tokens."""
    return tokens // 200 * characters(200) + characters(tokens % 200)


async def paced(url: str, rate: int, tokens: int) -> Figures:
    """Share of a core and wall over ideal for each peer at a rate, on a connection that is open."""
    found: Figures = {}
    for name, connect in PEERS.items():
        shares: list[float] = []
        walls: list[float] = []
        async with connect(url) as ask:
            await ask(f"{rate}/{tokens // 10}")
            await ask(f"{rate}/{tokens}")
            for _ in range(ROUNDS):
                cpu, began = time.process_time(), time.perf_counter()
                got, first = await ask(f"{rate}/{tokens}")
                wall, cpu = time.perf_counter() - began - first, time.process_time() - cpu
                assert got == characters(tokens), (name, got)
                shares.append(cpu / wall)
                walls.append(wall / ((tokens - 1) / rate))
        share = statistics.median(shares)
        found[name] = {
            "core_percent": round(100 * share, 2),
            "us_per_token": round(1e6 * share / rate, 1),
            "wall_over_ideal": round(statistics.median(walls), 4),
        }
    return found


async def ceiling(url: str, tokens: int) -> Figures:
    """Tokens a second when the server sends as fast as it can, the best round."""
    found: Figures = {}
    for name, connect in PEERS.items():
        count = tokens if name in QUICK else tokens // 10
        best = 0.0
        async with connect(url) as ask:
            for _ in range(ROUNDS):
                began = time.perf_counter()
                got, _ = await ask(f"0/{count}")
                assert got == unpaced(count), (name, got)
                best = max(best, count / (time.perf_counter() - began))
        found[name] = {"tokens_per_second": round(best)}
    return found


async def warm_first_token(url: str, rounds: int = 60) -> Figures:
    """Milliseconds to the first token on an open TLS connection; the server answers at once.

    The peers take turns. "over_the_raw_socket" is what a client adds to what the server and the connection take.
    """
    times: dict[str, list[float]] = {name: [] for name in PEERS}
    async with AsyncExitStack() as stack:
        asks = {name: await stack.enter_async_context(connect(url)) for name, connect in PEERS.items()}
        for number in range(rounds + 10):
            for name, ask in asks.items():
                _, first = await ask("0/8")
                if number >= 10:
                    times[name].append(first * 1000)
    middle = {name: statistics.median(each) for name, each in times.items()}
    return {
        name: {
            "p50_ms": round(middle[name], 3),
            "p95_ms": round(sorted(each)[int(rounds * 0.95)], 3),
            "over_the_raw_socket_ms": round(middle[name] - middle["raw socket"], 3),
        }
        for name, each in times.items()
    }


async def close_after_leaving(url: str, rounds: int = 30) -> Figures:
    """Milliseconds from leaving a stream until the server sees that its socket is closed."""
    times: list[float] = []
    for _ in range(rounds):
        async with Client(Endpoint("x", "vllm", url, "2500/20000", window=10**6)) as client:
            async with client.stream(REQUEST) as items:
                await anext(items)
                await asyncio.sleep(0.05)
                left = time.time()  # noqa: TID251 - two processes compare their clocks
            await asyncio.sleep(0.1)
            async with client.stream(ChatRequest((("user", "closed"),), 1, 1)) as items:
                said = "".join([item.text async for item in items if isinstance(item, Text)])
            times.append((float(said) - left) * 1000)
    times.sort()
    return {"darner": {"p50_ms": round(statistics.median(times), 2), "max_ms": round(times[-1], 2)}}


def imports() -> Figures:
    """Milliseconds that an import adds to an interpreter, the best of some; the names take turns."""
    ours = ("darner_clients.endpoint", "darner_clients.routing.router", "darner_clients.transport.exchange")
    names = (*ours, "asyncio", "httpx", "aiohttp", "cerebras.cloud.sdk", "openai")
    best: dict[str, float] = {}
    for _ in range(7):
        for name in ("sys", *names):
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", f"import {name}"], check=True)
            best[name] = min(best.get(name, 60.0), time.perf_counter() - began)
    return {name: {"ms": round(1000 * (best[name] - best["sys"]), 1)} for name in names}


@asynccontextmanager
async def server(*arguments: str) -> AsyncGenerator[str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(HERE / "clients_server.py"), *arguments, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.kill()
        await process.wait()


def certificate(folder: str) -> tuple[str, str]:
    key, cert = f"{folder}/key.pem", f"{folder}/cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert],
        check=True, capture_output=True,
    )  # fmt: skip  # one command
    return key, cert


async def measure() -> dict[str, Figures]:
    figures = {"import": imports()}
    async with server() as url:
        await paced(url, 2500, 100)  # imports and first connections
        for rate in (2500, 3000):
            figures[f"paced_{rate}"] = await paced(url, rate, rate)
        figures["ceiling"] = await ceiling(url, 60_000)
        figures["close_after_leaving"] = await close_after_leaving(url)
    with tempfile.TemporaryDirectory() as folder:
        key, cert = certificate(folder)
        os.environ["SSL_CERT_FILE"] = cert  # all of them honour it
        async with server(key, cert) as url:
            figures["warm_tls_first_token"] = await warm_first_token(url)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    as_json = parser.parse_args().json
    figures = asyncio.run(measure())
    if as_json:
        print(json.dumps(figures))
        return
    for name, rows in figures.items():
        print(name)
        for row, values in rows.items():
            print(f"  {row:24} " + "  ".join(f"{key} {value:g}" for key, value in values.items()))


if __name__ == "__main__":
    main()
