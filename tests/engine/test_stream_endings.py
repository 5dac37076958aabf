"""How a reply ends: what was finished stays, the rest is asked of somebody, and half a patch is never called done."""

from pathlib import Path

import pytest
from tests.engine.scene import block, scene

from darner_clients.endpoint import Endpoint
from darner_clients.errors import Interrupted
from darner_clients.testing import Fault, Script, ScriptedReply
from darner_context.index import Focus
from darner_server.engine import Done, Failed, PatchEvent, Task
from darner_server.engine.failed_endpoints import EndpointFailures
from darner_server.engine.run import _is_prose  # pyright: ignore[reportPrivateUsage]

TEXT = "def one():\n    return 1\n\n\ndef two():\n    return 2\n"
AFTER = TEXT.replace("1\n", "11\n").replace("2\n", "22\n")
ONE = block("a.py", "    return 1\n", "    return 11\n")
TWO = block("a.py", "    return 2\n", "    return 22\n")
TASK = Task("change the numbers", Focus("a.py"), scope="file")
WORDS = "what the hamster said"

BROKEN = (
    "content_filter",
    "error",
    "abort",
    "cancelled",
    "insufficient_system_resource",
    "network_error",
    "sensitive",
    "SAFETY",
    "RECITATION",
    "tool_calls",
    "a word that nobody knows",
)
LIMITS = ("length", "max_tokens", "MAX_TOKENS", "model_length", "FINISH_REASON_MAX_TOKENS", "max_output_tokens")
DONE = ("stop", "STOP", "end_turn", "eos_token", "stop_sequence", "FINISH_REASON_STOP", "COMPLETE")


async def ended(
    tmp_path: Path, scripts: list[Script], *, partial: bool = False, **endpoint: object
) -> tuple[PatchEvent, list[int]]:
    """The last event, and how many requests each endpoint got."""
    task = Task(TASK.instruction, TASK.focus, scope="file", partial=partial)
    async with scene(tmp_path, {"a.py": TEXT}, scripts, **endpoint) as stage:
        events = await stage.run(task)
        return events[-1], [len(each.asked) for each in stage.endpoints]


def ends(reason: str, text: str = ONE, *, times: int = 0) -> Script:
    """An endpoint whose reply ends so behind `text`; the rest it knows after `times` such replies."""
    return Script(replies=(ScriptedReply("", text, reason=reason, times=times),), otherwise=TWO)


@pytest.mark.parametrize("text", [ONE, ONE + TWO[:40]], ids=["between two edits", "inside the second"])
@pytest.mark.parametrize("reason", BROKEN)
async def test_broken_off_the_next_endpoint_is_asked_for_the_rest(tmp_path: Path, reason: str, text: str) -> None:
    last, asked = await ended(tmp_path, [ends(reason, text), Script(otherwise=TWO)])
    assert isinstance(last, Done), last
    assert (last.changes, asked) == ({"a.py": AFTER}, [1, 1])


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (ScriptedReply("", ONE, reason="stop", refusal=WORDS), f"the model declined to complete its reply: {WORDS}"),
        (
            ScriptedReply("", ONE, reason="stop", tool="edit_file"),
            "the model called a tool (edit_file) instead of completing its reply",
        ),
    ],
    ids=["refusal", "tool"],
)
async def test_who_declines_or_calls_a_tool_behind_an_edit_was_not_done(
    tmp_path: Path, said: ScriptedReply, told: str
) -> None:
    half = Script(replies=(said,))
    last, asked = await ended(tmp_path / "two", [half, Script(otherwise=TWO)])
    assert isinstance(last, Done), last
    assert (last.changes, asked) == ({"a.py": AFTER}, [1, 1])
    last, asked = await ended(tmp_path / "one", [half])
    assert isinstance(last, Failed)
    assert (last.kind, asked, told in last.message) == ("nothing", [2], True), last.message


@pytest.mark.parametrize("reason", BROKEN + LIMITS)
async def test_with_one_endpoint_it_is_asked_for_the_rest(tmp_path: Path, reason: str) -> None:
    last, asked = await ended(tmp_path, [ends(reason, times=1)])
    assert isinstance(last, Done), last
    assert (last.changes, asked) == ({"a.py": AFTER}, [2])


async def test_an_endpoint_that_heeds_no_limit_is_cut_there_and_its_finished_hunks_are_kept(tmp_path: Path) -> None:
    endless = ScriptedReply("", ONE + "and so on, and so forth\n" * 3_000, times=1)
    script = Script(replies=(endless,), otherwise=TWO, heeds_limit=False, window=100_000)
    last, asked = await ended(tmp_path, [script], max_output=100)
    assert isinstance(last, Done), last
    assert (last.changes, asked) == ({"a.py": AFTER}, [2])


@pytest.mark.parametrize("reason", DONE)
async def test_a_plain_stop_is_the_end_by_any_name(tmp_path: Path, reason: str) -> None:
    last, asked = await ended(tmp_path, [ends(reason, ONE + TWO)])
    assert isinstance(last, Done), last
    assert (last.changes, asked) == ({"a.py": AFTER}, [1])


@pytest.mark.parametrize(
    ("reason", "requests", "said"),
    [
        ("content_filter", 2, "ended early, with the reason 'content_filter'"),
        ("strange", 2, "ended early, with the reason 'strange'"),
        ("max_tokens", 4, "reached the output limit 4 times"),
        ("model_length", 4, "reached the output limit 4 times"),
    ],
)
async def test_never_done_with_half_of_it(tmp_path: Path, reason: str, requests: int, said: str) -> None:
    last, asked = await ended(tmp_path, [ends(reason)])
    assert isinstance(last, Failed), last
    assert (last.kind, asked) == ("nothing", [requests])
    assert said in last.message
    assert "1 edit was finished" in last.message


