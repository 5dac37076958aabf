"""Replies in every format, as models write them: what becomes of the files, or why not."""

from dataclasses import dataclass, field

import pytest

from darner_server.patch import apply_reply

SHOP = "def price(item):\n    return item.net\n\n\ndef total(items):\n    return sum(price(item) for item in items)\n"
TAXED = SHOP.replace("item.net", "item.net * 1.2")
CLASS = (
    "class Cart {\n  add(item) {\n    this.items.push(item);\n  }\n\n"
    "  size() {\n    return this.items.length;\n  }\n}\n"
)


@dataclass
class Case:
    name: str
    reply: str
    files: dict[str, str]
    expected: dict[str, str | None] | str  # the files, or a part of the reason
    target: str | None = None
    reply_format: str | None = None
    bridges: set[str] = field(default_factory=set[str])


def block(before: str, after: str, path: str = "shop.py") -> str:
    return f"{path}\n```python\n<<<<<<< SEARCH\n{before}=======\n{after}>>>>>>> REPLACE\n```\n"


def one(name: str, reply: str, **more: object) -> Case:
    return Case(name, reply, {"shop.py": SHOP}, {"shop.py": TAXED}, **more)  # type: ignore[arg-type] # a table's defaults


NET, GROSS = "    return item.net\n", "    return item.net * 1.2\n"

FORMS = [
    one("a block, its file above the fence", "Sure!\n\n" + block(NET, GROSS) + "\nDone."),
    one("its file inside the fence", f"```python\nshop.py\n<<<<<<< SEARCH\n{NET}=======\n{GROSS}>>>>>>> REPLACE\n```"),
    one("its file decorated", block(NET, GROSS, "**`./shop.py`:**")),
    one("its file in a heading", block(NET, GROSS, "### File: shop.py")),
    one("its file in a sentence", block(NET, GROSS, "Change `shop.py`:")),
    one(
        "its file in the fence's info", f"```python shop.py\n<<<<<<< SEARCH\n{NET}=======\n{GROSS}>>>>>>> REPLACE\n```"
    ),
    one("its file behind the marker", f"<<<<<<< SEARCH shop.py\n{NET}=======\n{GROSS}>>>>>>> REPLACE\n"),
    one("no file, but a target", f"<<<<<<< SEARCH\n{NET}=======\n{GROSS}>>>>>>> REPLACE\n", target="shop.py"),
    one("no fence", f"shop.py\n<<<<<<< SEARCH\n{NET}=======\n{GROSS}>>>>>>> REPLACE\n"),
    one("four backticks", f"shop.py\n````\n<<<<<<< SEARCH\n{NET}=======\n{GROSS}>>>>>>> REPLACE\n````\n"),
    one("a source tag", f"shop.py\n<source>python\n<<<<<<< SEARCH\n{NET}=======\n{GROSS}>>>>>>> REPLACE\n</source>\n"),
    one("dashes and pluses", f"shop.py\n------- SEARCH\n{NET}=======\n{GROSS}+++++++ REPLACE\n"),
    one("brackets", f"shop.py\n[SEARCH]\n{NET}[REPLACE]\n{GROSS}[/REPLACE]\n"),
    one("closed brackets", f"shop.py\n[SEARCH]\n{NET}[/SEARCH]\n[REPLACE]\n{GROSS}[/REPLACE]\n"),
    one("markers of other lengths", f"shop.py\n<<<<< SEARCH\n{NET}=========\n{GROSS}>>>>>>>> REPLACE\n"),
    one("a line hint", f"shop.py\n<<<<<<< SEARCH\n:start_line:2\n-------\n{NET}=======\n{GROSS}>>>>>>> REPLACE\n"),
    one("not closed, but the reply ends with it", f"shop.py\n------- SEARCH\n{NET}=======\n{GROSS}"),
    one("reasoning before it", "<think>\n" + block("x\n", "y\n") + "</think>\n" + block(NET, GROSS)),
    one(
        "apply_patch",
        f"*** Begin Patch\n*** Update File: shop.py\n@@ def price(item):\n-{NET}+{GROSS}*** End Patch\n",
    ),
    one(
        "apply_patch in a heredoc",
        f"apply_patch <<'EOF'\n*** Begin Patch\n*** Update File: shop.py\n@@\n-{NET}+{GROSS}*** End Patch\nEOF\n",
    ),
    one(
        "a diff",
        f"```diff\n--- a/shop.py\n+++ b/shop.py\n@@ -1,3 +1,3 @@\n def price(item):\n-{NET}+{GROSS} \n```\n",
    ),
    one(
        "a diff with wrong counts", f"--- a/shop.py\n+++ b/shop.py\n@@ -9,7 +8,1 @@\n def price(item):\n-{NET}+{GROSS}"
    ),
    one("a diff without numbers", f"--- shop.py\n+++ shop.py\n@@ ... @@\n-{NET}+{GROSS}"),
    one(
        "a diff by git",
        f"diff --git a/shop.py b/shop.py\nindex 1..2 100644\n--- a/shop.py\n+++ b/shop.py\n@@ -2 +2 @@\n-{NET}+{GROSS}",
    ),
    one("JSON", '[{"path": "shop.py", "old_string": "item.net\\n", "new_string": "item.net * 1.2\\n"}]'),
    one(
        "JSON of a tool call in a fence",
        '```json\n{"file_path": "shop.py", "edits": [{"oldText": "item.net", "newText": "item.net * 1.2"}]}\n```',
    ),
    one("the whole file", f"shop.py\n```python\n{TAXED}```\n"),
    one("the whole file, no name", f"Here it is:\n```python\n{TAXED}```\nEnjoy.\n", target="shop.py"),
    one("the whole file bare", TAXED, target="shop.py"),
    one("one function by its name", f"```python\ndef price(item):\n{GROSS}```\n", target="shop.py"),
    one("the rest left out", f"shop.py\n```python\ndef price(item):\n{GROSS}\n\n# ... rest of the file ...\n```\n"),
    one("an absolute path", block(NET, GROSS, "/home/me/work/shop.py")),
    one("a path with backslashes", block(NET, GROSS, ".\\shop.py")),
    one("line numbers copied", block("2 |" + " " + NET, "2 |" + " " + GROSS), bridges={"line numbers"}),
    one("trailing blanks", block("    return item.net  \n", GROSS), bridges={"trailing blanks"}),
    one("indentation lost", block(NET.lstrip(), GROSS.lstrip()), bridges={"indentation shifted"}),
    one("the same edit twice", block(NET, GROSS) + block(NET, GROSS)),
]

