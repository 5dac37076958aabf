from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darner_server.lsp.text.documents import Documents, OpenDocument, TextChange
from darner_server.lsp.text.positions import Encoding, LineTable, Mapper, Point, paired, split_lines, without_ending

PIECES = st.lists(
    st.sampled_from(["a", "b", "\n", "\r", "\r\n", "\u2028", "\f", "\v", "\x85", "😀", "é", "\ud83d", "\ude00"]),
    max_size=9,
)
TEXTS = PIECES.map("".join).map(paired)
POINTS = st.builds(Point, st.integers(0, 5), st.integers(0, 6))
ENCODINGS = st.sampled_from(["utf-8", "utf-16", "utf-32"])


def changed(text: str, mapper: Mapper, first: Point, last: Point, new: str) -> str:
    """What the protocol says, done the slow way."""
    if mapper.encoding == "utf-16":
        return _changed_units(text, first, last, new)
    table = LineTable(split_lines(text), mapper)
    start, end = sorted((table.offset(first), table.offset(last)))
    return paired(text[:start] + new + text[end:])


def _changed_units(text: str, first: Point, last: Point, new: str) -> str:
    """In UTF-16 a change may part a pair, and bring two halves together."""
    lines = [each.encode("utf-16-le", "surrogatepass") for each in split_lines(text)]
    starts = [0, *accumulate(map(len, lines))]

    def offset(at: Point) -> int:
        if at.line >= len(lines):
            return starts[-1]
        own = without_ending(split_lines(text)[at.line]).encode("utf-16-le", "surrogatepass")
        return starts[at.line] + min(2 * at.character, len(own))

    start, end = sorted((offset(first), offset(last)))
    before = text.encode("utf-16-le", "surrogatepass")
    after = before[:start] + new.encode("utf-16-le", "surrogatepass") + before[end:]
    return after.decode("utf-16-le", "surrogatepass")


@given(TEXTS, st.lists(st.tuples(POINTS, POINTS, TEXTS), max_size=5), ENCODINGS)
def test_every_change_is_applied_and_told(text: str, edits: list[tuple[Point, Point, str]], encoding: Encoding) -> None:
    mapper = Mapper(encoding)
    document = OpenDocument("untitled:1", "python", 1, text, mapper)
    told: list[TextChange | None] = []
    document.watchers.append(told.append)
    for first, last, new in edits:
        expected = changed(text, mapper, first, last, new)
        document.replace(first, last, new)
        assert document.text == expected
        assert document.lines == split_lines(expected)
        for change in told:
            assert change is not None
            text = text[: change.start] + change.text + text[change.end :]
        assert text == expected
        told.clear()


def test_a_whole_text_is_told_as_what_differs() -> None:
    document = OpenDocument("untitled:1", "python", 1, "one\ntwo\nthree\nfour\n", Mapper("utf-16"))
    told: list[TextChange | None] = []
    document.watchers.append(told.append)
    document.replace_all("one\n2\nthree\n4\n")
    document.settle(2)
    assert told == [TextChange(14, 18, "4"), TextChange(4, 8, "2\n"), None]


@pytest.mark.parametrize(
    ("encoding", "line", "character", "index"),
    [
        ("utf-16", "a😀b\n", 3, 2),
        ("utf-16", "a😀b\n", 2, 1),  # half of a pair is its beginning
        ("utf-8", "a😀b\n", 5, 2),
        ("utf-8", "é\n", 1, 0),
        ("utf-32", "a😀b\n", 2, 2),
        ("utf-16", "a\u2028b\r\n", 9, 3),  # beyond the end is the end, before the line ending
        ("utf-8", "\ud800b\n", 3, 1),
        ("utf-16", "\ud800b\n", 1, 1),
    ],
)
def test_positions(encoding: str, line: str, character: int, index: int) -> None:
    assert Mapper(encoding).index(line, character) == index


@given(TEXTS, ENCODINGS)
def test_positions_of_all_offsets_lead_back(text: str, encoding: Encoding) -> None:
    table = LineTable(split_lines(text), Mapper(encoding))
    for offset in range(len(text) + 1):
        if text[max(0, offset - 1) : offset + 1] != "\r\n":
            assert table.offset(table.point(offset)) == offset


def test_opened_twice_is_the_later_one() -> None:
    documents = Documents(Mapper("utf-16"))
    documents.open("file:///a%20b.py", "python", 1, "old")
    documents.open("file:///a b.py", "python", 2, "new")
    assert [(each.version, each.text) for each in documents] == [(2, "new")]
    assert documents.close("file:///a%20b.py") is not None
    assert documents.close("file:///a%20b.py") is None


def test_lines_end_at_three_things_only() -> None:
    assert split_lines("a\fb\u2028c\x85d\ve\nf\rg\r\nh") == ["a\fb\u2028c\x85d\ve\n", "f\r", "g\r\n", "h"]
    assert split_lines("") == []
