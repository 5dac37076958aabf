"""What a rewrite may not lose without being told to: the license header, and a definition that none came for."""

import pytest

from darner_server.patch import apply_reply

PLAIN = "x = 1\ny = 2\nz = 3\n"
CODE = {f"a.{suffix}": PLAIN for suffix in ("lua", "rb", "hs", "lisp", "ps1", "bas", "f90")} | {
    "a.py": PLAIN,
    "a.js": "x = 1;\ny = 2;\nz = 3;\n",
    "a.html": "<p>1</p>\n<p>2</p>\n<p>3</p>\n",
}


def whole(path: str, text: str, words: str = "") -> str:
    return f"{words}\n\n{path}\n```\n{text}```\n"


@pytest.mark.parametrize(
    ("path", "header"),
    [
        ("a.py", "# Copyright 2020 Ann\n# All rights reserved.\n"),
        ("a.py", "# SPDX-License-Identifier: MIT\n\n"),
        ("a.py", '"""\nLicensed under the Apache License.\n"""\n'),
        ("a.js", "/*\n * (c) 2021 Ann\n */\n"),
        ("a.js", "/* Copyright Ann */\n"),
        ("a.js", "// © Ann\n// more\n\n"),
        ("a.js", "/*\nThe MIT license\nPermission is granted\n*/\n"),
        ("a.html", "<!--\n  Copyright Ann\n-->\n"),
        ("a.lua", "--[[\n  Copyright Ann\n]]\n"),
        ("a.rb", "=begin\nCopyright Ann\n=end\n"),
        ("a.hs", "{-\n  Copyright Ann\n-}\n"),
        ("a.lisp", "#|\nCopyright Ann\n|#\n"),
        ("a.ps1", "<#\n Copyright Ann\n#>\n"),
        ("a.bas", "' Copyright Ann\n"),
        ("a.f90", "! Copyright Ann\n"),
    ],
)
def test_a_license_header_stays(path: str, header: str) -> None:
    old, new = header + CODE[path], CODE[path].replace("2", "5")
    applied = apply_reply(whole(path, new), {path: old})
    assert (applied.files[path], len(applied.refused)) == (old, 1)
    assert "the license header" in applied.refused[0].reason
    assert apply_reply(whole(path, header + new), {path: old}).files[path] == header + new
    newer = header.replace("2020", "2026").replace("2021", "2026") + new
    assert apply_reply(whole(path, newer), {path: old}).files[path] == newer
    told = apply_reply(whole(path, new, "I removed the license header."), {path: old})
    assert told.files[path] == new


@pytest.mark.parametrize(
    "comment", ["# the cart\n", "# x is 1\n\n", "# see the docs\n", "x0 = 'license'\n# the license is checked below\n"]
)
def test_another_comment_is_no_license(comment: str) -> None:
    new = CODE["a.py"].replace("2", "5")
    old = comment.partition("#")[0] + CODE["a.py"]
    assert apply_reply(whole("a.py", comment.partition("#")[0] + new), {"a.py": old}).files["a.py"] != old


ONE, TWO = "def one():\n    return 1\n", "def two():\n    return 2\n"
FOUR = "def four():\n    return 4\n"


@pytest.mark.parametrize(
    ("new", "right"),
    [
        ([TWO.replace("2", "3"), FOUR], False),  # the third may not stand for the first: it is elsewhere
        ([TWO, FOUR], False),
        ([FOUR.replace("4", "1"), TWO], True),  # renamed in its place
        ([ONE, FOUR.replace("4", "2")], True),
        ([ONE, TWO, FOUR], True),
        ([FOUR, TWO], True),
        ([FOUR, ONE], False),
    ],
)
def test_a_definition_answers_for_one_at_its_place(new: list[str], right: bool) -> None:
    old, text = f"{ONE}\n\n{TWO}", "\n\n".join(new)
    applied = apply_reply(whole("a.py", text), {"a.py": old})
    assert applied.files["a.py"] == (text if right else old)
