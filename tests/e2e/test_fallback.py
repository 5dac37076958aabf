"""Two real servers of the embedded model with different windows: who is asked is decided before anything is sent."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.cli.desk import Desk, Ran

from darner_server.local.server import Running, ensure_server, stop_server
from darner_server.user_directories import cache_folder

pytestmark = [pytest.mark.model, pytest.mark.usefixtures("embedded_model"), pytest.mark.timeout(400)]

SMALL = "def larger(a, b):\n    return a\n"
PRICES = "".join(
    f'PRICES["part_{number}"] = {number}  # in cents, without the discount of its kind\n' for number in range(100)
)
TOTAL = "def total(order):\n    parts = [PRICES[each] for each in order]\n    return max(parts)\n"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    made = Desk(tmp_path)
    made.put(
        {
            "small.py": SMALL,
            "prices.py": f"PRICES = {{}}\n{PRICES}",  # too long for the first, and needed if it is named
            "total.py": f"from prices import PRICES\n\n\n{TOTAL}",
        }
    )
    yield made
    for name in ("fast", "gpu"):
        await stop_server(tmp_path, name)


async def start(desk: Desk, name: str, window: int) -> Running:
    server = await ensure_server(
        "qwen2.5-coder-0.5b", state_dir=desk.folder, cache_dir=cache_folder(), name=name, n_ctx=window
    )
    assert isinstance(server, Running), server
    return server


async def patch(desk: Desk, fast: Running, gpu: Running, instruction: str, *places: str) -> Ran:
    tables = [
        f'[[endpoints]]\nname = "{name}"\nkind = "llamacpp"\nbase_url = "{server.base_url}"\nmodel = "m"\napi_key_env = "{name}"\n'
        for name, server in (("fast", fast), ("gpu", gpu))
    ]
    (desk.folder / "endpoints.toml").write_text("\n".join(tables))
    config = str(desk.folder / "endpoints.toml")
    return await desk.run(
        "patch", instruction, *places, "--json", "--config", config, fast=fast.api_key, gpu=gpu.api_key
    )


def routes(ran: Ran) -> list[str]:
    return [event["endpoint"] for event in ran.events if event["event"] == "route"]


async def test_by_size_then_by_health(desk: Desk) -> None:
    fast, gpu = await start(desk, "fast", 2048), await start(desk, "gpu", 16384)

    small = await patch(desk, fast, gpu, "return the larger of both", "small.py:1-2")
    assert routes(small)[0] == "fast", small
    asked = fast.log.read_text().count("processing task")
    assert asked >= 1

    large = await patch(desk, fast, gpu, "return the sum of all parts", "total.py:4-6", "prices.py")
    assert set(routes(large)) == {"gpu"}, large
    route = next(event for event in large.events if event["event"] == "route")
    assert route["prompt_tokens"] > 1500
    assert "fast" in route["reason"]
    assert fast.log.read_text().count("processing task") == asked

    await stop_server(desk.folder, "fast")
    moved = await patch(desk, fast, gpu, "return the larger of both", "small.py:1-2")
    assert routes(moved)[-1] == "gpu", moved
    assert "fast" in next(event for event in moved.events if event["event"] == "route")["reason"]

    await stop_server(desk.folder, "gpu")
    nobody = await patch(desk, fast, gpu, "return the larger of both", "small.py:1-2")
    assert nobody.code == 3, nobody
    error = nobody.events[-1]
    assert error["event"] == "error"
    assert "fast: " in error["message"]
    assert "gpu: " in error["message"]
    assert [each["endpoint"] for each in error["tried"]] == ["fast", "gpu"]
