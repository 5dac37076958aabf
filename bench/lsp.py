"""The language server beside plain pygls and vscode-languageserver in node, as JSON.

    python bench/lsp.py [--root DIR]

Start, round trip and changes are measured on all three; the rest is darner's own, over the folder given (this project
if none is), with a scripted endpoint at 2,500 tokens a second. Text is ASCII, so columns are the same in any encoding.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from time import monotonic, perf_counter, sleep
from typing import Any

from lsp_wire import Buffer, Quick, Wire
from stages import HEAD, HUNKS, RATE, REST

from darner_clients.testing import RecordedRequest, Script, ScriptedEndpoint
from darner_clients.testing.script import pieces

PEERS = Path(__file__).with_name("lsp_peers")
DARNER = str(Path(sys.executable).with_name("darner"))
STARTS, HOVERS, CHANGES, LINES = 7, 2000, 400, 10_000
PATCHES, CANCELS, KEYS = 20, 40, 40
DOCUMENT = "".join(f"line {number} of a document that is long enough\n" for number in range(LINES))
URI = "untitled:bench"


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(__file__).parents[1])
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(asyncio.run(measure(chosen.root.resolve(), Path(folder))), indent=2))


async def measure(root: Path, home: Path) -> dict[str, object]:
    """Everything, one after the other."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "DARNER_KEYRING": "off",
        **{f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CACHE", "STATE", "CONFIG", "DATA")},
    }
    servers = {"darner": [DARNER, "serve"], "plain pygls": [sys.executable, str(PEERS / "plain.py")]}
    if (node := node_peer(home)) is not None:
        servers["node"] = node
    return {
        "peers": {name: await beside(command, environment) for name, command in servers.items()},
        "darner": await patches(root, environment),
    }


