"""Configuration files in JSON, also with comments and trailing commas; what is broken is empty."""

import re
from typing import cast

_COMMENT = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_TRAILING = re.compile(r",(\s*[}\]])")


def read_json(text: str | None) -> dict[str, object]:
    """The object that a text holds; empty where it holds none."""
    if not text:
        return {}
    import json  # most languages' imports are resolved without

    try:
        return as_object(json.loads(text))
    except (ValueError, RecursionError):
        pass
    try:
        plain = _COMMENT.sub(lambda found: found[1] or "", text)
        return as_object(json.loads(_TRAILING.sub(r"\1", plain)))
    except (ValueError, RecursionError):
        return {}


def as_object(value: object) -> dict[str, object]:
    """The value if it is an object, else an empty one."""
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def as_list(value: object) -> list[object]:
    """The value if it is a list, else an empty one."""
    return cast("list[object]", value) if isinstance(value, list) else []


def as_strings(value: object) -> list[str]:
    """The strings of a list, or a single one."""
    return [value] if isinstance(value, str) else [each for each in as_list(value) if isinstance(each, str)]
