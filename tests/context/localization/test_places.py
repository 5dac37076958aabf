"""Which places words alone find, and how a budget is filled with them."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.context.sample_workspace import indexed, write
from tests.context.secret_samples import key_block

from darner_context.index import ContextRequest, Index
from darner_context.text.lines import split_lines
from darner_context.text.tokenizer import tokenizer

CART = '''\
"""The cart."""

from shop.stock import reserve

LIMIT = 20


class Cart:
    """What a customer has chosen."""

    def add_item(self, item):
        """Put an item in."""
        if not item:
            raise ValueError(f"cannot put {item} into the basket of a customer")
        reserve(item)

    def total(self):
        return sum(self.prices)
'''
STOCK = '''\
def reserve(item):
    """Keep an item for a customer."""
    return shelf(item)


def shelf(item):
    return item
'''
FILES = {
    "shop/cart.py": CART,
    "shop/stock.py": STOCK,
    "shop/invoice.py": "def print_invoice(cart):\n    return cart.total()\n",
    "tests/test_cart.py": "from shop.cart import Cart\n\n\ndef test_add_item():\n    Cart().add_item('apple')\n",
    "docs/cart.md": "# The cart\n\nCall `add_item` to put an item into the cart.\n",
    "CHANGELOG.md": "# Changes\n\n- The cart has add_item: an item is put in the cart\n",
    "vendor/cart.py": "def add_item(item):\n    return item\n",
    "cart.lock": "add_item cart item\n",
    "web/cart.js": "export function addItem(cart) {\n  cart.push(1)\n}\n",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    made = Index([write(tmp_path_factory.mktemp("shop"), FILES)], cache_dir=None, workers=1)
    asyncio.run(made.refresh())
    yield made
    asyncio.run(made.close())


def paths(index: Index, text: str, budget: int = 8_000) -> list[str]:
    bundle = index.context(ContextRequest(text, None, budget), tokenizer("o200k_base"))
    return list(dict.fromkeys(each.path for each in bundle.snippets))


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("add_item does not check the item in the cart", "shop/cart.py"),
        ("Adding items to the cart is slow", "shop/cart.py"),
        ("ValueError: cannot put None into the basket of a customer", "shop/cart.py"),
        ('Wrong words\n\nFile "/x/site-packages/shop/stock.py", line 90, in shelf\nKeyError: 1', "shop/stock.py"),
        ("`shop.stock.reserve` loses things", "shop/stock.py"),
        ("shop/invoice.py is empty", "shop/invoice.py"),
        ("the total of the invoice", "shop/invoice.py"),
        ("Add a test of add_item with no item to the tests of the cart", "tests/test_cart.py"),
        ("Update the documentation of add_item: CHANGELOG.md", "CHANGELOG.md"),
        ("addItem pushes twice", "web/cart.js"),
    ],
)
def test_the_first_file(index: Index, text: str, first: str) -> None:
    assert paths(index, text)[0] == first


def test_code_comes_before_tests_and_these_before_documents(index: Index) -> None:
    found = paths(index, "add_item loses an item of the cart")
    order = [found.index(each) for each in ("shop/cart.py", "tests/test_cart.py", "CHANGELOG.md")]
    assert order == sorted(order)


def test_what_a_hit_uses_is_found(index: Index) -> None:
    assert "shop/stock.py" in paths(index, "add_item")


@pytest.mark.parametrize("budget", [0, 1, 10, 60, 150, 400, 2_000, 8_000])
def test_a_budget_is_kept_and_lines_are_the_files_own(index: Index, budget: int) -> None:
    bundle = index.context(ContextRequest("add_item of the cart", None, budget), tokenizer("o200k_base"))
    assert sum(each.tokens for each in bundle.snippets) == bundle.tokens <= budget
    for each in bundle.snippets:
        lines = split_lines(FILES[each.path])
        assert each.text == "".join(lines[each.start_line - 1 : each.end_line])


def test_a_small_budget_shows_several_files(index: Index) -> None:
    assert len(paths(index, "add_item of the cart", 600)) >= 4


def test_a_file_with_a_private_key_is_never_shown(index: Index) -> None:
    key = "\n".join(key_block()) + "\n"
    texts = {"shop/stock.py": f'KEY = """{key}"""\n\n\ndef shelf(item):\n    return item\n'}
    text = 'shop/stock.py shelf\n\nFile "shop/stock.py", line 6, in shelf\nshop.stock.shelf'
    bundle = index.context(ContextRequest(text, None, 8_000, texts=texts), tokenizer("o200k_base"))
    assert "shop/stock.py" not in {each.path for each in bundle.snippets}


def test_a_live_buffer_stands_for_its_file(index: Index) -> None:
    texts = {"shop/stock.py": "def refund_customer(order):\n    return order\n"}
    bundle = index.context(ContextRequest("refund_customer fails", None, 2_000, texts=texts), tokenizer("o200k_base"))
    assert (bundle.snippets[0].path, bundle.snippets[0].text) == ("shop/stock.py", texts["shop/stock.py"])
    assert "shop/stock.py" not in paths(index, "refund")


SHEET = {"site.css": ".checkout-summary {\n  width: 1px;\n}\n", "site.html": "<p>\n</p>\n"}
CODE = {"app/summary.py": "def summary(width):\n    return width\n"}
SERVER = {f"app/part{number}.py": f"def part{number}():\n    pass\n" for number in range(9)}


@pytest.mark.parametrize(
    ("files", "text", "first"),
    [
        (SHEET | CODE, "the checkout summary has the wrong width", "site.css"),
        (SHEET | CODE | SERVER, "the checkout summary has the wrong width", "app/summary.py"),
        (SHEET | CODE | SERVER, "the checkout summary of the page has the wrong width", "site.css"),
    ],
)
async def test_markup_is_code_where_the_project_or_the_words_are_about_it(
    tmp_path: Path, files: dict[str, str], text: str, first: str
) -> None:
    async with indexed(tmp_path, files) as index:
        assert paths(index, text)[0] == first
