"""What large and odd files cost the language server: resident memory, and how long other messages wait, as JSON.

    python bench/lsp_memory.py [SCENARIO ...]

One server for each scenario, with a scripted endpoint. Memory is that of the server's process alone, in megabytes;
`longest_wait_ms` is the longest time that a hover took which was requested every few milliseconds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

from lsp_wire import Buffer, Wire

from darner_clients.testing import Script, ScriptedEndpoint

DARNER = [str(Path(sys.executable).with_name("darner")), "serve"]
FILES, MEGABYTE = 6, 1_000_000
KEYS, COMMENTS, LINES, LONG_LINE = 300, 600, 10_000, 2_000_000
COMMENT = "# a line of a comment that explains at length what the code below it does, number {}\n"
FUNCTION = '''\
def function_{0}_{1}(first, second):
    """Return the sum of the first {1} values of both."""
    result_{1} = first.value_{1} + second.value_{1}
    return result_{1} if result_{1} > {1} else helper_{1}(first)


'''


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="*", default=list(SCENARIOS), metavar="SCENARIO", help=" ".join(SCENARIOS))
    print(json.dumps(asyncio.run(measure(parser.parse_args().scenarios)), indent=2))


async def measure(names: list[str]) -> dict[str, object]:
    """Each scenario in a new workspace with a new server."""
    found: dict[str, object] = {}
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            async with ScriptedEndpoint(Script(otherwise="value = 1", window=131_072)) as endpoint:
                session = Session(Path(folder), endpoint)
                await session.start()
                before = await session.memory()
                pings = asyncio.ensure_future(session.ping())
                figures = await SCENARIOS[name](session)
                pings.cancel()
                after = await session.memory()
                found[name] = {
                    "before_mb": before,
                    **figures,
                    "after_mb": after,
                    "longest_wait_ms": round(session.longest * 1000, 1),
                }
                await session.wire.stop()
    return found


class Session:
    """A server over an empty workspace."""

    def __init__(self, home: Path, endpoint: ScriptedEndpoint) -> None:
        self.root = home / "root"
        self.root.mkdir()
        self.longest = 0.0
        self._endpoint = endpoint
        folders = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CACHE", "STATE", "CONFIG", "DATA")}
        environment = {"PATH": os.environ["PATH"], "HOME": str(home), "DARNER_KEYRING": "off", **folders}
        self.wire = Wire(DARNER, environment)

    async def start(self) -> None:
        """Start it, and wait until it has nothing more to do."""
        await self.wire.start()
        row = {"name": "one", "kind": "vllm", "base_url": self._endpoint.url, "model": "scripted"}
        capabilities: dict[str, object] = {
            "workspace": {"applyEdit": True, "workspaceEdit": {"documentChanges": True}},
            "general": {"positionEncodings": ["utf-16"]},
        }
        hello = {
            "capabilities": capabilities,
            "processId": None,
            "rootUri": None,
            "workspaceFolders": [{"uri": self.root.as_uri(), "name": "root"}],
            "initializationOptions": {"endpoints": [row], "hedge": False},
        }
        await self.wire.request("initialize", hello)
        self.wire.notify("initialized", {})
        while True:
            state = await self.wire.request("workspace/executeCommand", {"command": "darner.status", "arguments": []})
            if state["index"] and not state["index"]["indexing"]:
                return
            await asyncio.sleep(0.1)

    def open(self, name: str, text: str) -> Buffer:
        """Open a file that is on the disk, too."""
        path = self.root / name
        path.write_text(text, encoding="utf-8")
        buffer = Buffer(self.wire, path.as_uri(), text)
        self.wire.heard = buffer.heard
        return buffer

    async def complete(self, buffer: Buffer, line: int, character: int) -> Any:  # noqa: ANN401 - JSON
        """Request a completion there."""
        place = {"line": line, "character": character}
        params = {"textDocument": {"uri": buffer.uri}, "position": place, "context": {"triggerKind": 1}}
        return await self.wire.request("textDocument/inlineCompletion", params)

    def close(self, buffer: Buffer) -> None:
        """Close it."""
        self.wire.notify("textDocument/didClose", {"textDocument": {"uri": buffer.uri}})

    async def memory(self) -> float:
        """Resident megabytes once the server is idle: the smallest of three seconds."""
        found: list[float] = []
        for _ in range(30):
            await asyncio.sleep(0.1)
            found.append(self.wire.memory())
        return round(min(found), 1)

    async def ping(self) -> None:
        """Request a hover every few milliseconds: how long it takes is how long the event loop was busy."""
        params = {"textDocument": {"uri": (self.root / "none.py").as_uri()}, "position": {"line": 0, "character": 0}}
        while True:
            began = perf_counter()
            _, at = await self.wire.ask("textDocument/hover", params)[1]
            self.longest = max(self.longest, at - began)
            await asyncio.sleep(0.005)


async def large_files(session: Session) -> dict[str, float]:
    """Six files of a megabyte: opened, a completion in each, closed."""
    buffers: list[Buffer] = []
    for number in range(FILES):
        text, function = "", 0
        while len(text) < MEGABYTE:
            text += "".join(FUNCTION.format(number, each) for each in range(function, function + 500))
            function += 500
        buffer = session.open(f"large_{number}.py", text)
        await session.complete(buffer, 3_000, 4)
        buffers.append(buffer)
    opened = session.wire.memory()
    for buffer in buffers:
        session.close(buffer)
    return {"open_mb": round(opened, 1)}


async def comment_block(session: Session) -> dict[str, float]:
    """Keystrokes with completions, in the middle of a file with a long block of comments."""
    block = "".join(COMMENT.format(number) for number in range(COMMENTS))
    code = "".join(FUNCTION.format(0, number) for number in range(20))
    return await _type(session, session.open("commented.py", code + block + code), 120 + COMMENTS // 2)


async def javascript(session: Session) -> dict[str, float]:
    """Keystrokes with completions in a file of 300 kB."""
    function = "function work{0}(first, second) {{\n  const sum{0} = first.value{0} + second;\n  return sum{0};\n}}\n\n"
    text = "".join(function.format(number) for number in range(3_000))
    return await _type(session, session.open("long.js", text), 7_502)


async def python(session: Session) -> dict[str, float]:
    """Keystrokes with completions in a file of 60 kB."""
    text = "".join(FUNCTION.format(0, number) for number in range(280))
    return await _type(session, session.open("plain.py", text), 843)


async def _type(session: Session, buffer: Buffer, line: int) -> dict[str, float]:
    for number in range(30):
        await _key(session, buffer, line, number)
    before = session.wire.memory()
    for number in range(30, 30 + KEYS):
        await _key(session, buffer, line, number)
    after = session.wire.memory()
    return {"typing_mb": round(after - before, 1)}


async def _key(session: Session, buffer: Buffer, line: int, number: int) -> None:
    column = len(buffer.lines[line])
    buffer.type({"line": line, "character": column}, "abcdefg hij"[number % 11])
    await session.complete(buffer, line, column + 1)


async def commented_lines(session: Session) -> dict[str, float]:
    """Patches in a file that consists of comment lines."""
    buffer = session.open("comments.py", "".join(COMMENT.format(number) for number in range(LINES)))
    began, used = perf_counter(), session.wire.cpu()
    for _ in range(3):
        await _patch(session, buffer)
    took = (perf_counter() - began) / 3
    cpu = (session.wire.cpu() - used) / 3
    opened = session.wire.memory()
    session.close(buffer)
    return {"patch_seconds": round(took, 2), "patch_cpu_seconds": round(cpu / 1000, 2), "open_mb": round(opened, 1)}


async def _patch(session: Session, buffer: Buffer) -> None:
    span = {"start": {"line": 5_000, "character": 0}, "end": {"line": 5_000, "character": 0}}
    task = {"textDocument": {"uri": buffer.uri}, "instruction": "shorten the comment", "range": span, "scope": "file"}
    await session.wire.ask("workspace/executeCommand", {"command": "darner.patch", "arguments": [task]})[1]


async def long_line(session: Session) -> dict[str, float]:
    """Code actions, a completion and a patch in a line of two megabytes."""
    line = "const data = [" + ", ".join(str(number) for number in range(LONG_LINE // 8)) + "];\n"
    buffer = session.open("data.js", line + "console.log(data);\n")
    spot = {"line": 0, "character": 1_000_000}
    span = {"start": spot, "end": spot}
    params: dict[str, object] = {
        "textDocument": {"uri": buffer.uri},
        "range": span,
        "context": {"diagnostics": [], "triggerKind": 1},
    }
    for _ in range(3):
        await session.wire.request("textDocument/codeAction", params)
    buffer.type(spot, "x")
    await session.complete(buffer, 0, 1_000_001)
    task = {"textDocument": {"uri": buffer.uri}, "instruction": "sort them", "range": span, "scope": "file"}
    await session.wire.ask("workspace/executeCommand", {"command": "darner.patch", "arguments": [task]})[1]
    opened = session.wire.memory()
    session.close(buffer)
    return {"open_mb": round(opened, 1)}


SCENARIOS = {
    "large_files": large_files,
    "comment_block": comment_block,
    "javascript": javascript,
    "python": python,
    "commented_lines": commented_lines,
    "long_line": long_line,
}


if __name__ == "__main__":
    main()
