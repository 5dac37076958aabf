"""What apply_patch names behind @@ holds: the text stands there, or the edit is refused."""

import pytest

from darner_server.patch import apply_reply

LIMITS = "package limits\n\nfunc Soft() int {\n\treturn limit(1)\n}\n\nfunc Hard() int {\n\treturn limit(2)\n}\n"
PAIR = (
    "class A:\n    def f(self):\n        return 1\n\n    def g(self):\n        return 2\n\n\n"
    "class B:\n    def f(self):\n        return 3\n"
)
STYLES = ".a {\n  color: red;\n}\n\n.b {\n  color: blue;\n}\n"
SERVICES = "services:\n  web:\n    port: 80\n  db:\n    port: 81\n"
TOOLS = "[tool.a]\nx = 1\n\n[tool.b]\ny = 2\n"
PAGE = "# A\n\none\n\n## B\n\ntwo\n\n## C\n\nthree\n"
ALLMAN = "int f(void)\n{\n#ifdef X\n  a();\n#endif\n  return 1;\n}\n\nint g(void)\n{\n  return 2;\n}\n"
CART = "class A\n  def a\n    1\n  end\n\n  def b\n    2\n  end\nend\n"


def patch(path: str, anchors: list[str], old: str, new: str) -> str:
    levels = "".join(f"@@ {each}\n" for each in anchors)
    return f"*** Begin Patch\n*** Update File: {path}\n{levels}-{old}\n+{new}\n*** End Patch\n"


@pytest.mark.parametrize(
    ("path", "text", "anchors", "old"),
    [
        ("a.go", LIMITS, ["func Hard() int {"], "\treturn limit(2)"),
        ("a.go", LIMITS, ["func Hard"], "\treturn limit(2)"),
        ("a.go", LIMITS, ["func Hard(most int) int {"], "\treturn limit(2)"),
        ("a.py", PAIR, ["class A:", "    def g(self):"], "        return 2"),
        ("a.py", PAIR, ["class B", "def f"], "        return 3"),
        ("a.py", PAIR, ["class B: @@ def f(self):"], "        return 3"),
        ("a.py", PAIR, ["def g(self):"], "    def g(self):"),  # the anchor is a line of the hunk
        ("a.py", "import os\nX = 1\n\n\ndef f():\n    pass\n", ["import os"], "X = 1"),
        ("a.py", "def f():\n    a = 1\n# aside\n    return 1\n\n\ndef g():\n    pass\n", ["def f():"], "    return 1"),
        ("a.css", STYLES, [".b"], "  color: blue;"),
        ("a.yml", SERVICES, ["services:", "db:"], "    port: 81"),
        ("a.yml", "steps:\n- run: a\n- run: b\nother: 1\n", ["steps:"], "- run: b"),
        ("a.toml", TOOLS, ["[tool.b]"], "y = 2"),
        ("a.md", PAGE, ["# A"], "three"),
        ("a.c", ALLMAN, ["int f(void)"], "  return 1;"),
        ("a.c", ALLMAN, ["-1,3 +1,4 @@ int g(void)"], "  return 1;"),  # a diff tool's heading
        ("a.rb", CART, ["class A", "def b"], "    2"),
    ],
)
def test_the_text_stands_where_the_patch_says(path: str, text: str, anchors: list[str], old: str) -> None:
    applied = apply_reply(patch(path, anchors, old, "new"), {path: text})
    assert applied.refused == ()
    assert applied.files == {path: text.replace(f"{old}\n", "new\n")}


@pytest.mark.parametrize(
    ("path", "text", "anchors", "old"),
    [
        ("a.go", LIMITS, ["func Hard() int {"], "\treturn limit(1)"),
        ("a.go", LIMITS, ["func Soft() int {"], "\treturn limit(2)"),
        ("a.go", LIMITS, ["func Medium() int {"], "\treturn limit(1)"),
        ("a.py", PAIR, ["class B:"], "        return 1"),
        ("a.py", PAIR, ["class B:", "    def g(self):"], "        return 2"),
        ("a.py", PAIR, ["class A:", "    def f(self):"], "        return 2"),
        ("a.py", PAIR, ["class A:", "    def h(self):"], "        return 2"),
        ("a.py", "X = 1\nimport os\n", ["import os"], "X = 1"),
        ("a.css", STYLES, [".b {"], "  color: red;"),
        ("a.yml", SERVICES, ["  db:"], "    port: 80"),
        ("a.yml", "steps:\n- run: a\nother:\n- run: b\n", ["steps:"], "- run: b"),
        ("a.toml", TOOLS, ["[tool.a]"], "y = 2"),
        ("a.md", PAGE, ["## B"], "three"),
        ("a.c", ALLMAN, ["int f(void)"], "  return 2;"),
        ("a.rb", CART, ["def a"], "    2"),
    ],
)
def test_or_the_edit_is_refused(path: str, text: str, anchors: list[str], old: str) -> None:
    applied = apply_reply(patch(path, anchors, old, "new"), {path: text})
    assert applied.files == {path: text}
    assert applied.refused[0].kind == "wrong-section"


def test_an_anchor_that_an_earlier_hunk_has_changed() -> None:
    reply = (
        "*** Begin Patch\n*** Update File: a.py\n@@\n-    def g(self):\n+    def g(self, x):\n"
        "@@     def g(self):\n-        return 2\n+        return x\n*** End Patch\n"
    )
    changed = PAIR.replace("g(self)", "g(self, x)").replace("return 2", "return x")
    assert apply_reply(reply, {"a.py": PAIR}).files == {"a.py": changed}


def test_the_heading_of_a_diff_is_no_anchor() -> None:
    reply = (
        "--- a/a.go\n+++ b/a.go\n@@ -3,2 +3,2 @@ func Hard() int {\n"
        " func Soft() int {\n-\treturn limit(1)\n+\treturn limit(9)\n"
    )
    assert apply_reply(reply, {"a.go": LIMITS}).files == {"a.go": LIMITS.replace("limit(1)", "limit(9)")}
