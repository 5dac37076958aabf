"""What the context costs: a request, the first index, a start, an edit, memory; on django 5.2 and on 100,000 files.

    python bench/context.py [--root DIR] [--files N]

Each part runs in a process of its own. Without --root django's sdist comes from the package index that pip is set up
with. With DARNER_PEERS (see context_eval.py) Aider's RepoMap answers the same requests.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import random
import resource
import statistics
import subprocess
import sys
import tarfile
import tempfile
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from importlib import import_module
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import tree_sitter
from eval.context_eval import Peers

from darner_context.index import ContextBundle, ContextRequest, Focus, Index
from darner_context.languages.table import BY_NAME, language_of
from darner_context.text.tokenizer import tokenizer
from darner_context.workspace.scan import Source, Workspace
from darner_server.engine.garbage_collection import no_collection

_BUDGETS = (8_000, 32_000, 100_000)
_PLACES = 60
_START = """
import sys
from pathlib import Path
from darner_context.index import ContextRequest, Focus, Index
from darner_context.text.tokenizer import tokenizer
index = Index([Path(sys.argv[1])], cache_dir=Path(sys.argv[2]))
found = index.context(ContextRequest("", Focus(sys.argv[3], 100, 100), 8000), tokenizer("o200k_base"))
assert found.snippets
"""


def _answer(index: Index, request: ContextRequest) -> ContextBundle:
    """An answer as the engine gets it."""
    with no_collection():
        return index.context(request, tokenizer("o200k_base"))


def _places(root: Path, count: int) -> list[Focus]:
    """Places in files of some length, the same ones in every run."""
    chance = random.Random(5)  # noqa: S311 - a choice that must repeat
    files = sorted(
        (path, source.size)
        for source in Workspace([root]).scan([])
        if (path := source.path).endswith((".py", ".ts", ".go")) and source.size > 100
    )
    chosen = [path for path, _ in chance.choices(files, [size for _, size in files], k=count)]
    places: list[Focus] = []
    for path in chosen:
        line = chance.randrange(1, (root / path).read_bytes().count(b"\n") + 1)
        places.append(Focus(path, line, line))
    return places


def _spread(times: list[float]) -> dict[str, float]:
    times = sorted(times)
    return {
        "p50": round(statistics.median(times) * 1000, 1),
        "p95": round(times[int(len(times) * 0.95)] * 1000, 1),
        "p99": round(times[min(len(times) - 1, int(len(times) * 0.99))] * 1000, 1),
    }


async def warm(root: Path, folder: Path) -> dict[str, Any]:
    """Milliseconds of a request: first at a place, a line lower with the same instruction, and while one types."""
    found: dict[str, Any] = {}
    index = Index([root], cache_dir=folder)
    await index.refresh()
    places = _places(root, _PLACES)
    for focus in _places(root, _PLACES + 12)[_PLACES:]:
        _answer(index, ContextRequest("", focus, 8_000))
    for instruction in ("", "raise a clear error where the value has expired"):
        for budget in _BUDGETS:
            first: list[float] = []
            again: list[float] = []
            for focus in places:
                for times, line in ((first, focus.first_line), (again, (focus.first_line or 0) + 1)):
                    begin = perf_counter()
                    bundle = _answer(index, ContextRequest(instruction, Focus(focus.path, line, line), budget))
                    times.append(perf_counter() - begin)
                    assert bundle.tokens <= budget
            key = f"{budget // 1000}k, {'with' if instruction else 'without'} an instruction"
            found[key] = {"first at a place": _spread(first), "a line lower": _spread(again)}
    found["memory_mb"] = _memory()
    found["8k, a character typed"] = _spread([each for focus in places for each in _typed(index, focus)])
    await index.close()
    return found


def _typed(index: Index, focus: Focus) -> list[float]:
    """Seconds of the contexts while a word is typed at the end of a line: the buffer's new text is taken in first."""
    text = index.read(focus.path)
    assert isinstance(text, str)
    lines = text.split("\n")
    times: list[float] = []
    for typed in ("", *"result"):
        lines[(focus.first_line or 1) - 1] += typed
        begin = perf_counter()
        index.set_overlay(focus.path, "\n".join(lines))
        _answer(index, ContextRequest("", focus, 8_000))
        times.append(perf_counter() - begin)
    index.set_overlay(focus.path, None)
    return times[1:]


