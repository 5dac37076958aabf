"""Which draft is chosen, and why."""

import pytest

from darner_server.check.verdict import Kind, NoEvidence, Verdict
from darner_server.patch import unified_diff
from darner_server.verification.draft_choice import Candidate, best

PASSED = "it passed the checks"
FEWER_ERRORS = "it has fewer new errors"
FEWER_FAILURES = "fewer of its tests fail"
AGREES = "it agrees most with the others"
SMALLEST = "it is the smallest"


def verdict(found: str) -> Verdict | NoEvidence:
    """From "passed", "-" (no evidence), or a number and what it counts: "2 errors", "3 tests", "1 command"."""
    if found == "-":
        return NoEvidence("it cannot be run")
    number, _, noun = found.partition(" ")
    kinds: dict[str, Kind] = {"errors": "checker", "tests": "tests"}
    return Verdict(
        noun, passed=found == "passed", code=1, limit=None, before=True, wavers=False, seconds=1.0, isolation="limits",
        output="", new=int(number) if noun in kinds else 0, kind=kinds.get(noun, "command"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("drafts", "number", "why"),
    [
        ([("x", "3 tests")], 1, "it is the only one"),
        ([("x", "1 errors"), ("yyyy", "passed")], 2, PASSED),
        ([("x", "passed"), ("y", "passed")], 1, PASSED),
        ([("long\nlonger", "passed"), ("y", "passed")], 2, PASSED),
        ([("x", "2 errors"), ("yyyy", "1 errors")], 2, FEWER_ERRORS),
        ([("x", "1 errors"), ("yyyy", "9 tests")], 2, FEWER_ERRORS),
        ([("x", "1 errors"), ("yyyy", "1 command")], 2, FEWER_ERRORS),
        ([("x", "1 errors"), ("yyyy", "-")], 2, FEWER_ERRORS),
        ([("x", "3 tests"), ("yyyy", "2 tests"), ("z", "4 tests")], 2, FEWER_FAILURES),
        ([("x", "-"), ("yyyy", "7 tests")], 2, FEWER_FAILURES),
        ([("x", "-"), ("y\nz\nu", "-"), ("y\nz", "-")], 3, AGREES),
        ([("a", "1 tests"), ("b  c", "1 tests"), ("b c", "1 tests")], 2, AGREES),
        ([("b  c", "1 tests"), ("b c", "1 tests")], 1, "it came first"),
        ([("b\nc\nd", "1 command"), ("x", "1 command")], 2, SMALLEST),
        ([("x", "1 errors"), ("y", "1 errors")], 1, "it came first"),
    ],
)
def test_the_best_draft(drafts: list[tuple[str, str]], number: int, why: str) -> None:
    candidates = [
        Candidate(at, unified_diff({"a.py": ""}, {"a.py": f"{text}\n"}), verdict(found))
        for at, (text, found) in enumerate(drafts, 1)
    ]
    found = best(candidates)
    assert (found[0].number, found[1]) == (number, why)


def test_lines_that_look_like_heads_count() -> None:
    before, text = {"a.sql": "-- one\n++ two\n"}, "x\n"
    same = [Candidate(number, unified_diff(before, {"a.sql": text}), verdict("-")) for number in (2, 3)]
    other = Candidate(1, unified_diff({"b.sql": before["a.sql"]}, {"b.sql": text}), verdict("-"))
    assert best([other, *same]) == (same[0], AGREES)