async def test_the_parts_are_kept_where_parts_are_wanted(tmp_path: Path) -> None:
    last, _ = await ended(tmp_path, [ends("content_filter")], partial=True)
    assert isinstance(last, Done)
    assert last.changes == {"a.py": TEXT.replace("1\n", "11\n")}


async def test_a_rewrite_that_was_filtered_is_none(tmp_path: Path) -> None:
    cut = "def one():\n    value = 11\n"
    last, _ = await ended(tmp_path, [ends("content_filter", cut)], reply="whole")
    assert isinstance(last, Failed)


async def test_a_stream_that_broke_once_is_gone_on_with(tmp_path: Path) -> None:
    broken = Script(
        otherwise=ONE + TWO, faults=(Fault("cut", after=8000, times=1),), replies=(ScriptedReply("missing", TWO),)
    )
    last, asked = await ended(tmp_path, [broken])
    assert isinstance(last, Done), last
    assert (last.changes, asked) == ({"a.py": AFTER}, [2])


async def test_the_growth_counts_cuts_and_the_last_cause_is_told(tmp_path: Path) -> None:
    down = Script(faults=(Fault("status", status=500, text="the cellar is flooded"),))
    scripts = [ends("length"), down]
    async with scene(tmp_path, {"a.py": TEXT}, scripts) as stage:
        last = (await stage.run(TASK))[-1]
        first = [each.body["max_tokens"] for each in stage.endpoints[0].asked]
    assert isinstance(last, Failed)
    assert [size // first[0] for size in first] == [1, 2, 4, 8]
    assert list(dict(last.tried)) == ["one", "two"]
    assert "the cellar is flooded" in last.message


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (ScriptedReply("", ""), "the reply was empty"),
        (ScriptedReply("", " \n\n"), "the reply was empty"),
        (
            ScriptedReply("", "", reason="content_filter"),
            "the reply was empty, and ended with the reason 'content_filter'",
        ),
        (ScriptedReply("", "", reason="SAFETY"), "the reply was empty, and ended with the reason 'SAFETY'"),
        (ScriptedReply("", "", reasoning="hm hm"), "the model reasoned but did not answer"),
        (ScriptedReply("", "<think>hm\n" + ONE), "the model reasoned but did not answer"),
        (ScriptedReply("", "hm\n" + ONE + "</think>\n"), "the model reasoned but did not answer"),
        (ScriptedReply("", "<|channel|>analysis<|message|>hm<|end|>"), "the model reasoned but did not answer"),
        (ScriptedReply("", "", refusal=f"I cannot: {WORDS}"), f"the model declined: I cannot: {WORDS}"),
        (ScriptedReply("", "", refusal=WORDS, reason="content_filter"), f"the model declined: {WORDS}"),
        (ScriptedReply("", "", tool="edit_file"), "the model called a tool (edit_file) instead of answering"),
    ],
    ids=[
        "nothing",
        "blanks",
        "filtered",
        "safety",
        "thought",
        "tags",
        "closed",
        "channel",
        "refusal",
        "refusal filtered",
        "tool",
    ],
)
async def test_who_answers_nothing_is_passed_over_or_quoted(tmp_path: Path, said: ScriptedReply, told: str) -> None:
    last, asked = await ended(tmp_path / "two", [Script(replies=(said,)), Script(otherwise=ONE + TWO)])
    assert isinstance(last, Done), last
    assert (last.changes, asked) == ({"a.py": AFTER}, [1, 1])
    last, asked = await ended(tmp_path / "one", [Script(replies=(said,))])
    assert isinstance(last, Failed)
    assert (last.kind, asked, told in last.message) == ("endpoint", [1], True), last.message


@pytest.mark.parametrize("words", [f"I cannot help with that: {WORDS}.", f"<think>\nhm\n</think>\nNo. {WORDS}"])
async def test_who_only_talks_is_quoted(tmp_path: Path, words: str) -> None:
    last, asked = await ended(tmp_path, [Script(otherwise=words)])
    assert isinstance(last, Failed)
    assert (last.kind, asked, WORDS in last.message) == ("nothing", [1], True), last.message


def test_what_is_prose() -> None:
    words = (
        "No.",
        "The code is right: `return a - b` is meant.\n\n- one\n- two",
        "1. Open it\n2. a < b",
        "# Heading\n\n> quoted <b>",
    )
    signs = (
        "```\nx\n```",
        "~~~\nx",
        "<<<<<<< SEARCH\nx",
        "*** Begin Patch",
        "Do:\n@@ -1 +1 @@",
        "diff --git a b",
        '{"edits": []}',
        "<edit>x</edit>",
        "",
    )
    assert [_is_prose(each) for each in (*words, *signs)] == [True] * len(words) + [False] * len(signs)


@pytest.mark.parametrize(("retry", "again"), [(True, True), (False, False)])
def test_who_does_not_end_is_not_asked_for_the_rest(retry: bool, again: bool) -> None:
    failures = EndpointFailures()
    error = Interrupted("it", "the reply did not end", retry=retry, started=True)
    failures.add(Endpoint("it", "vllm", "http://h/v1", "m"), error, out=True)
    assert (failures.forgive(), bool(failures.out)) == (again, not again)
