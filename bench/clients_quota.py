"""What a small plan yields, and how well prompts are estimated, over a real socket and a clock that is turned.

    python bench/clients_quota.py [--json]

30,000 tokens and 5 requests a minute, prompts of 4,000 tokens, replies of 500: useful patches a minute with the output
limit as predicted and with a fixed one; requests that were refused. Then estimates against the endpoint's own counts.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

from darner_clients.chat import ChatRequest
from darner_clients.routing.router import Route, Router
from darner_clients.testing import Script, ScriptedEndpoint

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.clients.routing.simulated_batch import run_batch

MINUTES = 20


async def patches(output: int | None) -> dict[str, float]:
    result = await run_batch(MINUTES, output)
    return {
        "a_minute": result.useful / MINUTES,
        "refused": result.rejected,
        "reserved_at_the_end": result.reserved,
    }


async def estimates(counted: Callable[[str], int], overhead: int) -> dict[str, float]:
    """Percent by which estimates miss, from the sixth call on; the endpoint counts otherwise than we do."""
    random = Random(1)  # noqa: S311 - a run that can be run again
    script = Script(window=200_000, otherwise="ok", count=counted, overhead=overhead)
    misses: list[float] = []
    async with (
        ScriptedEndpoint(script) as scripted,
        Router([scripted.endpoint("it", tokenizer="o200k_base")], state_dir=None, warm=False) as router,
    ):
        for call in range(25):
            text = "x" * random.randint(2_000, 120_000)
            route = await router.choose(lambda _, text=text: len(text) // 4, output=50)  # type: ignore[misc] # bound at once
            assert isinstance(route, Route), route
            async with router.stream(route, ChatRequest((("user", text),), route.prompt_tokens, 50)) as items:
                async for _ in items:
                    pass
            if call >= 5:
                misses.append(100 * (route.prompt_tokens / scripted.asked[-1].prompt_tokens - 1))
    return {"most_over_percent": round(max(misses), 2), "most_under_percent": round(max(0.0, -min(misses)), 2)}


async def measure() -> dict[str, dict[str, float]]:
    return {
        "patches, output as predicted": await patches(None),
        "patches, output 16,384": await patches(16_384),
        "estimates, same tokenizer": await estimates(lambda text: -(-len(text) // 4), 70),
        "estimates, 8 % more tokens": await estimates(lambda text: round(len(text) / 4 * 1.08), 30),
        "estimates, 12 % fewer": await estimates(lambda text: round(len(text) / 4 * 0.88), 12),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    as_json = parser.parse_args().json
    figures = asyncio.run(measure())
    if as_json:
        print(json.dumps(figures))
        return
    for name, values in figures.items():
        print(f"{name:30} " + "  ".join(f"{key} {value:g}" for key, value in values.items()))


if __name__ == "__main__":
    main()
