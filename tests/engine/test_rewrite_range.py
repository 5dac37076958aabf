import pytest

from darner_context.index import Focus
from darner_server.engine.prompt.rewrite_range import NoRegion, Region, choose_region

TEXT = "import os\n\n\ndef one():\n    return 1\n\n\ndef two():\n    return 2\n"
LONG = "".join(f"x{number} = {number}\n" for number in range(121))
ONE = Region("a.py", 4, 5, "def one():\n    return 1", "one")
ALL = Region("a.py", 1, 9, TEXT.removesuffix("\n"))
TOO_LONG = NoRegion(
    "a.py has 121 lines, more than a small model rewrites well at once; "
    "name a function of it in the instruction, or lines as in a.py:FIRST-LAST"
)


@pytest.mark.parametrize(
    ("instruction", "focus", "text", "region"),
    [
        ("faster", Focus("a.py", 5, 5), TEXT, ONE),
        ("faster", Focus("a.py", 4, 5), TEXT, ONE),
        ("make one faster", Focus("a.py"), TEXT, ONE),
        ("make one and two faster", Focus("a.py"), TEXT, ALL),
        ("faster", Focus("a.py"), TEXT, ALL),
        ("faster", Focus("a.py", 1, 1), TEXT, Region("a.py", 1, 1, "import os")),
        ("faster", Focus("a.py", 8, 99), TEXT, Region("a.py", 8, 9, "def two():\n    return 2", "two")),
        ("faster", Focus("a.py"), LONG, TOO_LONG),
    ],
)
def test_the_lines_that_a_reply_rewrites(instruction: str, focus: Focus, text: str, region: Region | NoRegion) -> None:
    assert choose_region(instruction, focus, text) == region


@pytest.mark.parametrize(
    ("instruction", "reply", "fits"),
    [
        ("faster", "def one():\n    return 11", True),
        ("faster", "import os\n\ndef one():\n    return 11\n\ndef helper():\n    pass", True),
        ("name it first", "def first():\n    return 1", True),
        ("Rename it to something clear", "def first():\n    return 1", True),
        ("use helper", "def helper():\n    pass", False),
        ("faster", "def helper():\n    pass", False),
        ("faster", "return 11", False),
        ("faster", "", False),
    ],
)
def test_a_reply_defines_what_it_rewrites(instruction: str, reply: str, fits: bool) -> None:
    reason = None if fits else "the reply does not define one, which it was to rewrite"
    assert ONE.missing_from(reply, instruction) == reason
