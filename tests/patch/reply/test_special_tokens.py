"""Special tokens of models: passed over behind a block's end, never written into a file that has none."""

import pytest

from darner_server.patch import apply_reply

FILES = {"b.xyz": "q 1\nq 2\n"}
BLOCKS = [
    "b.xyz\n```\nq 3\nq 2\n```{}",
    "b.xyz\n```\n<<<<<<< SEARCH\nq 1\n=======\nq 3\n>>>>>>> REPLACE{}\n```\n",
    "b.xyz\n<<<<<<< SEARCH\nq 1\n=======\nq 3\n>>>>>>> REPLACE{}",
    "*** Begin Patch\n*** Update File: b.xyz\n@@\n-q 1\n+q 3\n*** End Patch{}",
]
TEXTS = [
    "b.xyz\n```\nq 3\nq 2{}\n```\n",
    "b.xyz\n```\nq 3\nq 2\n{}\n```\n",
    "b.xyz\n<<<<<<< SEARCH\nq 1\n=======\nq 3{}\n>>>>>>> REPLACE\n",
    "```diff\n--- a/b.xyz\n+++ b/b.xyz\n@@\n-q 1\n+q 3{}\n```\n",
    '{{"path": "b.xyz", "old_string": "q 1", "new_string": "q 3{}"}}',
]
TOKENS = [
    *("<|im_end|>", "<|eot_id|>", "</s>", "<|endoftext|>", "[/INST]", "<|tool_calls_section_end|>", "<\uff5cend\u2581of\u2581sentence\uff5c>", "<end_of_turn>"),
    *("<|return|>", "[/TOOL_CALLS]", "</tool_call>", "<eos>", "[EOS]", "<|END_OF_TURN_TOKEN|>", "</answer>"),
]  # fmt: skip


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("block", BLOCKS)
def test_behind_a_block(block: str, token: str) -> None:
    for between in ("", " ", "\n"):
        assert apply_reply(block.format(between + token), FILES).files == {"b.xyz": "q 3\nq 2\n"}


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("reply", TEXTS)
def test_within_a_text(reply: str, token: str) -> None:
    assert apply_reply(reply.format(token), FILES).files in (FILES, {"b.xyz": "q 3\nq 2\n"})


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("p.py", "END = \"<|im_end|>\"\nx = '</s>'\n"), ("p.html", "<s>a</s>\n"), ("p.j2", "<|im_start|>system\n{{x}}<|im_end|>\n"), ("p.md", "The model ends with <|im_end|>\n"),
        ("p.xml", "<answer>1</answer>\n"), ("p.txt", "<|im_start|>user\nhi<|im_end|>\n"), ("p.go", "type A struct {\n\tX [N]int\n}\n"),
    ],
)  # fmt: skip
def test_a_text_that_is_about_them(path: str, text: str) -> None:
    assert apply_reply(f"{path}\n```\n{text}```\n", {}).files == {path: text}


@pytest.mark.parametrize(
    "mark", [">>>>>>> REPLACE.", ">>>>>>> REPLACE (done)", ">>>>>>> REPLACED", ">>>>>>> b.xyz", ">>>>>>"]
)
def test_a_mark_that_is_written_otherwise_is_no_text(mark: str) -> None:
    applied = apply_reply(f"b.xyz\n<<<<<<< SEARCH\nq 1\n=======\nq 3\n{mark}\n", FILES)
    assert applied.files in (FILES, {"b.xyz": "q 3\nq 2\n"})


A = {
    "src/a.py": "x = 1\n\n\ndef f():\n    return x\n",
    "bin/run": "echo 1\necho 3\n",
    "b.py": "y = 1\n\n\ndef g():\n    return y\n",
    "Makefile": "all:\n\techo 1\n",
    "c.php": "<?php\n$x = 1;\n$y = 2;\n",
}


@pytest.mark.parametrize(
    ("text", "path", "old", "new"),
    [
        ("# src/a.py\nx = 2\n\n\ndef f():\n    return x\n", "src/a.py", "1", "2"), ("# bin/run\necho 2\necho 3\n", "bin/run", "1", "2"), ("# Makefile\nall:\n\techo 1\n\techo 2\n", "Makefile", "1\n", "1\n\techo 2\n"),
        ("# === src/a.py ===\nx = 2\n\n\ndef f():\n    return x\n", "src/a.py", "1", "2"), ("# `src/a.py` (updated)\nx = 2\n\n\ndef f():\n    return x\n", "src/a.py", "1", "2"),
        ("# In src/a.py\nx = 2\n\n\ndef f():\n    return x\n", "src/a.py", "1", "2"), ("<?php\n// c.php\n$x = 3;\n$y = 2;\n", "c.php", "1", "3"), ("# path/to/file\ny = 2\n\n\ndef g():\n    return y\n", "b.py", "1", "2"),
    ],
)  # fmt: skip
def test_a_comment_that_names_the_file_of_an_unnamed_fence(text: str, path: str, old: str, new: str) -> None:
    applied = apply_reply(f"```\n{text}```\n", A, target="b.py")
    assert applied.changed == {path: A[path].replace(old, new)}


@pytest.mark.parametrize("text", ["# path/to/your_file.py\nx = 2\n", "# path/to/file.py\nx = 2\n"])
def test_an_example_of_a_name_is_no_new_file(text: str) -> None:
    assert apply_reply(f"```python\n{text}```\n", {}).refused[0].kind == "unfit-name"
