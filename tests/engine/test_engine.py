"""An engine that is left, at whatever point, leaves no task behind; before everything is read, it says how far it is."""

import asyncio
from pathlib import Path

import pytest

from darner_clients.endpoint import Endpoint
from darner_server.engine import ContextReady, Engine, Stage
from darner_server.settings import Settings, WorkspaceSettings


def _engine(folder: Path) -> Engine:
    nobody = Endpoint("one", "vllm", "http://127.0.0.1:9/v1", "m")
    settings = Settings((nobody,), "qwen2.5-coder-0.5b", 4096, hedge=False, source="a test")
    return Engine(
        settings,
        [folder],
        workspaces=[WorkspaceSettings()],
        cache_dir=folder / "cache",
        state_dir=folder / "state",
    )


@pytest.mark.parametrize("turns", [0, 1, 2, 5, 20])
async def test_entering_that_is_cancelled_leaves_no_task(tmp_path: Path, turns: int) -> None:
    engine = _engine(tmp_path)
    entering = asyncio.ensure_future(engine.__aenter__())
    for _ in range(turns):
        await asyncio.sleep(0)
    entering.cancel()
    await asyncio.gather(entering, return_exceptions=True)
    if not entering.cancelled():
        await engine.__aexit__()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_how_far_a_large_workspace_is_read(tmp_path: Path) -> None:
    engine, read, shown = _engine(tmp_path), asyncio.Event(), list[str]()

    async def slowly(**_: bool) -> None:
        engine.index._progressed(2_000, 8_000)
        await read.wait()

    engine.index.refresh = slowly  # type: ignore[method-assign]
    async with engine:
        assert not await engine.indexed(patience=0)

        def show(stage: Stage) -> None:
            shown.append(f"{stage.detail} {stage.share}")
            if len(shown) > 2:
                read.set()

        assert await engine.indexed(show)
        assert set(shown[1:]) == {"reading the workspace: 2,000 of 8,000 files 0.25"}
        assert await engine.indexed(patience=0)


def test_what_was_left_out_of_the_whole_workspace_has_the_path_of_its_root() -> None:
    event = ContextReady(0, 0, (), 0, ((None, "not everything is parsed"), ("a.py", "minified")))
    assert event.as_json()["left_out"] == [
        {"path": ".", "reason": "not everything is parsed"},
        {"path": "a.py", "reason": "minified"},
    ]
