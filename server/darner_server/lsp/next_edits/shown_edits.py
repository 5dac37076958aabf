"""The next edits that a client has got, by number: which ones were taken, and which the user does not want again."""

from collections import OrderedDict
from dataclasses import dataclass

from darner_context.next_edits.edit import NextEdit, RecordedEdit

_REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class _Shown:
    """A next edit with what it was predicted from: another context makes another one of it."""

    path: str
    start: tuple[int, int]
    text: str | None
    before: tuple[str, ...]
    after: tuple[str, ...]


class ShownEdits:
    """Remembers the last ones only; an unknown number is none of ours, and no error."""

    def __init__(self) -> None:
        self._shown: OrderedDict[str, _Shown] = OrderedDict()
        self._dismissed: OrderedDict[_Shown, None] = OrderedDict()
        self._last = 0

    def add(self, edit: NextEdit, context: RecordedEdit) -> str:
        """Number an edit that is shown."""
        self._last += 1
        self._shown[str(self._last)] = _shown(edit, context)
        while len(self._shown) > _REMEMBERED:
            self._shown.popitem(last=False)
        return str(self._last)

    def accept(self, number: str) -> None:
        """The user took it."""
        self._shown.pop(number, None)

    def dismiss(self, number: str) -> None:
        """The user does not want it."""
        shown = self._shown.pop(number, None)
        if shown is not None:
            self._dismissed[shown] = None
            while len(self._dismissed) > _REMEMBERED:
                self._dismissed.popitem(last=False)

    def dismissed(self, edit: NextEdit, context: RecordedEdit) -> bool:
        """Whether it was dismissed in this context."""
        return _shown(edit, context) in self._dismissed


def _shown(edit: NextEdit, context: RecordedEdit) -> _Shown:
    return _Shown(edit.path, edit.start, edit.text, context.before, context.after)
