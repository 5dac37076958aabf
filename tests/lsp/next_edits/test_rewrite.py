"""From a model's reply to what is shown: the window, the filters, and what typing leaves of it."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darner_context.next_edits.edit import NextEdit, RecordedEdit
from darner_context.next_edits.history import LineChange
from darner_server.lsp.next_edits.change_edit import edit_of
from darner_server.lsp.next_edits.line_changes import line_changes
from darner_server.lsp.next_edits.next_edit_json import applied
from darner_server.lsp.next_edits.pending_rewrite import PendingRewrite
from darner_server.lsp.next_edits.rewrite_filters import kept_changes
from darner_server.lsp.next_edits.rewrite_prompt import BEGIN, END, question, rewritten
from darner_server.lsp.next_edits.window import window_at
from darner_server.lsp.text.documents import OpenDocument
from darner_server.lsp.text.positions import Mapper, Point, split_lines


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (f"{BEGIN}\na\nb\n{END}", "a\nb\n"),
        (f"{BEGIN}\r\na\r\n{END}\r\n", "a\n"),
        (f"Here it is:\n```\n{BEGIN}\na{END}\n```", "a\n"),
        (f"{BEGIN}{END}", ""),
        ("NO_EDIT", None),
        (f"NO_EDIT\n{BEGIN}\na\n{END}", None),
        ("", None),
        ("a\nb\n", None),
        (f"{BEGIN}\na\nb\n", None),  # cut off
        (f"a\n{END}", None),
        (f"{BEGIN}\na\n{BEGIN}\nb\n{END}", None),
        (f"{BEGIN}\na\n<|cursor|>b\n{END}", None),
        (f"{BEGIN}\na\n{END}\n{BEGIN}\nb\n{END}", None),
    ],
)
def test_the_window_of_a_reply(reply: str, expected: str | None) -> None:
    assert rewritten(reply) == expected


def test_the_prompt_ends_with_the_window() -> None:
    lines = [f"line {number}\r\n" for number in range(1, 60)]
    window = window_at("a.py", lines, 30)
    edits = (
        RecordedEdit("b.py", 1, ("old\n",), ("new\n",)),
        RecordedEdit("b.py", 9, ("x\n",), ("y\n",), "bulk"),
        RecordedEdit("c.py", 9, ("p\n",), (), "accepted"),
    )
    asked = question(edits, window, "", "resembles it")
    assert (window.first, window.last, window.text.count("\n")) == (22, 44, 23)
    assert "\r" not in asked
    assert "Edit in b.py:\n- old\n+ new\n\nEdit in c.py, proposed and accepted:\n- p\n" in asked
    assert asked.index("- old") < asked.index(BEGIN) < asked.index("line 44") < asked.rindex(END)
    assert (window_at("a.py", lines[:3], 1).last, window_at("a.py", [], 1).text) == (3, "")


EDITS = (RecordedEdit("a.py", 1, ("def load(path):\n",), ("def load(path, mode):\n",)),)
# name: the lines, the lines as a model has them, whether the change is shown
FILTERS: dict[str, tuple[str, str, bool]] = {
    "a call gets its argument": ("def load(path, mode):\nload(1)\n", "def load(path, mode):\nload(1, mode)\n", True),
    "the user's edit is taken back": ("def load(path, mode):\nload(1)\n", "def load(path):\nload(1)\n", False),
    "what was typed is deleted elsewhere": ("def load(path, mode):\n    pass\n", "def load():\n    pass\n", False),
    "a word is finished": ("def load(path, mode):\n    ret\n", "def load(path, modes):\n    return path\n", True),
    "nothing changes": ("x = 1\n", "x = 1\n", False),
    "blanks only": ("x = f(1,2)\n", "x = f(1, 2)\n", False),
    "an empty line": ("x = 1\ny = 2\n", "x = 1\n\ny = 2\n", False),
    "the indent of a line of Python": ("if x:\n    a()\nb()\n", "if x:\n    a()\n    b()\n", True),
    "the lines that follow, again": ("a = load(1)\nb = 2\nc = 3\n", "a = load(1)\nb = 2\nb = 2\nc = 3\n", False),
    "a new line": ("a = load(1)\nb = 2\n", "a = load(1)\nother = load(2)\nb = 2\n", True),
    "far more lines than there were": ("a = 1\n", "a = 1\n" + "".join(f"b{n} = 1\n" for n in range(60)), False),
}


@pytest.mark.parametrize("name", FILTERS)
def test_what_is_shown_of_a_rewrite(name: str) -> None:
    old, new, shown = FILTERS[name]
    lines = split_lines(old)
    changes = kept_changes(line_changes(lines, split_lines(new)), lines, EDITS, "a.py")
    assert bool(changes) == shown
    if shown:
        assert applied(old, [edit_of(each, "a.py", "", 0.5) for each in changes]) == new


def test_what_was_deleted_is_not_brought_back() -> None:
    edits = (RecordedEdit("a.py", 2, ("log(request, response)\n",), ()),)
    lines = ["a = 1\n", "b = 2\n"]
    change = [LineChange(2, (), ("log(request, response)\n",))]
    assert kept_changes(change, lines, edits, "a.py") == []
    assert kept_changes(change, lines, edits, "b.py") == change  # moved there


def test_blanks_are_noise_where_the_indent_means_nothing() -> None:
    change = [LineChange(1, ("a();\n",), ("  a();\n",))]
    assert kept_changes(change, ["a();\n"], (), "a.ts") == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("total(1)\n", "amount(1)\n", ((3, 0), (3, 5), "amount")),
        ("f(a)\r\n", "f(a, b)\r\n", ((3, 3), (3, 3), ", b")),
        ("", "x = 1\n", ((3, 0), (3, 0), "x = 1\n")),
        ("x = 1\n", "", ((3, 0), (4, 0), "")),
        ("last", "last\nmore", ((3, 4), (3, 4), "\nmore")),
        ("a\r\nb\r\n", "a\r\nc\r\nb\r\n", ((4, 0), (4, 0), "c\r\n")),
        ("x = '😀'\n", "x = '😀é'\n", ((3, 6), (3, 6), "é")),
    ],
)
def test_a_change_is_the_smallest_edit(
    old: str, new: str, expected: tuple[tuple[int, int], tuple[int, int], str]
) -> None:
    edit = edit_of(LineChange(3, tuple(split_lines(old)), tuple(split_lines(new))), "a.py", "why", 0.5)
    assert edit == NextEdit("a.py", *expected, "why", 0.5, sure=False)


BASE = ["a = 1\n", "b = load(1)\n", "c = 3\n", "d = load(2)\n", "e = 5\n"]
OLD, GOAL = "b = load(1)\n", "b = load(1, mode)\n"
Typed = tuple[tuple[int, int], tuple[int, int], str]


class Shown:
    """A document with a rewrite that follows it."""

    def __init__(self, lines: Sequence[str], *changes: LineChange) -> None:
        self.document = OpenDocument("file:///a.py", "python", 1, "".join(lines), Mapper("utf-16"))
        self.rewrite = PendingRewrite("a.py", lines, changes)
        self.document.watchers.append(self.rewrite.follow)

    def type(self, first: tuple[int, int], last: tuple[int, int], text: str) -> None:
        self.document.replace(Point(*first), Point(*last), text)
        self.document.settle(1)

    def left(self) -> list[tuple[int, str, str]] | None:
        found = self.rewrite.changes(self.document.lines)
        return found if found is None else [(each.first, "".join(each.before), "".join(each.after)) for each in found]

    def text(self) -> str | None:
        """The text with what is left."""
        found = self.rewrite.changes(self.document.lines)
        if found is None:
            return None
        return applied(self.document.text, [edit_of(each, "a.py", "", 0.5) for each in found])


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ([((1, 10), (1, 10), ", mode")], []),
        ([((1, 10), (1, 10), ",")], [(2, "b = load(1,)\n", GOAL)]),
        ([((1, 10), (1, 10), ","), ((1, 11), (1, 11), " mo")], [(2, "b = load(1, mo)\n", GOAL)]),
        ([((1, 10), (1, 10), ", x")], None),
        ([((1, 10), (1, 10), ", x"), ((1, 12), (1, 13), "m")], [(2, "b = load(1, m)\n", GOAL)]),  # corrected
        ([((1, 10), (1, 10), ", modes")], None),
        ([((1, 8), (1, 11), "")], None),  # what the goal would bring back was deleted
        ([((1, 0), (2, 0), "")], None),
        ([((0, 0), (2, 0), "")], None),
        ([((0, 5), (0, 5), "\nnew = 2")], [(3, OLD, GOAL)]),
        ([((1, 0), (1, 0), "new = 2\n")], [(3, OLD, GOAL)]),
        ([((2, 0), (2, 0), "new = 2\n")], [(2, OLD, GOAL)]),
        ([((0, 0), (1, 0), "")], [(1, OLD, GOAL)]),
        ([((2, 4), (2, 5), "4")], [(2, OLD, GOAL)]),
        ([((2, 0), (5, 0), "")], [(2, OLD, GOAL)]),
    ],
)
def test_what_typing_leaves(typed: Sequence[Typed], expected: list[tuple[int, str, str]] | None) -> None:
    shown = Shown(BASE, LineChange(2, (OLD,), (GOAL,)))
    for each in typed:
        shown.type(*each)
    assert shown.left() == expected


def test_of_equal_lines_the_right_one_is_changed() -> None:
    for line in range(3):
        shown = Shown(["a(1)\n"] * 3, LineChange(line + 1, ("a(1)\n",), ("a(1, 2)\n",)))
        shown.type((line, 3), (line, 3), ",")
        shown.type((0, 0), (0, 0), "new\n")
        lines = ["new\n", "a(1)\n", "a(1)\n", "a(1)\n"]
        lines[line + 1] = "a(1, 2)\n"
        assert shown.text() == "".join(lines)


def test_brackets_that_the_editor_closes_are_absorbed() -> None:
    shown = Shown(["a\n", "x\n"], LineChange(2, ("x\n",), ("x = f([1])\n",)))
    for place, text in ((1, " = f("), (6, ")"), (6, "["), (7, "]"), (7, "1")):
        shown.type((1, place), (1, place), text)
        assert shown.text() == "a\nx = f([1])\n"
    assert shown.left() == []


def test_new_lines_are_typed_where_they_come() -> None:
    shown = Shown(["a\n", "z\n"], LineChange(2, (), ("bcd\n", "e\n")))
    shown.type((0, 0), (0, 0), "top\n")
    shown.type((2, 0), (2, 0), "b\n")
    assert shown.left() == [(3, "b\n", "bcd\ne\n")]
    shown.type((2, 1), (2, 1), "x")
    assert shown.left() is None


_INSERTED = (", mode=1", "beta", "(x, y)", "[a for a in b]", " + 1", "x\n    y", "a\n")
_TEXTS = st.lists(st.sampled_from(["a(1)\n", "b = 2\n", "x\n", "\n"]), min_size=1, max_size=6)


@given(base=_TEXTS, data=st.data(), inserted=st.sampled_from(_INSERTED), agrees=st.booleans())
def test_any_typing_ends_in_the_same_text_or_in_none(
    base: list[str], data: st.DataObject, inserted: str, *, agrees: bool
) -> None:
    line = data.draw(st.integers(0, len(base) - 1))
    old = base[line].rstrip("\n")
    at = data.draw(st.integers(0, len(old)))
    goal = f"{old[:at]}{inserted}{old[at:]}\n"
    shown = Shown(base, LineChange(line + 1, (base[line],), tuple(split_lines(goal))))
    size = data.draw(st.integers(1, len(inserted)))
    if agrees:
        shown.type((line, at), (line, at), inserted[:size])
    else:
        shown.type((line, data.draw(st.integers(0, len(old)))), (line, len(old)), data.draw(st.sampled_from("qz( ")))
    above = data.draw(st.integers(0, 2))
    for _ in range(above):
        shown.type((0, 0), (0, 0), "new\n")
    text = shown.text()
    assert text is not None or not agrees
    if text is not None:
        assert text == "new\n" * above + "".join([*base[:line], goal, *base[line + 1 :]])
