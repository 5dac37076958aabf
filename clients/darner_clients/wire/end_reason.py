"""How a reply reports its end, in the fields of any vendor, without I/O."""

import re
from collections.abc import Mapping
from typing import Any, cast

SIGNS = frozenset(  # fields that may report an end, besides the two of which vLLM sends both with every piece
    {
        *("finishReason", "stopReason", "done_reason", "native_finish_reason", "error"),
        *("refusal", "tool_calls", "function_call"),
    }
)
ENDS = frozenset({"finish_reason", "stop_reason", *SIGNS})


def end_reason(*places: object) -> str:
    """The reason for an end that these objects, or the first of them that has one, report; "" if there is none.

    A reason that comes with every piece, and so says nothing, is none.
    """
    for place in places:
        if isinstance(place, Mapping):
            fields = cast("Mapping[str, Any]", place)
            said = _reason(fields)
            if said:
                return said
    return ""


def _reason(fields: Mapping[str, Any]) -> str:
    said = next((word for name in _NAMES if (word := _word(fields.get(name)))), "")
    native = _word(fields.get("native_finish_reason"))  # of the vendor behind a gateway, which knows it better
    return native if native and (not said or _HARD.search(native)) else said


def _word(value: object) -> str:
    """A reason as one word; some servers wrap it in an object or a list."""
    if isinstance(value, list):
        inner = cast("list[object]", value)
        return _word(inner[0]) if len(inner) == 1 else str(inner) if inner else ""
    if isinstance(value, dict):
        fields = cast("dict[str, object]", value)
        return str(fields.get("type") or fields.get("reason") or fields or "")
    word = str(value) if value else ""
    return "" if word.lower() in _NO_REASONS else word


_NAMES = ("finish_reason", "finishReason", "stop_reason", "stopReason", "done_reason")
_HARD = re.compile(
    r"max|length|limit|filter|safety|recitation|error|abort|cancel|malformed|prohibit|block", re.IGNORECASE
)
_NO_REASONS = frozenset(
    {"null", "none", "unspecified", "finish_reason_unspecified", "unknown", "not_finished", "unfinished", "in_progress"}
)
