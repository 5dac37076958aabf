"""Streaming beside the peers: CPU per token, ceiling, wall over ideal, first token on a warm TLS connection, import.

    python bench/clients.py [--json]

The server is another process that writes made-up tokens at an exact pace, one HTTP chunk and one packet each. All peers
read the same bytes in the same run; each figure is the median of some rounds.
"""

import argparse
import asyncio
import json
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from darner_clients import transport
from darner_clients.client import Client
from darner_clients.endpoint import Deadlines, Endpoint
from darner_clients.messages import ChatRequest, Text

HERE = Path(__file__).parent
ROUNDS = 3
REQUEST = ChatRequest((("user", "hi"),), 1, 100)
Reader = Callable[[str, str], Awaitable[tuple[int, float]]]  # (base_url, model) -> tokens, seconds to the first

_CONTEXT: ssl.SSLContext | None = None


async def darner(url: str, model: str) -> tuple[int, float]:
    endpoint = Endpoint("x", "vllm", url, model, window=10**6, deadlines=Deadlines(5, 30, 30))
    async with Client(endpoint) as client:
        return await _darner(client)


async def _darner(client: Client) -> tuple[int, float]:
    began, first, tokens = time.perf_counter(), 0.0, 0
    async with client.stream(REQUEST) as items:
        async for item in items:
            if type(item) is Text:
                tokens += 1
                first = first or time.perf_counter() - began
    return tokens, first


async def openai(url: str, model: str) -> tuple[int, float]:
    import openai as sdk  # noqa: PLC0415 - its import is measured apart

    async with sdk.AsyncOpenAI(base_url=url, api_key="x", max_retries=0) as client:
        began, first, tokens = time.perf_counter(), 0.0, 0
        stream = await client.chat.completions.create(
            model=model, messages=[{"role": "user", "content": "hi"}], stream=True
        )
        async for chunk in stream:
            if chunk.choices and chunk.choices[0].delta.content:
                tokens += 1
                first = first or time.perf_counter() - began
        return tokens, first


async def cerebras(url: str, model: str) -> tuple[int, float]:
    from cerebras.cloud import sdk  # noqa: PLC0415 - its import is measured apart

    base = url.removesuffix("/v1")
    async with sdk.AsyncCerebras(base_url=base, api_key="x", max_retries=0, warm_tcp_connection=False) as client:
        began, first, tokens = time.perf_counter(), 0.0, 0
        stream: Any = await client.chat.completions.create(
            model=model, messages=[{"role": "user", "content": "hi"}], stream=True
        )
        async for chunk in stream:
            if chunk.choices and chunk.choices[0].delta.content:
                tokens += 1
                first = first or time.perf_counter() - began
        return tokens, first


async def aiohttp(url: str, model: str) -> tuple[int, float]:
    import aiohttp as peer  # noqa: PLC0415 - its import is measured apart

    body = {"model": model, "stream": True, "messages": [{"role": "user", "content": "hi"}]}
    async with peer.ClientSession() as session:
        began, first, tokens = time.perf_counter(), 0.0, 0
        async with session.post(f"{url}/chat/completions", json=body) as response:
            tail = b""
            async for chunk in response.content.iter_any():
                *events, tail = (tail + chunk).split(b"\n\n")
                for event in events:
                    if event != b"data: [DONE]" and _content(event[6:]):
                        tokens += 1
                        first = first or time.perf_counter() - began
        return tokens, first


async def raw(url: str, model: str) -> tuple[int, float]:
    """A bare socket on the event loop: what any client pays for a wake-up and the JSON of each token."""
    loop = asyncio.get_running_loop()
    host, port = url.split("/")[2].split(":")
    body = json.dumps({"model": model, "stream": True}).encode()
    with socket.create_connection((host, int(port))) as sock:
        sock.setblocking(False)  # noqa: FBT003 - its signature
        began, first, tokens = time.perf_counter(), 0.0, 0
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
        await loop.sock_sendall(sock, head.encode() + body)
        tail = b""
        while not tail.endswith(b"0\r\n\r\n"):
            *events, tail = (tail + await loop.sock_recv(sock, 1 << 18)).split(b"\n\n")
            for event in events:
                at = event.find(b"data: ")
                if at >= 0 and event[at + 6 :] != b"[DONE]" and _content(event[at + 6 :]):
                    tokens += 1
                    first = first or time.perf_counter() - began
        return tokens, first


