"""What is needed decides where a request goes; what is only welcome is cut, and the route names the difference."""

from dataclasses import replace
from pathlib import Path

from tests.engine.scene import Scene, block, scene

from darner_clients.testing import Script
from darner_context.index import Focus
from darner_server.engine import ContextReady, Done, Routed, Task

EDIT = block("use.py", "    return one()\n", "    return one() + 1\n")
OTHERS = "".join(f"def count_one_{n}(value):\n    return value * {n} + one_of(value)\n\n\n" for n in range(250))
LONG = "".join(f"def step_{n}(value):\n    return value + {n}\n\n\n" for n in range(400))
FILES = {
    "lib.py": "def one():\n    return 1\n",
    "others.py": OTHERS,
    "use.py": "from lib import one\n\n\ndef count():\n    return one()\n",
    "long.py": LONG,
}


async def routed(root: Path, windows: tuple[int, ...], task: Task, edit: str = EDIT) -> tuple[str, str, str]:
    """(the endpoint, the reason of the route, the prompt)"""
    scripts = [Script(otherwise=edit, window=window) for window in windows]
    async with scene(root, FILES, scripts) as stage:
        stage.engine.settings = replace(stage.engine.settings, budget=8_192)
        await stage.engine.indexed()
        events = await stage.run(task)
        assert isinstance(events[-1], Done), events[-1]
        (route,) = (each for each in events if isinstance(each, Routed))
        return route.endpoint, route.reason, prompt_of(stage)


def prompt_of(stage: Scene) -> str:
    asked = [each for server in stage.endpoints for each in server.asked]
    assert len(asked) == 1
    return str(asked[0].body["messages"][-1]["content"])


COUNT = Task("count one more: count_one of the value, multiplied and returned", Focus("use.py", 5, 5))


async def test_what_is_only_welcome_is_cut(tmp_path: Path) -> None:
    name, reason, prompt = await routed(tmp_path, (3_000, 60_000), COUNT)
    assert (name, reason.endswith("window of 3000; less likely context was left out")) == ("one", True), reason
    assert "def one" in prompt
    assert "count_one_" in prompt


async def test_what_fits_is_not_cut(tmp_path: Path) -> None:
    name, reason, prompt = await routed(tmp_path, (60_000, 60_000), COUNT)
    assert (name, "left out" in reason) == ("one", False)
    assert prompt.count("count_one_") > 100


async def test_a_long_focus_goes_where_it_fits_with_all_that_is_worth_sending(tmp_path: Path) -> None:
    task = replace(COUNT, focus=Focus("long.py", 5, 5), instruction=COUNT.instruction + " in step_1")
    edit = block("long.py", "    return value + 1\n", "    return value + 2\n")
    name, reason, prompt = await routed(tmp_path, (4_000, 60_000), task, edit)
    assert name == "two"
    assert "not one: " in reason
    assert " needed tokens and " in reason
    assert LONG in prompt
    assert "count_one_" in prompt


async def test_a_file_that_the_user_named_is_needed(tmp_path: Path) -> None:
    name, reason, prompt = await routed(tmp_path, (4_000, 60_000), replace(COUNT, also=(Focus("long.py"),)))
    assert (name, LONG in prompt, " needed tokens and " in reason) == ("two", True, True)


async def test_a_focus_that_fits_nowhere_is_shown_in_part(tmp_path: Path) -> None:
    task = Task("add one", Focus("long.py", 802, 802))
    edit = block("long.py", "    return value + 200\n", "    return value + 201\n")
    name, reason, prompt = await routed(tmp_path, (4_000,), task, edit)
    shown = "long.py is shown in part: lines "
    assert (name, shown in reason, reason.endswith(" of 1600, and an outline")) == ("one", True, True), reason
    assert "def step_199(value):\n    return value + 199\n\n\ndef step_200(value):\n    return value + 200\n" in prompt
    assert "...\ndef step_" in prompt
    assert prompt.count("...\n") > 5


async def test_the_context_event_is_of_what_was_sent(tmp_path: Path) -> None:
    async with scene(tmp_path, FILES, [Script(otherwise=EDIT, window=3_000)]) as stage:
        await stage.engine.indexed()
        events = await stage.run(COUNT)
        (context,) = (each for each in events if isinstance(each, ContextReady))
        assert context.tokens < 2_000
        assert sum(tokens for _, _, _, tokens, _ in context.snippets) == context.tokens + context.focus_tokens
