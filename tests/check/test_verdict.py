"""What exit codes prove, in a table."""

from collections.abc import Sequence

import pytest

from darner_server.check.isolation import Unisolated
from darner_server.check.sandbox import Ended
from darner_server.check.verdict import Changes, Verdict, judge


def ended(code: int | None) -> Ended:
    return Ended(code, None if code is not None else "time", f"output {code}", "landlock")


async def judged(before: int | None, after: Sequence[int | None], uncounted: tuple[str, ...] = ()) -> Verdict:
    """The verdict on runs that end so, all of which must be needed."""
    left = list(after)

    async def run(changes: Changes) -> Ended:
        assert changes == {"a.py": b"x"}
        return ended(left.pop(0))

    found = await judge("make test", run, {"a.py": b"x"}, ended(before), uncounted=uncounted, clock=lambda: 0.0)
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
        (0, [None], False, f"the check failed: make test (passed the limit of time; {HOW})"),
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
        found = await judge("make test", run, {"a.py": b"x"}, before, uncounted=(), clock=lambda: 0.0)
        assert found == none
