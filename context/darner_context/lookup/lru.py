"""Least recently used caches of a few values."""

from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

_Key = TypeVar("_Key")


_Value = TypeVar("_Value")


_SIZE = 4  # of each kind of thing that is kept


def cached(cache: OrderedDict[_Key, _Value], key: _Key, make: Callable[[], _Value]) -> _Value:
    """Return the cached value of a key, or make it; the value unused for longest is removed."""
    if key in cache:
        cache.move_to_end(key)
        return cache[key]
    value = cache[key] = make()
    if len(cache) > _SIZE:
        cache.popitem(last=False)
    return value
