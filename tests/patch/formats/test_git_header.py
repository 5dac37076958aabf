"""Patches whose words darner does not all know, and git's: all of it is done, or nothing."""

import pytest

from darner_server.patch import apply_reply

FILES = {"a.py": "x = 1\ny = 2\n", "old name.txt": "one\n", "b.py": "b = 1\n"}
X = "@@\n-x = 1\n+x = 5\n"
SET: dict[str, str | None] = {"a.py": "x = 5\ny = 2\n"}


def check(reply: str, expected: dict[str, str | None] | str, files: dict[str, str] = FILES) -> None:
    applied = apply_reply(reply, files)
    if isinstance(expected, str):
        assert applied.files == files
        assert expected in " / ".join(each.reason for each in applied.refused)
    else:
        assert applied.refused == ()
        assert applied.files == {**files, **expected}


def v4a(*parts: str) -> str:
    return "*** Begin Patch\n" + "".join(parts) + "*** End Patch\n"


UPDATE = "*** Update File: a.py\n" + X


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        *((v4a(UPDATE, f"{word} c.py\n+c = 1\n"), {**SET, "c.py": "c = 1\n"}) for word in ("*** Create File:", "*** New File:", "*** Add file:", "*** add File:", "***Add File:", "*** Create:")),
        *((v4a(f"{word} a.py\n{X}"), SET) for word in ("*** Modify File:", "*** Edit File:", "*** Change File:", "*** update file:", "*** Update:")),
        *((v4a(UPDATE, f"{word} b.py\n"), {**SET, "b.py": None}) for word in ("*** Remove File:", "*** Delete file:", "*** Delete:")),
        *((v4a(f"*** Update File: b.py\n{word} c.py\n"), {"b.py": None, "c.py": "b = 1\n"}) for word in ("*** Move to:", "*** Rename to:", "*** Move To:", "*** Moved to:", "*** Move file to:")),
        *((v4a(f"{line}\n"), {"b.py": None, "c.py": "b = 1\n"}) for line in ("*** Move File: b.py -> c.py", "*** Rename File: b.py to c.py", "*** Rename: b.py => c.py", "*** Move File: b.py\n*** Move to: c.py")),
        (v4a("*** Rename File: a.py -> c.py\n" + X), {"a.py": None, "c.py": "x = 5\ny = 2\n"}),
        (v4a("*** Update File: `a.py`\n" + X), SET),
        (v4a("*** Add File: c.py (new)\n+c = 1\n"), {"c.py": "c = 1\n"}),
        (v4a("*** Add File: c.py\n--- /dev/null\n+++ b/c.py\n@@ -0,0 +1 @@\n+c = 1\n"), {"c.py": "c = 1\n"}),
        (v4a("*** Add File: c.py\n+c = 1\n*** End of File\n"), {"c.py": "c = 1\n"}),
        (v4a(UPDATE) + v4a("*** Delete File: b.py\n"), {**SET, "b.py": None}),
        ("*** begin patch\n" + UPDATE + "*** end patch\n", SET),
        ("*** Begin Patch ***\n" + UPDATE + "*** End of Patch\n", SET),
        (v4a("*** Add File: c.py\n@@\n+c = 1\n\\ No newline at end of file\n"), {"c.py": "c = 1"}),
        (v4a("*** Add File: c.py\n@@ -0,0 +1 @@\n+c = 1\n"), {"c.py": "c = 1\n"}),
        ("1. Do this:\n\n   ```\n   *** Begin Patch\n   *** Update File: a.py\n   @@\n   -x = 1\n   +x = 5\n   *** End Patch\n   ```\n", SET),
        ("  *** Begin Patch\n  *** Add File: c.py\n  +c = 1\n  *** End Patch\n", {"c.py": "c = 1\n"}),
        ("- First:\n\n  ```diff\n  --- a/a.py\n  +++ b/a.py\n  @@ -1,2 +1,2 @@\n  -x = 1\n  +x = 5\n   y = 2\n  ```\n", SET),
        ("1. New:\n\n   c.py\n   ```python\n   def c():\n       return 1\n   ```\n", {"c.py": "def c():\n    return 1\n"}),
        ("* New `c.py`:\n\n    ```\n    c:\n\n      - 1\n    ```\n", {"c.py": "c:\n\n  - 1\n"}),
        ("1. c.py\n   ```\n   <<<<<<< SEARCH\n   =======\n   def c():\n       return 1\n   >>>>>>> REPLACE\n   ```\n", {"c.py": "def c():\n    return 1\n"}),
    ],
)  # fmt: skip
def test_directives(reply: str, expected: dict[str, str | None]) -> None:
    check(reply, expected)


