"""Stubs, and the lines around a place that are parsed to find one. Pure, and quick in any text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_STUB = re.compile(
    r"""^\s*(?:
        pass | \.\.\. | return\s*;? | return\ None | raise\ NotImplementedError(?:\(.*\))?
        | todo!\(.*\);? | unimplemented!\(.*\);? | panic\(.*\) | TODO.*
        | throw\ new\ (?:Error|UnsupportedOperationException)\(.*\);? | [\{\}]\s*;?
    )?\s*$""",
    re.VERBOSE,
)
_REMARK = re.compile(r"^\s*(?:#|//|/\*|\*|--).*$")
_INLINE_BODY = re.compile(r"(?:\{\s*\}|:\s*(?:pass|\.\.\.)|\{\s*(?:todo|unimplemented)!\(.*\)\s*\})\s*$")
_MARGIN = re.compile(r"[^\s{})\]]")  # something begins here that no other thing holds
_WINDOW = 120  # lines around the cursor that are parsed: a whole large file would take too long
_WIDTH, _MOST = 1_000, 30_000  # characters of a line, and of all, that are looked at: so would very long lines


@dataclass(frozen=True, slots=True)
class Window:
    """Lines around a place, from 0, for parsing; a very long one has only its beginning."""

    first: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """All of them."""
        return "".join(self.lines)


def window_around(lines: Sequence[str], line: int) -> Window:
    """The lines around one, between two that begin at the margin where there are such near."""
    line = min(line, len(lines))
    least = line - _near(lines, range(line - 1, max(0, line - _WINDOW) - 1, -1))
    most = line + _near(lines, range(line, min(len(lines), line + _WINDOW)))
    first = next((number for number in range(min(line, most - 1), least, -1) if _MARGIN.match(lines[number])), least)
    end = next((number for number in range(line + 1, most) if _MARGIN.match(lines[number])), most)
    return Window(first, tuple(map(_beginning, lines[first:end])))


def _near(lines: Sequence[str], numbers: range) -> int:
    """How many of these lines, in their order, are few enough characters."""
    room = _MOST // 2
    for count, number in enumerate(numbers):
        room -= min(len(lines[number]), _WIDTH)
        if room < 0:
            return count
    return len(numbers)


def _beginning(line: str) -> str:
    return line if len(line) <= _WIDTH else line[:_WIDTH] + "\n"


def is_stub(lines: Sequence[str]) -> bool:
    """Whether a function's lines have a head and nothing in them that works."""
    if not lines:
        return False
    if len(lines) == 1:
        return _INLINE_BODY.search(lines[0]) is not None
    text = "".join(lines)
    body = re.sub(r'("""|\'\'\')(?:.|\n)*?\1', "", text)  # docstrings
    head_ends = re.search(r"(?:\)[^\n{:]*|^[^\n{:(]*)[:{][ \t]*\r?\n", body)
    rest = body[head_ends.end() :] if head_ends else ""
    remaining = [each for each in rest.split("\n") if each.strip() and not _REMARK.match(each)]
    return head_ends is not None and all(_STUB.match(each) for each in remaining)
