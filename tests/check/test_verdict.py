"""What exit codes and report files prove, in tables."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from darner_server.check.isolation import Unisolated
from darner_server.check.sandbox import Ended
from darner_server.check.verdict import (
    Changes,
    NoEvidence,
    Verdict,
    judge_checker,
    judge_command,
    judge_tests,
    together,
)


def ended(code: int | None) -> Ended:
    return Ended(code, None if code is not None else "time", f"output {code}", "landlock")


async def judged(before: int | None, after: Sequence[int | None], uncounted: tuple[str, ...] = ()) -> Verdict:
    """The verdict on runs that end so, all of which must be needed."""
    left = list(after)

    async def run(changes: Changes) -> Ended:
        assert changes == {"a.py": b"x"}
        return ended(left.pop(0))

    found = await judge_command("make test", run, {"a.py": b"x"}, ended(before), uncounted=uncounted, clock=lambda: 0.0)
    assert isinstance(found, Verdict)
    assert left == []
    return found


HOW = "isolation: landlock, 0.0 s"


@pytest.mark.parametrize(
    ("before", "after", "passed", "said"),
    [
        (0, [0], True, f"checks passed: make test ({HOW})"),
        (1, [0], True, f"checks passed: make test ({HOW}; it failed without the patch)"),
        (0, [1, 0], True, f"checks passed: make test ({HOW}; it failed the first time, and passed when run again)"),
        (0, [1, 2], False, f"the check failed: make test (exit code 1; {HOW})"),
        (2, [2, 2], False, f"the check failed: make test (exit code 2; {HOW}); it fails without the patch too"),
        (0, [-11, -11], False, f"the check failed: make test (exit code -11; {HOW})"),
        (0, [None], False, f"the check failed: make test (exceeded the time limit; {HOW})"),
        (None, [0], True, f"checks passed: make test ({HOW}; it failed without the patch)"),
    ],
)
async def test_a_verdict(before: int | None, after: list[int | None], passed: bool, said: str) -> None:
    found = await judged(before, after)
    assert (found.passed, str(found)) == (passed, said)


async def test_tests_of_the_patch_are_named() -> None:
    found = await judged(0, [0], ("tests/test_a.py",))
    assert "the patch itself changes tests/test_a.py, which is no evidence" in str(found)
    assert found.as_json()["uncounted"] == ["tests/test_a.py"]


async def test_nothing_is_claimed_where_nothing_ran() -> None:
    none = Unisolated("no level holds")

    async def run(changes: Changes) -> Unisolated:
        assert changes
        return none

    for before in (none, ended(0)):
        found = await judge_command("make test", run, {"a.py": b"x"}, before, uncounted=(), clock=lambda: 0.0)
        assert found == none


Output = tuple[
    int | None, str
]  # an exit code (None: out of time), and a checker's output or the failed and passed tests
BAD = "a.py:9:1: F401 unused"


@pytest.mark.parametrize(
    ("before", "after", "passed", "said"),
    [
        ((0, ""), (0, ""), True, f"checks passed: ruff ({HOW})"),
        ((0, ""), (1, BAD), False, f"the check failed: ruff (1 new error; {HOW})"),
        ((0, ""), (1, f"{BAD}\n{BAD}"), False, f"the check failed: ruff (2 new errors; {HOW})"),
        ((1, BAD), (1, BAD.replace(":9:", ":12:")), True, "what fails without the patch too is not counted)"),
        ((1, BAD), (0, ""), True, f"checks passed: ruff ({HOW}; it failed without the patch)"),
        ((1, BAD), (1, "b.py:1:1: F401 unused"), False, f"the check failed: ruff (1 new error; {HOW})"),
        ((0, ""), (2, "no such option"), None, "ruff could not be run: no such option"),
        ((2, "no such option"), (1, BAD), None, "ruff could not be run without the patch: no such option"),
        ((127, ""), (127, ""), None, "ruff could not be run: exit code 127"),
        ((0, ""), (None, ""), None, "ruff could not be run: exit code None"),
    ],
)  # fmt: skip
async def test_only_new_diagnostics_are_the_patchs(
    before: Output, after: Output, passed: bool | None, said: str
) -> None:
    async def run(changes: Changes) -> Ended:
        code, output = after if changes else before
        return Ended(code, None if code is not None else "time", output, "landlock")

    found = await judge_checker("ruff", run, {"a.py": b"x"}, uncounted=(), clock=lambda: 0.0)
    assert said in (found.reason if isinstance(found, NoEvidence) else str(found))
    assert (found.passed if isinstance(found, Verdict) else None) == passed
    if isinstance(found, Verdict) and not passed:
        assert found.output.startswith(("a.py:9: F401: unused", "b.py:1: F401: unused"))


def ended_with(code: int | None, report: str) -> Ended:
    """How a run ended with a report such as "one two!": one passed, two failed. Without a word there is no report."""
    cases = [
        f'<testcase name="{each.rstrip("!")}">{"<failure/>" * each.endswith("!")}</testcase>' for each in report.split()
    ]
    return Ended(code, None if code is not None else "time", f"output {code}", "landlock", kept="".join(cases) or None)


@pytest.mark.parametrize(
    ("before", "after", "passed", "said"),
    [
        ((0, "a b"), [(0, "a b")], True, f"checks passed: 2 tests ({HOW})"),
        ((0, "a"), [(0, "a")], True, f"checks passed: 1 test ({HOW})"),
        ((0, "a b"), [(1, "a b!"), (1, "a b!")], False, f"the check failed: pytest (1 newly failing test; {HOW})"),
        ((0, "a b"), [(1, "a! b!"), (1, "a! b!")], False, "2 newly failing tests"),
        ((0, "a b"), [(1, "a b!"), (0, "a b")], True, "it failed the first time, and passed when run again"),
        ((0, "a b"), [(1, "a! b"), (1, "a b!")], True, "it failed the first time, and passed when run again"),
        ((1, "a b!"), [(1, "a b!"), (1, "a b!")], True, "1 test (isolation: landlock, 0.0 s; what fails without the patch"),
        ((1, "a b!"), [(0, "a b")], True, f"checks passed: 2 tests ({HOW}; it failed without the patch)"),
        ((1, "a!"), [(1, "a!"), (1, "a!")], None, "pytest: no test passes that names what the patch changes"),
        ((0, "a"), [(2, "a!"), (2, "a!")], False, "1 newly failing test"),  # cannot be imported any more
        ((0, "a"), [(3, "a"), (3, "a")], None, "pytest: exit code 3: output 3"),
        ((0, ""), [(0, "")], True, f"checks passed: pytest ({HOW})"),
        ((0, ""), [(1, ""), (1, "")], False, f"the check failed: pytest (exit code 1; {HOW})"),
        ((0, ""), [(1, ""), (0, "")], True, "it failed the first time, and passed when run again"),
        ((1, ""), [(1, ""), (1, "")], None, "pytest: it fails without the patch too: output 1"),
        ((0, "a"), [(None, "a")], False, f"the check failed: pytest (exceeded the time limit; {HOW})"),
        ((None, "a"), [(None, "a")], None, "pytest: it passes its limits without the patch too"),
    ],
)  # fmt: skip
async def test_each_test_is_compared_with_itself(
    before: Output, after: list[Output], passed: bool | None, said: str
) -> None:
    left = list(after)

    async def run(changes: Changes) -> Ended:
        return ended_with(*(left.pop(0) if changes else before))

    found = await judge_tests("pytest", run, {"a.py": b"x"}, uncounted=(), clock=lambda: 0.0)
    assert left == []
    assert said in (found.reason if isinstance(found, NoEvidence) else str(found))
    assert (found.passed if isinstance(found, Verdict) else None) == passed
    if isinstance(found, Verdict) and "newly" in said:
        assert found.output.startswith("These tests passed before: ")


async def test_several_checks_make_one_sentence() -> None:
    one, two = await judged(0, [0]), await judged(1, [1, 0], ("tests/test_a.py",))
    said = str(together([replace(one, what="pyright", isolation="limits"), replace(two, what="14 tests")]))
    assert said == (
        "checks passed: pyright, 14 tests (isolation: limits, 0.0 s; it failed without the patch; it failed the first"
        " time, and passed when run again; the patch itself changes tests/test_a.py, which is no evidence)"
    )
    failed = await judged(0, [1, 1])
    assert not together([one, failed]).passed
    assert together([one, failed]).what == "make test"
