"""A task without a place: the model may request code by the map of likely files before it answers."""

import json
from pathlib import Path

import pytest
from tests.engine.scene import Scene, block, scene

from darner_clients.testing import Fault, Script, ScriptedReply
from darner_context.index import Focus
from darner_server.engine import ContextReady, Done, Failed, PatchEvent, Task

STEPS = "".join(f"def step_{number}(total):\n    return total + {number}\n\n\n" for number in range(150))
FILES = {
    ".gitignore": "ignored.py\n",
    "cart.py": f"def total(items):\n    return len(items)\n\n\n{STEPS}",
    "stock.py": f"def reserve(item):\n    return item\n\n\n{STEPS}",
    "ignored.py": "def hidden():\n    return 1\n",
    ".env": "PASSWORD=correct-horse-battery\n",
}
TASK = Task("the total of the cart is wrong: step_7 has to be reserved", scope="workspace")
CART = block("cart.py", "    return len(items)\n", "    return sum(items)\n")
STOCK = block("stock.py", "    return item\n", "    return [item]\n")
SHOWN, NOT_SHOWN = "The code that you requested", "Not shown"


def asks(first: str, *later: tuple[str, str], otherwise: str = CART) -> Script:
    """An endpoint that answers `first`, and later ones where the conversation contains their first word."""
    replies = (*(ScriptedReply(when, text) for when, text in reversed(later)), ScriptedReply("", first))
    return Script(replies=replies, otherwise=otherwise, window=60_000)


def prompts(stage: Scene) -> list[list[str]]:
    """The contents of every request's messages."""
    return [
        [each["content"] for each in asked.body["messages"]] for server in stage.endpoints for asked in server.asked
    ]


def requested(events: list[PatchEvent]) -> list[tuple[tuple[str, str], ...]]:
    return [event.requested for event in events if isinstance(event, ContextReady)][1:]


async def test_code_is_requested_and_shown_over_the_same_prompt(tmp_path: Path) -> None:
    script = asks("NEED stock.py::reserve\n", (SHOWN, STOCK))
    async with scene(tmp_path, FILES, [script]) as stage:
        events = await stage.run(TASK)
        first, second = prompts(stage)
        assert "def reserve" in second[-1]
        assert second[: len(first)] == first
        assert second[len(first)] == "NEED stock.py::reserve\n"
        assert "NEED path/of/file::name" in first[-1]
        assert "stock.py: " in first[-1]
        assert requested(events) == [(("stock.py::reserve", ""),)]
        done = events[-1]
        assert isinstance(done, Done), done
        assert list(done.changes) == ["stock.py"]
        assert done.usage.prompt_tokens > sum(map(len, first)) // 4
        last = [event for event in events if isinstance(event, ContextReady)][-1]
        assert ("stock.py", 1, 4) in {snippet[:3] for snippet in last.snippets}
        assert json.dumps(last.as_json())
        assert any("requested by the model" in reason for *_, reasons in last.snippets for reason in reasons)


NEVER = {
    "../outside.py": "it is outside the workspace",
    "../../../../etc/passwd": "it is outside the workspace",
    "/etc/passwd": "it is outside the workspace",
    ".env": "it may contain secrets",
    "./.env": "it may contain secrets",
    ".env::PASSWORD": "it may contain secrets",
    ".git/config": "it may contain secrets",
    "ignored.py": "it is ignored",
    "ignored.py::hidden": "it is ignored",
    "stock.py::reserv": "stock.py defines no such name; perhaps reserve",
    "stok.py": "there is no such file; perhaps stock.py",
}


async def test_what_is_never_shown(tmp_path: Path) -> None:
    (tmp_path / "outside.py").write_text("def outside():\n    return 'never'\n")
    async with scene(tmp_path, FILES, [asks("".join(f"NEED {each}\n" for each in NEVER), (NOT_SHOWN, CART))]) as stage:
        events = await stage.run(TASK)
        _, second = prompts(stage)
        assert SHOWN not in second[-1]
        assert second[-1].count("\n- ") == len(NEVER)
        assert not any(secret in "".join(second) for secret in ("never", "correct-horse", "def hidden", "root:"))
        assert requested(events) == [tuple(NEVER.items())]
        assert isinstance(events[-1], Done)


@pytest.mark.parametrize(
    "reply",
    [
        "NEED cart.py::step_9\n",
        "```\nNEED cart.py::step_9\n```\n",
        "".join(f"NEED cart.py::step_{number}\n" for number in range(5_000)),
    ],
)
async def test_a_model_that_keeps_requesting_is_stopped(tmp_path: Path, reply: str) -> None:
    async with scene(tmp_path, FILES, [Script(otherwise=reply, window=60_000)]) as stage:
        events = await stage.run(TASK)
        failed = events[-1]
        assert isinstance(failed, Failed)
        assert "the model requested more code (" in failed.message
        assert len(requested(events)) == 2
        assert len(stage.endpoints[0].asked) <= 4
        assert len(prompts(stage)[-1][-1]) < 20_000


