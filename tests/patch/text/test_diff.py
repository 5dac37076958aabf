import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darner_server.patch import unified_diff
from darner_server.patch.text.line_diff import changes

LINE = st.sampled_from(["a", "b", "", "c d", "é", "x\r", "\f"])
LINES = st.lists(LINE, max_size=30)
LONG = [f"line {number}" for number in range(600)]


def applied(tmp_path: Path, before: dict[str, str | None], diff: str) -> dict[str, str]:
    """Let git apply the diff to a folder with the files."""
    for path, text in before.items():
        if text is not None:
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(text.encode())
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=diff.encode(), check=True)
    files = [path for path in tmp_path.rglob("*") if path.is_file() and ".git" not in path.parts]
    return {path.relative_to(tmp_path).as_posix(): path.read_bytes().decode() for path in files}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"a": "1\n2\n3\n"}, {"a": "1\ntwo\n3\n"}),
        ({"a": "1\n2"}, {"a": "1\n2\n"}),
        ({"a": "1\n2\n"}, {"a": "1\n2"}),
        ({"a": "1\r\n2\r\n"}, {"a": "1\r\nzwei\r\n"}),
        ({"a": "1\r2\r"}, {"a": "1\r3\r"}),
        ({"a": None}, {"a": "new\n"}),
        ({}, {"deep/er/a": "new"}),
        ({"a": "old\n"}, {"a": None}),
        ({"a": None}, {"a": ""}),
        ({"a": ""}, {"a": None}),
        ({"a": ""}, {"a": "x\n"}),
        ({"a": "x\n"}, {"a": ""}),
        ({"a": "x\n", "b": "y\n", "c": "z\n"}, {"a": "X\n", "b": "y\n", "c": None, "d/d": "w\n"}),
        ({"a": "\n".join(LONG)}, {"a": "\n".join([*LONG[5:90], "new", *LONG[100:], "end"])}),
    ],
)
def test_git_makes_of_the_diff_what_we_meant(
    tmp_path: Path, before: dict[str, str | None], after: dict[str, str | None]
) -> None:
    diff = unified_diff(before, after)
    wanted = {path: text for path, text in {**before, **after}.items() if text is not None}
    assert applied(tmp_path, before, diff) == wanted


def test_the_form() -> None:
    assert unified_diff({"a": "1\n2\n3\n4\n5\n6\n", "b": "same"}, {"a": "1\n2\n3\n4\n5\nsix\n", "b": "same"}) == (
        "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -3,4 +3,4 @@\n 3\n 4\n 5\n-6\n+six\n"
    )


@given(st.one_of(LINES, st.just(LONG)), LINES, st.integers(0, 600), st.integers(0, 600))
def test_the_changes_make_the_new_lines(old: list[str], more: list[str], first: int, last: int) -> None:
    new = [*old[:first], *more, *old[last:]]
    made, at = list[str](), 0
    for a, b, c, d in changes(old, new):
        made += [*old[at:a], *new[c:d]]
        assert (a, c) != (b, d)
        at = b
    assert [*made, *old[at:]] == new


def test_a_few_changes_in_a_long_text_are_a_few_changes() -> None:
    old = [f"line {number % 3000}" for number in range(10_000)]
    new = [*old[:100], "new", *old[100:4000], *old[4010:9000], "end", *old[9001:]]
    assert changes(old, new) == [(100, 100, 100, 101), (4000, 4010, 4001, 4001), (9000, 9001, 8991, 8992)]
