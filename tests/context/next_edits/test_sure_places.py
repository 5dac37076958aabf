"""What follows for certain from one edit, beyond renames: the places, the exact texts, and where there are none."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from darner_context.index import Index
from darner_context.next_edits.edit import RecordedEdit
from darner_context.text.lines import split_lines

Found = list[tuple[str, int, str | None]]  # path, line, text


def check(folder: Path, files: Mapping[str, str], old: str, new: str, expected: Found) -> None:
    """In the first file, the lines `old` became `new` where they are first."""
    path, text = next(iter(files.items()))
    first = len(split_lines(text[: text.index(old)])) + 1
    texts = {**files, path: text.replace(old, new, 1)}
    edit = RecordedEdit(path, first, tuple(split_lines(old)), tuple(split_lines(new)))
    found = Index([folder], cache_dir=None).next_edits((edit,), texts, 50)
    assert [(each.path, each.start[0], each.text) for each in found.edits if each.sure] == expected


CASES: dict[str, tuple[dict[str, str], str, str, Found]] = {
    "a parameter that calls must give": (
        {
            "a.py": "def load_all(path):\n    return path\n\n\nload_all('a')\n",
            "b.py": "from a import load_all\n\nload_all('b')\nprint(load_all)\n",
        },
        "def load_all(path):\n",
        "def load_all(path, mode):\n",
        [("a.py", 5, None), ("b.py", 3, None)],
    ),
    "a parameter that calls may leave out": (
        {"a.py": "def load_all(path):\n    return path\n\n\nload_all('a')\n"},
        "def load_all(path):\n",
        "def load_all(path, mode='r'):\n",
        [],
    ),
    "a parameter is gone, its head on several lines": (
        {"a.py": "def load_all(\n    path,\n    mode,\n):\n    return path\n\n\nload_all('a', 1)\n"},
        "    mode,\n",
        "",
        [("a.py", 7, None)],
    ),
    "a parameter in Go": (
        {"a.go": 'package a\n\nfunc Load(path string) int { return 1 }\n\nfunc Use() int { return Load("a") }\n'},
        "func Load(path string) int { return 1 }\n",
        "func Load(path string, mode int) int { return mode }\n",
        [("a.go", 5, None)],
    ),
    "a parameter in TypeScript": (
        {"a.ts": "export function load(path: string) {\n  return path\n}\n\nload('a')\n"},
        "export function load(path: string) {\n",
        "export function load(path: string, mode: Map<string, number>) {\n",
        [("a.ts", 5, None)],
    ),
    "a parameter in Rust": (
        {"a.rs": 'pub fn load(path: &str) -> u8 {\n    1\n}\n\nfn main() {\n    load("a");\n}\n'},
        "pub fn load(path: &str) -> u8 {\n",
        "pub fn load(path: &str, mode: u8) -> u8 {\n",
        [("a.rs", 6, None)],
    ),
    "a method of several classes": (
        {
            "a.py": "class A:\n    def set_up(self, x):\n        pass\n\n\none.set_up(1)\ntwo.set_up(2)\nthree.set_up(3)\n",
        },
        "    def set_up(self, x):\n",
        "    def set_up(self, x, y):\n",
        [],
    ),
    "a name that two definitions have": (
        {
            "a.py": "def load_all(path):\n    return path\n\n\nload_all(1)\n",
            "b.py": "def load_all(path):\n    return path\n",
        },
        "def load_all(path):\n    return path\n",
        "def load_all(path, mode):\n    return path\n",
        [],
    ),
    "the same line elsewhere": (
        {"a.py": "def f(x):\n    send(x, retries=3)\n\n\ndef g(x):\n    send(x, retries=3)\n"},
        "    send(x, retries=3)\n",
        "    send(x, retries=5)\n",
        [("a.py", 6, "send(x, retries=5)")],
    ),
    "the same line, where a new name is unknown": (
        {"a.py": "def f(x, update):\n    send(x, retries=3)\n\n\ndef g(x):\n    send(x, retries=3)\n"},
        "    send(x, retries=3)\n",
        "    send(x, retries=3, update=update)\n",
        [],
    ),
    "the same line, a name became a value": (
        {"a.py": "def f(x):\n    assert state(x) == start\n\n\ndef g(x):\n    assert state(x) == start\n"},
        "    assert state(x) == start\n",
        "    assert state(x) == '17'\n",
        [("a.py", 6, None)],
    ),
    "an import is gone": (
        {"a.py": "import os\n\nx = os.getcwd()\n"},
        "import os\n",
        "",
        [("a.py", 2, None)],
    ),
    "an import is gone, another names the module": (
        {"a.py": "import contextlib\nfrom contextlib import suppress\n\nwith suppress(OSError):\n    pass\n"},
        "import contextlib\n",
        "",
        [],
    ),
    "a definition is gone": (
        {"a.py": "def load_all(path):\n    return path\n\n\nload_all('a')\n"},
        "def load_all(path):\n    return path\n",
        "",
        [("a.py", 3, None)],
    ),
    "a definition became a part of another": (
        {"a.py": "def load_all(path, y):\n    return path\n\n\nload_all('a', 1)\n"},
        "def load_all(path, y):\n",
        "def _load_all(path):\n",
        [],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_sure(tmp_path: Path, name: str) -> None:
    check(tmp_path, *CASES[name])