def _memory() -> float:
    """Resident megabytes now, or the most there were where the system does not say."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().split("\n") if line.startswith("VmRSS"))
        return round(int(line.split()[1]) / 1024, 1)
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


async def cold(root: Path, folder: Path) -> dict[str, Any]:
    """Seconds of the first index, and of parsing alone in two processes."""
    sources = list(Workspace([root]).scan([]))
    begin, used = perf_counter(), _children()
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as pool:
        for _ in pool.map(_parse, [sources[at : at + 60] for at in range(0, len(sources), 60)]):
            pass
    parse = perf_counter() - begin, _children() - used
    begin, used, own = perf_counter(), _children(), process_time()
    index = Index([root], cache_dir=folder / "cold", workers=2)
    await index.refresh()
    wall, cpu = perf_counter() - begin, _children() - used + process_time() - own
    state = index.state()
    await index.close()
    return {
        "files": state.files, "symbols": state.symbols, "wall_s": round(wall, 2), "cpu_s": round(cpu, 2),
        "parse_only_wall_s": round(parse[0], 2), "parse_only_cpu_s": round(parse[1], 2),
        "times_parse_only": round(wall / parse[0], 2),
    }  # fmt: skip


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@cache
def _parser(language: str) -> tree_sitter.Parser:
    row = BY_NAME[language]
    grammar: object = getattr(import_module(row.module), row.function)()
    return tree_sitter.Parser(tree_sitter.Language(grammar))


def _parse(sources: list[Source]) -> int:
    size = 0
    for source in sources:
        data = Path(source.file).read_bytes()
        size += _parser(language_of(source.path) or "").parse(data).root_node.end_byte
    return size


async def start(root: Path, folder: Path) -> dict[str, Any]:
    """Milliseconds from the start of a process to its first context, the index being there."""
    index = Index([root], cache_dir=folder)
    await index.refresh()
    await index.close()
    times: list[float] = []
    bare: list[float] = []
    path = _places(root, 1)[0].path
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1] / "context")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # what is installed is compiled once
    for _ in range(7):
        for held, words in ((times, [_START, str(root), str(folder), path]), (bare, ["pass"])):
            begin = perf_counter()
            process = await asyncio.create_subprocess_exec(sys.executable, "-c", *words, env=environment)
            assert await process.wait() == 0
            held.append(perf_counter() - begin)
    return {"ms": round(statistics.median(times) * 1000), "python_alone_ms": round(statistics.median(bare) * 1000)}


async def edit(_: Path, folder: Path) -> dict[str, Any]:
    """Milliseconds until the index knows a buffer of 5,000 lines after one more character."""
    root = folder / "edit"
    root.mkdir()
    text = "".join(
        f"def work_{number}(value, other):\n    total = value * {number}\n    for step in range(other):\n"
        f"        total += helper_{number % 9}(step, total)\n    return total\n\n\n" for number in range(715)
    )  # fmt: skip
    index = Index([root], cache_dir=folder / "edit-cache")
    index.set_overlay("long.py", text)
    _answer(index, ContextRequest("", Focus("long.py", 10, 10), 0))
    times: list[float] = []
    for turn in range(40):
        place = text.index("total", (turn * 2_600) % (len(text) - 100))
        text = f"{text[:place]}x{text[place:]}"
        begin = perf_counter()
        index.set_overlay("long.py", text)
        _answer(index, ContextRequest("", Focus("long.py", 10, 10), 0))
        times.append(perf_counter() - begin)
    await index.close()
    return {"lines": text.count("\n"), "overlay_and_empty_context": _spread(times)}


async def many(_: Path, folder: Path, files: int) -> dict[str, Any]:
    """A repository of many small files: answers while it is indexed and afterwards, in milliseconds."""
    root = folder / "many"
    for number in range(files):
        package = root / f"area{number // 5_000}" / f"part{number // 50 % 100}"
        if number % 50 == 0:
            package.mkdir(parents=True, exist_ok=True)
        other = (number * 7_919 + 13) % files
        (package / f"module{number}.py").write_text(
            f"from area{other // 5_000}.part{other // 50 % 100}.module{other} import Thing{other}\n\n\n"
            f"class Thing{number}(Thing{other}):\n    def run_{number % 997}(self, value):\n"
            f"        return self.make_{other % 997}(value) + helper_{number % 4_001}(value)\n\n\n"
            f"def helper_{number}(value):\n    return Thing{other}().run_{other % 997}(value)\n"
        )
    counter = tokenizer("o200k_base")
    counter.count("")
    index = Index([root], cache_dir=folder / "many-cache", workers=2)
    begin = perf_counter()
    lags: list[float] = []
    async with asyncio.TaskGroup() as group:
        indexing = group.create_task(index.refresh())
        await asyncio.sleep(0)
        place = Focus("area0/part0/module7.py", 6, 6)
        asked = perf_counter()
        _answer(index, ContextRequest("", place, 8_000))
        first = perf_counter() - asked
        while not indexing.done():
            asked = perf_counter()
            await asyncio.sleep(0.005)
            lags.append(perf_counter() - asked - 0.005)
    seconds = perf_counter() - begin
    times: list[float] = []
    for focus in _places(root, _PLACES):
        asked = perf_counter()
        _answer(index, ContextRequest("let the helper take a limit", focus, 8_000))
        times.append(perf_counter() - asked)
    begin = perf_counter()
    await index.refresh()
    again = perf_counter() - begin
    await index.close()
    return {
        "files": files, "index_s": round(seconds, 1), "first_answer_ms": round(first * 1000, 1),
        "loop_late_ms": _spread(lags), "loop_late_most_ms": round(max(lags) * 1000, 1),
        "context": _spread(times), "scan_again_s": round(again, 2), "memory_mb": _memory(),
    }  # fmt: skip


def aider(root: Path, folder: Path) -> dict[str, Any]:
    """Milliseconds of Aider's RepoMap for the same places, its tags being cached."""
    peers = Peers(folder, ("aider",))
    files = [source.path for source in Workspace([root]).scan([])]
    cases = [
        {"file": focus.path, "near": "", "instruction": "", "hidden": [1, 1], "budgets": [8_000], "quick": False}
        for focus in _places(root, 6)
    ]
    times: list[float] = []
    begin = perf_counter()
    for _ in peers.ask(root, files, cases):
        times.append(perf_counter() - begin)
        begin = perf_counter()
    peers.close()
    return {"first_s": round(times[0], 1), "ms": _spread(times[1:])}


