"""What a command costs as a whole process, as JSON: CPU and wall time over those of the endpoint, and its imports.

    python bench/command_line.py [--root DIR] [--runs N]

The floor is a process that imports what any command of this kind needs: asyncio, httpx, tree_sitter and tiktoken.
Commands and floor run by turns; the figures are medians. "warm" commands leave their work to a warm process, whose CPU
time is not theirs. A command whose CPU time exceeds its bound (in floors), or that imports more modules than its bound,
fails the run.
"""

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

DARNER = Path(sys.executable).with_name("darner")
FLOOR = (sys.executable, "-c", "import asyncio, httpx, tree_sitter, tiktoken")
BOUNDS: Mapping[str, float] = {"version": 0.6, "context": 2.2, "patch": 4.0, "warm context": 0.7, "warm patch": 0.7}
MODULES: Mapping[str, int] = {"version": 150, "context": 420, "patch": 700}
REPLY = "a.py\n```\n<<<<<<< SEARCH\n    return a - b\n=======\n    return a + b\n>>>>>>> REPLACE\n```\n"
SMALL = {"a.py": "def add(a, b):\n    return a - b\n", "b.py": "from a import add\n\nprint(add(1, 2))\n"}


def main() -> int:
    """Print the figures; returns 1 if a command exceeds its bound."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, help="a repository in which a.py is patched; default: two small files")
    parser.add_argument("--runs", type=int, default=9)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = chosen.root.resolve() if chosen.root else _small(Path(folder) / "small")
        figures = measure(Path(folder), root, chosen.runs)
    print(json.dumps(figures, indent=2))
    beyond = [name for name, bound in BOUNDS.items() if figures[name]["floors"] > bound]
    beyond += [f"{name} (modules)" for name, bound in MODULES.items() if figures[name]["modules"] > bound]
    if beyond:
        print(f"beyond the bound: {', '.join(beyond)}", file=sys.stderr)
    return 1 if beyond else 0


def measure(folder: Path, root: Path, runs: int) -> dict[str, dict[str, float]]:
    """Run each command `runs` times, by turns."""
    script = folder / "script.json"
    script.write_text(json.dumps({"otherwise": REPLY, "rate": 100_000, "window": 131072}))
    arguments = (sys.executable, "-m", "darner_clients.testing", "--script", str(script))
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        config = folder / "config.toml"
        config.write_text(
            f'[[endpoints]]\nname = "one"\nkind = "vllm"\nbase_url = "{url}"\nmodel = "scripted"\nwindow = 131072\n'
            'tokenizer = "o200k_harmony"\n'
        )
        environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
            "DARNER_CACHE_DIR": str(folder / "cache"),
            "DARNER_STATE_DIR": str(folder / "state"),
            "DARNER_CONFIG": str(config),
            "DARNER_DAEMON": "0",
        }
        warm = {**environ, "DARNER_DAEMON": "1"}
        commands: dict[str, Sequence[str]] = {
            "floor": FLOOR,
            "version": (str(DARNER), "--version"),
            "context": (str(DARNER), "context", "a.py"),
            "patch": (str(DARNER), "patch", "correct the sum in add", "a.py"),
        }
        commands |= {f"warm {name}": commands[name] for name in ("context", "patch")}
        environs = {name: warm if name.startswith("warm") else environ for name in commands}
        process = subprocess.Popen((sys.executable, "-m", "darner_server.cli.warm_process.process"), env=environ)
        try:
            for name, command in commands.items():
                _run(command, root, environs[name])  # the index is written, the bytecode compiled
            while subprocess.run(
                (str(DARNER), "daemon", "status"), env=environ, check=False, capture_output=True
            ).returncode:
                pass
            taken = [
                {name: _run(command, root, environs[name]) for name, command in commands.items()} for _ in range(runs)
            ]
            imports = {name: _imports(command, root, environ) for name, command in commands.items() if name in MODULES}
        finally:
            process.terminate()
            process.wait()
            server.terminate()
    found = {
        name: {"cpu_ms": median(each[name][0] for each in taken), "wall_ms": median(each[name][1] for each in taken)}
        for name in commands
    }
    for each in found.values():
        each["floors"] = each["cpu_ms"] / found["floor"]["cpu_ms"]
    for name, (modules, milliseconds) in imports.items():
        found[name] |= {"modules": modules, "import_ms": milliseconds}
    return {name: {key: round(value, 2) for key, value in each.items()} for name, each in found.items()}


def _run(command: Sequence[str], root: Path, environ: Mapping[str, str]) -> tuple[float, float]:
    """(CPU, wall) milliseconds, with the processes that it starts."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    subprocess.run(command, cwd=root, env=environ, stdin=subprocess.DEVNULL, capture_output=True, check=True)
    wall, after = perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return cpu * 1000, wall * 1000


def _imports(command: Sequence[str], root: Path, environ: Mapping[str, str]) -> tuple[int, float]:
    """How many modules a command imports, and the milliseconds that `-X importtime` reports for them."""
    ran = subprocess.run(
        (sys.executable, "-X", "importtime", *command),
        cwd=root, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True,
    )  # fmt: skip
    own = [int(each) for each in re.findall(r"^import time:\s+(\d+) \|", ran.stderr, re.MULTILINE)]
    return len(own), sum(own) / 1000


def _small(root: Path) -> Path:
    root.mkdir()
    for name, text in SMALL.items():
        (root / name).write_text(text)
    return root


if __name__ == "__main__":
    sys.exit(main())
