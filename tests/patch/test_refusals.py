"""Each kind of refusal, and the sentence that goes with it."""

from typing import get_args

import pytest

from darner_server.patch import RefusalKind, apply_reply
from darner_server.patch.match import nearest

FILES = {
    "a.py": "import os\n\n\ndef f(a):\n    b = 1\n    c = 2\n    return a + b\n\n\ndef g(a):\n    b = 1\n    return a\n",
    "b.py": "\n",
}
WHOLE = FILES["a.py"]
ELSEWHERE = {"unreadable-file", "not-shown", "other-file", "syntax", "mask", "late"}  # the engine's, or a stream's


def block(before: str, after: str, path: str = "a.py") -> str:
    return f"{path}\n```\n<<<<<<< SEARCH\n{before}=======\n{after}>>>>>>> REPLACE\n```\n"


def patch(*lines: str) -> str:
    return "\n".join(("*** Begin Patch", *lines, "*** End Patch", ""))


KINDS: list[tuple[RefusalKind, str, str]] = [
    ("no-edit", "No changes are needed.", "the reply contains no edit"),
    ("malformed", "a.py\n<<<<<<< SEARCH\nx\n>>>>>>> REPLACE\n", "no line of ======="),
    ("unsupported", '{"name": "bash", "arguments": {"command": "rm a.py"}}', "runs a command"),
    ("unsupported", "diff --git a/a.py b/c.py\ncopy from a.py\ncopy to c.py\n", "it copies a file"),
    ("cut-off", "*** Begin Patch\n*** Update File: a.py\n@@\n-    c = 2\n+    c = 3\n", "no `*** End Patch` line"),
    ("cut-off", "<think>\nHm.\n", "ends inside its reasoning"),
    ("unclear-fence", "```\na\n```\nor\n```\nb\n```\n", "several fences"),
    (
        "unclear-answer",
        "I would do\n\n" + block("", "x\n", "b.py") + "\nFinal answer:\n\n" + block("    c = 2\n", "    c = 3\n"),
        "leaves out the edits of b.py",
    ),
    ("unclear-file", block("    c = 2\n", "", ""), "does not name its file"),
    ("missing-file", patch("*** Delete File: c.py"), "there is no file c.py"),
    ("missing-file", block("x\n", "y\n", "src/c.py"), "there is no file src/c.py"),
    ("existing-file", patch("*** Add File: a.py", "+x = 1"), "there is already such a file"),
    ("outside", block("x\n", "y\n", "../c.py"), "outside the workspace"),
    ("reserved", block("", "x\n", ".git/hooks/pre-commit"), "never changes"),
    ("unfit-name", block("", "x\n", "src/aux.py"), "a device on Windows"),
    ("missing-text", block("    e = 5\n", "    e = 6\n"), "not in the file"),
    ("ambiguous-text", block("    b = 1\n", "    b = 2\n"), "is at 2 places"),
    ("wrong-section", patch("*** Update File: a.py", "@@ def h(a):", "-    c = 2", "+    c = 3"), "no such line"),
    ("unclear-definition", "a.py\n```\nclass f:\n    pass\n```\n", "its place is not certain"),
    ("placeholder", block("    b = 1\n    c = 2\n", "    # ... existing code ...\n    c = 3\n"), "lines out"),
    ("loss", "a.py\n```\nimport os\n\nx = 1\n```\n", "part of the file"),
    ("line-numbers", "c.py\n```\n1: x = 1\n2: y = 2\n3: z = 3\n```\n", "numbers"),
    ("characters", block("    c = 2\n", "    c = \u201c2\u201d\n"), "typographic sign"),
]


@pytest.mark.parametrize(("kind", "reply", "sentence"), KINDS)
def test_a_refusal_has_a_kind_and_a_sentence(kind: RefusalKind, reply: str, sentence: str) -> None:
    applied = apply_reply(reply, FILES)
    assert applied.files == FILES
    (refused, *_) = applied.refused
    assert (refused.kind, sentence in refused.reason) == (kind, True), refused


def test_every_kind_is_in_the_table() -> None:
    assert {kind for kind, _, _ in KINDS} | ELSEWHERE | {"indentation"} == set(get_args(RefusalKind))


def test_the_nearest_lines_of_a_large_file_are_not_searched_for_again_and_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    size, many = 100, 20
    monkeypatch.setattr(nearest, "MOST_LINES", many * size // 2)
    text = "".join(f"value_{line} = {line}\n" for line in range(size))
    reply = "".join(block(f"value_{number % size} = missing {number}\n", "x = 1\n", "big.py") for number in range(many))
    refused = apply_reply(reply, {"big.py": text}).refused
    assert [each.near is not None for each in refused] == [number < many // 2 for number in range(many)]
    assert {each.reason for each in refused[many // 2 :]} == {"the search text is not in the file"}
