"""What of the output of a failed check reaches the model."""

import pytest

from darner_server.check.failure_excerpt import excerpt

NOISE = "\n".join(f"collecting item {number}" for number in range(4_000))


@pytest.mark.parametrize(
    "line",
    [
        "E       AssertionError: assert 3 == 2",
        "shop.py:14: error: Incompatible return value type  [return-value]",
        '  File "/work/src/shop.py", line 14, in total',
        "src/shop.py(14,7): error TS2322: Type 'string' is not assignable to type 'number'.",
        "error[E0308]: mismatched types",
        "--- FAIL: TestTotal (0.00s)",
        "    shop_test.go:9: got 3, want 2",
        "not ok 3 - adds the prices",
        "thread 'main' panicked at src/shop.py:14:5:",
        "java.lang.IllegalStateException: closed",
        "Expected: 2, but got: 3",
    ],
)
def test_a_line_that_says_what_is_wrong_is_kept_from_a_long_output(line: str) -> None:
    shown = excerpt(f"{NOISE}\n{line}\n{NOISE}", ["src/shop.py", "shop_test.go"])
    assert line.strip() in shown
    assert len(shown) <= 6_500
    assert shown.endswith("collecting item 3999")


@pytest.mark.parametrize(
    ("output", "shown"),
    [
        ("", ""),
        ("\n\nshort\n\n", "short"),
        ("\x1b[31mred\x1b[0m and \x1b]8;;http://x\x1b\\link\x1b]8;;\x07", "red and link"),
        ("10%\r50%\r100%", "100%"),
        ("windows\r\nlines\r\n", "windows\nlines"),
    ],
)
def test_short_outputs_are_shown_whole_and_plain(output: str, shown: str) -> None:
    assert excerpt(output, []) == shown


def test_one_endless_line_leaves_room_for_others() -> None:
    shown = excerpt("Error: first\n" + "x" * 1_000_000 + "\nE   assert 1 == 2", [])
    assert "Error: first" in shown
    assert "E   assert 1 == 2" in shown
    assert len(shown) <= 6_500
