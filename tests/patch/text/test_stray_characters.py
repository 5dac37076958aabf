"""No character that was lost, that controls a terminal or that turns code around comes into a file with an edit."""

import json

import pytest

from darner_server.patch import apply_reply

BEFORE = {
    "a.py": "def one():\n    return 1\n",
    "b.txt": "first\nsecond\n",
    "c.json": '{"name": "x"}\n',
    "d.md": "# Title\n\nwords\n",
}


def check(path: str, reply: str, sign: str | None, *, before: str | None = None, after: str = "") -> None:
    """Apply a reply to one file; it is rejected for the character `sign`, or leaves `after`."""
    text = before if before is not None else BEFORE.get(path)
    applied = apply_reply(reply, {} if text is None else {path: text})
    if sign is None:
        assert applied.files.get(path) == after, applied.refused
    else:
        assert applied.files.get(path) == text
        assert f"U+{ord(sign):04X}" in applied.refused[0].refusal.reason


def block(path: str, old: str, new: str) -> str:
    return f"{path}\n```\n<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n```\n"


NEVER = ["\x00", "\x01", "\x08", "\x1b", "\x1f", "\x7f", "\x9b", "\ufffd", "\uffff"]


@pytest.mark.parametrize("sign", NEVER, ids=[f"{ord(each):04X}" for each in NEVER])
def test_it_is_rejected_in_every_format_and_file(sign: str) -> None:
    check("a.py", block("a.py", "    return 1", f'    return "a{sign}"'), sign)
    check("a.py", f"a.py\n```python\ndef one():\n    return '{sign}'\n```\n", sign)
    check("b.txt", block("b.txt", "second", f"2{sign}"), sign)
    check("d.md", block("d.md", "words", f"w{sign}rds"), sign)
    check("new.txt", f"new.txt\n```\nnew {sign}\n```\n", sign)
    check("b.txt", f"--- a/b.txt\n+++ b/b.txt\n@@ -1,2 +1,2 @@\n first\n-second\n+2{sign}\n", sign)
    check("b.txt", f"*** Begin Patch\n*** Update File: b.txt\n first\n-second\n+2{sign}\n*** End Patch\n", sign)
    check("b.txt", json.dumps({"path": "b.txt", "old_string": "second", "new_string": f"2{sign}"}), sign)
    check("c.json", json.dumps({"path": "c.json", "old_string": '"x"', "new_string": f'"x{sign}"'}), sign)


@pytest.mark.parametrize("sign", ["\u202e", "\u202a", "\u2066", "\u2069"])
def test_code_keeps_its_order(sign: str) -> None:
    check("a.py", block("a.py", "    return 1", f"    return 2  # {sign}x"), sign)
    check("d.md", block("d.md", "words", f"w{sign}rds"), None, after=f"# Title\n\nw{sign}rds\n")


def test_what_is_meant_is_written() -> None:
    check("b.txt", block("b.txt", "second", "größe 🚀 \u200f \ue0b0"), None, after="first\ngröße 🚀 \u200f \ue0b0\n")
    check("b.txt", block("b.txt", "second", "a\tb\fc"), None, after="first\na\tb\fc\n")
    for sign in ("\ufffd", "\x1b", "\x00"):
        check("b.txt", block("b.txt", "two", f"2{sign}"), None, before=f"1{sign}\ntwo\n", after=f"1{sign}\n2{sign}\n")
        check("b.txt", block("b.txt", f"1{sign}", "1"), None, before=f"1{sign}\ntwo\n", after="1\ntwo\n")
    check("a.py", block("a.py", "    return 1", r'    return "\x1b\ufffd"'), None,
          after='def one():\n    return "\\x1b\\ufffd"\n')  # fmt: skip
