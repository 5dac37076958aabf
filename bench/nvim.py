"""The Neovim plugin: start-up cost, redraws and the latency of keys while a patch of 3,000 tokens streams in, as JSON.

    python bench/nvim.py [--runs N]        (`bash tests/e2e/nvim/prepare.sh` fetches both versions of Neovim)

The scripted endpoint writes 2,500 tokens a second. A key's latency is the time from sending it to the redraw that
shows it.
"""

import argparse
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from statistics import median, quantiles
from time import monotonic, perf_counter
from typing import Any

import msgpack  # type: ignore[import-untyped]  # it has no types, and comes with pynvim
from stages import HEAD, RATE, REST, WARM_UP

from darner_clients.testing.script import pieces

ROOT = Path(__file__).parents[1]
_msgpack: Any = msgpack
VERSIONS = ("0.11", "0.12")
BARE = f"vim.opt.rtp:prepend({json.dumps(str(ROOT))})\n"  # as long a path, and no plugin there
WITH = f"vim.opt.rtp:prepend({json.dumps(str(ROOT / 'nvim'))})\nrequire('darner').setup({{}})\n"
STARTS, HUNKS = 15, 27
PACE = 0.06  # seconds from key to key
NOTICE = """
  vim.api.nvim_create_autocmd('User', { pattern = 'DarnerDone', callback = function() vim.rpcnotify(0, 'done') end })
  local hunks = require('darner.hunks')
  local add = hunks.add
  hunks.add = function(...)
    add(...)
    vim.rpcnotify(0, 'hunks')
  end
  local apply, handle = require('darner.apply'), require('darner.apply').handle
  _G.rounds = {} -- milliseconds of processor time for each round of hunks
  apply.handle = function(...)
    local began = os.clock()
    local result = handle(...)
    table.insert(_G.rounds, (os.clock() - began) * 1000)
    return result
  end
"""


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    chosen = parser.parse_args()
    told = {}
    for version in VERSIONS:
        with tempfile.TemporaryDirectory() as folder:
            told[version] = {
                "start": start_up(version, Path(folder)),
                "patch": patches(version, Path(folder), chosen.runs),
            }
    print(json.dumps(told, indent=2))


def binary(version: str) -> str:
    """The program."""
    return str(ROOT / ".tools/nvim" / version / "nvim")


# -- start


def start_up(version: str, folder: Path) -> dict[str, float]:
    """Milliseconds until Neovim has started without and with the plugin, in turns, and those in our own files."""
    (folder / "a.py").write_text("x = 1\n")
    bare: list[float] = []
    whole: list[float] = []
    own: list[float] = []
    for _ in range(STARTS):
        bare.append(started(version, folder, BARE)[0])
        total, ours = started(version, folder, WITH)
        whole.append(total)
        own.append(ours)
    return {
        "bare_ms": round(median(bare), 2),
        "with_plugin_ms": round(median(whole), 2),
        "own_files_ms": round(median(own), 3),
        "own_files_ms_most": round(max(own), 3),
    }


def started(version: str, folder: Path, rc: str) -> tuple[float, float]:
    """Milliseconds until Neovim had started, and those spent in files of the plugin."""
    log, init = folder / "startuptime", folder / "init.lua"
    log.unlink(missing_ok=True)
    init.write_text(rc)
    argv = [
        binary(version),
        "--headless",
        "-n",
        "-i",
        "NONE",
        "-u",
        str(init),
        "--startuptime",
        str(log),
        "a.py",
        "+qa",
    ]
    subprocess.run(argv, check=True, cwd=folder, env=environment(folder), capture_output=True)
    lines = log.read_text().split("\n")
    total = next(float(line.split()[0]) for line in lines if "NVIM STARTED" in line or "opening buffers" in line)
    # clock  self+sourced  self: what
    spent = [re.match(r"\S+\s+(\S+)\s+(\S+): (.*)", line) for line in lines]
    ours = sum(float(each[2]) for each in spent if each and "darner" in each[3] and "init.lua" not in each[3])
    return total, ours + setup_cost(version, folder)


def setup_cost(version: str, folder: Path) -> float:
    """Milliseconds of `setup{}` itself, which the log counts to the user's own file."""
    lua = (
        f"vim.opt.rtp:prepend({json.dumps(str(ROOT / 'nvim'))}); local darner = require('darner');"
        "local began = vim.uv.hrtime(); darner.setup({}); io.stdout:write((vim.uv.hrtime() - began) / 1e6)"
    )
    argv = [binary(version), "--headless", "-n", "-i", "NONE", "-u", "NONE", "--cmd", f"lua {lua}", "+qa"]
    return float(subprocess.run(argv, check=True, cwd=folder, env=environment(folder), capture_output=True).stdout)


