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