@pytest.mark.parametrize(
    "line",
    [
        "*** Copy File: a.py -> c.py", "*** Append File: a.py", "*** Insert File: c.py", "*** Touch File: c.py", "*** Chmod File: a.py", "*** Replace File: a.py",
        "*** Patch File: b.py", "*** File: c.py", "*** Create Directory: lib", "*** Link File: c.py", "*** 1,2 ****", "*** Rename File: a -> b -> c",
        "*** Move File: b.py", "*** Something", "*** Add File c.py", "*** Create file c.py", "*** AddFile: c.py", "*** Write File: c.py",
        "*** File Added: c.py", "**Add File: c.py**", "*** Delete File b.py", "*** Unlink File: b.py", "*** New Path: c.py", "*** Move b.py to c.py", "*** To: c.py", "*** Upsert File: c.py", "*** End of Hunk", "*** Undo", "*** Delete", "*** Add Folder: x",
    ],
)  # fmt: skip
def test_an_unknown_directive_refuses_the_patch(line: str) -> None:
    for parts in ((UPDATE, f"{line}\n+c = 1\n"), (f"{line}\n+c = 1\n", UPDATE), (UPDATE, f"{line}\n")):
        applied = apply_reply(v4a(*parts), FILES)
        assert applied.files == FILES
        assert applied.refused != ()


def diff(path: str, *, old: str = "x = 1", new: str = "x = 5") -> str:
    return f"--- a/{path}\n+++ b/{path}\n@@ -1 +1 @@\n-{old}\n+{new}\n"


HEAD = "diff --git a/a.py b/a.py\nindex 1..2 100644\n" + diff("a.py")


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (HEAD + "-- \n2.40.1\n", SET),
        (f"```diff\n{HEAD}-- \n2.40.1\n\n```\n", SET),
        (HEAD + "\n+ This moves the value of x\n+ and nothing else here\n", SET),
        (HEAD + "+ This moves the value of x up\n- The old one was too small\n", SET),
        (HEAD + "\n- the value of x is more\n", SET),
        (HEAD + "That is all.\n", SET),
        ("diff --git a/old name.txt b/new name.txt\nsimilarity index 100%\nrename from old name.txt\nrename to new name.txt\n", {"old name.txt": None, "new name.txt": "one\n"}),
        ("diff --git a/old name.txt b/n.txt\nsimilarity index 90%\nrename from old name.txt\nrename to n.txt\n--- a/old name.txt\n+++ b/n.txt\n@@ -1 +1 @@\n-one\n+two\n", {"old name.txt": None, "n.txt": "two\n"}),
        ("diff --git a/old name.txt b/old name.txt\ndeleted file mode 100644\nindex 1..0\n--- a/old name.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-one\n", {"old name.txt": None}),
        ("diff --git a/a b.txt b/a b.txt\nnew file mode 100644\nindex 0..1\n--- /dev/null\n+++ b/a b.txt\n@@ -0,0 +1 @@\n+x\n", {"a b.txt": "x\n"}),
        ("diff --git a/a b.txt b/a b.txt\nnew file mode 100644\nindex 0..0\n", {"a b.txt": ""}),
        ('diff --git "a/\\303\\274ber.txt" "b/\\303\\274ber.txt"\n--- "a/\\303\\274ber.txt"\n+++ "b/\\303\\274ber.txt"\n@@ -1 +1 @@\n-x = 1\n+x = 5\n', {"über.txt": "x = 5\n"}),
        ('diff --git "a/q\\"q.txt" "b/q\\"q.txt"\nnew file mode 100644\n--- /dev/null\n+++ "b/q\\"q.txt"\n@@ -0,0 +1 @@\n+x\n', {'q"q.txt': "x\n"}),
        *((f"diff --git {i}a.py {w}a.py\n--- {i}a.py\n+++ {w}a.py\n@@ -1 +1 @@\n-x = 1\n+x = 5\n", SET) for i, w in (("i/", "w/"), ("c/", "i/"), ("c/", "w/"), ("o/", "w/"), ("", ""), ("w/", "i/"))),
        *((f"diff --git {i}n.py {w}n.py\nnew file mode 100644\n--- /dev/null\n+++ {w}n.py\n@@ -0,0 +1 @@\n+x\n", {"n.py": "x\n"}) for i, w in (("i/", "w/"), ("c/", "i/"), ("", ""))),
        *((f"diff --git {i}b.py {w}b.py\ndeleted file mode 100644\n--- {i}b.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-b = 1\n", {"b.py": None}) for i, w in (("i/", "w/"), ("c/", "w/"), ("", ""))),
        ("diff --git b/n.py b/n.py\nnew file mode 100644\n--- /dev/null\n+++ b/n.py\n@@ -0,0 +1 @@\n+x\n", {"b/n.py": "x\n"}),
        ("--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,3 @@\n-x = 1\n+x = 5\n+z = 3\n y = 2\n", {"a.py": "x = 5\nz = 3\ny = 2\n"}),
        ("diff --git a/a.py b/a.py\nindex 1..2\n--- a/a.py\n+++ b/a.py\n@@ -2 +2 @@\n-y = 2\n+y = 3\n\ndiff --git a/b.py b/b.py\nindex 1..2\n--- a/b.py\n+++ b/b.py\n@@ -1 +1 @@\n-b = 1\n+b = 2\n", {"a.py": "x = 1\ny = 3\n", "b.py": "b = 2\n"}),
        ("a.py\n```diff\n-x = 1\n+x = 5\n y = 2\n```\n", SET),
        ("a.py\n```diff\n-x = 1\n+x = 5\n```\n", SET),
        ("a.py\n```\n-x = 1\n+x = 5\n y = 2\n```\n", SET),
        ("```diff a.py\n-x = 1\n+x = 5\n```\n", SET),
        ("1. a.py\n   ```diff\n   -x = 1\n   +x = 5\n    y = 2\n   ```\n", SET),
    ],
)  # fmt: skip
def test_git_diffs(reply: str, expected: dict[str, str | None]) -> None:
    check(reply, expected, {**FILES, "über.txt": "x = 1\n"})