def _content(data: bytes) -> str | None:
    chunk = json.loads(data)
    return chunk["choices"][0]["delta"].get("content") if chunk["choices"] else None


PEERS: dict[str, Reader] = {
    "darner": darner,
    "raw socket": raw,
    "aiohttp": aiohttp,
    "cerebras": cerebras,
    "openai": openai,
}


async def paced(url: str, rate: int, tokens: int) -> dict[str, dict[str, float]]:
    """Share of a core and wall over ideal for each peer at a rate."""
    found: dict[str, dict[str, float]] = {}
    for name, read in PEERS.items():
        shares, walls = [], []
        for _ in range(ROUNDS):
            cpu, began = time.process_time(), time.perf_counter()
            got, first = await read(url, f"{rate}/{tokens}")
            wall, cpu = time.perf_counter() - began - first, time.process_time() - cpu
            assert got == tokens, (name, got)
            shares.append(cpu / wall)
            walls.append(wall / ((tokens - 1) / rate))
        share = statistics.median(shares)
        found[name] = {
            "core_percent": round(100 * share, 2),
            "us_per_token": round(1e6 * share / rate, 1),
            "wall_over_ideal": round(statistics.median(walls), 4),
        }
    return found


async def ceiling(url: str, tokens: int) -> dict[str, int]:
    """Tokens a second when the server sends as fast as it can."""
    found: dict[str, int] = {}
    for name, read in PEERS.items():
        count = tokens if name in {"darner", "raw socket", "aiohttp"} else tokens // 10
        best = 0.0
        for _ in range(ROUNDS):
            began = time.perf_counter()
            got, _ = await read(url, f"0/{count}")
            assert got == count, (name, got)
            best = max(best, got / (time.perf_counter() - began))
        found[name] = round(best)
    return found


async def warm_first_token(url: str, rounds: int = 60) -> dict[str, float]:
    """Milliseconds to the first token on an open TLS connection; the server answers at once."""
    times = []
    async with Client(Endpoint("x", "vllm", url, "0/8", window=10**6)) as client:
        for number in range(rounds + 10):
            _, first = await _darner(client)
            if number >= 10:
                times.append(first * 1000)
    times.sort()
    return {"p50_ms": round(statistics.median(times), 3), "p95_ms": round(times[int(rounds * 0.95)], 3)}


async def close_after_leaving(url: str, rounds: int = 30) -> dict[str, float]:
    """Milliseconds from leaving a stream until the server sees that its socket is closed."""
    times = []
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
    return {"p50_ms": round(statistics.median(times), 2), "max_ms": round(times[-1], 2)}


def imports() -> dict[str, float]:
    """Milliseconds that an import adds to an interpreter, the best of some."""

    def best(statement: str) -> float:
        times = []
        for _ in range(7):
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", statement], check=True)
            times.append(time.perf_counter() - began)
        return min(times) * 1000

    bare = best("pass")
    names = ("darner_clients.endpoint", "darner_clients.router", "asyncio", "darner_clients.exchange", "openai")
    return {name: round(best(f"import {name}") - bare, 1) for name in names}


@asynccontextmanager
async def server(*arguments: str) -> AsyncIterator[str]:
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


async def measure() -> dict[str, Any]:
    figures: dict[str, Any] = {"import_ms": imports()}
    async with server() as url:
        await paced(url, 2500, 100)  # imports and first connections
        for rate in (2500, 3000):
            figures[f"paced_{rate}"] = await paced(url, rate, rate)
        figures["ceiling"] = await ceiling(url, 60_000)
        figures["close_after_leaving"] = await close_after_leaving(url)
    with tempfile.TemporaryDirectory() as folder:
        key, cert = certificate(folder)
        transport.tls_context().load_verify_locations(cert)
        async with server(key, cert) as url:
            figures["warm_tls_first_token"] = await warm_first_token(url)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    figures = asyncio.run(measure())
    if parser.parse_args().json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(name)
        for key, figure in value.items():
            print(f"  {key:24} {figure}")


if __name__ == "__main__":
    main()
