"""A reply that stops, by its own account for good, at the beginning of a block: what was begun is missed, not forgotten."""

import pytest

from darner_server.patch import Edit, Parser
from darner_server.patch.formats.format_instructions import REPLY_FORMATS

FIRST = "a.py\n```\n<<<<<<< SEARCH\nx = 1\n=======\nx = 2\n>>>>>>> REPLACE\n```\n\n"
BEGUN = [
    "b.py\n```\n", "b.py\n```python\n", "`b.py`\n```", "b.py\n```\n<", "b.py\n```\n<<<<<<<", "b.py\n```\n<<<<<<< SE",
    "b.py\n```\n<<<<<<< SEARC", "<<<<<<< SE", "<<<<<<<", "<<<<<<< ORIG", "b.py\n<<<<<<< S", "```\n<<<<<<< SEAR", "------- SEA",
    "*** Begin", "*** Begin Pat", "**b.py**\n\n```js\n<<<<<<<", "b.py\n~~~\n<<<<<<< SE", "### b.py\n```rust\n", "diff --git a/b.py b/b.py",
    "```diff\n--- a/b.py\n", '<edit path="b.py"', "<file", "[SEARC", "<apply_patch",
]  # fmt: skip
WHOLE = [
    "", "```", "```\n", "Done.", "That changes b.py.", "Files: b.py", "b.py", "- a.py\n- b.py", "x < y", "<br>", "***", "---", "-----",
    "Run it:\n```bash\npytest", "b.py shows it:\n```bash\npython b.py\n", "*** note", "<", "a << b", "--- Bob", "<files>", "See [SEARCH](x).", "Run diff --git a/x b/x.", "It ends with `<<<<<<<`.",
]  # fmt: skip


def edits(reply: str, reply_format: str, size: int) -> list[Edit]:
    parser = Parser(reply_format)
    found = [edit for at in range(0, len(reply), size) for edit in parser.feed(reply[at : at + size])]
    return [*found, *parser.close()]


@pytest.mark.parametrize("size", [1, 1000])
@pytest.mark.parametrize("end", BEGUN)
def test_a_block_that_is_begun_is_missed(end: str, size: int) -> None:
    first, *rest = edits(FIRST + end, "search-replace", size)
    assert (first.path, first.problem) == ("a.py", None)
    assert [edit.problem.kind for edit in rest if edit.problem is not None] == ["cut-off"]
    assert len(rest) == 1


@pytest.mark.parametrize("size", [1, 1000])
@pytest.mark.parametrize("end", WHOLE)
def test_what_is_no_beginning_is_none(end: str, size: int) -> None:
    assert [(edit.path, edit.problem) for edit in edits(FIRST + end, "search-replace", size)] == [("a.py", None)]


@pytest.mark.parametrize("reply_format", REPLY_FORMATS)
def test_in_every_format(reply_format: str) -> None:
    problems = [edit.problem.kind for edit in edits(f"{FIRST}b.py\n```\n<<<<<<< SE", reply_format, 7) if edit.problem]
    assert "cut-off" in problems
