"""Texts that a grammar or an expression chews on cost only their own file, and that not for long."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.context.sample_workspace import ask, indexed, shown, write

from darner_context.facts.live_buffer import LiveFile
from darner_context.imports.reader import imports
from darner_context.indexing.indexer import parse
from darner_context.languages.table import BY_NAME
from darner_context.syntax import parser
from darner_context.syntax.definitions import symbols
from darner_context.syntax.faults import new_faults
from darner_context.workspace.scan import Source

SIZE = 60_000
SLOW = [
    ("a.ts", "import "),
    ("a.ts", "import\n\n\n\n"),
    ("a.ts", "import type "),
    ("a.ts", "import {" + " " * 50),
    ("a.ts", "export\t\t"),
    ("a.js", "const {a"),
    ("a.js", "const x = require ("),
    ("a.py", "([{"),
    ("a.py", "(" * 50 + "\n"),
    ("a.py", "from a import (\n"),
    ("a.py", "x = ["),
    ("a.go", "import ("),
    ("a.go", 'import (\n"a'),
    ("a.rs", "use a::{\n"),
    ("a.rs", "pub(\n"),
    ("a.java", "import a.b" + " " * 200),
    ("a.java", "import a."),
    ("a.cpp", "a<"),
    ("a.html", "<div>"),
    ("a.vue", "<template><div>"),
    ("a.cs", "a<"),
    ("a.cs", "a.b<"),
    ("a.cs", "f(a<b,"),
    ("a.java", "Map<A, B<"),
    ("a.ts", "x < y1\n"),
    ("a.swift", "(a<b,"),
    ("a.dart", "a<b["),
]


@pytest.mark.parametrize(("path", "piece"), SLOW, ids=lambda each: repr(each)[:20])
def test_a_text_that_is_slow(path: str, piece: str) -> None:
    """Each took minutes, or hours: more than the time limit of a test."""
    text = (piece * SIZE)[:SIZE]
    language = {"ts": "typescript", "js": "javascript", "py": "python", "rs": "rust"}.get(path[2:], path[2:])
    imports(language, text + "\n")
    buffer = LiveFile(path, text, kept=True)
    assert len(buffer.facts.sums) == len(buffer.lines) + 1  # its lines are counted, whatever else is not known
    for number in range(3):
        buffer.edit(text + "a" * number)
        assert len(buffer.facts.sums) == len(buffer.lines) + 1
    symbols(path, text)
    new_faults(path, "", text)


@pytest.mark.parametrize(
    ("path", "begin", "end"), [("a.cs", "class A { void f() { x = ", " } }"), ("a.java", "class A { int x = ", ";}")]
)
def test_what_opens_without_an_end_takes_no_memory(path: str, begin: str, end: str) -> None:
    """Either took a gigabyte and more, in one step of the parser."""
    for names in ("a<", "a.b<", "(a<b, "):
        text = begin + names * 10_000 + end
        assert symbols(path, text) == ()
        assert new_faults(path, text, f"{text}\n") == ()
    assert symbols(path, begin + "a<" * 50 + "a" + ">" * 50 + end) != ()


def test_what_cannot_be_parsed_does_not_pass_for_free_of_secrets() -> None:
    assert LiveFile("a.cs", "int x = " + "a<" * 3_000).facts.digest == b""


@pytest.mark.parametrize("deep", ["".join(" " * each + "a:\n" for each in range(500)), "- " * 900, "? - : " * 300])
def test_yaml_that_ends_its_parser_is_not_parsed(deep: str) -> None:
    for text in (deep, f"a: 1\n{deep}\n", deep.replace("\n", "\r\n")):
        assert symbols("a.yaml", text) == ()
        assert new_faults("a.yaml", "", text) == ()
    assert [each.name for each in symbols("a.yaml", "a:\n  b: |\n" + " " * 140 + "c\n")] == ["a"]


async def test_the_other_files_are_answered_for(tmp_path: Path) -> None:
    write(tmp_path, {"slow.ts": "import\n\n\n" * 20_000, "shop.ts": "export function total() { return 1 }\n"})
    write(tmp_path, {"view.ts": "import { total } from './shop'\ntotal()\n"})
    async with indexed(tmp_path) as index:
        assert "function total" in shown(ask(index, "view.ts", 2))


def test_a_file_that_is_given_up_is_named(tmp_path: Path) -> None:
    file = write(tmp_path, {"a.py": "([{\n" * 15_000}) / "a.py"
    done, left_out = parse([Source("a.py", str(file), 0, 0)])
    assert done == []
    assert [(each.path, each.reason) for each in left_out] == [("a.py", "cannot be parsed: it takes too long")]


def test_a_buffer_is_parsed_again_once_what_made_it_slow_is_gone() -> None:
    buffer = LiveFile("a.py", "([{" * 20_000, kept=True)
    assert not buffer.facts.definitions
    buffer.edit("def f():\n    pass\n")
    assert [each.name for each in buffer.facts.definitions] == ["f"]


def test_parsing_keeps_nothing() -> None:
    """The binding keeps every piece that it is given: a megabyte a parse."""
    program = """
import resource
from darner_context.languages.table import BY_NAME
from darner_context.syntax import parser
from darner_context.syntax.definitions import symbols
text = "f(1, 2, 3)\\n" * 10_000
def used():
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()
symbols("a.py", text)
before = used()
for number in range(30):
    symbols("a.py", text + f"# {number}")
print(used() - before)
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(ran.stdout) < 2_500_000


@pytest.mark.parametrize("text", ["a=>" * 2_000, "int x;\n" * 500 + "a=>" * 2_000, "a=>" * 10_000])
def test_a_sequence_whose_readings_multiply_is_not_parsed(text: str) -> None:
    row = BY_NAME["c"]
    with pytest.raises(parser.TooSlow):
        parser.parse(row, text.encode())


@pytest.mark.parametrize(
    "text", ["0x00, " * 3_000, "int a[] = {" + "0, " * 5_000 + "};", "x = 1;\n" * 3_000, "\t" * 9_000, "a=>" * 300]
)
def test_other_repetitions_are_parsed(text: str) -> None:
    assert parser.parse(BY_NAME["c"], text.encode()).root_node.end_byte <= len(text)
