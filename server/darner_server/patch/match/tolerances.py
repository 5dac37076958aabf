"""How a place that is not the same text, but means the same, differs from the search text."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from darner_server.patch.edit import Refusal
from darner_server.patch.lazy_pattern import lazy_pattern
from darner_server.patch.text.normalize import indent

if TYPE_CHECKING:
    from darner_server.patch.edit import BridgeName
    from darner_server.patch.text.indexed_text import Document

LINE_ENDS: BridgeName = "line ends"
TRAILING: BridgeName = "trailing blanks"
TABS: BridgeName = "tabs against spaces"
SHIFT: BridgeName = "indentation shifted"
UNICODE: BridgeName = "typographic characters"
ENTITIES: BridgeName = "HTML entities"
NUMBERS: BridgeName = "line numbers"
BLANK_EDGES: BridgeName = "blank lines at the ends"
ELISION: BridgeName = "elided lines"
UNEVEN: BridgeName = "indentation of single lines"

_WEIGHT: Mapping[BridgeName, int] = {TRAILING: 1, TABS: 2, SHIFT: 4, UNICODE: 8, UNEVEN: 16}
_NUMBERED = lazy_pattern(r"\s*(\d+)(?: ?[|│:]|→|\t)(.*)")
_ENTITY = lazy_pattern(r"&(?:lt|gt|amp|quot|apos|nbsp|#\d+|#x[0-9a-fA-F]+);")
_HABIT = 3  # lines indented by a tab make a file one of tabs
_WIDTHS = (2, 3, 4, 8)

Reindent = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Bridge:
    """The differences of one place, and how a new line is indented to suit it (None: uncertain)."""

    names: tuple[BridgeName, ...]
    reindent: Reindent

    @property
    def weight(self) -> int:
        """Heavier differences are taken only where there is no lighter place."""
        return sum(_WEIGHT[name] for name in self.names)


def between(search: list[str], found: list[str]) -> Bridge | None:
    """Name what differs between equally many lines that `fold` levels; None if the indentation differs unevenly."""
    names: set[BridgeName] = set()
    pairs: dict[str, str] = {}
    content = 0
    for asked, true in zip(search, found, strict=True):
        if not asked.strip() or not true.strip():
            if asked != true:
                names.add(TRAILING)
            continue
        content += 1
        if pairs.setdefault(indent(asked), indent(true)) != indent(true):
            return None
        if asked.strip() != true.strip():
            names.add(UNICODE)
        if asked[len(asked.rstrip()) :] != true[len(true.rstrip()) :]:
            names.add(TRAILING)
    name, reindent = _indentation(pairs)
    if name:
        names.add(name)
    # One line that differs at both ends is found by too little.
    if reindent is None or (content == 1 and {SHIFT, TRAILING} <= names):
        return None
    return Bridge(tuple(sorted(names, key=lambda each: _WEIGHT[each])), reindent)


def uneven(steps: Iterable[tuple[str, str]], found: list[str]) -> Bridge | None:
    """Allow single lines that stay or go, none beside a new one, to be indented in any way.

    At least as many lines, and two, must be the very same, and new lines be indented as some of those.
    """
    same: list[str] = []
    added: set[str] = set()
    odd = 0
    beside = ""  # what is above in the script: "+", "odd", or nothing that matters
    at = 0
    for op, body in steps:
        if op == "+":
            if beside == "odd":
                return None
            beside = "+"
            added.add(indent(body) if body.strip() else "")
            continue
        true = found[at]
        at += 1
        if body.strip() != true.strip():
            return None
        if body == true or not body.strip():
            same += [body] if body.strip() else []
            beside = beside if op == "-" else ""
        elif beside == "+":
            return None
        else:
            odd += 1
            beside = "odd"
    enough = len(same) >= max(2, odd) and added <= {"", *map(indent, same)}
    return Bridge((UNEVEN,), _same) if enough else None


def carry(given: str, wanted: str) -> Reindent | None:
    """Return how to indent lines so that those indented as `given` are indented as `wanted`."""
    return _indentation({given: wanted})[1]


def _indentation(pairs: dict[str, str]) -> tuple[BridgeName | Literal[""], Reindent | None]:
    if all(asked == true for asked, true in pairs.items()):
        return "", _same
    asked, true = next(iter(pairs.items()))
    if true.endswith(asked):
        more = true[: len(true) - len(asked)]
        if all(each == more + key for key, each in pairs.items()):
            return SHIFT, lambda body: more + body if body.strip() else body
    if asked.endswith(true):
        less = asked[: len(asked) - len(true)]
        if all(key == less + each for key, each in pairs.items()):
            return SHIFT, lambda body: body.removeprefix(less) if body.startswith(less) or not body.strip() else None
    for width in _WIDTHS:
        if all(key == " " * (width * len(each)) and not each.strip("\t") for key, each in pairs.items()):
            return TABS, partial(_to_tabs, width)
        if all(each == " " * (width * len(key)) and not key.strip("\t") for key, each in pairs.items()):
            return TABS, partial(_to_spaces, width)
    return "", None


def to_style(steps: Iterable[tuple[str, str]], document: Document) -> Reindent | None:
    """Return how new lines are indented in a file of tabs, or of blanks, if they all come indented the other way."""
    blanks = [indent(body) for op, body in steps if op == "+" and body.strip() and body[0] in " \t"]
    if not blanks:
        return None
    if document.spaced or any("\t" in each for each in blanks) or document.tabbed < _HABIT:
        return None
    width = next((each for each in (8, 4, 2) if all(len(blank) % each == 0 for blank in blanks)), None)
    return partial(_to_tabs, width) if width is not None else None


def _same(body: str) -> str:
    return body


def _to_tabs(width: int, body: str) -> str | None:
    blanks = indent(body)
    if "\t" in blanks or len(blanks) % width:
        return None if body.strip() else body
    return "\t" * (len(blanks) // width) + body[len(blanks) :]


def _to_spaces(width: int, body: str) -> str | None:
    blanks = indent(body)
    if " " in blanks:
        return None if body.strip() else body
    return " " * (len(blanks) * width) + body[len(blanks) :]


def without_numbers(search: list[str], after: list[str]) -> tuple[list[str], list[str], int] | Refusal | None:
    """Remove line numbers copied from a prompt: the two halves without them and the first number.

    None: the search text has no line numbers. A rejection: the replacement has them on some lines only.
    """
    found = [_NUMBERED.fullmatch(body) for body in search]
    numbers = [int(match[1]) for match in found if match is not None]
    if not numbers or len(numbers) < len(search) or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        return None
    rests = [match[2] for match in found if match is not None]
    bare = _unspaced(rests)
    marked = [_NUMBERED.fullmatch(body) for body in after]
    if not any(marked):
        return bare, after, numbers[0]
    if not all(match or not body.strip() for match, body in zip(marked, after, strict=True)):
        reason = "the search text has line numbers; some lines of the replacement have them, but not all"
        return Refusal("line-numbers", reason)
    return bare, _unspaced([match[2] if match else "" for match in marked]), numbers[0]


def _unspaced(rests: list[str]) -> list[str]:
    """Remove the one space behind the separator, if every line has it."""
    if all(rest.startswith(" ") or not rest for rest in rests):
        return [rest[1:] for rest in rests]
    return rests


def without_entities(search: list[str], after: list[str]) -> tuple[list[str], list[str]] | None:
    """Resolve HTML entities in both halves; None if the search text has none."""
    if not any("&" in body and _ENTITY.search(body) for body in search):
        return None
    return [html.unescape(body) for body in search], [html.unescape(body) for body in after]


def without_blank_edges(search: list[str], after: list[str]) -> tuple[list[str], list[str]] | None:
    """Drop blank lines that both halves begin and end with; None if there are none, or not equally many."""
    head = next((number for number, body in enumerate(search) if body.strip()), None)
    if head is None:
        return None
    tail = next(number for number, body in enumerate(reversed(search)) if body.strip())
    if not head and not tail:
        return None
    blank = [not body.strip() for body in after]
    if not any(not each for each in blank):
        return (search[head : len(search) - tail], []) if len(after) == head + tail else None
    # As many in the replacement: else the blank lines are what the edit is about.
    if blank.index(False) != head or blank[::-1].index(False) != tail:
        return None
    return search[head : len(search) - tail], after[head : len(after) - tail]
