"""git's wildcards as regular expressions whose time no pattern can make long.

The text between two stars is matched where it is found first, for good: a later place could not do better. So nothing
is tried twice. Patterns and paths have a character for each of their bytes.
"""

import re
from collections.abc import Sequence

_LONGEST = 10_000  # characters of a pattern: no path is that long
_CLASSES = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "blank": " \t", "cntrl": "\0-\x1f\x7f", "digit": "0-9", "graph": "!-~",
    "lower": "a-z", "print": " -~", "punct": "!-/:-@\\[-`{-~", "space": " \t-\r", "upper": "A-Z", "xdigit": "0-9A-Fa-f",
}  # fmt: skip
_ITEM = re.compile(
    r"\[:(?P<name>[^\]]*):\]|(?P<low>\\.|[^\\])(?:-(?!\])(?P<high>\\.|[^\\]))?", re.DOTALL
)  # of the text in brackets
_STAR, _DEEP = "*", "**/"


def expression(pattern: str, *, anchored: bool) -> str | None:
    """
    The expression that a whole path must match, or its last part if not `anchored`; None where nothing could match.

    The part before the first wildcard is compared as it is, so stars there begin again.
    """
    plain = next((place for place, letter in enumerate(pattern) if letter in "*?[\\"), len(pattern))
    if len(pattern) > _LONGEST:
        return None
    parts = _parts(pattern[plain:], deep=anchored)
    return None if parts is None else _joined([re.escape(letter) for letter in pattern[:plain]], parts)


def _parts(pattern: str, *, deep: bool) -> list[str] | None:
    """The parts of a pattern, each for one letter but stars; None where it is of no form that could match."""
    parts: list[str] = []
    place = 0
    while place < len(pattern):
        if pattern[place] == "*":
            part, place = _stars(pattern, place, deep=deep)
        elif pattern[place] == "[":
            found = _class(pattern, place)
            if found is None:
                return None
            part, place = found
        elif pattern[place] == "?":
            part, place = "[^/]", place + 1
        else:
            place += pattern[place] == "\\"
            if place == len(pattern):
                return None
            part, place = re.escape(pattern[place]), place + 1
        parts.append(part)
    return parts


def _stars(pattern: str, place: int, *, deep: bool) -> tuple[str, int]:
    """What stars mean, and where they end: two between slashes reach into folders, all others are one."""
    end = place
    while pattern.startswith("*", end):
        end += 1
    if deep and end - place > 1 and (place == 0 or pattern[place - 1] == "/"):
        if pattern.startswith("/", end):
            return _DEEP, end + 1
        if end == len(pattern):
            return ".*", end
    return _STAR, end


def _class(pattern: str, place: int) -> tuple[str, int] | None:
    """The letters in brackets, and where they end; None where they do not."""
    place += 1
    negated = pattern.startswith(("!", "^"), place)
    place += negated
    held = bytearray(256)
    begin = place
    while place == begin or not pattern.startswith("]", place):  # the first letter may be one
        item = _ITEM.match(pattern, place)
        if item is None:
            return None
        place = item.end()
        if item["name"] is not None:
            if item["name"] not in _CLASSES:
                return None
            letters = re.compile(f"[{_CLASSES[item['name']]}]")
            for each in range(256):
                held[each] |= letters.match(chr(each)) is not None
        else:
            first = ord(item["low"][-1])
            last = ord(item["high"][-1]) if item["high"] else first
            held[first] = 1
            for each in range(first, last + 1):
                held[each] = 1
    wanted = [each for each in range(256) if held[each] != negated and each != ord("/")]
    return ("[" + "".join(f"\\x{each:02x}" for each in wanted) + "]" if wanted else "(?!)"), place + 1


def _joined(literal: Sequence[str], parts: Sequence[str]) -> str:
    chunks: list[list[str]] = [[*literal]]
    for part in parts:
        if part == _DEEP:
            chunks.append([])
        else:
            chunks[-1].append(part)
    if len(chunks) == 1:
        return _segments(chunks[0])
    found = [f"(?>{_segments(chunks[0])})"]
    found += [f"(?>(?:[^/]*/)*?{_segments(chunk)})" for chunk in chunks[1:-1] if chunk]
    found.append(f"(?:[^/]*/)*{_segments(chunks[-1])}")
    return "".join(found)


def _segments(parts: Sequence[str]) -> str:
    """The expression of parts with single stars; each star has its reach in one part of the path."""
    segments: list[list[list[str]]] = [[[]]]
    for part in parts:
        if part == "/":
            segments.append([[]])
        elif part == _STAR:
            segments[-1].append([])
        else:
            segments[-1][-1].append(part)
    return "/".join(_segment(["".join(piece) for piece in segment]) for segment in segments)


def _segment(pieces: Sequence[str]) -> str:
    if len(pieces) == 1:
        return pieces[0]
    middle = "".join(f"(?>[^/]*?{piece})" for piece in pieces[1:-1] if piece)
    return f"{pieces[0]}{middle}[^/]*{pieces[-1]}(?=/|\\Z)"
