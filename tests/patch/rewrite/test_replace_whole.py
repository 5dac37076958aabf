"""Whole texts: a part is never taken for all of it, and a definition only replaces its own kind."""

import pytest

from darner_server.patch import apply_reply

PACKAGE = '{\n  "name": "shop",\n  "scripts": {\n    "test": "jest"\n  },\n  "dependencies": {\n    "pg": "8"\n  }\n}\n'
CART = "class Cart {\n  size() {\n    return 1;\n  }\n\n  add(x) {\n    this.x = x;\n  }\n}\n"
STYLES = ".a {\n  color: red;\n}\n\n.b {\n  color: blue;\n}\n"
TABLES = "CREATE TABLE a (\n  id int,\n  name text\n);\n\nCREATE TABLE b (\n  id int\n);\n"
LIMITS = "package limits\n\nfunc Soft() int {\n\treturn 1\n}\n\nfunc Hard() int {\n\treturn 2\n}\n"
JOBS = "on: push\njobs:\n  build:\n    run: make\n  test:\n    run: make test\n"
SHOP = "class Shop:\n    def size(self):\n        return 1\n\n    def add(self, x):\n        self.x = x\n"


def check(path: str, before: str, text: str, expected: str | None, *, above: str = "") -> None:
    """Apply a fence named by its file; None expects a refusal."""
    applied = apply_reply(f"{above}{path}\n\n```\n{text}```\n", {path: before})
    assert [each.reason for each in applied.refused if expected is not None] == []
    assert applied.files == {path: before if expected is None else expected}


PARTS = [
    ("package.json", PACKAGE, '{\n  "scripts": {\n    "test": "vitest"\n  }\n}\n'),
    ("package.json", PACKAGE, PACKAGE.replace('"pg": "8"', "")),
    ("a.json", '{"a": 1, "b": 2, "c": 3}\n', '{"b": 4}\n'),
    ("a.json", '[{"id": 1}, {"id": 2}, {"id": 3}, {"id": 4}]\n', '[{"id": 3, "x": 1}]\n'),
    ("cart.js", CART, "class Cart {\n  size() {\n    return 2;\n  }\n}\n"),
    ("a.css", STYLES, ".b {\n  color: green;\n}\n"),
    ("a.css", STYLES, ".c {\n  color: green;\n}\n"),
    ("a.sql", TABLES, "CREATE TABLE a (\n  id int,\n  name text,\n  mail text\n);\n"),
    ("a.sql", TABLES, "ALTER TABLE a ADD COLUMN mail text;\n"),
    ("a.go", LIMITS, "package limits\n\nfunc Hard() int {\n\treturn 3\n}\n"),
    ("a.yaml", JOBS, "on: push\njobs:\n  test:\n    run: make test\n"),
    ("a.yaml", "a: 1\nb: 2\n", "c: 3\nd: 4\n"),
    ("a.toml", "[project]\nname = 1\n\n[tool]\nx = 1\n", "[tool]\nx = 2\n"),
    (".gitignore", "dist/\n.env\n", "coverage/\n.cache/\n"),
    (".env.local", "A=1\nB=2\n", "B=3\n"),
    ("Makefile", "a:\n\tx\n\nb:\n\ty\n", "b:\n\tz\n"),
    ("Dockerfile", "FROM node\nWORKDIR /app\nCOPY . .\nRUN npm ci\n", "RUN npm ci --omit=dev\n"),
    ("README.md", "# A\n\nintro\n\n## Use\n\nrun\n", "## Use\n\nrun it\n"),
    ("a.yaml", "kind: A\nname: a\n---\nkind: B\nname: b\n", "kind: B\nname: c\n"),
    ("a.py", "import os\n\n\ndef f():\n    return os.name\n\n\ndef g():\n    pass\n", "def f():\n    return os.sep\n\n\ndef g():\n    pass\n"),
    ("a.py", 'def f():\n    pass\n\n\nif __name__ == "__main__":\n    f()\n', "def f():\n    pass\n\n\ndef g():\n    pass\n"),
    ("a.js", "function f() {}\n\nexport { f };\n", "function f() {}\n\nfunction g() {}\n"),
    ("a.cs", "namespace X\n{\n    class C\n    {\n        int F() { return 1; }\n\n        int G() { return 2; }\n    }\n}\n", "class C\n{\n    int F() { return 3; }\n}\n"),
    ("requirements.txt", "flask==1\nnumpy==3\npandas==2\n", "numpy==4\n"),
    ("a.html", "<html>\n<head>\n</head>\n<body>\n<p>1</p>\n</body>\n</html>\n", "<p>2</p>\n"),
    ("a.tf", 'resource "a" "x" {\n  n = 1\n}\n\nresource "a" "y" {\n  n = 2\n}\n', 'resource "a" "y" {\n  n = 3\n}\n'),
    ("a.py", "import os\nA = 1\n\n\ndef f():\n    return A\n", "A = 2\nprint(A)\n"),
    ("a.py", "print(1)\nfor x in y:\n    print(x)\nprint(2)\nprint(3)\n", "for x in z:\n    print(x)\n"),
    ("a.ts", "export interface U {\n  id: number;\n  name: string;\n  mail: string;\n}\n", "export interface U {\n  phone: string;\n}\n"),
    ("a.rs", "enum C {\n    A,\n    B(i32),\n    D,\n}\n", "enum C {\n    E,\n}\n"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "before", "part"), PARTS)