def node_peer(home: Path) -> list[str] | None:
    """The node server, its packages fetched; None where there is no npm."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        return None
    folder = home / "node"
    shutil.copytree(PEERS, folder)
    subprocess.run([npm, "install", "--silent", "--no-audit", "--no-fund"], cwd=folder, check=True)
    return [node, str(folder / "server.js"), "--stdio"]


async def beside(command: list[str], environment: dict[str, str]) -> dict[str, float]:
    """What every server can do: start, answer a hover, take changes of a long document."""
    walls: list[float] = []
    cpus: list[float] = []
    for _ in range(STARTS):
        wire = Wire(command, environment)
        began = perf_counter()
        await wire.start()
        await wire.request("initialize", {"capabilities": {}, "processId": None, "rootUri": None})
        walls.append((perf_counter() - began) * 1000)
        cpus.append(wire.cpu())
        await wire.stop()
    wire = Wire(command, environment)
    await wire.start()
    await wire.request("initialize", {"capabilities": {}, "processId": None, "rootUri": None})
    wire.notify("initialized", {})
    buffer = Buffer(wire, URI, DOCUMENT)
    wire.heard = buffer.heard
    await wire.request("textDocument/hover", _hover(URI))
    await asyncio.sleep(2)  # what a server does after it has started is over
    began, used = perf_counter(), wire.cpu()
    for number in range(CHANGES):
        place = {"line": LINES // 2 + number % 50, "character": 5}
        change = {"range": {"start": place, "end": place}, "text": "x"}
        document = {"uri": URI, "version": number + 2}
        wire.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
    await wire.request("textDocument/hover", _hover(URI))
    took, used = (perf_counter() - began) * 1000, wire.cpu() - used
    await wire.stop()
    return {
        "start_ms": round(median(walls), 1),
        "start_cpu_ms": round(median(cpus), 1),
        "hover_us_p50": round(median(hovers(command, environment)) * 1e6, 1),
        "change_ms": round(took / CHANGES, 3),
        "change_cpu_ms": round(used / CHANGES, 3),
    }


def hovers(command: list[str], environment: dict[str, str]) -> list[float]:
    """Seconds of each hover, with a client that has nothing else to do."""
    wire = Quick(command, environment)
    wire.trip(0, "initialize", {"capabilities": {}, "processId": None, "rootUri": None})
    wire.send({"method": "initialized", "params": {}})
    document = {"uri": URI, "languageId": "plaintext", "version": 1, "text": DOCUMENT}
    wire.send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
    sleep(2)  # what a server does after it has started is over
    trips = [wire.trip(number, "textDocument/hover", _hover(URI)) for number in range(1, HOVERS)]
    wire.stop()
    return trips[50:]


async def timed(wire: Wire, hover: object) -> float:
    """Seconds of one hover."""
    began = perf_counter()
    _, at = await wire.ask("textDocument/hover", hover)[1]
    return at - began


async def patches(root: Path, environment: dict[str, str]) -> dict[str, object]:
    """Patches in a buffer that is not saved, and hovers meanwhile to see whether the event loop is free."""
    uri = (root / "bench_file.py").as_uri()
    text = "".join(f"{HEAD.format(number)}{REST}    return total\n\n\n" for number in range(HUNKS))
    hunks = [
        f"bench_file.py\n```\n<<<<<<< SEARCH\n{HEAD.format(number)}=======\n"
        f"{HEAD.format(number).replace('value', 'amount')}>>>>>>> REPLACE\n```\n\n"
        for number in range(HUNKS)
    ]
    ends = [len(pieces("".join(hunks[:number]).rstrip("\n`"))) for number in range(1, HUNKS + 1)]
    ideal = len(pieces("".join(hunks))) / RATE * 1000
    script = Script(otherwise="".join(hunks), rate=RATE, window=131_072)
    async with ScriptedEndpoint(script) as endpoint:
        wire = Wire([DARNER, "serve"], environment)
        await wire.start()
        row = {"name": "one", "kind": "vllm", "base_url": endpoint.url, "model": "scripted"}
        capabilities = {
            "workspace": {"applyEdit": True, "workspaceEdit": {"documentChanges": True}},
            "general": {"positionEncodings": ["utf-8"]},
            "window": {"workDoneProgress": True},
        }
        options = {"endpoints": [row], "hedge": False}
        folders = [{"uri": root.as_uri(), "name": root.name}]
        hello = {"capabilities": capabilities, "processId": None, "rootUri": None, "workspaceFolders": folders}
        await wire.request("initialize", hello | {"initializationOptions": options})
        wire.notify("initialized", {})
        await wire.request("textDocument/hover", _hover(uri))
        pings: list[float] = []
        pinging = asyncio.ensure_future(ping(wire, uri, pings))
        indexing = await until_indexed(wire)
        while_indexing = list(pings)
        pings.clear()
        took: list[float] = []
        asked: list[float] = []
        lags: list[float] = []
        for number in range(PATCHES):
            lag = await one_patch(wire, endpoint, uri, text, ends)
            if number >= PATCHES // 2:  # the first ones teach how long such a reply is
                took.append(lag[0])
                asked.append(lag[1])
                lags += lag[2]
        while_streaming = list(pings)
        cancels = [await cancelled(wire, endpoint, uri, text, number) for number in range(CANCELS)]
        pinging.cancel()
        acted, asked_for = await while_typing(wire, endpoint, uri, text)
        memory = wire.memory()
        await wire.stop()
    return {
        "indexing_seconds": round(indexing, 1),
        "longest_wait_while_indexing_ms": round(max(while_indexing) * 1000, 1),
        "longest_wait_while_streaming_ms": round(max(while_streaming) * 1000, 1),
        "request_to_socket_ms": spread(asked),
        "hunk_to_edit_ms": spread(lags),
        "patch_over_ideal": round(median(took) / ideal, 3),
        "patch_ms": round(median(took), 1),
        "ideal_ms": round(ideal, 1),
        "cancel_to_closed_ms": spread(cancels),
        "code_actions_ms": spread(acted),
        "completion_to_socket_ms": spread(asked_for),
        "memory_mb": round(memory, 1),
    }


def _hover(uri: str) -> dict[str, Any]:
    return {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 0}}


async def ping(wire: Wire, uri: str, waits: list[float]) -> None:
    """Ask for a hover every few milliseconds: how long it waits is how long the loop was busy."""
    while True:
        waits.append(await timed(wire, _hover(uri)))
        await asyncio.sleep(0.004)


async def until_indexed(wire: Wire) -> float:
    """Seconds until the index is there."""
    began = perf_counter()
    while True:
        state = await wire.request("workspace/executeCommand", {"command": "darner.status", "arguments": []})
        if state["index"] and not state["index"]["indexing"] and state["index"]["files"]:
            return perf_counter() - began
        await asyncio.sleep(0.1)


async def one_patch(
    wire: Wire, endpoint: ScriptedEndpoint, uri: str, text: str, ends: list[int]
) -> tuple[float, float, list[float]]:
    """Milliseconds: request to answer, request to the endpoint's socket, and from each hunk's last byte to its edit."""
    buffer = Buffer(wire, uri, text)
    wire.heard = buffer.heard
    await wire.request("textDocument/hover", _hover(uri))
    before = len(endpoint.asked)
    clocks = monotonic() - perf_counter()
    began = perf_counter()
    await wire.request("workspace/executeCommand", _patch(uri))
    took = (perf_counter() - began) * 1000
    assert sum(line == "    total = amount * 39" for line in buffer.lines) == 1, buffer.lines[-30:]
    sent, streamed = endpoint.asked[before].at, endpoint.asked[before].streamed
    due = [streamed + tokens / RATE - clocks for tokens in ends]
    lags = [(next(at for at in buffer.applied if at >= each) - each) * 1000 for each in due]
    wire.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    return took, (sent - clocks - began) * 1000, lags


def _patch(uri: str) -> dict[str, Any]:
    asked = {"textDocument": {"uri": uri}, "instruction": "rename value to amount", "scope": "file"}
    return {"command": "darner.patch", "arguments": [asked]}


async def while_typing(wire: Wire, endpoint: ScriptedEndpoint, uri: str, text: str) -> tuple[list[float], list[float]]:
    """Milliseconds after a key: to the code actions of the line, and to the bytes of a completion's request."""
    buffer = Buffer(wire, uri, text)
    wire.heard = buffer.heard
    acted: list[float] = []
    asked: list[float] = []
    clocks = monotonic() - perf_counter()
    document = {"uri": uri}
    for number in range(KEYS):
        line = 3 + 17 * number
        place = {"line": line, "character": 0}
        buffer.type(place, "x")
        span = {"start": place, "end": place}
        began = perf_counter()
        params: dict[str, object] = {
            "textDocument": document,
            "range": span,
            "context": {"diagnostics": [], "triggerKind": 2},
        }
        _, at = await wire.ask("textDocument/codeAction", params)[1]
        acted.append((at - began) * 1000)
        due = len(endpoint.asked) + 1
        began = perf_counter()
        after = {"line": line, "character": 1}
        params = {"textDocument": document, "position": after, "context": {"triggerKind": 2}}
        ident, answer = wire.ask("textDocument/inlineCompletion", params)
        await endpoint.until(partial(_asked, endpoint, due))
        asked.append((endpoint.asked[due - 1].at - clocks - began) * 1000)
        wire.notify("$/cancelRequest", {"id": ident})
        await answer
    wire.notify("textDocument/didClose", {"textDocument": document})
    return acted, asked


