"""What a text catches on its way, and what a file keeps: marks, quotes, entities, tabs, line ends, places."""

import json

import pytest

from darner_server.patch import apply_reply

MARK = "\ufeff"


def block(path: str, before: str, after: str) -> str:
    return f"{path}\n```\n<<<<<<< SEARCH\n{before}=======\n{after}>>>>>>> REPLACE\n```\n"


def whole(path: str, text: str) -> str:
    return f"{path}\n\n```\n{text}```\n"


def pair(path: str, old: str, new: str, *, every: bool = False) -> str:
    return json.dumps({"path": path, "old_string": old, "new_string": new, "replace_all": every})


def check(path: str, before: str, reply: str, expected: str | None, reason: str = "") -> None:
    """Apply a reply to one file; None expects a refusal that gives the reason."""
    applied = apply_reply(reply, {path: before})
    assert applied.files == {path: before if expected is None else expected}
    if expected is None:
        assert reason in applied.refused[0].reason


USING = MARK + "using A;\nclass X {}\n"


@pytest.mark.parametrize(
    ("before", "reply", "expected"),
    [
        (USING, block("a.cs", MARK + "using A;\n", MARK + "using B;\n"), MARK + "using B;\nclass X {}\n"),
        (USING, block("a.cs", MARK + "using A;\n", "using B;\n"), MARK + "using B;\nclass X {}\n"),
        (USING, block("a.cs", "using A;\n", MARK + "using B;\n"), MARK + "using B;\nclass X {}\n"),
        (USING, block("a.cs", MARK + "using A;\n", "using B;\n" + MARK + "using A;\n"), MARK + "using B;\nusing A;\nclass X {}\n"),
        (USING, block("a.cs", MARK + "using A;\n", "using A;\n"), "using A;\nclass X {}\n"),
        ("using A;\n", block("a.cs", "using A;\n", MARK + "using A;\n"), MARK + "using A;\n"),
        (USING, whole("a.cs", MARK + "using B;\nclass X {}\n"), MARK + "using B;\nclass X {}\n"),
        (USING, whole("a.cs", "using B;\nclass X {}\n"), MARK + "using B;\nclass X {}\n"),
        ("using A;\nclass X {}\n", whole("a.cs", MARK + "using B;\nclass X {}\n"), "using B;\nclass X {}\n"),
        (USING, f"--- a/a.cs\n+++ b/a.cs\n@@ -1,2 +1,2 @@\n-{MARK}using A;\n+{MARK}using B;\n class X {{}}\n", MARK + "using B;\nclass X {}\n"),
        (USING, pair("a.cs", MARK + "using A;", MARK + "using B;"), MARK + "using B;\nclass X {}\n"),
    ],
)  # fmt: skip
def test_one_byte_order_mark(before: str, reply: str, expected: str) -> None:
    check("a.cs", before, reply, expected)


@pytest.mark.parametrize(
    ("path", "before", "reply"),
    [
        ("a.yml", "name: x\n", block("a.yml", "name: x\n", "name: \u201cdemo\u201d\n")),
        ("a.yml", "a:\n  b: 1\n", block("a.yml", "  b: 1\n", "\u00a0\u00a0b: 2\n")),
        ("a.sh", "echo x\n", block("a.sh", "echo x\n", "echo \u201chi\u201d\n")),
        ("a.sh", "ls -l\n", block("a.sh", "ls -l\n", "ls \u2013a\n")),
        ("a.js", "f();\nlet x = 1;\n", whole("a.js", "f();\nlet x = \u2018a\u2019;\n")),
        ("a.py", "x = 1\n", block("a.py", "x = 1\n", "x\u00a0= 2\n")),
        ("a.go", "x := 1\n", pair("a.go", "x := 1", "x := a \u2212 1")),
        ("a.yml", "a: 1\n", block("a.yml", "a: 1\n", "a:\u200b 2\n")),
        ("a.ts", "let x = 1;\n", block("a.ts", "let x = 1;\n", "let\u200b x = 2;\n")),
        ("a.sql", "SELECT 1;\n", block("a.sql", "SELECT 1;\n", "SELECT \u2018a\u2019;\n")),
        (".env", "X=1\n", block(".env", "X=1\n", "X=\u201ca\u201d\n")),
        ("a.css", "a { b: c }\n", block("a.css", "a { b: c }\n", "a { content: \u201cx\u201d }\n")),
    ],
)
def test_no_typographic_sign_gets_into_code(path: str, before: str, reply: str) -> None:
    check(path, before, reply, None, "typographic sign")


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("a.js", "let x = 1;\n", 'let x = "it\u2019s \u2013 here";\n'),
        ("a.js", "let x = 1;\n", "let x = `\n it\u2019s\n`;\n"),
        ("a.py", "x = 1\n", "x = 1  # the user\u2019s \u2014 really\n"),
        ("a.py", "x = 1\n", 'def f():\n    """Don\u2019t \u201cgo\u201d.\n\n    It\u2019s so.\n    """\n'),
        ("a.yml", "t: x\n", "t: Bob\u2019s shop \u2013 open\n"),
        ("a.md", "x\n", "\u201cHello\u201d \u2014 he said\n"),
        ("a.tsx", "<p>x</p>\n", "<p>Don\u2019t \u201cgo\u201d</p>\n"),
        ("a.sh", "x=1\n", "cat <<EOF\nit\u2019s\nEOF\n"),
        ("a.sh", "echo \u201ca\u201d\n", "echo \u201cb\u201d\n"),  # the file has them already
        ("a.py", "x = 1\n", 'x = "&lt;b&gt;"\n'),
        ("a.java", "int x;\n", 'String s = "&nbsp;&amp;";\n'),
        ("a.html", "<p/>\n", "<p>a &amp; b &lt; c</p>\n"),
    ],
)
def test_what_is_meant_is_kept(path: str, old: str, new: str) -> None:
    check(path, old, block(path, old, new), new)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.c", "int f(int a) {\n  return a &lt; 2;\n}\n"),
        ("a.html", "&lt;html&gt;\n&lt;p&gt;x&lt;/p&gt;\n&lt;/html&gt;\n"),
        ("a.json", '{"run": "a &amp;&amp; b"}\n'),
    ],
)
def test_a_new_file_escaped_for_html(path: str, text: str) -> None:
    (refused,) = apply_reply(whole(path, text), {"b": "1\n"}).refused
    assert refused.kind == "characters"