def environment(folder: Path) -> dict[str, str]:
    """An empty home folder."""
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(folder),
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "DARNER_KEYRING": "off",
        "DARNER_CONFIG": str(folder / "config.toml"),
        **{f"XDG_{kind}_HOME": str(folder / kind.lower()) for kind in ("CACHE", "STATE", "CONFIG", "DATA")},
    }


# -- a patch


def _as_bytes(_code: int, data: bytes) -> bytes:
    return data


class Screen:
    """Neovim's own protocol, with the time of every redraw."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._unpacker: Any = _msgpack.Unpacker(raw=False, strict_map_key=False, ext_hook=_as_bytes)
        self._last = 0
        self._answers: dict[int, Any] = {}
        self.redraws: list[float] = []
        self.told: list[tuple[str, float]] = []  # notifications of ours
        self.drawn: dict[str, float] = {}  # when a character was first drawn

    def ask(self, method: str, *arguments: object) -> Any:  # noqa: ANN401 - whatever it returns
        """Call and wait."""
        self._last += 1
        wanted = self._last
        self._connection.sendall(_msgpack.packb([0, wanted, method, list(arguments)]))
        self.hear(lambda: wanted in self._answers)
        failure, result = self._answers.pop(wanted)
        assert failure is None, failure
        return result

    def press(self, keys: str) -> None:
        """Send keys."""
        self._connection.sendall(_msgpack.packb([2, "nvim_input", [keys]]))

    def hear(self, until: Callable[[], bool], seconds: float = 30.0) -> None:
        """Take what comes until it is true."""
        end = monotonic() + seconds
        while not until():
            assert monotonic() < end, "Neovim does not answer"
            self.listen(end - monotonic())

    def listen(self, seconds: float) -> None:
        """Take what comes in this time, once."""
        self._connection.settimeout(max(0.001, seconds))
        with suppress(TimeoutError):
            self._unpacker.feed(self._connection.recv(1 << 20))
            now = perf_counter()
            for message in self._unpacker:
                self._take(message, now)

    def _take(self, message: list[Any], now: float) -> None:
        if message[0] == 1:
            self._answers[message[1]] = (message[2], message[3])
            return
        if message[1] != "redraw":
            self.told.append((message[1], now))
            return
        flushed = False
        for name, *calls in message[2]:
            flushed = flushed or name == "flush"
            if name == "grid_line":
                for cell in (cell for call in calls for cell in call[3]):
                    self.drawn.setdefault(cell[0], now)
        if flushed:
            self.redraws.append(now)


@contextmanager
def running(version: str, folder: Path, reply: str, text: str) -> Generator[Screen]:
    """Endpoint, server and Neovim with a screen, attached to the file."""
    script, listening, init = folder / "script.json", folder / "nvim.sock", folder / "init.lua"
    script.write_text(json.dumps({"otherwise": reply, "rate": RATE, "window": 131072}))
    init.write_text(WITH + "vim.o.updatetime = 100000\n")
    (folder / "bench.py").write_text(text)
    (folder / ".darner.toml").write_text("")
    with ExitStack() as stack:
        command = [sys.executable, "-m", "darner_clients.testing", "--script", str(script)]
        endpoint = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        stack.callback(endpoint.terminate)
        assert endpoint.stdout is not None
        url = endpoint.stdout.readline().strip()
        (folder / "config.toml").write_text(
            f'[[endpoints]]\nname = "e0"\nkind = "vllm"\nbase_url = "{url}"\nmodel = "scripted"\n'
        )
        argv = [
            binary(version),
            "--headless",
            "-n",
            "-i",
            "NONE",
            "-u",
            str(init),
            "--listen",
            str(listening),
            "bench.py",
        ]
        quiet = subprocess.DEVNULL
        nvim = subprocess.Popen(argv, cwd=folder, env=environment(folder), stdin=quiet, stdout=quiet, stderr=quiet)
        stack.callback(stack.enter_context(nvim).kill)
        screen = Screen(stack.enter_context(connected(listening)))
        screen.ask("nvim_ui_attach", 120, 50, {"rgb": True, "ext_linegrid": True})
        client = "vim.lsp.get_clients({ bufnr = 0, name = 'darner' })[1]"
        attached = f"return vim.wait(20000, function() local c = {client}; return c and c.initialized end)"
        assert screen.ask("nvim_exec_lua", attached, [])
        screen.ask("nvim_exec_lua", NOTICE, [])
        yield screen
        screen.ask("nvim_exec_lua", "for _, each in ipairs(vim.lsp.get_clients()) do each:stop(true) end", [])


@contextmanager
def connected(listening: Path) -> Generator[socket.socket]:
    """A connection to a Neovim that is just starting."""
    with socket.socket(socket.AF_UNIX) as connection:
        end = monotonic() + 10
        while True:
            try:
                connection.connect(str(listening))
            except (FileNotFoundError, ConnectionRefusedError):
                assert monotonic() < end
                continue
            yield connection
            return


def patches(version: str, folder: Path, runs: int) -> dict[str, object]:
    """Patch the same file again and again, with `u` in between; the last runs count."""
    text = "".join(f"{HEAD.format(number)}{REST}    return total\n\n\n" for number in range(HUNKS))
    reply = "".join(
        f"bench.py\n```\n<<<<<<< SEARCH\n{HEAD.format(number)}=======\n"
        f"{HEAD.format(number).replace('value', 'amount')}>>>>>>> REPLACE\n```\n\n"
        for number in range(HUNKS)
    )
    with running(version, folder, reply, text) as screen:
        for _ in range(WARM_UP):
            one(screen, keys=False)
        seen = [one(screen, keys=False) for _ in range(runs)]
        typed: list[float] = []
        idle: list[float] = []
        for _ in range(runs):
            typed += one(screen, keys=True)[2]
            idle += without(screen)
        rounds = screen.ask("nvim_exec_lua", "return _G.rounds", [])
    return {
        "tokens": len(pieces(reply)),
        "hunks": HUNKS,
        "request_to_last_hunk_ms": round(median(run[0] for run in seen) * 1000),
        "redraws_a_second": round(median(run[1] for run in seen), 1),
        "redraws_a_second_most": round(max(run[1] for run in seen), 1),
        "round_cpu_ms": {"median": round(median(rounds), 2), "most": round(max(rounds), 2)},
        "keys_meanwhile_ms": spread(typed),
        "keys_with_no_patch_ms": spread(idle),
    }


def spread(latencies: list[float]) -> dict[str, float]:
    """Milliseconds."""
    ordered = sorted(each * 1000 for each in latencies)
    return {
        "keys": len(ordered),
        "median": round(median(ordered), 2),
        "p95": round(quantiles(ordered, n=20)[-1], 2),
        "most": round(ordered[-1], 2),
    }


def without(screen: Screen) -> list[float]:
    """The latency of keys while nothing else goes on, as many as fit into a patch: what the machine itself costs."""
    pressed(screen, chr(0x4DFF - 0x10), before="Go")
    latencies: list[float] = []
    for _ in range(20):
        latencies.append(pressed(screen, chr(0x4E00 + len(screen.drawn))))
        end = monotonic() + PACE
        while monotonic() < end:
            screen.listen(end - monotonic())
    screen.press("<Esc>")
    screen.ask("nvim_command", "edit!")
    return latencies


def one(screen: Screen, *, keys: bool) -> tuple[float, float, list[float]]:
    """One patch: seconds, redraws a second from the first hunk on, and the latency of each key."""
    began = perf_counter()
    screen.told.clear()
    screen.ask("nvim_command", "%Darner rename value to amount")
    screen.hear(lambda: any(what == "hunks" for what, _ in screen.told))
    first = screen.told[0][1]
    latencies: list[float] = []
    if keys:
        pressed(screen, chr(0x4DFF - 0x10), before="Go")  # Neovim's own indenting of a new line is not to be measured
    while not done(screen):
        if keys:
            latencies.append(pressed(screen, chr(0x4E00 + len(screen.drawn))))
        end = monotonic() + PACE
        while monotonic() < end and not done(screen):
            screen.listen(end - monotonic())
    ended = screen.told[-1][1]
    redraws = sum(first <= at <= ended for at in screen.redraws)
    screen.press("<Esc>")
    count = len(screen.ask("nvim_exec_lua", "return require('darner.hunks').of(0)", []))
    assert count == HUNKS, f"{count} hunks"
    screen.ask("nvim_command", "DarnerKeep!")
    screen.ask("nvim_command", "edit!")
    return ended - began, redraws / (ended - first), latencies


def done(screen: Screen) -> bool:
    """Whether the patch has ended."""
    return any(what == "done" for what, _ in screen.told)


def pressed(screen: Screen, key: str, before: str = "") -> float:
    """Press a key and wait until it is on the screen."""
    screen.drawn.pop(key, None)
    at = perf_counter()
    screen.press(before + key)
    screen.hear(lambda: key in screen.drawn)
    return screen.drawn[key] - at


if __name__ == "__main__":
    main()
