"""How many tokens of other files an endpoint gets."""

import pytest

from darner_clients.auto_budget import AUTO, Budget, effective, is_budget, limit_of, map_limit, parse_budget
from darner_clients.endpoint import Endpoint, Kind


def check(
    budget: Budget,
    expected: int,
    kind: Kind | None = "vllm",
    *,
    own: int | None = None,
    tokens_left: int | None = None,
    prefill: float | None = None,
) -> None:
    endpoint = Endpoint("it", kind, "http://it/v1", "m", budget=own) if kind else None
    assert limit_of(budget, endpoint, tokens_left=tokens_left, prefill=prefill) == expected


def test_a_number_counts_as_it_is() -> None:
    check(0, 0)
    check(0, 0, own=500)
    check(50_000, 50_000, tokens_left=1_000)
    check(50_000, 50_000, "llamacpp", prefill=10.0)
    check(50_000, 600, own=600)
    check(100, 100, own=600)


def test_auto_depends_on_the_kind_and_on_what_is_left() -> None:
    check(AUTO, 32_768, None)
    check(AUTO, 32_768, "cerebras")
    check(AUTO, 32_768, "openai", prefill=10.0)
    check(AUTO, 32_768, tokens_left=10**9)
    check(AUTO, 24_576, tokens_left=250_000)
    check(AUTO, 3_072, tokens_left=30_000)
    check(AUTO, 1_536, tokens_left=15_000)
    check(AUTO, 512, tokens_left=0)
    check(AUTO, 0, own=0)
    check(AUTO, 600, own=600)
    check(AUTO, 600, "llamacpp", own=600, prefill=10_000.0)


def test_a_processor_gets_what_it_reads_soon() -> None:
    check(AUTO, 8_192, "llamacpp")
    check(AUTO, 512, "llamacpp", prefill=1.0)
    check(AUTO, 512, "llamacpp", prefill=80.0)
    check(AUTO, 1_024, "llamacpp", prefill=170.0)
    check(AUTO, 6_144, "llamacpp", prefill=1_000.0)
    check(AUTO, 32_768, "llamacpp", prefill=50_000.0)
    check(AUTO, 768, "llamacpp", prefill=1_000.0, tokens_left=7_000)


def test_small_changes_of_the_quota_change_no_prompt() -> None:
    """Else the endpoint's prompt cache would miss at each request."""
    assert len({limit_of(AUTO, tokens_left=left) for left in range(240_000, 196_608, -100)}) == 1


@pytest.mark.parametrize(
    ("task", "workspace", "user", "expected"),
    [(None, None, AUTO, AUTO), (None, None, 0, 0), (0, 5, 6, 0), (None, 0, AUTO, 0), (AUTO, 0, 5, AUTO), (None, AUTO, 5, AUTO)],
)  # fmt: skip
def test_which_budget_counts(task: Budget | None, workspace: Budget | None, user: Budget, expected: Budget) -> None:
    assert effective(task, workspace, user) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("auto", AUTO), ("0", 0), ("8192", 8192), ("007", 7), ("", None), ("Auto", None), ("-1", None), ("1e3", None), ("+5", None),
     ("1_000", None), ("²", None), ("5.0", None), (" 5", None), ("9" * 40, None)],
)  # fmt: skip
def test_what_a_command_line_names(text: str, expected: Budget | None) -> None:
    assert parse_budget(text) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("auto", True), (0, True), (9, True), (-1, False), (True, False), (1.5, False), ("9", False), (None, False), (10**9, False), ([], False)],
)  # fmt: skip
def test_what_a_setting_may_be(value: object, *, expected: bool) -> None:
    assert is_budget(value) == expected


@pytest.mark.parametrize(
    ("limit", "kind", "reply", "prefill", "expected"),
    [
        (32_768, "cerebras", "search-replace", None, 3_000),
        (32_768, "vllm", "unified-diff", 10.0, 3_000),
        (8_192, "openai", "search-replace", None, 1_024),
        (4_096, "openai", "apply-patch", None, 512),
        (4_000, "openai", "search-replace", None, 0),
        (0, "cerebras", "search-replace", None, 0),
        (32_768, "vllm", "whole", None, 0),
        (8_192, "llamacpp", "search-replace", None, 0),
        (8_192, "llamacpp", "search-replace", 900.0, 0),
        (32_768, "llamacpp", "search-replace", 5_000.0, 3_000),
    ],
)
def test_a_map_is_for_endpoints_that_answer_fast(
    limit: int, kind: Kind, reply: str, prefill: float | None, expected: int
) -> None:
    endpoint = Endpoint("it", kind, "http://it/v1", "m", reply=reply)
    assert map_limit(limit, endpoint, prefill=prefill) == expected
