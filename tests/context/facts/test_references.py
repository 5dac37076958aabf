"""Which identifiers stand in which definition."""

import pytest

from darner_context.facts.references import Packed, ReferenceCounts, find_references
from darner_context.syntax.definition_types import Definition
from darner_context.text.lines import Lines


def check(text: str, found: tuple[Definition, ...], expected: Packed) -> None:
    """Counted once, or kept up with edits: both find the same."""
    lines = Lines(text)
    assert find_references(list(lines), found) == ReferenceCounts(found, lines.between, len(lines)).packed == expected


@pytest.mark.parametrize("start", [2, 3, 4])
def test_a_definition_below_the_last_line_uses_nothing(start: int) -> None:
    here = Definition("one", "function", 1, 1, 1, 1, 1, 1, None)
    below = Definition("two", "function", start, start, start, start, start, start + 1, None)
    check("one two\n", (here, below), (("one", "two"), (b"\0\0\1\0", b"", b""), (b"\0\0\1\0", b"")))
