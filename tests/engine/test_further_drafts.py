"""A further draft of a task: another endpoint first, else another prompt, and never a wait."""

from pathlib import Path

from tests.engine.scene import Scene, scene

from darner_clients.testing import Fault, Script
from darner_context.index import Focus
from darner_server.engine import Failed, FirstToken, Routed, Task

FILES = {"a.py": "def one():\n    return 1\n"}
REPLY = "a.py\n```\n<<<<<<< SEARCH\n    return 1\n=======\n    return 2\n>>>>>>> REPLACE\n```\n"
OK = Script(otherwise=REPLY)
DOWN = Script(faults=(Fault("status", status=503),))


async def routed(opened: Scene, drafted: tuple[str, ...]) -> str:
    events = await opened.run(Task("return two", Focus("a.py"), drafted=drafted))
    return " ".join(each.endpoint for each in events if isinstance(each, Routed))


async def test_where_it_is_sent(tmp_path: Path) -> None:
    async with scene(tmp_path, FILES, [OK, OK, DOWN]) as opened:
        for drafted, asked, temperature in (
            ((), "one", 0.0),
            (("one",), "two", 0.0),
            (("two", "one"), "three one", 0.8),
            (("one", "two", "three"), "one", 0.8),
        ):
            assert await routed(opened, drafted) == asked, drafted
            last = opened.endpoints[["one", "two"].index(asked.split()[-1])].asked[-1]
            assert last.body["temperature"] == temperature, drafted


async def test_it_waits_for_no_quota(tmp_path: Path) -> None:
    async with scene(tmp_path, FILES, [Script(otherwise=REPLY, requests_per_minute=1)]) as opened:
        assert await opened.engine.has_room("one")
        assert FirstToken("one") in await opened.run(Task("return two", Focus("a.py")))
        assert not await opened.engine.has_room("one")
        events = await opened.run(Task("return two", Focus("a.py"), drafted=("one",)))
        assert isinstance(events[-1], Failed)
        assert len(opened.endpoints[0].asked) == 1
