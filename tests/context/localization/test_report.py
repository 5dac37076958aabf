"""What a report gives literally."""

import pytest

from darner_context.localization.report import read_report

TRACEBACK = """\
It fails
Traceback (most recent call last):
  File "/usr/lib/python3.11/site-packages/shop/cart.py", line 12, in add
    self.check(item)
  File "C:\\shop\\stock.py", line 40, in check
    raise StockError(f"no {item} left in the store")
StockError: no apples left in the store
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TRACEBACK, [("C:/shop/stock.py", 40, "check"), ("/usr/lib/python3.11/site-packages/shop/cart.py", 12, "add")]),
        ("at Cart.add (/app/src/cart.js:10:5)\n at main (/app/src/main.js:3:1)", [("/app/src/cart.js", 10, "add"), ("/app/src/main.js", 3, "main")]),
        ("\tat com.shop.Cart.add(Cart.java:17)", [("Cart.java", 17, "add")]),
        ("shop/cart.go:31 +0x1d", [("shop/cart.go", 31, "")]),
        ("src/cart.rs:7:13: in panic", [("src/cart.rs", 7, "panic")]),
        ("cart.rb:9:in `add'", [("cart.rb", 9, "add")]),
        ("~/lib/shop/cart.py in add(self, item)", [("~/lib/shop/cart.py", 0, "add")]),
        ("see shop\\cart.py:12", [("shop/cart.py", 12, "")]),
        ("nothing fails at all", []),
    ],
)  # fmt: skip
def test_frames_begin_with_the_innermost(text: str, expected: list[tuple[str, int, str]]) -> None:
    assert [(each.path, each.line, each.function) for each in read_report(text).frames] == expected


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("see shop/cart.py", {"shop/cart.py": 0}),
        ("see shop\\cart.py", {"shop/cart.py": 0}),
        ("https://github.com/acme/shop/blob/main/shop/cart.py#L12-L20 is wrong", {"shop/cart.py": 12}),
        ("https://example.org/a.html is down", {}),
    ],
)
def test_paths(text: str, paths: dict[str, int]) -> None:
    assert read_report(text).paths == paths


@pytest.mark.parametrize(
    ("text", "chain"),
    [
        ("`shop.cart.Cart.add` fails", ("shop", "cart", "Cart", "add")),
        ("shop::cart::add panics", ("shop", "cart", "add")),
        ("Cart#add fails", ("Cart", "add")),
        ("$cart->add fails", ("cart", "add")),
    ],
)
def test_dotted_names(text: str, chain: tuple[str, ...]) -> None:
    assert chain in read_report(text).dotted


def test_messages_are_those_of_errors_and_of_quotes() -> None:
    text = 'It prints "the cart is empty"\n```\nValueError: no apples left\n```\n'
    assert read_report(text).messages == ["the cart is empty", "no apples left"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Fix the cart", {"cart"}),
        ("it does not work as expected, please see below", {"below"}),
        ("support `with`", {"with"}),
        ("shop version: 3.4\ncarts leak", {"cart", "leak"}),
    ],
)
def test_words_that_tell_nothing_are_left_out(text: str, words: set[str]) -> None:
    assert set(read_report(text).words) == words


def test_names_are_what_is_written_as_code() -> None:
    report = read_report(
        "The cart\nadd_item and CartError and `plain`, but no others\n```\nbasket = open_shop(door)\n```\n"
    )
    assert set(report.names) == {"add_item", "CartError", "plain", "basket", "open_shop", "door"}
    assert report.names["open_shop"] > report.names["basket"]  # it is called
