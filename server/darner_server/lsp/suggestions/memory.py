"""The suggestions of a session: the one under way, and the last ones made."""

import asyncio
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from darner_server.lsp.suggestions.shape import Cursor

_REMEMBERED = 8


@dataclass(frozen=True, slots=True)
class _Made:
    cursor: Cursor
    text: str


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


class SuggestionMemory:
    """The last suggestions, and the turn of the request under way."""

    def __init__(self) -> None:
        self._made: deque[_Made] = deque(maxlen=_REMEMBERED)
        self._turn: Turn | None = None

    def remember(self, cursor: Cursor, text: str) -> None:
        """Keep a suggestion for as long as the user types along."""
        self._made.appendleft(_Made(cursor, text))

    def remembered(self, cursor: Cursor) -> str | None:
        """What is left of a suggestion that is being typed; None if this is not one."""
        for made in self._made:
            typed = cursor.before[len(made.cursor.before) :]
            if (
                cursor.before.startswith(made.cursor.before)
                and cursor.after == made.cursor.after
                and made.text.startswith(typed)
                and len(made.text) > len(typed)
            ):
                return made.text[len(typed) :]
        return None

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
