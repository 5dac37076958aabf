"""The suggestions of a session: the last ones made."""

from collections import deque
from dataclasses import dataclass

from darner_server.lsp.suggestions.shape import Cursor
from darner_server.lsp.suggestions.turns import Turns

_REMEMBERED = 8
_NEAR = 4_000  # characters on each side of a suggestion that are kept: whole documents may be large


@dataclass(frozen=True, slots=True)
class _Made:
    before: str
    place: int  # characters before the cursor in all
    after: str
    rest: int  # characters after the cursor in all
    text: str

    def typed(self, cursor: Cursor) -> str | None:
        """The text between its place and a cursor; None if the texts around differ."""
        if len(cursor.before) < self.place or len(cursor.after) != self.rest:
            return None
        if not cursor.before.endswith(self.before, 0, self.place) or not cursor.after.startswith(self.after):
            return None
        return cursor.before[self.place :]


class SuggestionMemory:
    """The last suggestions, and the turns of the requests for them."""

    def __init__(self) -> None:
        self._made: deque[_Made] = deque(maxlen=_REMEMBERED)
        self.turns = Turns()

    def remember(self, cursor: Cursor, text: str) -> None:
        """Keep a suggestion for as long as the user types along."""
        before, after = cursor.before, cursor.after
        self._made.appendleft(_Made(before[-_NEAR:], len(before), after[:_NEAR], len(after), text))

    def remembered(self, cursor: Cursor) -> str | None:
        """What is left of a suggestion that is being typed; None if this is not one."""
        for made in self._made:
            typed = made.typed(cursor)
            if typed is not None and made.text.startswith(typed) and len(made.text) > len(typed):
                return made.text[len(typed) :]
        return None
