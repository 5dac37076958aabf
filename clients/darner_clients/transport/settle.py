"""Waiting for a task to its end, also when the waiting one is cancelled."""

import asyncio
from typing import Any


async def wait_until_done(task: asyncio.Task[Any]) -> None:
    """Return when `task` is done, whatever came of it. A cancellation is raised then, not before."""
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled
