"""An engine that is left, at whatever point, leaves no task behind: the end of an event loop hangs on some."""

import asyncio
from pathlib import Path

import pytest

from darner_clients.endpoint import Endpoint
from darner_server.engine import Engine
from darner_server.settings import Settings, WorkspaceSettings


@pytest.mark.parametrize("turns", [0, 1, 2, 5, 20])
async def test_entering_that_is_cancelled_leaves_no_task(tmp_path: Path, turns: int) -> None:
    nobody = Endpoint("one", "vllm", "http://127.0.0.1:9/v1", "m")
    settings = Settings((nobody,), "qwen2.5-coder-0.5b", 4096, hedge=False, source="a test")
    engine = Engine(
        settings,
        [tmp_path],
        workspaces=[WorkspaceSettings()],
        cache_dir=tmp_path / "cache",
        state_dir=tmp_path / "state",
    )
    entering = asyncio.ensure_future(engine.__aenter__())
    for _ in range(turns):
        await asyncio.sleep(0)
    entering.cancel()
    await asyncio.gather(entering, return_exceptions=True)
    if not entering.cancelled():
        await engine.__aexit__()
    assert asyncio.all_tasks() == {asyncio.current_task()}
