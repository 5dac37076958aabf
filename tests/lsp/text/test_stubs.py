import pytest

from darner_server.lsp.text.positions import split_lines
from darner_server.lsp.text.stubs import is_stub, window_around
from darner_server.lsp.text.tests_of_file import tests_of as counterpart


@pytest.mark.parametrize(
    ("text", "stub"),
    [
        ("def f(a: int) -> int:\n    pass\n", True),
        ("def f(): ...\n", True),
        ('def f(x):\n    """Doc."""\n    raise NotImplementedError\n', True),
        ("async def f(\n    a: int,\n) -> dict[str, int]:\n    # TODO\n    ...\n", True),
        ("fn f(a: u8) -> u8 {\n    todo!()\n}\n", True),
        ("function f() {\n  // TODO\n}\n", True),
        ("int f(void) {\n}\n", True),
        ("void f() {}\n", True),
        ("def f(x):\n    return x\n", False),
        ("function f() { return 1; }", False),
        ("", False),
    ],
)
def test_stubs(text: str, stub: bool) -> None:
    assert is_stub(split_lines(text)) is stub


@pytest.mark.parametrize(
    ("text", "line", "first", "shown"),
    [
        ("a = 1\ndef f():\n    x\n\n    y\n\nb = 2\n", 4, 1, "def f():\n    x\n\n    y\n\n"),
        ("int f()\n{\n  x;\n}\n\nint g;\n", 2, 0, "int f()\n{\n  x;\n}\n\n"),
        ("def f(\n    a\n):\n    pass", 3, 0, "def f(\n    a\n):\n    pass"),
        ("    x\n" * 500, 300, 180, "    x\n" * 240),
        ("x\n", 9, 0, "x\n"),
        ("", 0, 0, ""),
    ],
)
def test_a_window_is_what_begins_at_the_margin(text: str, line: int, first: int, shown: str) -> None:
    window = window_around(split_lines(text), line)
    assert (window.first, window.text) == (first, shown)


@pytest.mark.parametrize(
    ("path", "there", "tests"),
    [
        ("src/fetch.py", (), "tests/test_fetch.py"),
        ("src/fetch.py", ("src/test_fetch.py",), "src/test_fetch.py"),
        ("pkg/a.go", (), "pkg/a_test.go"),
        ("src/a.rs", (), "src/a.rs"),
        ("src/main/java/A.java", (), "src/test/java/ATest.java"),
        ("src/a.ts", ("src/a.spec.ts",), "src/a.spec.ts"),
        ("a.c", (), "tests/test_a.c"),
    ],
)
def test_where_tests_go(path: str, there: tuple[str, ...], tests: str) -> None:
    assert counterpart(path, there.__contains__) == tests


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[" * 2_000_000 + "\n", 0),
        ("x\n" + "," * 2_000_000, 1),
        ("def f():\n    pass\n" + "a" * 2_000_000 + "\n", 1),
        ("a" * 2_000_000 + "\ndef f():\n    pass\n", 2),
        (("b" * 50_000 + "\n") * 40, 20),
        (("b" * 900 + "\n") * 400, 200),
    ],
)
def test_very_long_lines_are_looked_at_in_part(text: str, line: int) -> None:
    window = window_around(split_lines(text), line)
    assert len(window.text) <= 32_000
    assert window.first <= line < window.first + len(window.lines)
    assert ("def f" in text) == ("def f():\n    pass\n" in window.text)
