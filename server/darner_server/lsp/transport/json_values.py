"""JSON as it came from the client, read without trusting any of it: the typed seam to `json`."""

import json
from typing import Any, cast


def parse(body: bytes) -> object:
    """Any JSON value. Raises ValueError for everything else, endless nesting included."""
    try:
        return json.loads(body)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def as_object(value: object) -> dict[str, Any]:
    """An object as it is; empty for anything else."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """An array as it is; empty for anything else."""
    return value if isinstance(value, list) else []  # pyright: ignore[reportUnknownVariableType] - of anything


def at(value: object, *path: str) -> object:
    """The value at a path of keys, None where there is none."""
    for key in path:
        value = as_object(value).get(key)
    return value


def integer_at(value: object, *path: str) -> int | None:
    """The whole number at a path of keys, None where there is none."""
    found = at(value, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def point_at(value: object, *path: str) -> tuple[int, int] | None:
    """The line and the character of a position; None where there is none. Below zero is taken for zero."""
    line, character = integer_at(value, *path, "line"), integer_at(value, *path, "character")
    return None if line is None or character is None else (max(line, 0), max(character, 0))


def text_at(value: object, *path: str) -> str:
    """The string at a path of keys, "" where there is none."""
    found = at(value, *path)
    return found if isinstance(found, str) else ""
