"""What others wrote, shown so that no terminal obeys it and no editor makes something to click of it."""

import pytest

from darner_server.display_text import in_line, plain, plain_words, visible

SIGNS = {
    "a colour": ("\x1b[31mred", r"\x1b[31mred"),
    "a window's title": ("\x1b]0;t\x07", r"\x1b]0;t\x07"),
    "a link of a terminal": ("\x1b]8;;http://x\x1b\\y", r"\x1b]8;;http://x\x1b\y"),
    "CSI in one sign": ("\x9b2J", r"\x9b2J"),
    "backspace": ("rm\x08\x08ls", r"rm\x08\x08ls"),
    "a line written over": ("safe\rrm -rf", r"safe\rrm -rf"),
    "delete": ("a\x7fb", r"a\x7fb"),
    "nothing": ("a\0b", r"a\x00b"),
    "form feed, vertical tab": ("a\fb\vc", r"a\x0cb\x0bc"),
    "other line ends": ("a\u2028b\u2029c\x85d", r"a\u2028b\u2029c\x85d"),
    "turned writing": ("\u202egpj.exe\u202c", r"\u202egpj.exe\u202c"),
    "isolates": ("\u2066x\u2069\u2067y\u2068", r"\u2066x\u2069\u2067y\u2068"),
    "marks": ("\u200e\u200f\u061c", r"\u200e\u200f\u061c"),
    "no width": ("a\u200bb\u200cc\u200dd\u2060e\ufefff\u00adg", r"a\u200bb\u200cc\u200dd\u2060e\ufefff\xadg"),
    "tags": ("\U000e0041\U000e007f", r"\U000e0041\U000e007f"),
    "variations that carry text": ("a\ufe00\U000e0100", r"a\ufe00\U000e0100"),
    "fillers": ("\u3164\uffa0\u115f", r"\u3164\uffa0\u115f"),
    "half a pair": ("\udc1b", r"\udc1b"),
    "ordinary text": ("naïve\tweiß 日本 \u0627 ❤\ufe0f 😀\n", "naïve\tweiß 日本 \u0627 ❤\ufe0f 😀\n"),
    "line ends of two signs": ("a\r\nb\r\n", "a\nb\n"),
}


@pytest.mark.parametrize(("text", "shown"), SIGNS.values(), ids=SIGNS)
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert visible(shown) == shown


def test_in_line() -> None:
    assert in_line("a\nb\r\nc\x1b[2A") == r"a b c\x1b[2A"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[run](command:x)", "[run] (command:x)"),
        ("[a [b] c](http://x)", "[a [b] c] (http://x)"),
        ("![picture](http://x/y.png)", "![picture] (http://x/y.png)"),
        ("[r]: http://x", "[r] : http://x"),
        ("<img src=http://x>", "< img src=http://x>"),
        ("</a><!-- x -->", "< /a>< !-- x -->"),
        ("<http://x>", "< http://x>"),
        ("$(sync~spin)", "$ (sync~spin)"),
        ("[x]\u200b(command:y)", r"[x]\u200b(command:y)"),
        ("[x](command:y) $(z)", "[x] (command:y) $ (z)"),
        ("a < b, xs[0] and f(1)", "a < b, xs[0] and f(1)"),
    ],
)
def test_plain(text: str, shown: str) -> None:
    assert plain(text) == shown
    assert plain(shown) == shown


def test_plain_words() -> None:
    code = "[a](b) $(c)"
    told = {"reason": code, "tried": [{"message": code, "text": code}], "near": code, "line": 1}
    shown = "[a] (b) $ (c)"
    assert plain_words(told) == {"reason": shown, "tried": [{"message": shown, "text": code}], "near": code, "line": 1}
