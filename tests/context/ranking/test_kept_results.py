"""What an index remembers from answer to answer changes none of them."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
from tests.context.sample_workspace import indexed

from darner_context.index import ContextRequest, Focus, Index, LeftOut
from darner_context.indexing.updater import Progress
from darner_context.text.tokenizer import tokenizer

FILES = {
    "shop/__init__.py": "",
    "shop/money.py": "class Money:\n    amount: int\n\n    def plus(self, other: 'Money') -> 'Money':\n        return Money(self.amount + other.amount)\n\n\nclass Euro(Money):\n    def cents(self) -> int:\n        return self.amount\n",
    "shop/cart.py": "from shop.money import Euro, Money\nfrom shop.view import show_price\n\n\nclass Cart:\n    def total(self) -> Money:\n        price = Euro(3)\n        show_price(price)\n        return price.plus(price)\n\n    def empty(self) -> None:\n        self.items.clear()\n",
    "shop/view.py": "from shop.cart import Cart\nfrom shop.money import Money\n\n\ndef show_price(price: Money) -> str:\n    return f'{price.amount} EUR'\n\n\ndef show_cart(cart: Cart) -> str:\n    return show_price(cart.total())\n",
    "shop/mail.py": "from shop.view import show_cart\n\n\ndef send_bill(cart, address):\n    text = show_cart(cart)\n    deliver(address, text)\n",
    "tests/test_cart.py": "from shop.cart import Cart\n\n\ndef test_total():\n    assert Cart().total().amount == 6\n",
}
TYPED = [
    "x", ".", "(", "\n", " ", "price", "cart.total()", "def fresh(cart: Cart) -> Money:\n    return cart.total()\n",
    "from shop.money import Euro as Coin\n", "class Box(Cart):\n    pass\n", "show_cart", "Coin",
]  # fmt: skip
LONG = (
    "package shop\n\ntype Cart struct {\n\tN int\n}\n\nfunc (c *Cart) First(a Line) int { return 1 }\n"
    + "// nothing\n" * 1_000
    + "func use() {\n\tNewCart()\n\n}\n"
)
FAR = {
    "cart.go": LONG,
    "make.go": "package shop\n\nfunc NewCart() *Cart { return nil }\n",
    "line.go": "package shop\n\ntype Line struct { N int }\nfunc (l Line) Sum() int { return 1 }\n",
    "shop.go": "package shop\n\ntype Shop struct { Name string }\nfunc (s Shop) Open() bool { return true }\n",
}
SAID = ["", "", "show the price in cents", "let `Cart.total` add the Coin"]


@pytest.mark.parametrize("seed", range(12))
async def test_answers_while_typing_are_those_of_a_new_index(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a choice that must repeat
    counter = tokenizer("o200k_base")
    cache = tmp_path / "cache"
    async with indexed(tmp_path / "files", FILES, cache=cache) as index:
        buffers: dict[str, str] = {}
        path = "shop/cart.py"
        for _ in range(25):
            if chance.random() < 0.2:
                path = chance.choice(list(FILES))
            if chance.random() < 0.7:
                text = buffers.get(path, FILES[path])
                place = chance.randrange(len(text) + 1)
                gone = chance.choice([0, 0, 0, 1, 5])
                buffers[path] = text[:place] + chance.choice(TYPED) + text[place + gone :]
                index.set_overlay(path, buffers[path])
            elif buffers and chance.random() < 0.2:
                closed = chance.choice(sorted(buffers))
                del buffers[closed]
                index.set_overlay(closed, None)
            line = chance.randrange(1, 14)
            request = ContextRequest(chance.choice(SAID), Focus(path, line, line), chance.choice([120, 400, 4_000]))
            fresh = Index([tmp_path / "files"], cache_dir=cache)
            for each, text in buffers.items():
                fresh.set_overlay(each, text)
            expected = fresh.context(request, counter)
            await fresh.close()
            assert index.context(request, counter) == expected
            lent = replace(request, texts={path: buffers.get(path, FILES[path])})
            assert index.context(lent, counter) == expected


async def test_a_signature_far_from_the_place_is_typed_anew(tmp_path: Path) -> None:
    request = ContextRequest("", Focus("cart.go", 1_010, 1_010), 4_000)
    counter = tokenizer("o200k_base")
    async with indexed(tmp_path / "files", FAR, cache=tmp_path / "cache") as index:
        index.set_overlay("cart.go", LONG)
        index.context(request, counter)
        index.set_overlay("cart.go", LONG.replace("a Line", "a Shop"))
        fresh = Index([tmp_path / "files"], cache_dir=tmp_path / "cache")
        fresh.set_overlay("cart.go", LONG.replace("a Line", "a Shop"))
        expected = fresh.context(request, counter)
        await fresh.close()
        assert index.context(request, counter) == expected


async def test_a_file_that_is_gone_is_what_no_import_means(tmp_path: Path) -> None:
    files = {
        "cart.py": "class Cart:\n    def total(self):\n        return 1\n",
        "old/cart.py": "class Cart:\n    def amount(self):\n        return 1\n",
        "view.py": "from cart import Cart\n\n\ndef show():\n    Cart().\n",
    }
    request = ContextRequest("", Focus("view.py", 5, 5), 4_000)
    counter = tokenizer("o200k_base")
    async with indexed(tmp_path / "files", files, cache=tmp_path / "cache") as index:
        before = index.context(request, counter)
        file = tmp_path / "files" / "cart.py"
        file.unlink()
        index.files_changed(["cart.py"])
        gone = index.context(request, counter)
        await index.refresh()
        assert index.context(request, counter) == gone
        file.write_text(files["cart.py"])
        index.files_changed(["cart.py"])
        assert index.context(request, counter).snippets == before.snippets


async def test_a_file_that_changes_during_a_refresh_is_not_taken_for_what_was_stored(tmp_path: Path) -> None:
    request = ContextRequest("", Focus("shop/view.py", 6, 6), 4_000)
    async with indexed(tmp_path / "files", FILES) as index:
        updates = index._updater
        assert updates is not None
        refresh = updates.refresh

        async def and_then_it_changes(progress: Progress) -> list[LeftOut]:
            found = await refresh(progress)
            (tmp_path / "files" / "shop" / "money.py").write_text("class Money:\n    late: int\n")
            index.files_changed(["shop/money.py"])
            return found

        updates.refresh = and_then_it_changes  # type: ignore[method-assign]
        await index.refresh()
        assert "late: int" in "".join(each.text for each in index.context(request, tokenizer("o200k_base")).snippets)
        index.set_overlay("shop/mail.py", "")
        assert index._reader.facts("shop/money.py") == index._reader.live["shop/money.py"].facts
