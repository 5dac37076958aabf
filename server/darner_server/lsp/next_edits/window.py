"""The lines around a place that the model rewrites."""

from collections.abc import Sequence
from dataclasses import dataclass

_ABOVE, _BELOW = 8, 14  # lines


@dataclass(frozen=True, slots=True)
class Window:
    """Lines `first` (from 1) to `last` of a file; `text` are they with line feeds, `hint` the line of the place."""

    path: str
    first: int
    last: int
    text: str
    hint: str


def window_at(path: str, lines: Sequence[str], line: int) -> Window:
    """The window around a line, from 1."""
    first, last = max(1, line - _ABOVE), min(len(lines), line + _BELOW)
    shown = [each.rstrip("\r\n") + "\n" for each in lines[first - 1 : last]]
    return Window(path, first, last, "".join(shown), lines[line - 1] if line <= len(lines) else "")