@pytest.mark.parametrize(
    ("rest", "reason"),
    [
        ("diff --git a/p.png b/p.png\nnew file mode 100644\nindex 0..1\nGIT binary patch\nliteral 5\nMcmZQzU|?iCU|?ckU|{e90000\n\nliteral 0\nHcmV?d00001\n\n", "binary"),
        ("diff --git a/p.png b/p.png\nindex 1..2 100644\nBinary files a/p.png and b/p.png differ\n", "binary"),
        ("diff --git a/b.py b/c.py\nsimilarity index 100%\ncopy from b.py\ncopy to c.py\n", "copies"),
        ("diff --git a/b.py b/b.py\nold mode 100644\nnew mode 100755\n", "mode"),
        ("diff --git a/b.py b/b.py\nold mode 100644\nnew mode 100755\nindex 1..2\n--- a/b.py\n+++ b/b.py\n@@ -1 +1 @@\n-b = 1\n+b = 2\n", "mode"),
        ("diff --git a/s b/s\nnew file mode 120000\nindex 0..1\n--- /dev/null\n+++ b/s\n@@ -0,0 +1 @@\n+a.py\n\\ No newline at end of file\n", "link"),
        ("diff --git a/b.py b/b.py\ndeleted file mode 100644\nindex 1..0\n--- a/b.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-b = 7\n", "does not contain"),
        ("diff --git a/b.py b/b.py\ndeleted file mode 100644\nindex 1..0\n--- a/b.py\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-b = 1\n-c = 1\n", "does not contain"),
        ("diff --git a/no file.txt b/no file.txt\ndeleted file mode 100644\n", "no file"),
        ("diff --git a/x y.txt b/z w.txt\nindex 1..2\n", "cannot be separated"),
        ("diff --git a/b.py b/c.py\nsimilarity index 100%\nrename from b.py\n", "names only one"),
    ],
)  # fmt: skip
def test_git_parts_that_are_refused(rest: str, reason: str) -> None:
    check(HEAD + rest, reason)
    check(f"```diff\n{HEAD}{rest}```\n", reason)
    check(rest, reason)


