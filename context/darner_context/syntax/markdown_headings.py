"""The headings of a Markdown text with what belongs to each: the lines up to the next one that is no lower."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from darner_context.syntax.definition_types import Definition
from darner_context.syntax.query_matches import Found, place_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from darner_context.syntax.parser import Captures, Node

_CLOSED = re.compile(r" #+$")
_LEVEL = re.compile(r"(?:atx|setext)_h(\d)_")


def headings_in(data: bytes, matches: Sequence[Captures]) -> list[Found]:
    """The grammar's own sections are not taken: one whose heading is underlined begins with the text before it."""
    total = max(data.count(b"\n") + (not data.endswith(b"\n")), 1)
    names = sorted((each["name"][0] for each in matches if "name" in each), key=lambda node: node.start_byte)
    found: list[tuple[int, int, Definition]] = []  # level, column, and what ends with the text yet
    for node in names:
        heading = node.parent
        said = " ".join(data[node.start_byte : node.end_byte].decode("utf-8", "replace").split())
        said = _CLOSED.sub("", said)[:200]
        if heading is None or not said:
            continue
        first, column = heading.start_point
        row, end = heading.end_point
        head = min(max(row + (end > 0), first + 1, node.start_point[0] + 1), total)
        start = first + 1
        line = min(node.start_point[0] + 1, total)
        made = Definition(said, "module", start, start, line, head, head, total, None)
        found.append((_level(heading), column, made))
    following = [total + 1] * 7  # by level: where the next such heading begins
    ended: list[Found] = []
    for level, column, made in reversed(found):
        end = max(min(following[1 : level + 1]) - 1, made.head)
        following[level] = made.start
        ended.append(Found(made._replace(end=end), place_of(made.start - 1, column), place_of(end), scope=False))
    return ended[::-1]


def _level(heading: Node) -> int:
    told = (_LEVEL.match(child.type) for child in heading.children)
    return next((int(each[1]) for each in told if each), 1)
