from dataclasses import dataclass, field

import pytest

from darner_context.index import Focus
from darner_server.engine.prompt.instruction import instruction_at, rewrite_instruction
from darner_server.engine.prompt.rewrite_range import Region

CODE = "def one():\n    return 1\n\n\ndef two():\n    a = 1\n    return a\n"
LONG = "".join(f"line {number}\n" for number in range(1, 101))


@dataclass(frozen=True)
class Case:
    focus: Focus | None
    said: str
    text: str | None = CODE
    diagnostics: tuple[str, ...] = field(default=())


CASES = {
    "the workspace": Case(None, "rename a"),
    "a file": Case(Focus("a.py"), "In a.py:\n\nrename a"),
    "lines of a function": Case(
        Focus("a.py", 6, 7), "In a.py, in two, from line 6, about this:\n```\n    a = 1\n    return a\n```\n\nrename a"
    ),
    "a whole function": Case(
        Focus("a.py", 1, 2), "In a.py, from line 1, about this:\n```\ndef one():\n    return 1\n```\n\nrename a"
    ),
    "a cursor": Case(Focus("a.py", 2), "In a.py, in one, line 2, about this:\n```\n    return 1\n```\n\nrename a"),
    "an empty line": Case(Focus("a.py", 3), "In a.py, line 3:\n\nrename a"),
    "lines that are not there": Case(
        Focus("a.py", 7, 90), "In a.py, in two, line 7, about this:\n```\n    return a\n```\n\nrename a"
    ),
    "many lines": Case(
        Focus("a.txt", 5, 95),
        "In a.txt, from line 5, about this:\n```\nline 5\nline 6\nline 7\n...\nline 93\nline 94\nline 95\n```\n\nrename a",
        LONG,
    ),
    "a fence in it": Case(
        Focus("a.md", 1, 3), "In a.md, from line 1, about this:\n````\n```\nx\n```\n````\n\nrename a", "```\nx\n```\n"
    ),
    "what the editor reports": Case(
        Focus("a.py"), "In a.py:\n\nrename a\n\nReported there:\n- line 6: unused", diagnostics=("line 6: unused",)
    ),
    "what the instruction says already": Case(Focus("a.py"), "In a.py:\n\nrename a", diagnostics=("rename a",)),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_instruction_says_where(case: Case) -> None:
    assert instruction_at("  rename a\n", case.focus, case.text, case.diagnostics) == case.said


def test_a_piece_to_rewrite() -> None:
    one = rewrite_instruction(Region("a.js", 1, 1, "function one() {}", "one"), "faster")
    head = "The code to rewrite:\n```javascript\nfunction one() {}\n```\n\nfaster\n\n"
    assert one == f"{head}Answer with the complete new `one` in one ```javascript fence."
    lines = rewrite_instruction(Region("notes", 1, 1, "a ``` b"), "faster")
    head = "The code to rewrite:\n````\na ``` b\n````\n\nfaster\n\n"
    assert lines == f"{head}Answer with all of that code as it should be in one ``` fence."
