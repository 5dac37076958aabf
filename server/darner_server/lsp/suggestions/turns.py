"""Requests that only the latest of its kind is worth an answer: the next one ends the one before."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any


class Turn:
    """One request's time: it ends when the next one begins."""

    def __init__(self, task: "asyncio.Task[Any] | None") -> None:
        self._task = task
        self._over = False

    def end(self) -> None:
        """Another request has come."""
        self._over = True
        if self._task is not None:
            self._task.cancel()

    def superseded(self) -> bool:
        """Whether that is why the task was cancelled; if so, it continues and may answer."""
        if self._over and self._task is not None:
            self._task.uncancel()
        return self._over


class Turns:
    """Whose turn it is among the requests of one kind."""

    def __init__(self) -> None:
        self._turn: Turn | None = None

    def supersede(self) -> None:
        """End the request under way: the cursor is elsewhere now."""
        if self._turn is not None:
            self._turn.end()

    @contextmanager
    def current(self) -> Generator[Turn]:
        """Take the turn; it is lost when the next request comes."""
        turn = self._turn = Turn(asyncio.current_task())
        try:
            yield turn
        finally:
            if self._turn is turn:
                self._turn = None
