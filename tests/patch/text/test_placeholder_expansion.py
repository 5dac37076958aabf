"""What lines that stand for others are filled in with, and when that is not certain."""

import pytest

from darner_server.patch.edit import Refusal
from darner_server.patch.text.placeholder_expansion import filled

GAP = "# ... existing code ..."


def block(head: str, members: str, end: str = "", indent: str = "    ") -> list[str]:
    return [head, *[indent + each for each in members.split("\n")], *([end] if end else [])]


@pytest.mark.parametrize(
    ("head", "old", "new", "end"),
    [
        ("class A:", "x = 1\ny = 2", "z = 3", "tail()"),
        ("class A:", "def one(self):\n    return 1", "def two(self):\n    return 2", "tail()"),
        ("class A {", "one() {\n  return 1;\n}", "two() {\n  return 1;\n}", "}"),
        ("function f() {", "app.use(a);\napp.use(b);", "app.use(c);", "}"),
        ("func f() {", "total += a", "total += b", "}"),
        ("def f():", "with a:\n    b()", "with c:\n    d()", "tail()"),
        (".a {", "font-size: 1px;\nfont-weight: 2;", "font-style: 3;", "}"),
        ("urls = [", '"https://a",', '"https://b",', "]"),
        ("formats:", "first: 1", "format: 2", "tail()"),
        ("enum A {", "One,", "Two,", "}"),
    ],
)
def test_new_members_are_added_to_a_block(head: str, old: str, new: str, end: str) -> None:
    expected = block(head, f"{old}\n{new}", end)
    assert filled(block(head, f"{GAP}\n{new}", end), block(head, old, end)) == expected


@pytest.mark.parametrize(
    ("head", "old", "new", "end"),
    [
        ("def f():", "a()\nreturn 1", "return 2", "tail()"),
        ("def f():", "a()\nreturn 1", "b()", "tail()"),
        ("fn f() {", "a();\npanic!();", "b();", "}"),
        ("def f():", "raise ValueError", "return 1", "tail()"),
        ("class A:", "x = 1\ny = 2", "x = 3", "tail()"),
        ("class A:", "x: int = 1\ny = 2", "x: int = 3", "tail()"),
        ("const a = {", "port: 1,\nhost: 2,", "port: 3,", "}"),
        ("{", '"port": 1,\n"host": 2,', '"port": 3,', "}"),
        (".a {", "font-size: 1px;\ncolor: red;", "font-size: 2px;", "}"),
        ("func f() {", "x := 1\ny := 2", "x := 3", "}"),
        ("let f = () => {", "let x = 1;\ny();", "let x = 2;", "}"),
        ("class A:", "def one(self):\n    return 1\ntwo = 2", "def one(self, more):\n    return 2", "tail()"),
        ("class A {", "int one() {\n  return 1;\n}", "int one(int more) {\n  return 2;\n}", "}"),
    ],
)
def test_a_member_that_may_replace_another_is_unsure(head: str, old: str, new: str, end: str) -> None:
    found = filled(block(head, f"{GAP}\n{new}", end), block(head, old, end))
    assert isinstance(found, Refusal), found
    assert found.kind == "placeholder"
