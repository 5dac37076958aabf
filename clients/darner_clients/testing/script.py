"""What a scripted endpoint replies, at what pace, and where it fails: data, also from JSON."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, cast

Dialect = Literal["cerebras", "vllm", "vllm-0.15", "vllm-old", "sglang", "llamacpp", "openai"]
LineEnd = Literal["\n", "\r\n", "\r"]
Write = Literal["token", "byte"]
FaultKind = Literal[
    "cut",  # the connection is closed after `after` bytes of the body (before the head if negative)
    "reset",  # the same, by a TCP reset
    "silence",  # nothing more after `after` bytes, the connection stays open
    "pause",  # before the event that contains `text`, until `resume` or GET /_continue
    "slow",  # `seconds` pass before the head
    "error-chunk",  # an error event after `after` pieces, with `status`
    "error-200",  # a 200 whose body is an error with `status`
    "not-json",  # an event that is no JSON after `after` pieces
    "no-done",  # the stream ends without [DONE]
    "no-finish",  # neither a finish reason nor [DONE]: the body just ends
    "no-usage",
    "status",  # `status` with an error body
    "requests",  # 429: request rate
    "tokens",  # 429: tokens a minute
    "tokens-day",  # 429: tokens a day
    "queue",  # 429: too busy, with x-should-retry: false
    "overflow",  # 400, as if the prompt were too long
    "redirect",  # 307 to `text`
    "html",  # 200 with a page
    "packed",  # 200 with a compressed stream, by an unreadable method, without a request for it
]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. It strikes where `when` occurs in the prompt, `times` times (0: always)."""

    kind: FaultKind
    when: str = ""
    after: int = 0
    seconds: float = 0.0
    status: int = 500
    text: str = ""
    times: int = 0
    retry_after: str = ""


@dataclass(frozen=True, slots=True)
class ScriptedReply:
    """A reply to prompts that hold `when`; the first that fits is given, `times` times (0: always).

    `reason` is its finish reason where that is neither "stop" nor "length"; `refusal` and `tool` (a tool's name) come
    in fields of their own.
    """

    when: str
    text: str
    reasoning: str = ""
    times: int = 0
    reason: str = ""
    refusal: str = ""
    tool: str = ""


def quarter(text: str) -> int:
    """The scripted tokenizer: a token for every four characters begun."""
    return -(-len(text) // 4)


@dataclass(frozen=True, slots=True)
class Script:
    """An endpoint. `rate` is tokens a second (0: all at once), `first_token` seconds before the first.

    `window` and `max_output` are tokens as counted by `count`; `overhead` comes on top of every message. `write` is how
    the body is cut up: "token" one HTTP chunk and one write for each event, "byte" a byte at a time. `refuses` are
    fields of a request that it does not know, and "system" for a message of that role. Without `heeds_limit` a reply
    exceeds the requested output limit.
    """

    replies: tuple[ScriptedReply, ...] = ()
    otherwise: str = "ok"
    dialect: Dialect = "vllm"
    model: str = "scripted"
    key: str = ""
    window: int = 8192
    max_output: int = 0
    rate: float = 0.0
    first_token: float = 0.0
    overhead: int = 0
    faults: tuple[Fault, ...] = ()
    requests_per_minute: int = 0
    tokens_per_minute: int = 0
    tokens_per_day: int = 0
    limits_told: bool = True  # whether any path reports the window
    line_end: LineEnd = "\n"
    comments: bool = False
    write: Write = "token"
    refuses: tuple[str, ...] = ()
    heeds_limit: bool = True
    count: Callable[[str], int] = quarter


def script_from_json(data: Mapping[str, Any]) -> Script:
    """A script from JSON: the fields of Script, `replies` and `faults` as objects. ValueError on an unknown key."""
    known = {each.name for each in fields(Script)} - {"count"}
    unknown = sorted(set(data) - known)
    if unknown:
        raise ValueError(f"unknown in a script: {', '.join(unknown)}; known: {', '.join(sorted(known))}")
    plain = dict(data)
    plain["refuses"] = tuple(plain.get("refuses", ()))
    replies = cast("list[dict[str, Any]]", plain.pop("replies", []))
    faults = cast("list[dict[str, Any]]", plain.pop("faults", []))
    return Script(
        replies=tuple(ScriptedReply(**each) for each in replies),
        faults=tuple(Fault(**each) for each in faults),
        **plain,
    )


def pieces(text: str) -> list[str]:
    """A reply cut into what stands for tokens: joined they are the text."""
    return re.findall(r" ?[^\W_]{1,6}|\s{1,4}|.", text, re.DOTALL)
