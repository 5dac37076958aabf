"""The suggestions of a session: the last ones made."""

from collections import deque
from dataclasses import dataclass

from darner_server.lsp.suggestions.shape import Cursor
from darner_server.lsp.suggestions.turns import Turns

_REMEMBERED = 8


@dataclass(frozen=True, slots=True)
class _Made:
    cursor: Cursor
    text: str


class SuggestionMemory:
    """The last suggestions, and the turns of the requests for them."""

    def __init__(self) -> None:
        self._made: deque[_Made] = deque(maxlen=_REMEMBERED)
        self.turns = Turns()

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
