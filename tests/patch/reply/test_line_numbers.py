"""Line numbers of a listing never reach a file."""

import json
from collections.abc import Sequence

import pytest

from darner_server.patch import apply_reply

CODE = ["int main() {", "  return 1;", "}"]
FORMS = [
    *("L{}: {}", "L{} {}", "line {}: {}", "[{}] {}", "[{}]: {}", "({}) {}", "<{}> {}", "{}. {}", "{}) {}", "{}  | {}", "{} || {}", "{} {}", "{:>4}  {}"),
    *("{:03d}: {}", "{}:\t{}", "{}> {}", "{}- {}", "{} - {}", "{}┊{}", "{}.{}", "{};{}", "{} | {}", "{}\t{}", "{:>6}→{}"),
]  # fmt: skip


def listing(form: str, lines: Sequence[str], first: int) -> str:
    return "".join(form.format(number, line) + "\n" for number, line in enumerate(lines, first))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("path", ["a.xyz", "a.css", "a.yaml", "conf/nginx.conf", "Dockerfile"])
def test_a_numbered_new_file(form: str, path: str) -> None:
    text = listing(form, CODE, 1)
    for reply in (f"{path}\n```\n{text}```\n", json.dumps({"path": path, "content": text})):
        assert apply_reply(reply, {}).files in ({}, {path: "".join(f"{line}\n" for line in CODE)})


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("path", ["a.xyz", "a.kt", "a.py"])
def test_a_numbered_replacement(form: str, path: str) -> None:
    old = ["int main() {", "  return 0;", "}"]
    text = "a b\n" + "".join(f"{line}\n" for line in old) + "z\n"
    for before in (listing("{1}", old, 2), listing(form, old, 2)):
        after = listing(form, CODE, 2)
        for reply in (
            f"{path}\n<<<<<<< SEARCH\n{before}=======\n{after}>>>>>>> REPLACE\n",
            json.dumps({"path": path, "old_string": before.rstrip("\n"), "new_string": after.rstrip("\n")}),
        ):
            assert apply_reply(reply, {path: text}).files in ({path: text}, {path: text.replace("0;", "1;")})


@pytest.mark.parametrize("form", ["{} | {}", "{}\t{}", "{:>6}→{}", "L{}: {}"])
def test_a_numbered_insertion(form: str) -> None:
    call = {"name": "insert", "arguments": {"path": "a.xyz", "insert_line": 1, "text": listing(form, CODE, 2)}}
    assert apply_reply(json.dumps(call), {"a.xyz": "a\nb\n"}).refused[0].kind == "line-numbers"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("    pass\n", "    # 1. Load\n    # 2. Check\n    # 3. Save\n    pass\n"), ("x\n", '    1: "a",\n    2: "b",\n    3: "c",\n'), ("x\n", "1. Load it\n2. Check it\n3. Save it\n"),
        ("1 | a\n2 | b\n", "1 | a\n2 | c\n"),
    ],
)  # fmt: skip
def test_numbers_that_are_meant(before: str, after: str) -> None:
    reply = f"a.py\n<<<<<<< SEARCH\n{before}=======\n{after}>>>>>>> REPLACE\n"
    assert apply_reply(reply, {"a.py": before}).files == {"a.py": after}


def test_lines_that_become_a_list() -> None:
    old = "Load it\nCheck it\nSave it\n"
    for mark, taken in (("{}. {}", True), ("{}) {}", True), ("{} | {}", False)):
        new = listing(mark, old.split("\n")[:-1], 1)
        reply = f"a.md\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n"
        assert apply_reply(reply, {"a.md": old}).files == {"a.md": new if taken else old}
