"""The patches under way, by place: a new one for the same place ends the old one."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from darner_server.lsp.patch_params import PatchParams

if TYPE_CHECKING:
    import asyncio


class RunningPatches:
    """The tasks of the running patches, each with the range it works on."""

    def __init__(self) -> None:
        self._running: dict[asyncio.Task[None], PatchParams] = {}

    def __len__(self) -> int:
        return len(self._running)

    @contextmanager
    def register(self, params: PatchParams, task: "asyncio.Task[None]") -> Generator[None]:
        """Register a patch while it runs; it cancels those that it overlaps."""
        for other, range_ in tuple(self._running.items()):
            if params.overlaps(range_):
                other.cancel()
        self._running[task] = params
        try:
            yield
        finally:
            del self._running[task]
