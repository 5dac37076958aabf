"""Each hunk as it is shown while the reply streams, against the diff of the finished patch."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darner_server.patch import Applier, Edit, FinishedHunks, Located, unified_diff

LINES = [f"line {number}\n" for number in range(200)]


def shown(files: dict[str, str], edits: list[Edit]) -> tuple[str, str, str]:
    """What is shown hunk by hunk, the same in one diff, and the diff of the whole patch."""
    applier, finished, hunks = Applier(files), FinishedHunks(), ""
    for edit in edits:
        located = applier.apply(edit)
        assert isinstance(located, Located), located
        hunks += finished.add(
            located.path, edit.kind, located.splices, snapshot=files.get(located.path), new_path=edit.new_path
        )
    assert finished.changes == applier.changed
    return hunks, finished.diff, unified_diff(files, applier.changed)


def replaced(path: str, first: int, count: int, new: list[str]) -> Edit:
    return Edit(path, "".join(LINES[first : first + count]), "".join(new))


@given(
    st.lists(st.tuples(st.integers(1, 4), st.lists(st.sampled_from(["x\n", "\n", "y é\n"]), max_size=5)), max_size=9)
)
def test_hunks_from_top_to_bottom_are_those_of_the_whole_diff(changes: list[tuple[int, list[str]]]) -> None:
    edits = [replaced("a.py", 20 * at + 3, count, new) for at, (count, new) in enumerate(changes)]
    hunks, so_far, whole = shown({"a.py": "".join(LINES)}, edits)
    assert hunks == so_far == whole


@pytest.mark.parametrize(
    "edits",
    [
        [replaced("a.py", 150, 1, ["x\n"] * 4), replaced("a.py", 10, 2, [])],  # from bottom to top
        [replaced("a.py", 50, 1, []), replaced("b.py", 3, 1, ["x\n"]), replaced("a.py", 90, 1, ["x\n"])],
    ],
)
def test_hunks_in_any_order_have_the_numbers_of_the_lines_as_they_were(edits: list[Edit]) -> None:
    text = "".join(LINES)
    hunks, so_far, whole = shown({"a.py": text, "b.py": text}, edits)
    removed = {line.split()[1] for line in whole.split("\n") if line.startswith("@@")}
    assert ({line.split()[1] for line in hunks.split("\n") if line.startswith("@@")}, so_far) == (removed, whole)


@pytest.mark.parametrize(
    ("files", "edits"),
    [
        ({"a.py": "one\n"}, [Edit("new.py", after="1\n2\n", kind="create")]),
        ({"a.py": "one\ntwo"}, [Edit("a.py", after=None, kind="delete")]),
        ({"a.py": "one\ntwo"}, [Edit("a.py", "two\n", "2\n")]),
        ({"a.py": ""}, [Edit("a.py", "", "x\n")]),
        ({"a.py": "one\r\ntwo\r\n"}, [Edit("a.py", "two\n", "2\n")]),
        ({"a.py": "one\n"}, [Edit("a.py", kind="move", new_path="b.py")]),
    ],
)
def test_a_file_as_a_whole(files: dict[str, str], edits: list[Edit]) -> None:
    hunks, so_far, whole = shown(files, edits)
    assert hunks == so_far == whole


def test_a_file_that_is_new_or_moved_is_edited_further() -> None:
    edits = [
        Edit("new.py", after="1\n2\n", kind="create"),
        Edit("new.py", "2\n", "two\n"),
        Edit("a.py", kind="move", new_path="b.py"),
        Edit("b.py", "one\n", "1\n"),
    ]
    hunks, so_far, whole = shown({"a.py": "one\n"}, edits)
    assert so_far == whole
    assert hunks.split("diff --git ")[1:] == [
        (
            "a/new.py b/new.py\nnew file mode 100644\n--- /dev/null\n+++ b/new.py\n@@ -0,0 +1,2 @@\n+1\n+2\n"
            "@@ -1,2 +1,2 @@\n 1\n-2\n+two\n"
        ),
        "a/a.py b/a.py\ndeleted file mode 100644\n--- a/a.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-one\n",
        "a/b.py b/b.py\nnew file mode 100644\n--- /dev/null\n+++ b/b.py\n@@ -0,0 +1 @@\n+one\n@@ -1 +1 @@\n-one\n+1\n",
    ]
