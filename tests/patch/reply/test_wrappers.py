"""What a reply wraps a text in never reaches the file: fences, tags, its name, sentences, another file's text."""

import json

import pytest

from darner_server.patch import apply_reply

OLD, NEW = "q 1\nq 2\nq 3\nq 4\n", "q 1\nq 2\nq 3\nq 5\n"
FILES = {"a.xyz": OLD}
UNWRAPPED = [
    '<file path="a.xyz">\n```\n{}```\n</file>\n', '<file path="a.xyz"><![CDATA[\n{}]]></file>\n', '<file path="a.xyz">\n<![CDATA[\n{}]]>\n</file>\n', "a.xyz\n````\n```xyz\n{}```\n````\n",
    "```\na.xyz\n{}```\n", "```\n**a.xyz**\n{}```\n", "```\nFile: a.xyz\n{}```\n", "```\n--- a.xyz ---\n{}```\n", "<write_to_file>\n<path>a.xyz</path>\n<content>\n```\n{}```\n</content>\n</write_to_file>\n",
]  # fmt: skip
REFUSED = [
    '<antArtifact title="a.xyz">\n{}</antArtifact>\n', '<boltAction type="file" filePath="a.xyz">\n{}</boltAction>\n', '<lov-write file_path="a.xyz">\n{}</lov-write>\n', '<dyad-write path="a.xyz">\n{}</dyad-write>\n',
    "Here is the file:\n\n{}", "{}\nNote: q 4 became q 5.\n", "{}\nI hope this helps!\n", "{}\nThis change makes it five.\n",
]  # fmt: skip


@pytest.mark.parametrize("reply", UNWRAPPED)
def test_what_is_around_all_of_a_text_is_taken_off(reply: str) -> None:
    assert apply_reply(reply.format(NEW), FILES, target="a.xyz").files == {"a.xyz": NEW}


@pytest.mark.parametrize("reply", REFUSED)
@pytest.mark.parametrize("form", [None, "whole"])
def test_what_is_around_a_bare_text_is_refused(reply: str, form: str | None) -> None:
    applied = apply_reply(reply.format(NEW), FILES, target="a.xyz", reply_format=form)
    assert applied.files == FILES
    assert applied.refused[0].kind in ("unclear-fence", "unsupported")


def test_a_bare_text_is_taken() -> None:
    for text in (NEW, "q 1\nq 2\n\nq 3\nq 5\n", "q 1\nq 2\nq 3\n\n# Note: of q\nq 5\n", "q 1\nq 2\nq 3\n\nnote = q\n"):
        assert apply_reply(text, FILES, target="a.xyz", reply_format="whole").files == {"a.xyz": text}


@pytest.mark.parametrize(
    "reply",
    [
        "a.xyz\n<<<<<<< SEARCH\nq 4\n=======\n```\nq 5\n```\n>>>>>>> REPLACE\n", json.dumps({"path": "a.xyz", "old_string": "q 4", "new_string": "```xyz\nq 5\n```"}),
        "*** Begin Patch\n*** Update File: a.xyz\n@@\n-q 4\n+```\n+q 5\n+```\n*** End Patch\n", "--- a/a.xyz\n+++ b/a.xyz\n@@ -4 +4,3 @@\n-q 4\n+```\n+q 5\n+```\n",
    ],
)  # fmt: skip
def test_a_part_in_a_fence_is_refused(reply: str) -> None:
    applied = apply_reply(reply, FILES)
    assert applied.refused[0].kind == "unclear-fence"
    prose = apply_reply(reply.replace("a.xyz", "a.md"), {"a.md": OLD})
    assert prose.files == {
        "a.md": OLD.replace(
            "q 4\n", "```xyz\nq 5\n```\n" if "json" in reply or "xyz\\n" in reply else "```\nq 5\n```\n"
        )
    }


@pytest.mark.parametrize(
    "reply",
    [
        "```\n# a.py\nx = 1\n\n# b.py\ny = 1\n```\n", "```\n// file: a.js\nlet x;\n// file: b.js\nlet y;\n```\n", "a.xyz\n```\nq 1\n--- b.xyz ---\nq 2\n```\n", "a.css\n```\na {{}}\n=== b.css ===\nb {{}}\n```\n",
        "```html\n<!-- a.html -->\n<p>1</p>\n<!-- b.css -->\np {}\n```\n",
    ],
)  # fmt: skip
def test_several_files_in_one_fence_are_refused(reply: str) -> None:
    applied = apply_reply(reply, {})
    assert applied.files == {}
    assert applied.refused[0].kind == "unclear-fence"


