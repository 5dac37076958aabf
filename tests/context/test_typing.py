"""What an index remembers from answer to answer changes none of them."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
from tests.context.workspace import indexed

from darner_context.index import ContextRequest, Focus, Index
from darner_context.tokens import tokenizer

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
                index.overlay(path, buffers[path])
            elif buffers and chance.random() < 0.2:
                closed = chance.choice(sorted(buffers))
                del buffers[closed]
                index.overlay(closed, None)
            line = chance.randrange(1, 14)
            request = ContextRequest(chance.choice(SAID), Focus(path, line, line), chance.choice([120, 400, 4_000]))
            fresh = Index([tmp_path / "files"], cache_dir=cache)
            for each, text in buffers.items():
                fresh.overlay(each, text)
            expected = fresh.context(request, counter)
            await fresh.close()
            assert index.context(request, counter) == expected
            lent = replace(request, texts={path: buffers.get(path, FILES[path])})
            assert index.context(lent, counter) == expected
