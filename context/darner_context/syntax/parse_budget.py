"""A text handed to a parser piece by piece, and a limit to what it may cost.

The parser blocks all threads, except while it requests a piece or reports its progress. It keeps for ever what it was
given as a piece: so each thread has a few bytes of its own that are filled again and again. A search in the tree that
compares texts asks for pieces, too: it keeps none, and takes nothing but `bytes`, unchecked.
"""

from collections.abc import Callable
from threading import local
from time import thread_time
from typing import cast

PIECE = 4_096  # bytes
_LEAST, _PER_BYTE = 0.5, 5e-6  # seconds of the processor: a grammar needs a twentieth of it for the worst ordinary text


class _Buffer(local):
    def __init__(self) -> None:
        self.held = bytearray(PIECE)
        self.views: dict[int, memoryview] = {0: memoryview(b"")}

    def filled(self, data: bytes, begin: int) -> memoryview:
        piece = data[begin : begin + PIECE]
        size = len(piece)
        view = self.views.get(size)
        if view is None:
            view = self.views[size] = memoryview(self.held)[:size]
        self.held[:size] = piece
        return view


_BUFFER = _Buffer()


class BudgetedInput:
    """What a parser, then its tree, calls for the text from an offset on. One parser at a time in a thread."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._parsed = False

    def __call__(self, begin: int, _: object) -> bytes:
        """Give the text from `begin` on, a piece at most."""
        if self._parsed:
            return self._data[begin : begin + PIECE]
        return cast("bytes", _BUFFER.filled(self._data, begin))  # a parser takes whatever has bytes

    def parsed(self) -> None:
        """From now on it is the tree that asks."""
        self._parsed = True


def limit(size: int) -> Callable[..., bool]:
    """What a parser or a search calls now and then: True once it has cost more than a text of that size may."""
    end = thread_time() + _LEAST + _PER_BYTE * size
    return lambda *_: thread_time() > end
