"""A rename in progress: exactly the uses that are left, and nothing where it is not certain."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from darner_context.index import Index
from darner_context.next_edits.edit import RecordedEdit
from darner_context.text.lines import split_lines

_OLD, _NEW = "total", "amount"
_MARK = "§"  # marks each use that must change, in the texts before


def _edits(folder: Path, files: Mapping[str, str], path: str) -> dict[str, str]:
    """The files after the first marked line of `path` was edited by hand and all sure edits were applied."""
    texts = {name: text.replace(_MARK, "") for name, text in files.items()}
    lines = split_lines(texts[path])
    marked = split_lines(files[path])
    first = next(number for number, line in enumerate(marked) if _MARK in line)
    before = lines[first]
    lines[first] = marked[first].replace(_MARK + _OLD, _NEW).replace(_MARK, "")
    texts[path] = "".join(lines)
    edit = RecordedEdit(path, first + 1, (before,), (lines[first],))
    found = Index([folder], cache_dir=None).next_edits((edit,), texts, 50)
    for each in sorted((each for each in found.edits if each.sure), key=lambda each: each.start, reverse=True):
        assert each.text is not None
        rows = split_lines(texts[each.path])
        row = rows[each.start[0] - 1]
        rows[each.start[0] - 1] = row[: each.start[1]] + each.text + row[each.end[1] :]
        texts[each.path] = "".join(rows)
    return texts


def check(folder: Path, files: Mapping[str, str], path: str) -> None:
    """After the edit and its next edits, every marked use has the new name, and nothing else has changed."""
    expected = {name: text.replace(_MARK + _OLD, _NEW).replace(_MARK, "") for name, text in files.items()}
    assert _edits(folder, files, path) == expected


RENAMES = {
    "a parameter, not a member, a keyword, a string or a comment": {
        "a.py": "def pay(§total, tax):\n    # total\n    note = f'{§total} total'\n    return self.total + §total * send(total=§total)\n\n\ndef other(total):\n    return total\n"
    },
    "a variable": {"a.py": "def pay():\n    §total = 1\n    return [§total for _ in range(§total)]\n"},
    "a function, and the files that import it": {
        "a.py": "def §total(x):\n    return x\n\n\ndef other(total):\n    return total\n\n\nSUM = §total(1)\n",
        "b.py": "from a import §total\n\nprint(§total(2), 'total')\n",
        "c.py": "import a\n\nprint(a.§total(2))\ntotal = 3\n",
        "d.py": "def total():\n    return 4\n\n\ntotal()\n",
    },
    "a parameter in Go": {
        "a.go": "package a\n\nfunc Pay(§total int, o Order) int {\n\tx := Order{total: §total}\n\treturn o.total + §total // total\n}\n\nfunc Other(total int) int { return total }\n"
    },
    "a function in Go, used in its package": {
        "m/a.go": "package m\n\nfunc §total() int { return 1 }\n",
        "m/b.go": "package m\n\nfunc Use() int { return §total() }\n",
        "n/c.go": "package n\n\nfunc Use() int { return total() }\n",
    },
    "a parameter in Rust": {
        "a.rs": 'fn pay(§total: u8, o: Order) -> u8 {\n    println!("total");\n    let add = |z: u8| z + §total;\n    add(o.total) + §total\n}\n\nfn other(total: u8) -> u8 {\n    total\n}\n'
    },
    "a parameter in TypeScript": {
        "a.ts": "export function pay(§total: number, o: Order) {\n  const text = `${§total} total`\n  return { total: §total, x: o.total }\n}\n\nfunction other(total: number) {\n  return total\n}\n"
    },
    "a parameter in Java": {
        "A.java": "class A {\n    int pay(int §total) {\n        return this.total + §total; // total\n    }\n\n    int other(int total) {\n        return total;\n    }\n}\n"
    },
    "lines that end in CR LF, letters of more than a byte": {
        "a.py": "def pay(§total):\r\n    name = '😀é'; return §total\r\n"
    },
    "Python: class": {
        "a.py": "class §total:\n    def f(self):\n        return §total()\n\n\nx: §total = §total()\n",
        "b.py": "from a import §total as T\n\nT()\n",
        "c.py": "import a as z\n\nz.§total()\n\n\ndef f(total):\n    return total\n",
    },
    "Python: method": {
        "a.py": "class A:\n    def §total(self):\n        return 1\n\n    def other(self):\n        return self.§total() + self.totals\n\n\nclass B:\n    def f(self):\n        return self.x\n",
    },
    "Python: attribute": {
        "a.py": "class A:\n    def __init__(self):\n        self.§total = 1\n\n    def f(self, total):\n        self.§total += total\n        return {'total': self.§total}\n",
    },
    "Python: constant": {
        "a.py": "§total = 3\n\n\ndef f():\n    return §total\n\n\ndef g():\n    total = 4\n    return total\n",
        "b.py": "from a import (\n    other,\n    §total,\n)\n\nprint(§total)\n",
    },
    "Python: loop variable": {
        "a.py": "def f(xs):\n    for §total in xs:\n        print(§total)\n    return xs\n",
    },
    "Python: relative import": {
        "p/m.py": "def §total():\n    return 1\n",
        "p/__init__.py": "from .m import §total\n",
        "q.py": "def total():\n    return 2\n",
    },
    "Python: nested function": {
        "a.py": "def f():\n    def §total():\n        return 1\n\n    return §total()\n\n\ndef g(total):\n    return total\n",
    },
    "Python: comprehension shadows": {
        "a.py": "def f(§total):\n    g(§total)\n    return [x.total for x in §total]\n",
    },
    "TypeScript: function imports": {
        "a.ts": "export function §total(x: number) {\n  return x\n}\n",
        "b.ts": "import { §total } from './a'\n\nconsole.log(§total(1))\n",
        "c.ts": "import * as a from './a'\n\na.§total(1)\nconst total = 3\n",
    },
    "TypeScript: const": {
        "a.ts": "const §total = 1\n\nexport const f = () => §total + 1\n\nfunction g(total: number) {\n  return total\n}\n",
    },
    "TypeScript: method": {
        "a.ts": "class A {\n  §total() {\n    return 1\n  }\n  f() {\n    return this.§total()\n  }\n}\n",
    },
    "TypeScript: class": {
        "a.ts": "export class §total {\n  x = 1\n}\n\nconst y: §total = new §total()\n",
        "b.ts": "import { §total } from './a'\n\nexport class B extends §total {}\n",
    },
    "TypeScript: interface": {
        "a.ts": "interface §total {\n  a: number\n}\n\nfunction f(x: §total): §total {\n  return x\n}\n",
    },
    "JavaScript: arrow param": {
        "a.js": "const f = (§total, y) => {\n  return §total + y.total\n}\n\nconst g = total => total\n",
    },
    "Go: function": {
        "m/a.go": "package m\n\nfunc §total(x int) int {\n\treturn x\n}\n\nfunc f() int {\n\ttotal2 := 1\n\treturn §total(total2)\n}\n",
    },
    "Go: variable": {
        "a.go": "package a\n\nfunc f() int {\n\t§total := 1\n\tif §total > 0 {\n\t\treturn §total\n\t}\n\treturn 0\n}\n\nfunc g() int {\n\ttotal := 2\n\treturn total\n}\n",
    },
    "Go: struct field": {
        "a.go": "package a\n\ntype T struct {\n\t§total int\n}\n\nfunc (t *T) Get() int {\n\treturn t.§total\n}\n",
    },
    "Rust: let": {
        "a.rs": "fn f() -> u8 {\n    let §total = 1;\n    §total + 1\n}\n\nfn g() -> u8 {\n    let total = 2;\n    total\n}\n",
    },
    "Rust: fn": {
        "src/m.rs": "pub fn §total() -> u8 {\n    1\n}\n",
        "src/lib.rs": "mod m;\n\npub fn f() -> u8 {\n    m::§total()\n}\n",
    },
    "Rust: struct": {
        "a.rs": "struct §total {\n    x: u8,\n}\n\nimpl §total {\n    fn new() -> §total {\n        §total { x: 1 }\n    }\n}\n",
    },
    "Java: local": {
        "A.java": "class A {\n    int f() {\n        int §total = 1;\n        return §total + 1;\n    }\n\n    int g() {\n        int total = 2;\n        return total;\n    }\n}\n",
    },
    "Java: method": {
        "A.java": "class A {\n    int §total() {\n        return 1;\n    }\n\n    int f() {\n        return §total() + this.§total();\n    }\n}\n",
    },
    "Java: field": {
        "A.java": "class A {\n    private int §total;\n\n    int f() {\n        return this.§total + §total;\n    }\n\n    int g(int total) {\n        return total;\n    }\n}\n",
    },
    "C: function": {
        "a.c": "static int §total(int x) {\n    return x;\n}\n\nint main(void) {\n    return §total(1);\n}\n",
    },
    "C: local": {
        "a.c": "int f(void) {\n    int §total = 1;\n    return §total + 1;\n}\n\nint g(int total) {\n    return total;\n}\n",
    },
    "Rust: field": {
        "a.rs": "struct T {\n    §total: u8,\n}\n\nimpl T {\n    fn get(&self) -> u8 {\n        self.§total\n    }\n}\n\nstruct B {\n    x: u8,\n}\n\nimpl B {\n    fn get(&self) -> u8 {\n        self.x\n    }\n}\n",
    },
    "Go: method": {
        "a.go": "package a\n\ntype T struct{}\n\nfunc (t *T) §total() int {\n\treturn 1\n}\n\nfunc (t *T) Get() int {\n\treturn t.§total()\n}\n\nfunc g(o Other) int {\n\treturn o.total()\n}\n",
    },
    "TypeScript: generics": {
        "a.ts": "type §total = { a: number }\n\nconst f = (x: Array<§total>, y?: §total | null): §total => x[0]\n",
    },
    "Python: result": {
        "a.py": "class §total:\n    pass\n\n\ndef f(x: §total, total2: int) -> §total:\n    return x\n",
    },
    "TypeScript: pattern": {
        "a.ts": "const §total = 1\n\nfunction f({ a: total }: any) {\n  return total\n}\n\nfunction g({ total }: any) {\n  return total\n}\n",
    },
    "Rust: param type": {
        "a.rs": "struct §total {\n    x: u8,\n}\n\nfn f(a: &§total, b: Vec<§total>) -> Option<§total> {\n    None\n}\n",
    },
}


@pytest.mark.parametrize("name", RENAMES)
def test_renames(tmp_path: Path, name: str) -> None:
    files = RENAMES[name]
    check(tmp_path, files, next(iter(files)))


def test_a_shorthand_keeps_the_field(tmp_path: Path) -> None:
    files = {"a.ts": "function pay(§total: number) {\n  return { §total }\n}\n"}
    after = _edits(tmp_path, files, "a.ts")
    assert after["a.ts"] == "function pay(amount: number) {\n  return { total: amount }\n}\n"


NO_RENAMES = {
    "a word in a comment": ("a.py", "# total\ntotal = 1\n", 1, "# amount\n"),
    "a word in a string": ("a.py", "x = 'total'\ntotal = 1\n", 1, "x = 'amount'\n"),
    "a use": ("a.py", "def f(a, b):\n    x = a\n    return a + b\n", 2, "    x = b\n"),
    "a keyword of the language": ("a.py", "def f(a):\n    if a:\n        return a\n", 2, "    while a:\n"),
    "a number": ("a.py", "x = 1\ny = 1\n", 1, "x = 2\n"),
}


@pytest.mark.parametrize("name", NO_RENAMES)
def test_no_rename(tmp_path: Path, name: str) -> None:
    path, text, line, after = NO_RENAMES[name]
    lines = split_lines(text)
    before, lines[line - 1] = lines[line - 1], after
    edit = RecordedEdit(path, line, (before,), (after,))
    found = Index([tmp_path], cache_dir=None).next_edits((edit,), {path: "".join(lines)}, 9)
    assert [each for each in found.edits if each.sure] == []
