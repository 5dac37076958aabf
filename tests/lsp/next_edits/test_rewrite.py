"""From a model's reply to what is shown: the window, the filters, and what typing leaves of it."""

from collections.abc import Sequence
from random import Random

import pytest

from darner_context.next_edits.edit import NextEdit, RecordedEdit
from darner_context.next_edits.history import LineChange
from darner_server.lsp.next_edits.change_edit import edit_of
from darner_server.lsp.next_edits.line_changes import line_changes
from darner_server.lsp.next_edits.next_edit_json import applied
from darner_server.lsp.next_edits.pending_rewrite import PendingRewrite
from darner_server.lsp.next_edits.rewrite_filters import kept_changes
from darner_server.lsp.next_edits.rewrite_prompt import BEGIN, END, question, rewritten
from darner_server.lsp.next_edits.window import window_at
from darner_server.lsp.text.positions import split_lines


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
CHANGE = LineChange(2, ("b = load(1)\n",), ("b = load(1, mode)\n",))


def rebased(now: Sequence[str]) -> list[tuple[int, str, str]] | None:
    found = PendingRewrite("a.py", tuple(BASE), (CHANGE,)).rebased(now)
    if found is None:
        return None
    return [(each.first, "".join(each.before), "".join(each.after)) for each in found.changes]


@pytest.mark.parametrize(
    ("line", "now", "expected"),
    [
        (2, "b = load(1, mode)\n", []),
        (2, "b = load(1,)\n", [(2, "b = load(1,)\n", CHANGE.after[0])]),
        (2, "b = load(1, mo)\n", [(2, "b = load(1, mo)\n", CHANGE.after[0])]),
        (2, "b = load(1, x)\n", None),
        (2, "b = load(1, modes)\n", None),
        (2, "b = load\n", None),  # what the goal would bring back was deleted
        (2, "", None),
        (1, "a = 1\nnew = 2\n", [(3, CHANGE.before[0], CHANGE.after[0])]),
        (1, "", [(1, CHANGE.before[0], CHANGE.after[0])]),
        (3, "c = 4\n", [(2, CHANGE.before[0], CHANGE.after[0])]),
        (4, "", [(2, CHANGE.before[0], CHANGE.after[0])]),
    ],
)
def test_what_typing_leaves(line: int, now: str, expected: list[tuple[int, str, str]] | None) -> None:
    assert rebased([*BASE[: line - 1], *split_lines(now), *BASE[line:]]) == expected


def test_brackets_that_the_editor_closes_are_absorbed() -> None:
    change = LineChange(2, ("x\n",), ("x = f([1])\n",))
    pending = PendingRewrite("a.py", ("a\n", "x\n"), (change,))
    for now in ("x = f()\n", "x = f([])\n", "x = f([1])\n", "x = f([1)\n"):
        found = pending.rebased(["a\n", now])
        assert found is not None
        assert all(each.after == change.after for each in found.changes)


def test_random_typing_never_makes_another_text() -> None:
    """Typing that agrees is kept; after any other typing there is the goal, or nothing."""
    random = Random(0)  # noqa: S311 - the same typing in each run
    kept = 0
    for _ in range(2_000):
        goal = "b = load(1, mode=read(2), other)\n"
        pending = PendingRewrite("a.py", tuple(BASE), (LineChange(2, ("b = load(1)\n",), (goal,)),))
        lines = list(BASE)
        at, agrees = len("b = load(1"), random.random() < 0.5
        typed = ", mode=read(2), other"[: random.randint(1, 20)] if agrees else "".join(random.choices("ab,( ", k=3))
        lines[1] = f"b = load(1{typed})\n"
        for _ in range(random.randint(0, 2)):  # elsewhere
            lines.insert(random.choice([0, len(lines)]), "new = 1\n")
        found = pending.rebased(lines)
        kept += agrees and found is not None
        assert found is not None or not agrees, (typed, at)
        for change in found.changes if found is not None else ():
            after = [*lines[: change.first - 1], *change.after, *lines[change.first - 1 + len(change.before) :]]
            assert [each for each in after if each != "new = 1\n"] == [BASE[0], goal, *BASE[2:]]
    assert kept > 500