@pytest.mark.parametrize(
    "hunk",
    ["@@ -1,4 +1,5 @@\n b = 1\n+c = 2\n", "@@ -1 +1,3 @@\n b = 1\n+c = 2\n", "@@ -1,2 +1,2 @@\n-b = 1\n+b = 2\n"],
)
def test_a_diff_that_was_cut_is_refused_and_wrong_counts_in_a_fence_are_not(hunk: str) -> None:
    head = "diff --git a/b.py b/b.py\n--- a/b.py\n+++ b/b.py\n"
    check(HEAD + head + hunk, "ends inside a hunk")
    after = "b = 2\n" if "b = 2" in hunk else "b = 1\nc = 2\n"
    check(f"```diff\n{head}{hunk}```\n", {"b.py": after})


@pytest.mark.parametrize("rest", ["+c = 1\n-d = 1\n", "+c = 1\n@@\n+d = 1\n", "@@\n c = 1\n-d = 1\n+e = 1\n"])
def test_a_new_file_with_the_marks_of_a_hunk_is_refused(rest: str) -> None:
    check(v4a(UPDATE, "*** Add File: c.py\n" + rest), "must all begin with +")


def test_a_letter_above_a_diff() -> None:
    head = "From 1 Mon Sep 17\nFrom: A <a@example.org>\nSubject: [PATCH] x\n\n---\n a.py | 2 +-\n\n"
    check(f"```diff\n{head}{HEAD}-- \n2.40.1\n```\n", SET)
    check(f"{head}{HEAD}-- \n2.40.1\n", SET)
    index = (
        "Index: a.py\n"
        + "=" * 67
        + "\n"
        + diff("a.py").replace("a/a.py", "a.py\t(revision 1)").replace("b/a.py", "a.py")
    )
    check(f"```diff\n{index}```\n", SET)


@pytest.mark.parametrize("folder", ["w", "b", "i"])
def test_a_folder_that_is_called_like_a_prefix(folder: str) -> None:
    files = {f"{each}a.py": "x = 1\ny = 2\n" for each in ("", "w/", "b/", "i/")}
    name = f"{folder}/a.py"
    body = f"--- {name}\n+++ {name}\n@@ -1 +1 @@\n-x = 1\n+x = 5\n"
    for reply in (f"diff --git {name} {name}\n{body}", body):
        check(reply, {name: "x = 5\ny = 2\n"}, files)
    gone = f"--- {name}\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-x = 1\n-y = 2\n"
    check(f"diff --git {name} {name}\ndeleted file mode 100644\n{gone}", {name: None}, files)
    check(f"diff --git i/a.py w/a.py\ndeleted file mode 100644\n{gone.replace(name, 'i/a.py')}", {"a.py": None}, files)


def test_comments_of_haskell_are_no_headers() -> None:
    before = "f = 1\n-- x\ng = 2\nh = 3\n"
    files = {"M.hs": before}
    hunk = "@@ -1,3 +1,3 @@\n f = 1\n--- x\n+++ y\n g = 2\n"
    last = "@@ -1,2 +1,2 @@\n f = 1\n--- x\n+++ y\n@@ -4 +4 @@\n-h = 3\n+h = 4\n"
    for reply, after in (
        (hunk, before.replace("-- x", "++ y")),
        (last, before.replace("-- x", "++ y").replace("3", "4")),
    ):
        check(f"--- a/M.hs\n+++ b/M.hs\n{reply}", {"M.hs": after}, files)
        check(f"```diff\n--- a/M.hs\n+++ b/M.hs\n{reply}```\n", {"M.hs": after}, files)


@pytest.mark.parametrize(
    ("info", "text"),
    [
        ("ed", "1c\nx = 5\n.\nw\nq"), ("", "1c\nx = 5\n.\nw\nq"), ("sed", "s/x = 1/x = 5/"), ("", "s/x = 1/x = 5/g\n2s/y/z/"), ("", "1c1\n< x = 1\n---\n> x = 5"),
        ("diff", "*** a.py\n--- a.py\n***************\n*** 1,2 ****\n! x = 1\n  y = 2\n--- 1,2 ----\n! x = 5\n  y = 2"),
        ("json", '[{"op": "replace", "path": "/x", "value": 5}]'), ("python", "<<<<<<< HEAD\nx = 1\n=======\nx = 5\n>>>>>>> other\ny = 2"),
        ("xml", "<edit>\n<find>x = 1</find>\n</edit>"), ("xml", "<patch>\n<old>x</old>\n<new>y</new>\n</patch>"), ("vim", "%s/x = 1/x = 5/g"), ("ex", "1s/1/5/\nwq"),
    ],
)  # fmt: skip
def test_scripts_are_never_written_as_text(info: str, text: str) -> None:
    for reply in (
        f"a.py\n```{info}\n{text}\n```\n",
        f"Here is `a.py`:\n```{info}\n{text}\n```\n",
        f"```{info}\n{text}\n```\n",
    ):
        applied = apply_reply(reply, FILES, target="a.py")
        assert applied.files == FILES
        assert applied.refused != ()


