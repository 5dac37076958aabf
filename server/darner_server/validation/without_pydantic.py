"""Tables whose values are plainly right, read without pydantic: importing it takes as long as choosing context.

Whatever is not plain here is left to pydantic: it may still be right, and a mistake gets its words there.
"""

import re
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, cast, get_args

from darner_clients.auto_budget import is_budget
from darner_clients.endpoint import Kind
from darner_server.validation.draft_count import are_drafts
from darner_server.validation.table_rows import (
    DeadlineRow,
    EndpointRow,
    NextEditTier,
    ReplyFormat,
    SettingsRow,
    WorkspaceRow,
    check_endpoint,
    check_settings,
)


def plain_settings(data: Mapping[str, Any]) -> SettingsRow | None:
    """The row of the user's file; None where pydantic has to look at it."""
    if not _fits(data, _SETTINGS):
        return None
    endpoints = [_endpoint(each) for each in data.get("endpoints", ())]
    rows = tuple(each for each in endpoints if each is not None)
    if len(rows) < len(endpoints):
        return None
    given: dict[str, Any] = {**data, "endpoints": rows}
    row = SettingsRow(**given)
    try:
        check_settings(row)
    except ValueError:
        return None
    return row


def plain_workspace(data: Mapping[str, Any]) -> WorkspaceRow | None:
    """The same for a workspace's file."""
    if not _fits(data, _WORKSPACE):
        return None
    given: dict[str, Any] = {**data, "ignore": tuple(data.get("ignore", ()))}
    return WorkspaceRow(**given)


def _endpoint(data: Mapping[str, Any]) -> EndpointRow | None:
    if not _fits(data, _ENDPOINT) or not data.keys() >= {"name", "kind", "base_url"}:
        return None
    deadlines = DeadlineRow(**{name: float(value) for name, value in data.get("deadlines", {}).items()})
    given: dict[str, Any] = {**data, "deadlines": deadlines}
    row = EndpointRow(**given)
    try:
        check_endpoint(row)
    except ValueError:
        return None
    return row


_Check = Callable[[Any], bool]


def _fits(data: object, checks: Mapping[str, _Check]) -> bool:
    return isinstance(data, dict) and all(
        name in checks and checks[name](value) for name, value in cast("dict[str, Any]", data).items()
    )


def _is_text(value: object) -> bool:
    return type(value) is str


def _is_name(value: object) -> bool:
    return type(value) is str and re.fullmatch(r"[A-Za-z0-9_.-]+", value) is not None


def _is_count(value: object) -> bool:
    return type(value) is int and 0 < value <= _MOST


def _are_pairs(value: object) -> bool:
    return isinstance(value, dict) and all(map(_is_text, cast("dict[object, object]", value).values()))


def _are_seconds(value: object) -> bool:
    return type(value) in {int, float} and 0 < cast("float", value) <= _MOST and isfinite(cast("float", value))


_MOST = 10**12
_DEADLINES: Mapping[str, _Check] = dict.fromkeys(("connect", "first_token", "gap"), _are_seconds)
_ENDPOINT: Mapping[str, _Check] = {
    "name": _is_name,
    "kind": lambda value: _is_text(value) and value in get_args(Kind),
    **dict.fromkeys(("base_url", "model", "api_key_env", "api_key_header", "tokenizer"), _is_text),
    **dict.fromkeys(("headers", "query"), _are_pairs),
    "extra": lambda value: isinstance(value, dict),
    **dict.fromkeys(("window", "max_output"), _is_count),
    "reply": lambda value: _is_text(value) and value in get_args(ReplyFormat),
    "budget": is_budget,
    "deadlines": lambda value: _fits(value, _DEADLINES),
}
_SETTINGS: Mapping[str, _Check] = {
    "endpoints": lambda value: isinstance(value, list),
    "local_model": _is_text,
    "budget": is_budget,
    "hedge": lambda value: isinstance(value, bool),
    "drafts": are_drafts,
    "check_seconds": lambda value: _are_seconds(value) or (type(value) in {int, float} and value == 0),
    "next_edits": lambda value: _is_text(value) and value in get_args(NextEditTier),
}
_WORKSPACE: Mapping[str, _Check] = {
    "ignore": lambda value: isinstance(value, list) and all(map(_is_text, cast("list[object]", value))),
    "budget": is_budget,
    "instructions": _is_text,
    "check": _is_text,
}
