"""Headings of Markdown: each with its own lines, whatever they look like and however the lines end."""

import pytest

from darner_context.syntax.definitions import definitions

Row = tuple[str, int, int, int, int, str | None]  # name, first line, its line, last of the heading, last of all, within


def check(text: str, expected: list[Row]) -> None:
    for ends in ("\n", "\r\n", "\r"):
        found = definitions("a.md", text.replace("\n", ends))
        assert [(each.name, each.start, each.line, each.head, each.end, each.container) for each in found] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("text\n", []),
        ("# A\n", [("A", 1, 1, 1, 1, None)]),
        ("# A", [("A", 1, 1, 1, 1, None)]),
        ("# A\ntext\n## B\nmore\n# C\n", [("A", 1, 1, 1, 4, None), ("B", 3, 3, 3, 4, "A"), ("C", 5, 5, 5, 5, None)]),
        ("before\n\nA\n===\ntext\n", [("A", 3, 3, 4, 5, None)]),
        ("- list\n\n    code\n\nA\n---\ntext\n\nB\n---\n", [("A", 5, 5, 6, 8, None), ("B", 9, 9, 10, 10, None)]),
        ("one\ntwo\n===\ntext\n", [("one two", 1, 1, 3, 4, None)]),
        ("A\n=\n\nB\n-\n\nC\n=\n", [("A", 1, 1, 2, 6, None), ("B", 4, 4, 5, 6, "A"), ("C", 7, 7, 8, 8, None)]),
        ("text\n\nA\n===\n\n## B\n\nC\n---\n\n# D\n",
         [("A", 3, 3, 4, 10, None), ("B", 6, 6, 6, 7, "A"), ("C", 8, 8, 9, 10, "A"), ("D", 11, 11, 11, 11, None)]),
        ("### A\n# B\n## C\n", [("A", 1, 1, 1, 1, None), ("B", 2, 2, 2, 3, None), ("C", 3, 3, 3, 3, "B")]),
        ("---\ntitle: x\n---\n# A\n", [("A", 4, 4, 4, 4, None)]),
        ("# A ##\n\n~~~\n# no heading\n~~~\n", [("A", 1, 1, 1, 5, None)]),
        ("#\n##\n# \u00a0\n# A\n", [("A", 4, 4, 4, 4, None)]),
        ("<div>\n# no\n</div>\n\nA `b` *c*\n===\n", [("A `b` *c*", 5, 5, 6, 6, None)]),
    ],
)  # fmt: skip
def test_headings(text: str, expected: list[Row]) -> None:
    check(text, expected)


def test_code_within_is_below_its_heading() -> None:
    check("text\n\nA\n===\n\n```py\ndef f():\n    pass\n```\n", [("A", 3, 3, 4, 9, None), ("f", 7, 7, 7, 8, None)])
