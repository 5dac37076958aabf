"""Which lines of a reply request code, and what becomes of the edits around them."""

import pytest

from darner_server.patch import CodeRequests, Edit, Parser
from darner_server.patch.reply.code_requests import MOST, read

EDIT = "a.py\n```\n<<<<<<< SEARCH\nx = 1\n=======\nx = 2\n>>>>>>> REPLACE\n```\n"


@pytest.mark.parametrize(
    ("line", "requests"),
    [
        ("NEED a.py::f", [("a.py", "f")]),
        ("NEED: src/a.py::C.f", [("src/a.py", "C.f")]),
        ("- NEED `src/a.py::C.f`", [("src/a.py", "C.f")]),
        ("2. NEED a.go", [("a.go", "")]),
        ("**NEED a.rs::m::f()**", [("a.rs", "m::f()")]),
        ("  NEED my notes/b c.py::x", [("my notes/b c.py", "x")]),
        ("> NEED a.py::", [("a.py", "")]),
        ("NEED a.py:f", [("a.py", "f")]),
        ("NEED a.py:10-20", [("a.py", "")]),
        ("NEED a.py::f, b.py::g and h", [("a.py", "f"), ("b.py", "g"), ("a.py", "h")]),
        ("NEED src\\a.cs::F.", [("src\\a.cs", "F")]),
        ("NEED ../../etc/passwd", [("../../etc/passwd", "")]),
        ("NEED .env", [(".env", "")]),
        ("NEED Makefile", []),
        ("NEED to look at a.py first", []),
        ("I NEED a.py::f", []),
        ("need a.py::f", []),
        ("NEEDLE a.py::f", []),
        ("NEED", []),
        ("NEED " + "a/" * 600 + "b.py", []),
    ],
)
def test_a_line(line: str, requests: list[tuple[str, str]]) -> None:
    assert read(line) == requests


def parsed(reply: str, size: int) -> tuple[list[Edit], CodeRequests]:
    requests = CodeRequests()
    parser = Parser("search-replace", requests=requests)
    edits = [edit for at in range(0, len(reply), size) for edit in parser.feed(reply[at : at + size])]
    return [*edits, *parser.close()], requests


@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize(
    ("reply", "edits", "found", "behind"),
    [
        ("NEED a.py::f\nNEED b.py\n", 0, 2, 0),
        ("NEED a.py::f\nNEED a.py::f", 0, 1, 0),
        ("```\nNEED a.py::f\n```\n", 0, 1, 0),
        ("```text\nNEED a.py::f", 0, 1, 0),
        ("I have to see more.\n\nNEED a.py::f\n\nThank you.\n", 0, 1, 0),
        ("<think>\nNEED z.py::f\n</think>\nNEED a.py::f\n", 0, 1, 0),
        (f"<think>\nNEED z.py::f\n</think>\n{EDIT}", 1, 0, 0),
        (f"{EDIT}\nNEED a.py::f\n", 1, 1, 0),
        (f"NEED a.py::f\n\n{EDIT}", 0, 1, 1),
        (f"{EDIT}\nNEED a.py::f\n\n{EDIT}", 1, 1, 1),
        (EDIT.replace("x = 2", "NEED a.py::f"), 1, 0, 0),
        ("b.md\n```\nNEED a.py::f\nis how code is requested\n```\n", 1, 0, 0),
    ],
)
def test_a_reply(reply: str, edits: int, found: int, behind: int, size: int) -> None:
    given, requests = parsed(reply, size)
    assert [each.kind for each in given if each.kind == "malformed"] == []
    assert (len(given), len(requests.found), requests.edits_behind) == (edits, found, behind)


def test_without_requests_the_lines_are_prose() -> None:
    parser = Parser("search-replace")
    assert [each.path for each in (*parser.feed(f"NEED a.py::f\n\n{EDIT}"), *parser.close())] == ["a.py"]


def test_thousands_of_lines_are_not_waited_for() -> None:
    _, requests = parsed("".join(f"NEED a{number}.py::f\n" for number in range(5_000)), 10_000)
    assert requests.are_endless
    assert len(requests.found) == MOST