def test_lines_that_stay_keep_their_signs() -> None:
    before = "# don't\nsay('it')\nx = 1\n"
    check("a.py", before, whole("a.py", "# don\u2019t\nsay('it')\nx = 2\n"), before.replace("x = 1", "x = 2"))
    check("a.py", before, block("a.py", "say(\u2018it\u2019)\n", "say(\u2018so\u2019)\n"), before.replace("it", "so"))


MAKE = "build:\n\tgo build\n"


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (block("Makefile", MAKE.replace("\t", "    "), "build:\n    go build\n    go vet\n"), MAKE + "\tgo vet\n"),
        (block("Makefile", "build:\n", "build: x\n    go vet\n"), "build: x\n\tgo vet\n\tgo build\n"),
        (block("Makefile", "\tgo build\n", "\tgo build\n\nclean:\n        rm x\n"), MAKE + "\nclean:\n\trm x\n"),
        (whole("Makefile", "X = 1\nbuild:\n  go build\n  go vet \\\n    -v\n"), "X = 1\n" + MAKE + "\tgo vet \\\n    -v\n"),
        ("--- a/Makefile\n+++ b/Makefile\n@@ @@\n build:\n-\tgo build\n+    go vet\n", "build:\n\tgo vet\n"),
    ],
)  # fmt: skip
def test_recipes_keep_their_tabs(reply: str, expected: str) -> None:
    check("Makefile", MAKE, reply, expected)


MIXED = "a\nb\r\nc\nd\ne\n"


@pytest.mark.parametrize(
    ("before", "reply", "expected"),
    [
        ("a\r\nb\nc\r\nd\r\n", pair("a.txt", "b\nc", "b\nC"), "a\r\nb\nC\r\nd\r\n"),
        ("a\r\nb\nc\r\nd\r\n", pair("a.txt", "b\n", "b\nX\n"), "a\r\nb\nX\nc\r\nd\r\n"),
        ("a\r\nb\r\nc\r\n", pair("a.txt", "b\nc\n", "b\nX\nc\n"), "a\r\nb\r\nX\r\nc\r\n"),
        (MIXED, block("a.txt", "a\nb\nc\n", "A\nb\nC\n"), "A\nb\r\nC\nd\ne\n"),
        (MIXED, whole("a.txt", "A\nb\nC\nd\ne\n"), "A\nb\r\nC\nd\ne\n"),
        (MIXED, "--- a/a.txt\n+++ b/a.txt\n@@ @@\n-a\n+A\n b\n-c\n+C\n", "A\nb\r\nC\nd\ne\n"),
    ],
)
def test_untouched_lines_keep_their_ends(before: str, reply: str, expected: str) -> None:
    check("a.txt", before, reply, expected)


@pytest.mark.parametrize(
    ("before", "reply", "reason"),
    [
        ("aaa\n", pair("a.py", "aa", "b"), "overlapping"),
        ("aca\n", pair("a.py", "a", "b"), "occurs 2 times"),
        ("x\nx\nx\n", block("a.py", "x\nx\n", "y\n"), "at 2 places"),
        ("def a():\n    return 0\n\n\ndef b():\n    return compute(x)\n", block("a.py", "    return None\n", "    return compute(x)\n"), "not in the file"),
        ("def a():\n    return 0\n\n\ndef b():\n    return compute(x)\n", pair("a.py", "return None", "return compute(x)"), "not in the file"),
        ("first(a)\nx\nthird(c)\nfourth(d)\n", block("a.py", "first(a)\nthird(b)\n", "third(c)\nfourth(d)\n"), "not in the file"),
        ("zeta()\ngamma_two()\n", block("a.py", "alpha()\nbeta_one()\n", "alpha()\ngamma_two()\n"), "not in the file"),
    ],
)  # fmt: skip
def test_a_place_is_not_guessed(before: str, reply: str, reason: str) -> None:
    check("a.py", before, reply, None, reason)


def test_what_is_already_there() -> None:
    after = "import x\ndef f(a, b):\n    return a + b\n"
    applied = apply_reply(
        block("a.py", "def f(a):\n    return a\n", "def f(a, b):\n    return a + b\n"), {"a.py": after}
    )
    assert applied.refused == ()
    assert applied.located[0].bridges == ("already-applied",)
