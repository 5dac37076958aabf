import pytest

from darner_server.lsp.suggestions.memory import SuggestionMemory
from darner_server.lsp.suggestions.shape import Cursor, Suggestion, suggest


@pytest.mark.parametrize(
    ("before", "after", "reply", "text"),
    [
        # one line
        ("def add(a, b):\n    return ", "\n", "a + b\n\nprint(1)", "a + b"),
        ("x = foo(", ")\n", "a, b)\n", "a, b"),
        ("x = foo(", ")\n", "a, bar(c))\n", "a, bar(c)"),
        ("a = [1, 2", "]\n", ", 3]", ", 3"),
        ("    for i in ", "\n", "```python\n    for i in range(10):\n        x\n```", " range(10):"),
        ("value = ", "\n", "", ""),
        ("value = f(", "a, b)\n", "a, b)", ""),
        # one block
        ("def add(a, b):\n    ", "\n\ndef mul(a, b):\n", "return a + b\n\ndef x():\n  pass", "return a + b"),
        ("def f(x):", "\n\nprint(1)\n", "\n    y = x\n\n    return y\n\nprint(1)\n", "\n    y = x\n\n    return y"),
        ("function f() {", "\n}\n", "\n  return 1;\n}\nf();", "\n  return 1;"),
        ("function f() {", "\n", "\n  return 1;\n}\nf();", "\n  return 1;\n}"),
        ("class A:\n    def f(self):\n        ", "\n    def g(self):\n        pass\n",
         "return 1\n    def g(self):\n        pass\n", "return 1"),
        ("if a:\n    ", "\n    done()\n", "start()\n    done()\n", "start()"),
        ("function f() {\n  ", "\n", "return 1;\n}\nf();", "return 1;\n}"),
        ("function f() {\n  ", "\n}\n", "return 1;\n}\nf();", "return 1;"),
        ("import os\nimport sys\n", "\n", "import os\nimport sys\nimport re\n", "import re"),
        ("x = ", "\n", "Sure! Here it is:\n```python\n1\n```", "1"),
        ("x = ", "\n", "Sure! I would write a number there.", ""),
        ("x = fo", "\ry = 2\r", "o(1)\ry = 2", "o(1)"),
        ("x = 'hel", "'\n", "lo (world'", "lo (world"),
        ("foo.ba", "r_name()\n", "r_name()", ""),
        ("x = fo", "", "o(1)", "o(1)"),
        ("x = 1\r\n", "\r\n", "y = 2\r\n\r\n\r\nz", "y = 2"),
    ],
)  # fmt: skip
def test_what_may_stand_at_the_cursor(before: str, after: str, reply: str, text: str) -> None:
    cursor = Cursor(before, after)
    assert suggest(cursor, reply, ended=True).text == text
    shown = ""
    for size in range(1, len(reply) + 1):
        found = suggest(cursor, reply[:size])
        shown = found.text
        if found.complete:
            break
    assert text.startswith(shown.rstrip()) or shown == text


@pytest.mark.parametrize(
    ("before", "after", "reply", "text"),
    [
        ("", "def f():\n    pass\n", "import os\n", "import os\n"),
        ("", "def f():\n    pass\n", "import os", "import os\n"),
        ("import re\n", "class A:\n    pass\n", "import sys\n", "import sys\n"),
        ("import re\n", "class A:\n    pass\n", "import sys\nclass A:\n", "import sys\n"),
        ("def f(x):\n    ", "return x\n", "x += 1\n    ", "x += 1\n    "),
        ("def f(x):\n    ", "return x\n", "x += 1\n    return x\n", "x += 1\n    "),
        ("def f(x):\n\t", "return x\n", "x += 1", "x += 1\n\t"),
        ("", "def f():\n", "async ", "async "),
        ("", "def f():\n", "@cache\n", "@cache\n"),
        ("x = 1\n", "(a, b)\n", "foo", "foo"),
        ("    ", "x = 1\n", "self.", "self."),
        ("function f() {\r\n  ", "return 1;\r\n}\r\n", "let a = 2;\r\n  return 1;", "let a = 2;\n  "),
        ("import os", "\nclass A:\n", "import sys\n", ""),
        ("import re\nimport os", "\n", "def f():\n    pass\n", ""),
        ("x = compute", "\n", "compute(1)\n", "(1)"),
        ("    value = self.compute", "\n", "self.compute(1)", "(1)"),
        ("x = ha", "\n", "haha", "haha"),
        ("x = a + ", "\n", "a + b", "a + b"),
        ("from os import path", "\n", "path, sep", ", sep"),
        ("x = el", "\n", "if a:", "if a:"),
        ("x = my", "\n", "class = 3", "class = 3"),
        ("def f():\r\n    ", "\r\n    a = 1\r\n    b = 2\r\n", "a = 0\n    a = 1\n    b = 2\n", "a = 0"),
        ("def f():\r    ", "\r    a = 1\r", "a = 0\n    a = 1\n", "a = 0"),
        ("const a = require", "\n", "require('fs');\n", "('fs');"),
        ("", "", "import os\n", "import os"),
    ],
)  # fmt: skip
def test_no_line_is_glued_to_another_and_none_begins_twice(before: str, after: str, reply: str, text: str) -> None:
    assert suggest(Cursor(before, after), reply, ended=True).text == text


def test_a_cut_off_reply_gives_whole_lines_only() -> None:
    cursor = Cursor("def f():\n    ", "\n")
    assert suggest(cursor, "a = 1\n    b = comp", ended=True, cut_off=True) == Suggestion("a = 1", complete=False)


def test_what_is_being_typed_is_remembered() -> None:
    completions = SuggestionMemory()
    completions.remember(Cursor("x = ", "\n"), "compute(1)")
    assert completions.remembered(Cursor("x = co", "\n")) == "mpute(1)"
    assert completions.remembered(Cursor("x = cx", "\n")) is None
    assert completions.remembered(Cursor("x = co", "\n\n")) is None
    assert completions.remembered(Cursor("x =", "\n")) is None
    assert completions.remembered(Cursor("x = compute(1)", "\n")) is None


def test_in_a_large_document_the_text_around_the_place_decides() -> None:
    head, tail = "a = 1\n" * 20_000, "b = 2\n" * 20_000
    completions = SuggestionMemory()
    completions.remember(Cursor(head + "x = ", tail), "compute(1)")
    assert completions.remembered(Cursor(head + "x = co", tail)) == "mpute(1)"
    assert completions.remembered(Cursor(head + "y = co", tail)) is None
    assert completions.remembered(Cursor("\n" + head + "x = co", tail)) is None
    assert completions.remembered(Cursor(head + "x = co", tail + "c\n")) is None
    assert completions.remembered(Cursor(head + "x = co", "c" + tail[1:])) is None