def test_a_part_is_not_the_whole(path: str, before: str, part: str) -> None:
    check(path, before, part, None)


@pytest.mark.parametrize(
    ("path", "before", "text", "above"),
    [
        ("package.json", PACKAGE, PACKAGE.replace('"pg": "8"', '"mysql": "2"'), ""),
        ("package.json", PACKAGE, PACKAGE.replace('"pg": "8"', ""), "I removed the `pg` dependency.\n\n"),
        ("a.py", "def f():\n    return 1\n", "def g():\n    return 2\n\n\nX = 3\n", "The file, rewritten from scratch:\n\n"),
        ("a.yaml", "a: 1\nb: 2\n", "c: 3\n", "Replace the contents of the file:\n\n"),
        ("a.py", "def f(xs):\n    t = 0\n    for x in xs:\n        t += x\n    return t\n\n\nprint(f([1]))\n",
         "def f(xs):\n    return sum(xs)\n\n\nprint(f([1]))\n", ""),
        ("a.py", "def old(x):\n    return x\n\n\nprint(old(1))\n", "def new(x):\n    return x\n\n\nprint(new(1))\n", ""),
        ("a.py", 'print("hello")\n', 'def main():\n    print("hello, you")\n\n\nmain()\n', ""),
        ("a.css", STYLES, STYLES.replace("red", "green") + "\n.c {\n  color: red;\n}\n", ""),
        (".nvmrc", "18\n", "20\n", ""),
        ("a.js", "const f = require('x');\n\nmodule.exports = { f };\n", "import f from 'x';\n\nexport { f };\n", ""),
        ("a.yaml", "b: 1\na: 2\nc: 3\n", "a: 2\nb: 1\nc: 3\n", ""),
        (".gitignore", "dist/\n.env\n", "dist/\n.env\ncoverage/\n", ""),
    ],
)  # fmt: skip
def test_an_honest_rewrite(path: str, before: str, text: str, above: str) -> None:
    check(path, before, text, text, above=above)


def test_what_was_asked_for_may_go() -> None:
    for asked, refused in (("make size faster", True), ("remove add", False), ("rewrite the file from scratch", False)):
        text = "class Cart {\n  size() {\n    return 2;\n  }\n}\n"
        assert bool(apply_reply(f"cart.js\n```\n{text}```\n", {"cart.js": CART}, request=asked).refused) is refused


