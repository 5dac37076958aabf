"""The fields of a chunk, in the spellings of many servers: text, thought, numbers of tokens."""

import re
from contextlib import suppress
from typing import Any, cast

from darner_clients.chat import Usage


def text_of(value: object) -> str:
    """A piece of text that can be written to a file: half of a surrogate pair, which JSON can hold, cannot."""
    if type(value) is not str:
        if value:
            return text_and_thought(value)[0]
        return ""
    return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def text_and_thought(value: object, depth: int = 0) -> tuple[str, str]:
    """(text, thought) of a content: plain, an object, or a list of parts. Raises TypeError for what is none of them."""
    if not value:
        return "", ""
    if type(value) is str:
        return text_of(value), ""
    if depth > _DEEPEST:
        raise TypeError
    if isinstance(value, list):
        parts = [text_and_thought(each, depth + 1) for each in cast("list[object]", value)]
        return "".join(text for text, _ in parts), "".join(thought for _, thought in parts)
    if not isinstance(value, dict):
        raise TypeError
    part = cast("dict[str, Any]", value)
    name = next((each for each in _PART_NAMES if each in part), None)
    if name is None:
        if "type" in part:  # a picture, the call of a tool
            return "", ""
        raise TypeError
    text, thought = text_and_thought(part[name], depth + 1)
    thinks = name == "thinking" or part.get("thought") is True or "think" in str(part.get("type", "")).lower()
    thinks = thinks or "reason" in str(part.get("type", "")).lower()
    return ("", text + thought) if thinks else (text, thought)


def odd_thought(delta: dict[str, Any]) -> str:
    """A thought, under one of the names that few servers have for it."""
    for name, value in delta.items():
        if value and _THOUGHT.search(name):
            with suppress(TypeError):
                if thought := "".join(text_and_thought(value)):
                    return thought
    return ""


def usage_of(usage: dict[str, Any]) -> Usage:
    """The numbers of tokens that an endpoint reports of a request."""
    return Usage(
        prompt_tokens=token_count(usage, "prompt_tokens"),
        completion_tokens=token_count(usage, "completion_tokens"),
        cached_tokens=token_count(usage.get("prompt_tokens_details"), "cached_tokens"),
        reasoning_tokens=token_count(usage.get("completion_tokens_details"), "reasoning_tokens"),
        accepted_prediction_tokens=token_count(usage.get("completion_tokens_details"), "accepted_prediction_tokens"),
        rejected_prediction_tokens=token_count(usage.get("completion_tokens_details"), "rejected_prediction_tokens"),
    )


def prefill_rate(timings: object) -> float | None:
    """Tokens of the prompt that were read in a second; None if they are too few to tell, or not reported."""
    tokens, milliseconds = token_count(timings, "prompt_n"), token_count(timings, "prompt_ms")
    return 1000 * tokens / milliseconds if tokens >= _ENOUGH_TO_RATE and milliseconds else None


def token_count(fields: object, name: str) -> int:
    """A number of tokens; 0 if it is not reported."""
    value: Any = cast("dict[str, Any]", fields).get(name) if isinstance(fields, dict) else None
    return int(value) if isinstance(value, int | float) and 0 < value < 1e12 else 0  # noqa: PLR2004 - no infinity


_DEEPEST = 6
_ENOUGH_TO_RATE = 64  # tokens
_PART_NAMES = ("text", "thinking", "content", "parts", "value", "summary", "output_text")
_THOUGHT = re.compile(r"reasoning|think|thought|analysis|\bcot\b")
