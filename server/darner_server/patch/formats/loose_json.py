"""JSON as models write it: several values in lines, commas too many, now and then Python's."""

from __future__ import annotations

import ast
import json
from typing import cast

from darner_server.patch.lazy_pattern import lazy_pattern

_STRING = lazy_pattern(r'"(?:[^"\\]|\\.)*"')
_COMMA = lazy_pattern(r",(\s*[\]}])")


def values(text: str) -> tuple[list[object], bool]:
    """Return the values in a text, and whether all of it could be read."""
    for variant in (text, _without_commas(text)):
        value = _loaded(variant)
        if value is not None:
            return [value], True
    found: list[object] = []
    whole = True
    for line in text.split("\n"):
        value = _loaded(line)
        if value is None:
            value = _loaded(_without_commas(line).rstrip().rstrip(","))
        if isinstance(value, (dict, list)):
            found.append(cast("object", value))
        else:
            whole = whole and not line.strip()
    if found and whole:
        return found, True
    value = _literal(text)
    return ([value], True) if value is not None else (found, False)


def _loaded(text: str) -> object:
    try:
        return json.loads(text.strip(), strict=False)
    except (ValueError, RecursionError):
        return None


def _literal(text: str) -> object:
    """Read a value of Python's."""
    if "'" not in text:
        return None
    try:
        value: object = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None
    return cast("object", value) if isinstance(value, (dict, list)) else None


def _without_commas(text: str) -> str:
    """Drop commas before a closing bracket, outside strings."""
    masked = _STRING.sub(lambda string: '"' + "x" * (len(string[0]) - 2) + '"', text)
    cut = {comma.start() for comma in _COMMA.finditer(masked)}
    return "".join(char for at, char in enumerate(text) if at not in cut)
