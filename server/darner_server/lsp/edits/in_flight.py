"""The patches under way, by place: a new one for the same place ends the old one."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from darner_server.lsp.params import Asked

if TYPE_CHECKING:
    import asyncio


class RunningPatches:
    """Who is working where."""

    def __init__(self) -> None:
        self._running: dict[asyncio.Task[None], Asked] = {}

    def __len__(self) -> int:
        return len(self._running)

    @contextmanager
    def place(self, asked: Asked, task: "asyncio.Task[None]") -> Generator[None]:
        """Take a place for the time of a patch."""
        for other, place in tuple(self._running.items()):
            if asked.overlaps(place):
                other.cancel()
        self._running[task] = asked
        try:
            yield
        finally:
            del self._running[task]