@pytest.mark.parametrize("key", ["content", "file_text"])
def test_a_text_that_holds_its_own_closing_tag(key: str) -> None:
    reply = f"<write_to_file>\n<path>n.xyz</path>\n<{key}>\nq 1\nq </{key}> 2\nq 3\n</{key}>\n</write_to_file>\n"
    assert apply_reply(reply, {}).refused[0].kind == "malformed"


@pytest.mark.parametrize("language", ["python", "go", "ts", "c", "java", "ruby", "rust"])
def test_a_language_s_name_in_the_first_line(language: str) -> None:
    path = {"python": "a.py", "ts": "a.ts", "ruby": "a.rb", "rust": "a.rs"}.get(language, f"a.{language}")
    assert apply_reply(f"{path}\n```\n{language}\nx = 1\n```\n", {}).files == {path: "x = 1\n"}
    assert apply_reply(f"a.txt\n```\n{language}\nx = 1\n```\n", {}).files == {"a.txt": f"{language}\nx = 1\n"}


@pytest.mark.parametrize(
    "heading", ["Usage", "Notes", "Security", "History", "Support", "Credits", "License", "Bugs", "FAQ", "Roadmap", "Releases", "Owners", "Thanks"]
)  # fmt: skip
@pytest.mark.parametrize("mark", ["{}:", "**{}**", "**{}:**", "## {}", "### {}:", "{}", "1. {}", "- {}:"])
def test_a_heading_is_no_file(heading: str, mark: str) -> None:
    fence = "```python\nx = 2\n```\n"
    applied = apply_reply(f"s.py\n{fence}\n{mark.format(heading)}\n\n```python\nprint(1)\n```\n", {"s.py": "x = 1\n"})
    assert applied.files == {"s.py": "x = 2\n"}


KT = "class A {\n    fun x() = 1\n\n    fun y() = 2\n}\n"


@pytest.mark.parametrize(
    "before",
    [
        "Before (a.kt):", "Original `a.kt`:", "Current a.kt:", "Old code in `a.kt`:", "`a.kt` before:", "**a.kt** (before)", "### Before: a.kt", "The original a.kt:", "a.kt (old)", "Existing `a.kt`:", "a.kt, currently:",
    ],
)  # fmt: skip
@pytest.mark.parametrize("after", ["After:", "New:", "Updated:", "becomes:", "**After**", "Change it to:", "Now:", "After (a.kt):", "`a.kt` after:", "a.kt (new)"])  # fmt: skip
def test_a_file_as_it_was_and_as_it_becomes(before: str, after: str) -> None:
    new = KT.replace("1", "9")
    applied = apply_reply(f"{before}\n```kotlin\n{KT}```\n\n{after}\n```kotlin\n{new}```\n", {"a.kt": KT, "b.kt": ""})
    assert applied.files == {"a.kt": new, "b.kt": ""}


@pytest.mark.parametrize(
    "above",
    [
        "Update the current `a.kt`:",
        "Replace the old a.kt with:",
        "a.kt",
        "New `a.kt`:",
        "Create a.kt as described before:",
        "Write a.kt, replacing what was there before:",
    ],
)
def test_a_sentence_that_changes_the_file_shows_no_old_text(above: str) -> None:
    new = KT.replace("1", "9")
    assert apply_reply(f"{above}\n```kotlin\n{new}```\n", {"a.kt": KT}).files == {"a.kt": new}


@pytest.mark.parametrize(
    "said", ["I cannot do that.", "Done", "No changes are needed.", "Let me look at the file first.\n\n<read_file>\n<path>a.py</path>\n</read_file>", "Sure! Which file do you mean?", "The file is empty, so there is nothing to change."]
)  # fmt: skip
@pytest.mark.parametrize("path", ["a.py", "a.sh", "a.xyz", "src/a.css"])
def test_what_a_model_says_is_no_text(said: str, path: str) -> None:
    for files in ({}, {path: ""}, {path: "x\n"}):
        for form in (None, "whole"):
            for reply in (said, *([] if "<" in said else [f"```\n{said}\n```\n"])):
                applied = apply_reply(reply, files, target=path, reply_format=form)
                assert applied.files == files
                assert applied.refused


def test_a_text_of_sentences_is_one_where_the_file_is_prose() -> None:
    for path in ("a.md", "NOTES", "a.txt"):
        assert apply_reply("```\nNo changes are needed.\n```\n", {path: ""}, target=path).files == {
            path: "No changes are needed.\n"
        }
