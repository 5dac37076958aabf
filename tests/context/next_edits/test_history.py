"""The edit history: what is one edit, what is no intent, and where the edits are after later ones."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darner_context.next_edits.edit import RecordedEdit
from darner_context.next_edits.history import EditHistory, LineChange


class Document:
    """Lines that are edited, and their history."""

    def __init__(self, *lines: str) -> None:
        self.lines = [f"{line}\n" for line in lines]
        self.history = EditHistory()
        self.seconds = 0.0

    def edit(self, first: int, count: int, *after: str, wait: float = 0.1, places: int = 1, own: bool = False) -> None:
        """Lines first..first+count-1 become `after`."""
        self.seconds += wait
        change = LineChange(first, tuple(self.lines[first - 1 : first - 1 + count]), tuple(f"{one}\n" for one in after))
        self.lines[first - 1 : first - 1 + count] = change.after
        self.history.record("a.py", change, self.lines, self.seconds, places=places, own=own)

    def summary(self) -> list[tuple[int, str, str, str]]:
        """The edits: line, before, after, kind."""
        return [(e.first, "".join(e.before), "".join(e.after), e.kind) for e in self.history.edits()]


def test_keystrokes_are_one_edit_also_after_a_pause_on_the_same_line() -> None:
    document = Document("a", "b", "c")
    for text, wait in (("bx", 0.1), ("bxy", 0.2), ("bxyz", 9.0)):
        document.edit(2, 1, text, wait=wait)
    assert document.summary() == [(2, "b\n", "bxyz\n", "typing")]


def test_near_lines_within_a_second_are_one_edit_and_others_are_not() -> None:
    document = Document(*map(str, range(1, 31)))
    document.edit(2, 1, "two")
    document.edit(4, 1, "four")
    document.edit(6, 1, "six", wait=2.0)
    document.edit(28, 1, "far")
    assert document.summary() == [
        (2, "2\n3\n4\n", "two\n3\nfour\n", "typing"),
        (6, "6\n", "six\n", "typing"),
        (28, "28\n", "far\n", "typing"),
    ]


def test_later_edits_move_earlier_ones() -> None:
    document = Document(*map(str, range(1, 31)))
    document.edit(20, 1, "twenty")
    document.edit(2, 1, "two", "more", wait=5.0)
    assert [(e.first, e.after) for e in document.history.edits()] == [(21, ("twenty\n",)), (2, ("two\n", "more\n"))]


def test_an_undo_is_no_edit_and_neither_is_a_redo() -> None:
    document = Document("a", "b", "c")
    document.edit(2, 1, "bx")
    document.edit(2, 1, "bxy")
    document.edit(2, 1, "bx")
    assert document.history.undone
    document.edit(2, 1, "bxy")
    assert document.history.undone
    document.edit(2, 1, "b", wait=3.0)
    assert (document.history.undone, document.summary()) == (True, [])
    document.edit(1, 1, "aa", wait=3.0)
    assert (document.history.undone, document.summary()) == (False, [(1, "a\n", "aa\n", "typing")])


def test_an_undo_of_an_older_edit_takes_it_out() -> None:
    document = Document(*map(str, range(1, 31)))
    document.edit(2, 1, "two")
    document.edit(20, 1, "twenty", wait=5.0)
    document.edit(2, 1, "2", wait=5.0)
    assert (document.history.undone, document.summary()) == (True, [(20, "20\n", "twenty\n", "typing")])


@pytest.mark.parametrize(
    ("after", "places", "own", "kind"),
    [
        (["one"], 1, False, "typing"),
        (["one"], 3, False, "typing"),
        (["one"], 4, False, "bulk"),
        ([f"line {n}" for n in range(9)], 1, False, "bulk"),
        (["x" * 300], 1, False, "bulk"),
        (["one"], 1, True, "own"),
    ],
)
def test_what_is_no_intent_is_marked(after: list[str], places: int, own: bool, kind: str) -> None:
    document = Document("a", "b", "c")
    document.edit(2, 1, *after, places=places, own=own)
    assert [each.kind for each in document.history.edits()] == [kind]


def test_typing_after_a_bulk_change_is_an_edit_of_its_own() -> None:
    document = Document("a", "b", "c")
    document.edit(2, 1, *map(str, range(12)))
    document.edit(3, 1, "typed")
    assert document.history.edits()[-1] == RecordedEdit("a.py", 3, ("1\n",), ("typed\n",))


def test_no_more_than_25_edits_are_kept_and_a_closed_document_has_none() -> None:
    document = Document(*map(str, range(500)))
    for number in range(1, 40):
        document.edit(number * 12, 1, "new", wait=5.0)
    assert len(document.history) == 25
    document.history.forget("a.py")
    assert len(document.history) == 0


_STEPS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 2), st.lists(st.sampled_from("abc"), max_size=3), st.sampled_from([0.1, 2.0])),
    max_size=25,
)  # fmt: skip


@given(size=st.integers(0, 12), steps=_STEPS)
def test_every_edit_is_where_the_history_has_it_and_no_two_overlap(
    size: int, steps: list[tuple[int, int, list[str], float]]
) -> None:
    document = Document(*map(str, range(size)))
    for line, count, after, wait in steps:
        document.edit(min(line, len(document.lines)) + 1, count, *after, wait=wait)
        edits = sorted(document.history.edits(), key=lambda each: (each.first, each.last))
        for each in edits:
            assert tuple(document.lines[each.first - 1 : each.last]) == each.after != each.before
        for one, other in pairwise(edits):
            assert one.last < other.first