@pytest.mark.parametrize(
    ("first", "changes"),
    [
        (f"{CART}\nNEED stock.py::reserve\n", ["cart.py", "stock.py"]),  # the edits before the request are kept
        (f"NEED stock.py::reserve\n\n{CART}", ["stock.py"]),  # those behind it were a guess
        (f"{CART}\nNEED stock.py::reserve\n\n{CART.replace('sum', 'max')}", ["cart.py", "stock.py"]),
        (f"```\nNEED stock.py::reserve\n```\n{CART}", ["stock.py"]),
    ],
)
async def test_requests_among_edits(tmp_path: Path, first: str, changes: list[str]) -> None:
    async with scene(tmp_path, FILES, [asks(first, (SHOWN, STOCK))]) as stage:
        events = await stage.run(TASK)
        done = events[-1]
        assert isinstance(done, Done), done
        assert sorted(done.changes) == changes
        assert done.changes.get("cart.py", "return sum(items)").count("return sum(items)") == 1  # type: ignore[union-attr]


async def test_edits_beside_a_request_too_many_are_no_patch(tmp_path: Path) -> None:
    async with scene(tmp_path, FILES, [Script(otherwise=f"{CART}\nNEED stock.py::reserve\n", window=60_000)]) as stage:
        failed = (await stage.run(TASK))[-1]
        assert isinstance(failed, Failed)
        assert failed.kind == "nothing"


async def test_an_edit_of_a_file_that_was_not_shown_is_retried_with_the_file(tmp_path: Path) -> None:
    files = {**FILES, "far.py": 'HOST = "far"\n\n\ndef distant():\n    return HOST\n'}
    edit = block("far.py", "    return HOST\n", "    return HOST + HOST\n")
    async with scene(tmp_path, files, [Script(otherwise=edit, window=60_000)]) as stage:
        said = await stage.told(TASK)
        assert said == ["route one", "refused far.py", "repair 1", "edit far.py", "done far.py"]
        first, second = prompts(stage)
        assert "def distant" not in first[-1]
        assert "far.py was not shown to the model" in second[-1]
        assert "def distant" in second[-1]


@pytest.mark.parametrize(
    ("edit", "changes"),
    [
        (block("fresh.py", "", "x = 1\n"), ["fresh.py"]),
        (block("empty.py", "", "x = 1\n"), ["empty.py"]),
        ("*** Begin Patch\n*** Delete File: far.py\n*** End Patch\n", ["far.py"]),
    ],
)
async def test_what_needs_not_be_shown(tmp_path: Path, edit: str, changes: list[str]) -> None:
    files = {**FILES, "far.py": "def distant():\n    return 1\n", "empty.py": ""}
    async with scene(tmp_path, files, [Script(otherwise=edit, window=60_000)]) as stage:
        done = (await stage.run(TASK))[-1]
        assert isinstance(done, Done), done
        assert list(done.changes) == changes


async def test_an_endpoint_that_fails_after_a_request_is_replaced(tmp_path: Path) -> None:
    broken = Script(
        replies=(ScriptedReply("", "NEED stock.py::reserve\n"),), window=60_000,
        faults=(Fault("status", when=SHOWN, status=500),),
    )  # fmt: skip
    async with scene(tmp_path, FILES, [broken, asks("NEED stock.py::reserve\n", (SHOWN, STOCK))]) as stage:
        done = (await stage.run(TASK))[-1]
        assert isinstance(done, Done), done
        assert (done.endpoint, list(done.changes)) == ("two", ["stock.py"])


async def test_what_is_shown_has_no_secret(tmp_path: Path) -> None:
    key = "AKIA" + "Q3EGRIDMYWVT5PLX"
    files = {**FILES, "aws.py": f'def connect():\n    key = "{key}"\n    return key\n'}
    async with scene(tmp_path, files, [asks("NEED aws.py\n", (SHOWN, CART))]) as stage:
        await stage.run(TASK)
        assert "def connect" in prompts(stage)[1][-1]
        assert key not in "".join(prompts(stage)[1])


@pytest.mark.parametrize(
    ("task", "endpoint"),
    [
        (Task("change", Focus("cart.py"), scope="file"), {}),
        (TASK, {"kind": "llamacpp"}),
        (TASK, {"budget": 2_000}),
        (TASK, {"budget": 0}),
    ],
)
async def test_no_map_where_it_does_not_help(tmp_path: Path, task: Task, endpoint: dict[str, object]) -> None:
    async with scene(
        tmp_path, FILES, [Script(otherwise=f"NEED stock.py\n\n{CART}", window=60_000)], **endpoint
    ) as stage:
        done = (await stage.run(task))[-1]
        assert isinstance(done, Done), done
        (prompt,) = prompts(stage)
        assert "NEED path/of/file" not in prompt[-1]


async def test_a_map_is_left_out_where_the_window_is_small(tmp_path: Path) -> None:
    async with scene(tmp_path, FILES, [Script(otherwise=CART, window=5_000)]) as stage:
        done = (await stage.run(TASK))[-1]
        assert isinstance(done, Done), done