TAGGED = [
    "<edit>\n<find>x = 1</find>\n<replace>x = 5</replace>\n</edit>", "<replace>\n<old>x = 1</old>\n<new>x = 5</new>\n</replace>",
    "<search>x = 1</search>\n<replace>x = 5</replace>", "<original>\nx = 1\n</original>\n<updated>\nx = 5\n</updated>",
    "<old_string>x = 1</old_string><new_string>x = 5</new_string>", '<change file="a.py">\n<before>x = 1</before>\n<after>x = 5</after>\n</change>',
    "<edits>\n<edit>\n<search>x = 1</search>\n<replace>x = 5</replace>\n</edit>\n</edits>",
    "<str_replace_editor>\n<command>str_replace</command>\n<path>a.py</path>\n<old_str>x = 1</old_str>\n<new_str>x = 5</new_str>\n</str_replace_editor>",
    "<modification>\n<file>a.py</file>\n<line>1</line>\n<new>x = 5</new>\n</modification>", "<diff>\n-x = 1\n+x = 5\n</diff>",
    '<replacement search="x = 1">x = 5</replacement>', '<file_edit path="a.py">\n<old>x = 1</old><new>x = 5</new></file_edit>',
    "<search_replace>\n<search>x = 1</search>\n<replace>x = 5</replace>\n</search_replace>",
]  # fmt: skip


@pytest.mark.parametrize("text", TAGGED)
def test_an_edit_in_tags_is_carried_out_or_refused(text: str) -> None:
    fenced = (f"a.py\n```{info}\n{text}\n```\n" for info in ("xml", "", "python"))
    for reply in (*fenced, f"a.py\n{text}\n", f"{v4a(UPDATE)}\n{text}\n"):
        applied = apply_reply(reply, FILES)
        assert applied.files in (FILES, {**FILES, **SET})
        assert bool(applied.refused) == (applied.files == FILES)


@pytest.mark.parametrize(
    "script",
    ["sed -i 's/x = 1/x = 5/' a.py", "perl -pi -e 's/1/5/' a.py", "cat > a.py <<'EOF'\nx = 5\nEOF", "python a.py"],
)
def test_a_command_is_no_text(script: str) -> None:
    for info in ("bash", "sh", "shell"):
        applied = apply_reply(f"a.py\n```{info}\n{script}\n```\n", FILES)
        assert applied.files == FILES
        assert applied.refused != ()


@pytest.mark.parametrize("info", ["bash", "sh", "console", "output", "log", "powershell"])
@pytest.mark.parametrize("reply_format", [None, "whole"])
def test_a_command_without_a_name_is_not_the_target_s_text(info: str, reply_format: str | None) -> None:
    files = {"a.py": "x = 1\n"}
    applied = apply_reply(f"Run it:\n```{info}\npython a.py\n```\n", files, target="a.py", reply_format=reply_format)
    assert applied.files == files
    assert applied.refused[0].kind == "no-edit"


def test_a_fence_that_a_line_of_the_patch_ends() -> None:
    for lost in ("```\nx\n```\n+B\n", "```\n"):
        reply = f"```\n*** Begin Patch\n*** Add File: n.md\n+# A\n{lost}*** End Patch\n```\n"
        assert apply_reply(reply, {}).files == {}


def test_a_patch_that_only_deletes_needs_its_end_mark_too() -> None:
    files = {"src/util": "a\n", "src/util.py": "b\n"}
    assert apply_reply("*** Begin Patch\n*** Delete File: src/util", files).files == files
    assert apply_reply("*** Begin Patch\n*** Delete File: src/util\n*** End Patch", files).changed == {"src/util": None}