def _django(folder: Path) -> Path:
    words = ["download", "-q", "--no-deps", "--no-binary", "django", "--dest", str(folder), "django==5.2"]
    subprocess.run([sys.executable, "-m", "pip", *words], check=True)
    packed = next(folder.glob("*.tar.gz"))
    with tarfile.open(packed) as archive:
        archive.extractall(folder, filter="data")
    return next(each for each in folder.iterdir() if each.is_dir() and each.name.lower().startswith("django"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--root", type=Path)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--part", help="one part alone")
    parser.add_argument("--folder", type=Path, help="where the parts keep their caches")
    chosen = parser.parse_args()
    if chosen.folder:
        parts = {"warm": warm, "cold": cold, "start": start, "edit": edit}
        if chosen.part == "many":
            print(json.dumps(asyncio.run(many(chosen.root, chosen.folder, chosen.files))))
        else:
            print(json.dumps(asyncio.run(parts[chosen.part](chosen.root, chosen.folder))))
        return 0
    with tempfile.TemporaryDirectory(prefix="darner-bench-") as name:
        folder = Path(name)
        root = chosen.root.resolve() if chosen.root else _django(folder)
        found: dict[str, Any] = {}
        for part in [chosen.part] if chosen.part else ["cold", "start", "warm", "edit", "many"]:
            words = ["--part", part, "--root", str(root), "--folder", str(folder), "--files", str(chosen.files)]
            ran = subprocess.run([sys.executable, __file__, *words], capture_output=True, text=True, check=True)
            found[part] = json.loads(ran.stdout)
            print(f"{part}: {json.dumps(found[part], indent=2)}", flush=True)
        if os.environ.get("DARNER_PEERS"):
            found["aider"] = aider(root, folder)
        print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