CASES = [
    Case(
        "two files, one new",
        block(NET, GROSS) + "\n" + block("", "RATE = 1.2\n", "rates/vat.py"),
        {"shop.py": SHOP},
        {"shop.py": TAXED, "rates/vat.py": "RATE = 1.2\n"},
    ),
    Case(
        "apply_patch adds, deletes and moves",
        "*** Begin Patch\n*** Add File: new.txt\n+one\n+\n*** Delete File: old.txt\n*** Update File: a.txt\n"
        "*** Move to: b/a.txt\n@@\n-x\n+y\n*** End Patch",
        {"old.txt": "gone\n", "a.txt": "x\nz\n"},
        {"new.txt": "one\n\n", "old.txt": None, "a.txt": None, "b/a.txt": "y\nz\n"},
    ),
    Case(
        "a diff makes and removes files",
        "--- /dev/null\n+++ b/new.txt\n@@ -0,0 +1,2 @@\n+one\n+two\n"
        "--- a/old.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-gone\n",
        {"old.txt": "gone\n"},
        {"new.txt": "one\ntwo\n", "old.txt": None},
    ),
    Case(
        "CRLF is kept", block("b\n", "B\nC\n", "a.txt"), {"a.txt": "a\r\nb\r\nc\r\n"}, {"a.txt": "a\r\nB\r\nC\r\nc\r\n"}
    ),
    Case("CR is kept", block("b\n", "B\nC\n", "a.txt"), {"a.txt": "a\rb\rc\r"}, {"a.txt": "a\rB\rC\rc\r"}),
    Case(
        "each untouched line keeps its end",
        block("a\nb\nc\n", "a\nB\nc\n", "a.txt"),
        {"a.txt": "a\r\nb\nc\r\n"},
        {"a.txt": "a\r\nB\nc\r\n"},
    ),
    Case("a byte order mark is kept", block("a\n", "A\n", "a.txt"), {"a.txt": "\ufeffa\nb"}, {"a.txt": "\ufeffA\nb"}),
    Case("no final newline is kept", block("b\n", "B\n", "a.txt"), {"a.txt": "a\nb"}, {"a.txt": "a\nB"}),
    Case("text is added behind it", block("b\n", "b\nc\n", "a.txt"), {"a.txt": "a\nb"}, {"a.txt": "a\nb\nc"}),
    Case(
        "form feeds and separators end no line",
        block("b\n", "B\n", "a.txt"),
        {"a.txt": "a\x0cb\u2028\x85\nb\n"},
        {"a.txt": "a\x0cb\u2028\x85\nB\n"},
    ),
    Case(
        "new lines are shifted with the old ones",
        block("if a:\n    b()\n", "if a:\n    b()\n    c()\nd()\n", "a.py"),
        {"a.py": "def f():\n    if a:\n        b()\n"},
        {"a.py": "def f():\n    if a:\n        b()\n        c()\n    d()\n"},
        bridges={"indentation shifted"},
    ),
    Case(
        "tabs for the model's blanks",
        block("    if a:\n        b()\n", "    if a:\n        c()\n", "a.go"),
        {"a.go": "func f() {\n\tif a:\n\t\tb()\n}\n"},
        {"a.go": "func f() {\n\tif a:\n\t\tc()\n}\n"},
        bridges={"tabs against spaces"},
    ),
    Case(
        "typographic quotes",
        block('say("it\u2019s on")\n', "say()\n", "a.py"),
        {"a.py": 'x = 1\nsay("it\'s on")\n'},
        {"a.py": "x = 1\nsay()\n"},
        bridges={"typographic characters"},
    ),
    Case(
        "HTML entities",
        block("if a &lt; b &amp;&amp; c:\n", "if a &lt;= b:\n", "a.c"),
        {"a.c": "if a < b && c:\n"},
        {"a.c": "if a <= b:\n"},
        bridges={"HTML entities"},
    ),
    Case(
        "dots for lines in both halves",
        block(
            "def total(items):\n...\n    return out\n", "def total(items, rate):\n...\n    return out * rate\n", "a.py"
        ),
        {"a.py": "def total(items):\n    out = 0\n    for i in items:\n        out += i\n    return out\n"},
        {
            "a.py": "def total(items, rate):\n    out = 0\n    for i in items:\n"
            "        out += i\n    return out * rate\n"
        },
        bridges={"elided lines"},
    ),
    Case(
        "a text that holds the divider",
        block("Title\n=======\nold\n", "Title\n=======\nnew\n", "a.rst"),
        {"a.rst": "Title\n=======\nold\nend\n"},
        {"a.rst": "Title\n=======\nnew\nend\n"},
    ),
    Case(
        "a line hint decides between equal places",
        "a.py\n<<<<<<< SEARCH\n:start_line:3\n-------\nx = 1\n=======\nx = 2\n>>>>>>> REPLACE\n",
        {"a.py": "x = 1\ny\nx = 1\n"},
        {"a.py": "x = 1\ny\nx = 2\n"},
    ),
    Case(
        "a hint counts in the file as the model saw it",
        "a.py\n<<<<<<< SEARCH\n:start_line:1\n-------\na\n=======\na\nb\nc\n>>>>>>> REPLACE\n"
        "<<<<<<< SEARCH\n:start_line:4\n-------\nx = 1\n=======\nx = 2\n>>>>>>> REPLACE\n",
        {"a.py": "a\nx = 1\ny\nx = 1\n"},
        {"a.py": "a\nb\nc\nx = 1\ny\nx = 2\n"},
    ),
    Case(
        "a section decides between equal places",
        "*** Begin Patch\n*** Update File: a.py\n@@ class B:\n"
        "@@     def f(self):\n-        pass\n+        return 1\n*** End Patch\n",
        {"a.py": "class A:\n    def f(self):\n        pass\n\nclass B:\n    def f(self):\n        pass\n"},
        {"a.py": "class A:\n    def f(self):\n        pass\n\nclass B:\n    def f(self):\n        return 1\n"},
    ),
    Case(
        "as many equal edits as places",
        block("x = 1\n", "x = 2\n", "a.py") * 2,
        {"a.py": "x = 1\ny\nx = 1\n"},
        {"a.py": "x = 2\ny\nx = 2\n"},
    ),
    Case(
        "the end of the file decides",
        "*** Begin Patch\n*** Update File: a.py\n@@\n-x\n+y\n*** End of File\n*** End Patch\n",
        {"a.py": "x\nx\n"},
        {"a.py": "x\ny\n"},
    ),
    Case(
        "new members behind all that exist",
        "```js\nclass Cart {\n  // ... existing code ...\n\n  clear() {\n    this.items = [];\n  }\n}\n```",
        {"cart.js": CLASS},
        {"cart.js": CLASS.removesuffix("}\n") + "\n  clear() {\n    this.items = [];\n  }\n}\n"},
        target="cart.js",
    ),
    Case(
        "one method, its comment new",
        "```js\n// How many.\nsize() {\n  return this.items.length;\n}\n```",
        {"cart.js": CLASS},
        {"cart.js": CLASS.replace("  size", "  // How many.\n  size")},
        target="cart.js",
    ),
    Case(
        "already applied",
        block(NET, "    return item.gross  # with tax\n"),
        {"shop.py": SHOP.replace("item.net", "item.gross  # with tax")},
        {"shop.py": SHOP.replace("item.net", "item.gross  # with tax")},
    ),
    Case(
        "an insertion already made",
        block("import os\n", "import os\nimport struct\n", "a.py"),
        {"a.py": "import os\nimport struct\nx\n"},
        {"a.py": "import os\nimport struct\nx\n"},
    ),
    Case(
        "a short block said twice",
        2 * block("x = 1\n", "x = 2\n", "a.py"),
        {"a.py": "x = 1\n"},
        {"a.py": "x = 2\n"},
    ),
    # Refusals.
    Case("nothing in it", "I would not change anything.", {"shop.py": SHOP}, "no edit", target="shop.py"),
    Case("empty", "", {"shop.py": SHOP}, "no edit"),
    Case("the input unchanged", f"```python\n{SHOP}```", {"shop.py": SHOP}, "changes no file", target="shop.py"),
    Case("a block that changes nothing", block(NET, NET), {"shop.py": SHOP}, "changes no file"),
    Case(
        "missing", block("    return item.gros\n", GROSS), {"shop.py": SHOP}, "line 2 of the file is `return item.net`"
    ),
    Case("ambiguous", block("x = 1\n", "x = 2\n", "a.py"), {"a.py": "x = 1\ny\nx = 1\n"}, "at 2 places, lines 1 and 3"),
    Case("a part of a line", block("item.net\n", "item.gross\n"), {"shop.py": SHOP}, "not in the file"),
    Case(
        "one of two refused: nothing changes",
        block(NET, GROSS) + block("nope\n", "x\n"),
        {"shop.py": SHOP},
        "not in the file",
    ),
    Case("no such file", block(NET, GROSS, "store.py"), {"shop.py": SHOP}, "no file store.py"),
    Case("out of the root", block("", "x\n", "../evil.py"), {"shop.py": SHOP}, "outside the workspace"),
    Case("a new hook", block("", "x\n", ".git/hooks/pre-commit.py"), {"shop.py": SHOP}, "belongs to the repository"),
    Case(
        "its configuration",
        block("[core]\n", "x\n", "a/.GIT/config"),
        {".GIT/config": "[core]\n"},
        "belongs to the repository",
    ),
    Case("its other name", block("", "x\n", "git~1/config.py"), {"shop.py": SHOP}, "belongs to the repository"),
    Case("its name in pieces", block("", "x\n", ".git. ./config.py"), {"shop.py": SHOP}, "belongs to the repository"),
    Case(
        "a file moved there",
        "*** Begin Patch\n*** Update File: shop.py\n*** Move to: sub/.hg/hgrc\n*** End Patch\n",
        {"shop.py": SHOP},
        "belongs to the repository",
    ),
    Case("another disk", block("", "x\n", "C:\\evil.py"), {"shop.py": SHOP}, "outside the workspace"),
    Case("an absolute new file", block("", "x\n", "/etc/evil.conf"), {"shop.py": SHOP}, "outside the workspace"),
    Case(
        "not closed in its fence",
        "shop.py\n```\n<<<<<<< SEARCH\n" + NET + "=======\n" + GROSS + "\nDone!",
        {"shop.py": SHOP},
        "not closed",
    ),
    Case(
        "two closing markers",
        f"shop.py\n<<<<<<< SEARCH\n{NET}>>>>>>> REPLACE\n{GROSS}>>>>>>> REPLACE\n",
        {"shop.py": SHOP},
        "separates",
    ),
    Case(
        "a patch cut off",
        f"*** Begin Patch\n*** Update File: shop.py\n@@\n-{NET}+    return item.n",
        {"shop.py": SHOP},
        "may be incomplete",
    ),
    Case(
        "a diff cut off",
        f"```diff\n--- a/shop.py\n+++ b/shop.py\n@@ -1,3 +1,3 @@\n def price(item):\n-{NET}+    ret",
        {"shop.py": SHOP},
        "ends inside a hunk",
    ),
    Case(
        "an update without a hunk",
        "*** Begin Patch\n*** Update File: shop.py\n*** End Patch",
        {"shop.py": SHOP},
        "no hunk",
    ),
    Case(
        "deletes what is not there",
        "*** Begin Patch\n*** Delete File: a.py\n*** End Patch",
        {"shop.py": SHOP},
        "no file a.py",
    ),
    Case(
        "moves onto a file",
        "*** Begin Patch\n*** Update File: a\n*** Move to: b\n*** End Patch",
        {"a": "1\n", "b": "2\n"},
        "already a file",
    ),
    Case(
        "adds a file that exists",
        "*** Begin Patch\n*** Add File: a\n+x\n*** End Patch",
        {"a": "1\n"},
        "already such a file",
    ),
    *(
        Case(f"a new file {path}", f"*** Begin Patch\n*** Add File: {path}\n+x\n*** End Patch", {"a": "1\n"}, reason)
        for path, reason in (
            ("CON", "device on Windows"),
            ("sub/nul.py", "device on Windows"),
            ("AUX .txt", "device on Windows"),
            ("com1/x.py", "device on Windows"),
            ("a.py:stream", "contains a colon"),
            ("a.py./x", "ends in a dot"),
            (".g\u200cit/hooks/x", "belongs to the repository"),
            (".GIT /hooks/x", "belongs to the repository"),
        )
    ),
    Case(
        "moves to a device",
        "*** Begin Patch\n*** Update File: a\n*** Move to: lpt1.txt\n*** End Patch",
        {"a": "1\n"},
        "device on Windows",
    ),
    Case(
        "a diff that makes a link",
        "diff --git a/s b/s\nnew file mode 120000\n--- /dev/null\n+++ b/s\n@@ -0,0 +1 @@\n+/etc/passwd\n",
        {"a": "1\n"},
        "link or a submodule",
    ),
    Case(
        "a diff that makes a file a link",
        "diff --git a/a b/a\nold mode 100644\nnew mode 120000\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-1\n+/etc/passwd\n",
        {"a": "1\n"},
        "link or a submodule",
    ),
    Case(
        "two edits of one place",
        block("x = 1\n", "x = 2\n", "a.py") + block("x = 1\n", "x = 3\n", "a.py"),
        {"a.py": "x = 1\n"},
        "is not in the file",
    ),
    Case(
        "numbers on some lines only", block("1 | a\n2 | b\n", "1 | a\nB\n", "a.py"), {"a.py": "a\nb\n"}, "line numbers"
    ),
    Case(
        "uneven indentation",
        block("def price(item):\n  return item.net\n", "x\n"),
        {"shop.py": SHOP},
        "the indentation differs",
    ),
    Case(
        "a gap with unsure ends",
        "shop.py\n```\nimport x\n# ... existing code ...\n```",
        {"shop.py": SHOP},
        "does not begin",
    ),
    Case(
        "a gap in a new file", block("", "a\n# ... rest of the code ...\n", "new.py"), {"shop.py": SHOP}, "abbreviates"
    ),
    Case(
        "a gap in a replacement",
        block(NET, "    # ... existing code ...\n    x()\n"),
        {"shop.py": SHOP},
        "leaves lines out",
    ),
    Case(
        "a part of the file, unsaid which", "a.py\n```\n" + "y\n" * 3 + "```", {"a.py": "x\n" * 30}, "part of the file"
    ),
    Case(
        "a name defined twice",
        "```python\ndef f():\n    return 1\n```",
        {"a.py": "class A:\n    def f():\n        pass\n\nclass B:\n    def f():\n        pass\n"},
        "more than once",
        target="a.py",
    ),
    Case(
        "a method and its comment, no class around them",
        "```js\n  /**\n   * Adds.\n   */\n  add(b) {\n    return this.a + b;\n  }\n```",
        {"a.js": "class A {\n  add(b) {\n    return b;\n  }\n\n  sub(b) {\n    return this.a - b;\n  }\n}\n"},
        {
            "a.js": "class A {\n  /**\n   * Adds.\n   */\n  add(b) {\n    return this.a + b;\n  }\n\n"
            "  sub(b) {\n    return this.a - b;\n  }\n}\n"
        },
        target="a.js",
    ),
    Case(
        "indented lines for a file that begins at the margin",
        "```js\n  this.a = 1;\n  this.b = 2;\n```",
        {"a.js": "class A {\n  constructor() {\n    this.a = 0;\n  }\n}\n"},
        "part of the file",
        target="a.js",
    ),
    Case(
        "removed lines indented otherwise",
        "--- a/a.js\n+++ b/a.js\n@@ @@\n f();\n-  /* of two\n-  lines */\n g();\n",
        {"a.js": "f();\n/* of two\n lines */\ng();\n"},
        {"a.js": "f();\ng();\n"},
    ),
    Case(
        "a line that comes is indented as nothing that stays",
        "--- a/a.py\n+++ b/a.py\n@@ @@\n f()\n-  a()\n-   b()\n+  c()\n g()\n",
        {"a.py": "f()\n    a()\n     b()\ng()\n"},
        "the indentation differs",
    ),
    Case("several fences, no name", "```\na\n```\nor\n```\nb\n```", {"a.py": "x\n"}, "which one", target="a.py"),
    Case(
        "an answer escaped for HTML",
        block("begin\n", "begin\nif a &lt; b:\n", "a.c"),
        {"a.c": "begin\nend\n"},
        "escaped",
    ),
]


@pytest.mark.parametrize("case", [*FORMS, *CASES], ids=lambda case: case.name)
def test_reply(case: Case) -> None:
    applied = apply_reply(case.reply, case.files, reply_format=case.reply_format, target=case.target)
    if isinstance(case.expected, str):
        assert applied.files == case.files
        assert case.expected in " / ".join(each.reason for each in applied.refused)
        return
    assert applied.refused == ()
    assert applied.files == {**case.files, **case.expected}
    found = {name for each in applied.located for name in each.bridges}
    assert case.bridges <= found