@pytest.mark.parametrize(
    ("path", "before", "snippet", "expected"),
    [
        ("a.js", "it('a', () => {\n  x();\n});\n\nit('b', () => {\n  y();\n});\n", "it('c', () => {\n  z();\n});\n", None),
        ("a.js", "it('a', () => {\n  x();\n});\n", "it('c', () => {\n  z();\n});\n", None),
        ("a.js", "describe('a', () => {\n  x();\n});\n", "describe('b', () => {\n  z();\n});\n", None),
        ("a.cpp", "TEST(Cart, Adds) {\n  a();\n}\n", "TEST(Cart, Subs) {\n  b();\n}\n", None),
        ("a.cpp", 'TEST_CASE("a") {\n  a();\n}\n', 'TEST_CASE("b") {\n  b();\n}\n', None),
        ("a.jsx", "function A() {\n  useEffect(() => {\n    a();\n  }, []);\n}\n", "useEffect(() => {\n  b();\n}, [x]);\n", None),
        ("a_spec.rb", "describe Cart do\n  it 'a' do\n    x\n  end\nend\n", "describe Shop do\n  it 'b' do\n    y\n  end\nend\n", None),
        ("a.js", CART, "function size() {\n  return 2;\n}\n", None),
        ("a.js", CART, "const size = () => {\n  return 2;\n};\n", None),
        ("a.js", CART, "size() {\n  return 2;\n}\n", CART.replace("return 1", "return 2")),
        ("a.js", CART.replace("  size", "  get size"), "size() {\n  return 2;\n}\n", None),
        ("a.py", SHOP, "def size(shop):\n    return 2\n", None),
        ("a.py", SHOP, "def size(self):\n    return 2\n", SHOP.replace("return 1", "return 2")),
        ("a.py", "def size(shop):\n    return 1\n\n\nX = 1\n", "def size(self):\n    return 2\n", None),
        ("a.py", "def d(f):\n    def w(*a):\n        return f(*a)\n    return w\n", "def w(x):\n    return x\n", None),
        ("a.py", "class A:\n    @property\n    def x(self):\n        return 1\n\n    y = 1\n", "@x.setter\ndef x(self, v):\n    pass\n", None),
        ("a.go", "package a\n\nfunc (c *Cart) Size() int {\n\treturn 1\n}\n", "func Size() int {\n\treturn 2\n}\n", None),
        ("a.go", "package a\n\nfunc (c *Cart) Size() int {\n\treturn 1\n}\n", "func (s *Shop) Size() int {\n\treturn 2\n}\n", None),
        ("a.rs", "impl A {\n    fn len(&self) -> u8 {\n        1\n    }\n}\n", "fn len(a: &A) -> u8 {\n    2\n}\n", None),
        ("a.php", "<?php\nclass A {\n    public function s() {\n        return 1;\n    }\n}\n", "function s() {\n    return 2;\n}\n", None),
        ("a.ts", "export class U {\n  id = 1;\n}\n", "export interface U {\n  id: number;\n}\n", None),
        ("a.ts", "export interface U {\n  id: number;\n}\n\nf();\n", "export type U = {\n  id: string;\n};\n", None),
        ("a.cs", "public class U\n{\n    int a;\n}\n\nclass V\n{\n}\n", "public struct U\n{\n    int a;\n}\n", None),
        ("a.py", "def f(x):\n    a = 1\n# aside\n    return a\n\n\n# of g\ndef g():\n    pass\n", "def f(x):\n    return x\n",
         "def f(x):\n    return x\n\n\n# of g\ndef g():\n    pass\n"),
        ("a.py", 'def f(x):\n    a = """\nb\n"""\n    return a\n\n\ndef g():\n    pass\n', "def f(x):\n    return x\n", None),
        ("a.lua", "function M.a()\n  return 1\nend\n\nfunction M.b()\n  return 2\nend\n", "function M.a()\n  return 3\nend\n",
         "function M.a()\n  return 3\nend\n\nfunction M.b()\n  return 2\nend\n"),
    ],
)  # fmt: skip
def test_a_definition_replaces_its_own_kind(path: str, before: str, snippet: str, expected: str | None) -> None:
    check(path, before, snippet, expected)


@pytest.mark.parametrize(
    ("above", "taken"),
    [
        ("Replace the contents of `a.py` with:", True), ("Here is the updated `a.py`:", True), ("The complete `a.py`:", True), ("Der neue Inhalt von `a.py`:", True),
        ("`a.py` now looks like this, rewritten from scratch:", True), ("Add this to `a.py`:", False), ("Put this line into `a.py`:", False),
        ("Insert below the imports of `a.py`:", False), ("The new section of `a.py`:", False), ("Append to `a.py`:", False),
    ],
)  # fmt: skip
def test_a_sentence_that_says_that_all_of_a_file_follows(above: str, taken: bool) -> None:
    applied = apply_reply(f"{above}\n\n```python\nX = 3\nY = 4\n```\n", {"a.py": "X = 1\nY = 2\n"})
    assert applied.files == {"a.py": "X = 3\nY = 4\n" if taken else "X = 1\nY = 2\n"}
