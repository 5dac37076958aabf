"""What a parser makes of replies before anything is placed."""

import pytest

from darner_server.patch import REPLY_FORMATS, Applier, Edit, Located, Parser, Refused, locate, repair_text, rules

BLOCK = "a.py\n<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE\n"
EDIT = Edit("a.py", "x\n", "y\n", format="search-replace")


def read(reply: str, *, cut_off: bool = False, target: str | None = None) -> list[Edit]:
    parser = Parser(target=target)
    return [*parser.feed(reply), *parser.close(cut_off=cut_off)]


def test_an_edit_comes_as_soon_as_it_is_complete() -> None:
    parser = Parser()
    assert parser.feed(BLOCK[:-1]) == ()
    assert parser.feed("\n") == (EDIT,)
    assert parser.feed("and then\n") == ()
    assert parser.close() == ()


@pytest.mark.parametrize(
    "rest",
    [
        "b.py\n<<<<<<< SEARCH\nx\n=======\ny",
        "b.py\n<<<<<<< SEARCH\nx\n",
        "b.py\n```python\nprint(",
        "*** Begin Patch\n*** Update File: b.py\n@@\n-x\n+",
        "```diff\n--- a/b.py\n+++ b/b.py\n@@ -1 +1 @@\n-x\n+y",
        '[{"path": "b.py", "old_string": "x", "new_str',
    ],
)
def test_of_a_cut_off_reply_only_complete_edits_count(rest: str) -> None:
    assert read(BLOCK + rest, cut_off=True) == [EDIT]


@pytest.mark.parametrize("end", [">", ">>>>>>>", ">>>>>>> REP", "+++++++ R"])
def test_a_reply_that_ends_inside_the_closing_mark(end: str) -> None:
    assert read(BLOCK.removesuffix(">>>>>>> REPLACE\n") + end) == [EDIT]


def test_a_last_block_counts_though_its_line_was_not_ended() -> None:
    assert read(BLOCK[:-1], cut_off=True) == [EDIT]


def test_hunks_before_the_cut_count() -> None:
    reply = "*** Begin Patch\n*** Update File: a.py\n@@\n-x\n+y\n@@\n-z\n+"
    assert [(each.before, each.after) for each in read(reply, cut_off=True)] == [("x\n", "y\n")]


@pytest.mark.parametrize(
    ("reply", "kinds"),
    [
        ("Change `a.py`:\n```\nx\n```\n" + BLOCK, ["replace"]),  # the fence was an illustration
        ("Run `tests/test_a.py`:\n```bash\npytest\n```\n" + BLOCK, ["replace"]),
        ("Here is the new `a.py`:\n```python\nx\n```\n", ["whole"]),
        ("```python\n# src/a.py\nx\n```\n", ["whole"]),
        ('a.py\n```python\ndef f():\n    """\n    ```\n    x\n    ```\n    """\n```\n', ["whole"]),
        ("a.md\n```\n# T\n```py\nx\n```\nend\n```\n", ["whole"]),
        ("a.md\n```\n# T\n```\nx\n```\nend\n```\n", ["malformed"]),
        ("a.md\n````\n# T\n```\nx\n```\nend\n````\n", ["whole"]),
        ("a.yaml\n```yaml\n--- # one\nx: 1\n```\n", ["whole"]),
        ('See ["this" for more:\n' + BLOCK, ["replace"]),
        ('{"old_string": "x", "new_string": "y"}\n{"old_string": "a", "new_string": "b"}\n', ["replace", "replace"]),
        (BLOCK + BLOCK.replace("a.py\n", "\n"), ["replace", "replace"]),
        ("<<<<<<< SEARCH\nx\n<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE\n", ["malformed", "replace"]),
        ("--- a heading\n\nsome text\n" + BLOCK, ["replace"]),
        ("", ["malformed"]),
    ],
)
def test_kinds(reply: str, kinds: list[str]) -> None:
    assert [each.kind for each in read(reply)] == kinds


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("a.py", "a.py"), ("`a.py`", "a.py"), ("**a.py**", "a.py"), ("# a.py", "a.py"), ("// src/a.ts", "src/a.ts"), ("File: a.py", "a.py"),
        ("1. `src/a.py`:", "src/a.py"), ("### `a.py`", "a.py"), ("src\\a.py", "src\\a.py"), ("Makefile", "Makefile"), (".gitignore", ".gitignore"),
        ("src/with space/a b.py", "src/with space/a b.py"), ("Now change this:", None), ("e.g.", None), ("See https://x.org/a.py", None),
        ("pages/[id].tsx", "pages/[id].tsx"), ("In `src/a.py` we need", "src/a.py"), ("and so on...", None), ("v1.2", None),
    ],
)  # fmt: skip
def test_the_name_above_a_block(path: str, named: str | None) -> None:
    (edit,) = read(BLOCK.replace("a.py", path, 1))
    assert edit.path == named


def test_every_format_teaches_what_its_parser_reads() -> None:
    for name in REPLY_FORMATS:
        edits = read(rules(name))
        assert edits != []
        assert {each.format for each in edits} <= {name}, name
        assert "malformed" not in {each.kind for each in edits}, name


