"""A few things kept by key: the one not asked for longest goes."""

from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

_Key = TypeVar("_Key")


_Made = TypeVar("_Made")


_HELD = 4  # of each kind of thing that is kept


def kept(held: OrderedDict[_Key, _Made], key: _Key, make: Callable[[], _Made]) -> _Made:
    """Give what is held for a key, or make it; the one not asked for longest goes."""
    if key in held:
        held.move_to_end(key)
        return held[key]
    made = held[key] = make()
    if len(held) > _HELD:
        held.popitem(last=False)
    return made