def _asked(endpoint: ScriptedEndpoint, times: int) -> bool:
    return len(endpoint.asked) >= times


async def cancelled(wire: Wire, endpoint: ScriptedEndpoint, uri: str, text: str, number: int) -> float:
    """Milliseconds from the cancel to the closed socket, in the middle of a stream."""
    buffer = Buffer(wire, uri, text)
    wire.heard = buffer.heard
    before = len(endpoint.asked)
    ident, answer = wire.ask("workspace/executeCommand", _patch(uri))
    await endpoint.until(lambda: len(endpoint.asked) > before)
    await asyncio.sleep(0.02 + 0.01 * (number % 20))
    exchange: RecordedRequest = endpoint.asked[-1]
    began = perf_counter()
    wire.notify("$/cancelRequest", {"id": ident})
    await endpoint.until(lambda: exchange.done)
    took = (perf_counter() - began) * 1000
    assert exchange.closed == "client", exchange
    assert "error" in (await answer)[0]
    wire.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    return took


def spread(values: list[float]) -> dict[str, float]:
    """Percentiles."""
    cuts = quantiles(values, n=100)
    return {"p50": round(median(values), 2), "p95": round(cuts[94], 2), "p99": round(cuts[98], 2)}


if __name__ == "__main__":
    main()
