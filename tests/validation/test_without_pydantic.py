"""Tables that are read without pydantic: it would make the same of them. The rest is left to it."""

from dataclasses import fields
from typing import Any

import pytest

from darner_server.validation.pydantic_tables import EndpointTable, validated_settings, validated_workspace
from darner_server.validation.table_rows import EndpointRow
from darner_server.validation.without_pydantic import plain_settings, plain_workspace

ROW = {"name": "a", "kind": "vllm", "base_url": "http://h:8000/v1"}


def test_pydantic_knows_the_fields_of_a_row() -> None:
    assert list(EndpointTable.model_fields) == [each.name for each in fields(EndpointRow)]


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"model": "m", "tokenizer": "o200k_harmony", "window": 9_000, "max_output": 500, "reply": "whole", "budget": 0},
        {"budget": "auto", "api_key_env": "KEY", "api_key_header": "x-api-key"},
        {"headers": {"x-a": "b"}, "query": {"v": "1"}, "extra": {"seed": 1, "stop": ["a"], "o": {"k": None}}},
        {"deadlines": {"connect": 3, "first_token": 0.5}},
        {"deadlines": {}},
        {"kind": "cerebras", "base_url": " https://api.example/v1?a=b "},
        {"name": "a.b-c_9"},
    ],
)
def test_what_is_plain(more: dict[str, Any]) -> None:
    data = {"endpoints": [{**ROW, **more}, {**ROW, "name": "other"}], "local_model": "m", "hedge": False, "budget": 5}
    data |= {"check_seconds": 0, "next_edits": "sure", "drafts": "auto" if more else 3}
    row = plain_settings(data)
    assert row is not None
    assert row == validated_settings(data, "", "")


@pytest.mark.parametrize(
    "more",
    [
        {"name": ""}, {"name": "a b"}, {"name": "é"}, {"name": "sk-abcdefghijklmnopqrstuvwxyz0123456789"}, {"kind": "vLLM"}, {"kind": []},
        {"base_url": "h/v1"}, {"base_url": "http://h/v1#a"}, {"base_url": 5}, {"window": 0}, {"window": True}, {"window": 9.0}, {"window": "9"},
        {"window": 10**13}, {"window": 10, "max_output": 10}, {"reply": "diff"}, {"reply": {}}, {"budget": -1}, {"budget": True}, {"budget": "all"},
        {"headers": {"host": "a"}}, {"headers": {"x": 1}}, {"headers": []}, {"query": "a=b"}, {"extra": {"messages": []}}, {"extra": []},
        {"deadlines": {"gap": 0}}, {"deadlines": {"gap": float("inf")}}, {"deadlines": {"gap": float("nan")}}, {"deadlines": {"gap": True}},
        {"deadlines": {"first": 1}}, {"deadlines": 5}, {"model": None}, {"api_key_env": "A-B"}, {"timeout": 5}, {"tokenizer": 1},
    ],
)  # fmt: skip
def test_what_is_left_to_pydantic(more: dict[str, Any]) -> None:
    assert plain_settings({"endpoints": [{**ROW, **more}]}) is None


@pytest.mark.parametrize(
    "data",
    [
        {"endpoints": [ROW, ROW]}, {"endpoints": ROW}, {"endpoints": [5]}, {"endpoints": [{"name": "a", "kind": "vllm"}]},
        {"hedge": 1}, {"local_model": 1}, {"budget": 1.0}, {"window": 5}, {"hedge": None},
        {"check_seconds": -1}, {"check_seconds": False}, {"check_seconds": "5"}, {"check_seconds": float("inf")},
        {"next_edits": "all"}, {"next_edits": True}, {"next_edits": None}, {"next_edits": []},
        {"drafts": 0}, {"drafts": 9}, {"drafts": True}, {"drafts": "3"}, {"drafts": 2.0}, {"drafts": "many"}, {"drafts": None},
    ],
)  # fmt: skip
def test_what_of_a_file_is_left_to_pydantic(data: dict[str, Any]) -> None:
    assert plain_settings(data) is None


@pytest.mark.parametrize("data", [{}, {"ignore": ["a", "b/"], "budget": 9, "instructions": "x", "check": "true"}])
def test_a_workspace_s_file(data: dict[str, Any]) -> None:
    assert plain_workspace(data) is not None
    assert plain_workspace(data) == validated_workspace(data, "", "")


@pytest.mark.parametrize(
    "data", [{"ignore": "a"}, {"ignore": [1]}, {"budget": "x"}, {"instructions": 1}, {"check": []}, {"x": 1}]
)
def test_what_of_a_workspace_s_file_is_left_to_pydantic(data: dict[str, Any]) -> None:
    assert plain_workspace(data) is None
