"""A new file is all there: what stands for code in it is refused, and honest comments are not."""

import pytest

from darner_server.patch import apply_reply

STANDS = [
    *("def f():\n    x = 1\n    # etc.\n", "x = 1\n# etc.\n", "x = 1\n# ⋮\ny = 2\n", "def f():\n    # implementation here\n    pass\n", "x = [\n    1,\n    # and so on\n]\n"),
    *("def f():\n    # (unchanged)\n    return 1\n", "x = 1\n# <snip>\ny = 2\n", "x = 1\n# - snip -\n", "# same imports as above\nx = 1\n", "x = 1\n# continue with the rest\n"),
    *("x = 1\n# add remaining handlers here\n", "x = 1\n# (other functions go here)\n", "x = [\n    'a',\n    # ... 12 more items\n]\n", "x = 1\n# getters and setters omitted\n"),
]  # fmt: skip
IN_OTHERS = [
    ("a.js", "function f() {\n  // etc.\n}\n"), ("a.js", "const a = 1;\n// etc...\n"), ("a.js", "const f = () => { /* same as above */ };\n"), ("a.go", "package a\n// etc.\n"),
    ("a.rs", "fn f() {\n    // etc.\n}\n"), ("a.c", "int f() {\n    /* etc. */\n}\n"), ("a.css", ".a { color: red; }\n/* etc. */\n"), ("a.html", "<ul>\n<!-- etc. -->\n</ul>\n"),
    ("a.html", "<ul>\n...\n</ul>\n"), ("a.yaml", "a: 1\n...\nb: 2\n"), ("a.yaml", "a:\n  - 1\n  # etc.\n"), ("a.sql", "INSERT INTO a VALUES (1);\n-- ... more rows\n"),
    ("a.sh", "a=1\n...\nb=2\n"), ("a.lua", "x = 1\n-- etc.\n"), ("a.jsonc", '{\n  "a": 1\n  // etc.\n}\n'), ("a.xyz", "a b\n⋮\nc d\n"), ("Makefile", "a:\n\techo\n# etc.\n"),
]  # fmt: skip
HONEST = [
    ("a.py", "def f():\n    ...\n"), ("a.py", "# Etc. is a module\nx = 1\n"), ("a.py", "# same as in b.py: keep both in step\nX = 1\n"), ("a.py", "# Other constants\nY = 2\n"),
    ("a.py", "# REST\nx = 1\n"), ("a.py", "# dates,\n# times,\n# etc.\nx = 1\n"), ("a.py", "def f(x):\n    # unchanged files are skipped\n    return x\n"), ("a.py", "# More tests\nx = 1\n"),
    ("a.py", "# rows skipped\nskipped = 0\n"), ("a.py", "x = 1\n# Your code here\n"), ("a.js", "const a = { ...b };\n"), ("a.js", "// Leave the rest to the browser\nf();\n"),
    ("a.js", "// same as above\nf();\n"), ("a.js", "function f() { /* nothing */ }\n"), ("a.js", "try {\n  f();\n} catch {\n  // ignore\n}\n"), ("a.c", "int a; /* etc. */\n"),
    ("a.yaml", "---\na: 1\n...\n"), ("a.yaml", "a: 1\n...\n---\nb: 2\n"), ("a.md", "# T\n\n...\n"), ("a.md", "Same as before, but faster.\n"), ("a.html", "<p>...</p>\n"),
    ("a.css", "a { color: inherit; /* same as parent */ }\n"), ("a.sh", "# Everything else goes to stderr\nf >&2\n"), (".gitignore", "# Other\n*.log\n"), ("a.txt", "a\n...\nb\n"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "text"), [*(("a.py", text) for text in STANDS), *IN_OTHERS])
def test_what_stands_for_code_is_refused(path: str, text: str) -> None:
    plus = "".join(f"+{line}\n" for line in text.split("\n")[:-1])
    for reply in (
        f"{path}\n```\n{text}```\n",
        f"*** Begin Patch\n*** Add File: {path}\n{plus}*** End Patch\n",
    ):
        for files in ({}, {path: ""}) if "***" not in reply else ({},):
            applied = apply_reply(reply, files)
            assert applied.files == files
            assert applied.refused[0].kind == "placeholder"


@pytest.mark.parametrize(("path", "text"), HONEST)
def test_an_honest_comment_stays(path: str, text: str) -> None:
    assert apply_reply(f"{path}\n```\n{text}```\n", {}).files == {path: text}
