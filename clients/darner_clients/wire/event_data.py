"""The data of a server-sent event as JSON: one object, several, or text around them."""

import json
import re
from collections.abc import Iterable
from typing import Any


def parsed(data: bytes) -> Any:  # noqa: ANN401 - JSON
    """JSON, by the shortest way for what nearly always comes: no blanks around it."""
    text = data.decode("utf-8", "surrogatepass")
    if text.startswith("{"):
        event, end = _object(text)
        if end == len(text):
            return event
    return json.loads(text)


_object = json.JSONDecoder().raw_decode


def _number(digits: str) -> float:
    return int(digits) if len(digits) < _LONGEST else float(digits)


_with_any_number = json.JSONDecoder(parse_int=_number).raw_decode


def decoded(data: bytes) -> str:
    """UTF-8, half pairs too, and whatever is not as a sign in its place."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace")


def several_objects(text: str) -> Iterable[object]:
    """Objects one after another, with or without blanks, commas or "data:" between them; None where there is none."""
    at = 0
    while at < len(text):
        between = _BETWEEN.match(text, at)
        at = between.end() if between else at
        if at >= len(text):
            return
        if text.startswith("[DONE]", at):
            yield "[DONE]"
            return
        try:
            event, at = _with_any_number(text, at)
        except (ValueError, RecursionError):
            event, at = None, len(text)
        yield event if isinstance(event, (dict, list)) else None


_LONGEST = 1000  # digits: Python reads no integer of many thousands
_BETWEEN = re.compile(r"(?:[\s,]|data:)*")
