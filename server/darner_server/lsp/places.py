"""Where in a text darner can be asked for something: stubs and `darner:` comments. Pure, and quick in any text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_COMMENT = re.compile(
    r"""\s*(?:\#+|//+|--+|;+|%+|/\*+|<!--|\"\"\"|''')\s*darner:[ \t]*(?P<said>.*?)\s*(?:\*/|-->|\"\"\"|''')?\s*$""",
)
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
_WINDOW = 120  # lines around the cursor that are parsed: a whole large file would take too long


@dataclass(frozen=True, slots=True)
class Remark:
    """A `darner:` comment: what it says, its line from 0, and the characters of the line that are comment."""

    said: str
    line: int
    start: int
    end: int
    whole_line: bool


@dataclass(frozen=True, slots=True)
class Window:
    """Lines around a place, from 0, for parsing."""

    first: int
    text: str


def remark_at(lines: Sequence[str], first: int, last: int) -> Remark | None:
    """The `darner:` comment on one of the lines."""
    for number in range(first, min(last + 1, len(lines))):
        line = lines[number]
        if "darner:" not in line:
            continue
        own = line.rstrip("\r\n")
        for at in range(len(own)):
            found = None if own[at].isspace() else _COMMENT.match(own, at)
            if found and found["said"]:
                return Remark(found["said"], number, at, len(own), not own[:at].strip())
    return None


def window_around(lines: Sequence[str], first: int, last: int) -> Window:
    """The lines around a place, from a line that begins at the margin where there is one near."""
    begin = max(0, first - _WINDOW)
    for number in range(begin, max(begin, first - 1)):
        if lines[number].strip() and not lines[number][0].isspace() and lines[number][0] not in "})]":
            begin = number
            break
    return Window(begin, "".join(lines[begin : last + _WINDOW]))


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
