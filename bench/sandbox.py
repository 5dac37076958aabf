"""What a sandbox costs over the command that runs in it, as JSON: CPU and wall time at each level of isolation.

    python bench/sandbox.py [--root DIR] [--runs N]

The floor is the same command without a sandbox; "cp" is a copy of the workspace, which all levels but the first need.
All run by turns; the figures are medians. A level that the machine does not offer is reported with the reason. The
level `namespaces` fails the run if it costs too much.
"""

import argparse
import asyncio
import json
import os
import resource
import sys
import tempfile
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

from darner_server.check.isolation import LEVELS, Level, ResourceLimits, Unisolated
from darner_server.check.sandbox import Draft, run
from darner_server.check.scratch import remove

COMMAND = ("/bin/sh", "-c", "exit 0")
BOUND = 25.0  # milliseconds of CPU time over the floor
FILES = 400  # of the workspace, if none is given


def main() -> int:
    """Print the figures; returns 1 if the strictest level exceeds its bound."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, help="the workspace; default: some hundred small files")
    parser.add_argument("--runs", type=int, default=15)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = chosen.root.resolve() if chosen.root else _files(Path(folder) / "small")
        figures = asyncio.run(measure(root, Path(folder), chosen.runs))
    print(json.dumps(figures, indent=2))
    beyond = figures["namespaces"].get("cpu_ms_over_floor", 0.0)
    if isinstance(beyond, float) and beyond > BOUND:
        print(f"beyond the bound of {BOUND:.0f} ms: namespaces", file=sys.stderr)
        return 1
    return 0


async def measure(root: Path, scratch: Path, runs: int) -> dict[str, dict[str, float | str]]:
    """Run the command plainly and at each level, by turns."""
    environ = {"PATH": os.environ["PATH"]}

    async def plainly(*command: str) -> None:
        process = await asyncio.create_subprocess_exec(*command, env=environ)
        await process.wait()

    async def confined(level: Level) -> None:
        ended = await run(COMMAND, draft, environ=environ, limits=ResourceLimits(60), levels=[level])
        if isinstance(ended, Unisolated):
            reasons[level] = ended.reason

    cpu: dict[str, list[float]] = {"floor": []}
    wall: dict[str, list[float]] = {"floor": []}
    reasons: dict[str, str] = {}
    draft = Draft(root, {"a.py": b"x = 1\n"}, scratch)
    for _ in range(runs):
        await _timed("floor", partial(plainly, *COMMAND), cpu, wall)
        await _timed("cp", partial(plainly, "cp", "-a", str(root), str(scratch / "copy")), cpu, wall)
        remove(scratch / "copy")
        for level in LEVELS:
            await _timed(level, partial(confined, level), cpu, wall)
    figures: dict[str, dict[str, float | str]] = {}
    for name, times in cpu.items():
        figures[name] = {"cpu_ms": round(median(times), 1), "wall_ms": round(median(wall[name]), 1)}
        if name != "floor":
            figures[name]["cpu_ms_over_floor"] = round(median(times) - median(cpu["floor"]), 1)
        if name in reasons:
            figures[name] = {"not offered": reasons[name]}
    return figures


async def _timed(
    name: str, work: Callable[[], Awaitable[None]], cpu: dict[str, list[float]], wall: dict[str, list[float]]
) -> None:
    began, used = perf_counter(), _used()
    await work()
    cpu.setdefault(name, []).append((_used() - used) * 1000)
    wall.setdefault(name, []).append((perf_counter() - began) * 1000)


def _used() -> float:
    """Seconds of CPU time of this process and of all that it has waited for."""
    found = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in found)


def _files(root: Path) -> Path:
    for number in range(FILES):
        path = root / f"package{number % 20}" / f"module{number}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n" * 200)
    return root


if __name__ == "__main__":
    sys.exit(main())
