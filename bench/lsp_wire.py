"""The client side of lsp.py: frames over pipes, nothing between the clock and the server."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from darner_server.lsp.transport.framing import Framing, frame

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_TICKS = os.sysconf("SC_CLK_TCK")


class Quick:
    """A client that does nothing but wait: what a round trip takes is the server's, as far as that can be."""

    def __init__(self, command: Sequence[str], environment: dict[str, str]) -> None:
        pipe, null = subprocess.PIPE, subprocess.DEVNULL
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=null, env=environment)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._ends = self._process.stdin.fileno(), self._process.stdout.fileno()
        self._framing = Framing()

    def send(self, message: dict[str, Any]) -> None:
        """Send a message."""
        os.write(self._ends[0], frame(json.dumps({"jsonrpc": "2.0", **message}).encode()))

    def trip(self, number: int, method: str, params: object) -> float:
        """Seconds from a request to its answer."""
        body = frame(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}).encode())
        began = perf_counter()
        os.write(self._ends[0], body)
        while True:
            bodies = self._framing.feed(os.read(self._ends[1], 65_536))
            took = perf_counter() - began
            if any((message := json.loads(each)).get("id") == number and "method" not in message for each in bodies):
                return took

    def stop(self) -> None:
        """End the process."""
        with self._process:
            self._process.kill()


class Wire:
    """A server started with a command. `heard` gets each notification and request of the server with its time."""

    def __init__(self, command: Sequence[str], environment: dict[str, str]) -> None:
        self.heard: Callable[[dict[str, Any], float], object] = lambda _message, _at: None
        self._command = command
        self._environment = environment
        self._answers: dict[int, asyncio.Future[tuple[dict[str, Any], float]]] = {}
        self._last = 0

    async def start(self) -> None:
        """Start the process and read what it says, in a thread: when it came is known even while the loop is busy."""
        ours, theirs = os.pipe()
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=theirs,
            stderr=asyncio.subprocess.DEVNULL,
            env=self._environment,
        )
        os.close(theirs)
        sys.setswitchinterval(0.0005)
        loop = asyncio.get_running_loop()
        self._reading = loop.run_in_executor(None, self._read, ours, loop)

    async def stop(self) -> None:
        """End the process."""
        self._process.kill()
        await self._process.wait()
        await self._reading

    def notify(self, method: str, params: object) -> None:
        """Send a notification."""
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def ask(self, method: str, params: object) -> tuple[int, asyncio.Future[tuple[dict[str, Any], float]]]:
        """Send a request: its number and its answer to come, with the time when it came."""
        self._last += 1
        future = self._answers[self._last] = asyncio.get_running_loop().create_future()
        self._send({"jsonrpc": "2.0", "id": self._last, "method": method, "params": params})
        return self._last, future

    async def request(self, method: str, params: object) -> Any:  # noqa: ANN401 - JSON
        """Send a request and wait for its result."""
        answer, _ = await self.ask(method, params)[1]
        assert "error" not in answer, answer
        return answer["result"]

    def answer(self, message: dict[str, Any], result: object) -> None:
        """Answer a request of the server."""
        self._send({"jsonrpc": "2.0", "id": message["id"], "result": result})

    def cpu(self) -> float:
        """Milliseconds of CPU that the process has used."""
        words = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) * 1000 / _TICKS

    def memory(self) -> float:
        """Resident megabytes of the process alone."""
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="utf-8")
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def _send(self, message: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(frame(json.dumps(message).encode()))

    def _read(self, pipe: int, loop: asyncio.AbstractEventLoop) -> None:
        framing = Framing()
        with open(pipe, "rb", buffering=0) as stream:
            while data := stream.read(1 << 16):
                at = perf_counter()
                for body in framing.feed(data):
                    loop.call_soon_threadsafe(self._take, json.loads(body), at)

    def _take(self, message: dict[str, Any], at: float) -> None:
        if "method" in message:
            self.heard(message, at)
        elif (future := self._answers.pop(message["id"], None)) and not future.done():
            future.set_result((message, at))


class Buffer:
    """An open document that takes the server's edits and tells of them, as an editor does."""

    def __init__(self, wire: Wire, uri: str, text: str) -> None:
        self.wire, self.uri, self.version = wire, uri, 1
        self.lines = text.split("\n")
        self.applied: list[float] = []  # when each edit came
        item = {"uri": uri, "languageId": "python", "version": 1, "text": text}
        wire.notify("textDocument/didOpen", {"textDocument": item})

    def heard(self, message: dict[str, Any], at: float) -> None:
        """Apply an edit, agree to whatever else is asked."""
        if message["method"] == "workspace/applyEdit":
            self.applied.append(at)
            for change in message["params"]["edit"]["documentChanges"]:
                self._change(change["edits"])
            self.wire.answer(message, {"applied": True})
        elif message["method"] == "workspace/configuration":
            self.wire.answer(message, [None] * len(message["params"]["items"]))
        elif "id" in message:
            self.wire.answer(message, None)

    def type(self, place: dict[str, int], text: str) -> None:
        """Put text in, as the user does."""
        self._change([{"range": {"start": place, "end": place}, "newText": text}])

    def _change(self, edits: list[dict[str, Any]]) -> None:
        told: list[dict[str, Any]] = []
        for edit in sorted(edits, key=lambda each: _place(each["range"]["start"]), reverse=True):
            (line, column), (last, end) = _place(edit["range"]["start"]), _place(edit["range"]["end"])
            text = self.lines[line][:column] + edit["newText"] + self.lines[last][end:]
            self.lines[line : last + 1] = text.split("\n")
            told.append({"range": edit["range"], "text": edit["newText"]})
        self.version += 1
        document = {"uri": self.uri, "version": self.version}
        self.wire.notify("textDocument/didChange", {"textDocument": document, "contentChanges": told})


def _place(position: dict[str, int]) -> tuple[int, int]:
    return position["line"], position["character"]
