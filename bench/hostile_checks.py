"""What hostile checks get done in a sandbox, as JSON: for each level and attack whether it escaped, and when it ended.

    python bench/hostile_checks.py [--seconds N] [--level LEVEL]

An attack escapes if it leaves anything outside the copy, reaches a server, prints a key, or still runs afterwards. It
ends in time if that takes no longer than its limit and a grace. Any escape at a level that forbids it, or any attack
that does not end in time, fails the run. The level `limits` forbids only what does not end.

Run it where the number of processes is limited, as in a container: below the level `namespaces` nothing refuses root
the processes that it starts before darner sees them.
"""

import argparse
import asyncio
import json
import os
import socket
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from darner_server.check.isolation import LEVELS, Level, ResourceLimits, Unisolated
from darner_server.check.sandbox import Draft, run

GRACE = 20.0  # seconds; a machine that a fork bomb has filled is slow to clear up
KEY = "a-key-that-nobody-may-read"
MARKER = "31557600.5"  # seconds of a sleep: nothing else on the machine has it in its command line

ENDLESS = (
    "forks without end", "forks in chains", "eats memory", "eats memory in many", "talks without end", "never ends"
)  # fmt: skip
STAYING = ("stays behind", "stays behind twice", "waits for stdin")
_CONNECT = "import os, socket; socket.create_connection(('127.0.0.1', int(os.environ['PORT'])))"
_CREATE = "import os; os.open(os.environ['OUTSIDE'] + '/a', os.O_CREAT | os.O_WRONLY)"
_LEAVE = f"import os; [os.fork() or os.setsid() for n in 'ab']; os.execvp('sleep', ['sleep', '{MARKER}'])"
_CHAIN = "import os\nwhile True:\n    if os.fork() == 0: os.setsid()"
_GROW = "a = []\nwhile True: a.append(bytes([1]) * 10_000_000)"
_HOLD = "import time; a = bytes([1]) * 80_000_000; time.sleep(600)"
ATTACKS: Mapping[str, str] = {
    "writes outside": 'echo x > "$OUTSIDE/a"; cp /bin/sh "$OUTSIDE/b"; mkdir "$OUTSIDE/c"; ln a.txt "$OUTSIDE/d"',
    "writes through a link": 'ln -s "$OUTSIDE" link; echo x > link/a',
    "writes by python": f'python3 -c "{_CREATE}"',
    "deletes outside": 'rm -rf "$OUTSIDE"/*; mv "$OUTSIDE/kept" "$OUTSIDE/moved"',
    "opens a socket": f'python3 -c "{_CONNECT}"',
    "opens a socket in a shell": 'bash -c "echo x > /dev/tcp/127.0.0.1/$PORT"',
    "reads a key": 'cat "$KEYS/key"; cat ~/.ssh/* ~/.aws/* /proc/*/environ',
    "reads a key by another path": 'cat "/proc/1/root$KEYS/key" "/proc/self/root$KEYS/key"; tar c "$KEYS"',
    "stays behind": f"(setsid nohup sleep {MARKER} > /dev/null 2>&1 &); exit 0",
    "stays behind twice": f'python3 -c "{_LEAVE}" & exit 0',
    "waits for stdin": "cat; read line; python3 -c 'input()'",
    "forks without end": f"f() {{ f & f & sleep {MARKER}; }}; f; wait",
    "forks in chains": f"python3 -c '{_CHAIN}' & sleep {MARKER}",
    "eats memory": f"python3 -c '{_GROW}'; sleep {MARKER}",
    "eats memory in many": f"for n in 1 2 3 4 5 6; do python3 -c '{_HOLD}' & done; wait",
    "talks without end": "yes & yes 1>&2",
    "never ends": f"trap '' TERM INT HUP QUIT; while :; do sleep {MARKER}; done",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one attack at one level."""

    escaped: bool
    in_time: bool
    seconds: float
    how: str


def main() -> int:
    """Print the outcomes; returns 1 if one is bad."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="the limit of time for attacks without an end")
    parser.add_argument("--level", choices=LEVELS, help="only this one")
    chosen = parser.parse_args()
    outcomes: dict[str, dict[str, Outcome] | str] = {}
    for level in [chosen.level] if chosen.level else LEVELS:
        outcomes[level] = asyncio.run(_attacked(level, chosen.seconds))
    shown = {
        level: found if isinstance(found, str) else {name: each.how for name, each in found.items()}
        for level, found in outcomes.items()
    }
    tried = [each for found in outcomes.values() if not isinstance(found, str) for each in found.values()]
    bad = [each.how for each in tried if each.escaped or not each.in_time]
    summary = {
        "attacks": len(tried),
        "escapes": sum(each.escaped for each in tried),
        "late": sum(not each.in_time for each in tried),
        "slowest_seconds": round(max(each.seconds for each in tried), 1),
    }
    print(json.dumps({**shown, "summary": summary}, indent=2))
    return 1 if bad else 0


async def _attacked(level: Level, seconds: float) -> dict[str, Outcome] | str:
    """The outcome of each attack at a level; the reason where the machine does not offer it."""
    outcomes: dict[str, Outcome] = {}
    for name, command in ATTACKS.items():
        if level == "limits" and name not in (*ENDLESS, *STAYING):
            continue
        with tempfile.TemporaryDirectory() as folder:
            found = await _outcome(level, name, command, Path(folder), seconds)
        if isinstance(found, Unisolated):
            return f"not offered: {found.reason}"
        outcomes[name] = found
    return outcomes


async def _outcome(level: Level, name: str, command: str, folder: Path, seconds: float) -> Outcome | Unisolated:
    workspace, outside, keys, scratch = (folder / each for each in ("work", "outside", "home", "scratch"))
    for each in (workspace, outside, keys, scratch):
        each.mkdir()
    (workspace / "a.txt").write_text("x")
    (outside / "kept").write_text("kept")
    (keys / "key").write_text(KEY)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        environ = {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), f"{sys.base_prefix}/bin", os.environ["PATH"]]),
            "OUTSIDE": str(outside),
            "KEYS": str(keys),
            "PORT": str(server.getsockname()[1]),
        }
        most = seconds if name in ENDLESS else 60.0
        limits = ResourceLimits(most, memory=300_000_000, processes=200, output=5_000_000)
        os.environ["HOME"] = str(keys)
        began = monotonic()
        ended = await run(
            ["/bin/sh", "-c", command], Draft(workspace, {}, scratch), environ=environ, limits=limits, levels=[level]
        )
        taken = monotonic() - began
        if isinstance(ended, Unisolated):
            return ended
        signs = {
            "a file outside": [each.name for each in outside.iterdir()] != ["kept"],
            "a connection": _is_reached(server),
            "a key": KEY in ended.output,
            "a process": _runs(MARKER),
            "the copy's folder": any(scratch.iterdir()),
        }
    left = [sign for sign, seen in signs.items() if seen]
    in_time = taken <= most + GRACE
    how = f"limit of {ended.limit}" if ended.limit else f"exit code {ended.code}"
    words = [how, f"{taken:.1f} s", *(f"ESCAPED: {sign}" for sign in left), *(() if in_time else ("LATE",))]
    return Outcome(bool(left), in_time, taken, ", ".join(words))


def _is_reached(server: socket.socket) -> bool:
    try:
        server.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def _runs(marker: str) -> bool:
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if marker.encode() in each.read_bytes().split(b"\0"):
                return True
        except OSError:
            continue
    return False


if __name__ == "__main__":
    sys.exit(main())
