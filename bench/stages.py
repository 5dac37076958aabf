"""What each stage of a patch costs, as JSON: the engine over a workspace, with a scripted endpoint at 2,500 tokens/s.

    python bench/stages.py [--root DIR] [--runs N]

The endpoint's own time is known (tokens / rate), so what is left is darner's.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from darner_clients.endpoint import Endpoint
from darner_clients.testing.script import pieces
from darner_context.index import Focus
from darner_server.engine import Done, EditReady, Engine, PatchEvent, Task
from darner_server.settings import Settings, WorkspaceSettings

RATE = 2500.0
HUNKS = 40
WARM_UP = 12  # patches from which the router learns how long such a reply is
HEAD = """\
def work_{0}(value):
    total = value * {0}
    for step in range({0}):
        total += step * value
"""
REST = "".join(f"    total = helper(total, {number}, 'a step that stays as it is')\n" for number in range(16))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(__file__).parents[1])
    parser.add_argument("--runs", type=int, default=5)
    chosen = parser.parse_args()
    print(json.dumps(asyncio.run(measure(chosen.root.resolve(), chosen.runs)), indent=2))


async def measure(root: Path, runs: int) -> dict[str, object]:
    """Patch a file of HUNKS functions, held in an unsaved buffer, `runs` times over a warm engine."""
    text = "".join(f"{HEAD.format(number)}{REST}    return total\n\n\n" for number in range(HUNKS))
    reply = "".join(
        f"bench_file.py\n```\n<<<<<<< SEARCH\n{HEAD.format(number)}=======\n"
        f"{HEAD.format(number).replace('value', 'amount')}>>>>>>> REPLACE\n```\n\n"
        for number in range(HUNKS)
    )
    tokens = len(pieces(reply))
    task = Task("rename value to amount", Focus("bench_file.py"), texts={"bench_file.py": text}, scope="file")
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "script.json"
        script.write_text(json.dumps({"otherwise": reply, "rate": RATE, "window": 131072}))
        server = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "darner_clients.testing", "--script", str(script), stdout=asyncio.subprocess.PIPE
        )
        assert server.stdout is not None
        url = (await server.stdout.readline()).decode().strip()
        try:
            settings = Settings((Endpoint("one", "vllm", url, "scripted"),), "", 8192, hedge=False, source="bench")
            engine = Engine(
                settings, [root], workspaces=[WorkspaceSettings()], cache_dir=Path(folder), state_dir=Path(folder)
            )
            began = perf_counter()
            async with engine:
                await engine.indexed()
                indexed = perf_counter() - began
                for _ in range(WARM_UP):
                    await once(engine, task)
                seen = [await once(engine, task) for _ in range(runs)]
                state = engine.index.state()
            used = [run[0].usage.completion_tokens for run in seen]
            assert max(used) < 1.1 * tokens, f"{used} tokens used for {tokens}: some were asked for twice"
        finally:
            server.terminate()
            await server.wait()
    ideal = tokens / RATE * 1000
    return {
        "workspace": {"files": state.files, "symbols": state.symbols, "index_seconds": round(indexed, 2)},
        "reply": {"tokens": tokens, "hunks": HUNKS, "tokens_per_second": RATE, "ideal_ms": round(ideal, 1)},
        "stages_ms": {
            name: round(median(run[0].timings_ms[name] for run in seen), 2) for name in seen[0][0].timings_ms
        },
        "request_to_patch_ms": round(median(run[1] for run in seen), 1),
        "over_ideal": round(median(run[1] for run in seen) / ideal, 3),
        "hunk_gap_ms_p95": round(quantiles([gap for run in seen for gap in run[2]], n=20)[-1], 2),
    }


async def once(engine: Engine, task: Task) -> tuple[Done, float, list[float]]:
    """One patch: its last event, the milliseconds it took, and those between one hunk and the next."""
    began = perf_counter()
    at: list[float] = []
    last: PatchEvent | None = None
    async with engine.patch(task) as events:
        async for event in events:
            last = event
            if isinstance(event, EditReady):
                at.append(perf_counter())
    took = (perf_counter() - began) * 1000
    assert isinstance(last, Done), last
    assert len(at) == HUNKS, f"{len(at)} hunks"
    return last, took, [(after - before) * 1000 for before, after in pairwise(at)]


if __name__ == "__main__":
    main()
