"""Regular expressions that are compiled when they are first used: a process imports hundreds and needs few."""

import re
from typing import Any, AnyStr, cast

_METHODS = ("search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn")


_LISTED: list["_LazyPattern"] = []


def lazy_pattern(source: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """A pattern to call methods of; functions of `re` do not take it."""
    pattern = _LazyPattern(source, flags)
    _LISTED.append(pattern)
    return cast("re.Pattern[AnyStr]", pattern)


def compile_patterns() -> None:
    """Compile all of them, in a process that has time now and none later; several threads may do so at once."""
    for pattern in tuple(_LISTED):
        _ = pattern.search


class _LazyPattern:
    def __init__(self, source: str | bytes, flags: int) -> None:
        self._source = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a pattern has
        pattern = re.compile(self._source, self._flags)
        self.__dict__ |= {method: getattr(pattern, method) for method in _METHODS}  # found at once from now on
        return getattr(pattern, name)