FUNCTION = "class A:\n    def f(self):\n        return 1\n\n    def g(self):\n        return 2\n"
REGION = "    def f(self):\n        return 1\n"


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("```python\n    def f(self):\n        return 3\n```", "        return 3"),
        ("```python\ndef f(self):\n    return 3\n```", "        return 3"),
        ("Sure:\n```python\n\ndef f(self):\n    return 3\n\n```\nDone.", "        return 3"),
        ("a.py\n```python\ndef f(self):\n    return 3\n```", "        return 3"),
        ("```python\n# a.py\ndef f(self):\n    return 3\n```", "        return 3"),
        ("    def f(self):\n        return 3\n", "        return 3"),
        (f"```python\n{FUNCTION.replace('1', '3')}```", "        return 3"),
        ("```python\ndef f(self):\n\treturn 3\n```", None),
        ("I would rather not.", None),
        ("```python\n```", None),
    ],
)
def test_the_rewrite_of_a_region(reply: str, expected: str | None) -> None:
    parser = Parser("whole", target="a.py", region=REGION)
    applier = Applier({"a.py": FUNCTION}, target="a.py")
    results = [applier.apply(edit) for edit in (*parser.feed(reply), *parser.close())]
    if expected is None:
        assert [type(each) for each in results] == [Refused]
    else:
        assert applier.refused == ()
        assert applier.text("a.py") == FUNCTION.replace("        return 1", expected)


def test_a_region_that_stays_is_no_edit() -> None:
    parser = Parser("whole", target="a.py", region=REGION)
    (edit,) = (*parser.feed(f"```\n{REGION}```"), *parser.close())
    found = Applier({"a.py": FUNCTION}).apply(edit)
    assert isinstance(found, Located)
    assert (found.splices, found.bridges) == ((), ("unchanged",))


def test_a_gate_refuses_one_edit_and_the_next_is_placed_without_it() -> None:
    def gate(path: str, before: str, after: str) -> str | None:
        return f"{path} has a bad line" if "bad" in after and "bad" not in before else None

    applier = Applier({"a.py": "x\ny\n"}, gate=gate)
    refused = applier.apply(Edit("a.py", "x\n", "bad\n"))
    assert isinstance(refused, Refused)
    assert refused.reason == "a.py has a bad line"
    assert isinstance(applier.apply(Edit("a.py", "y\n", "z\n")), Located)
    assert applier.changed == {"a.py": "x\nz\n"}


def test_a_root_is_cut_off_new_files() -> None:
    applier = Applier({}, root="/home/me/work")
    applier.apply(Edit("/home/me/work/new.py", "", "x\n"))
    assert applier.changed == {"new.py": "x\n"}


def test_a_request_for_repair() -> None:
    text = "def f():\n    return one\n\n\ndef g():\n    return two\n"
    refused = locate(Edit("a.py", "def f():\n    return three\n", "def f():\n    return 3\n"), text)
    assert isinstance(refused, Refused)
    assert repair_text(refused) == (
        "This edit of a.py was not applied: the search text is not in the file: its line 2 is `return three`, "
        "but line 2 of the file is `return one`.\n\n"
        "a.py\n```\n<<<<<<< SEARCH\ndef f():\n    return three\n=======\ndef f():\n    return 3\n>>>>>>> REPLACE\n```\n\n"
        "Lines 1 to 4 of the file are:\n\n```\ndef f():\n    return one\n\n\n```\n\n"
        "Write this one edit again so that it fits the file exactly. Leave out all other edits.\n"
    )


@pytest.mark.parametrize(
    "reply",
    [
        "*** Begin Patch\n*** Delete File: src/util.xyz\n*** End Patch\n", "*** Begin Patch\n*** Update File: a.xyz\n*** Move to: bcd.xyz\n@@\n-q 33\n+q 777\n*** End Patch\n",
        "diff --git a/a.xyz b/a.xyz\ndeleted file mode 100644\n--- a/a.xyz\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-q 11\n-q 22\n", "diff --git a/a.xyz b/bcd.xyz\nsimilarity index 100%\nrename from a.xyz\nrename to bcd.xyz\n",
        "--- a/a.xyz\n+++ b/a.xyz\n@@ -1,1 +1,1 @@\n-q 11\n+q 999\n@@ -3,1 +3,1 @@\n-q 33\n+q 777\n", '[{"path": "a.xyz", "old_string": "q 11", "new_string": "q 999"}]\n', "a.xyz\n```\nq 11\nq 22\n```\n\nb.xyz\n```\nq 1\n```\n",
        "a.xyz\n```\n<<<<<<< SEARCH\nq 11\n=======\nq 999\nq 99\n>>>>>>> REPLACE\n```\n", "<write_to_file>\n<path>n.xyz</path>\n<content>\nq 1\nq 2\n</content>\n</write_to_file>\n",
    ],
)  # fmt: skip
def test_a_reply_that_is_cut_anywhere_gives_only_whole_edits(reply: str) -> None:
    parser = Parser()
    whole = [*parser.feed(reply), *parser.close()]
    assert whole
    for at in range(len(reply)):
        parser = Parser()
        for edit in (*parser.feed(reply[:at]), *parser.close(cut_off=True)):
            assert edit.kind == "malformed" or edit in whole, (at, edit)
