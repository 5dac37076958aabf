"""Processes that parse: what dies or hangs in one of them is left out, and all else is done."""

import os
import threading
from collections.abc import Sequence
from pathlib import Path

from tests.context.workspace import ask, shown, write

from darner_context.bundle import LeftOut
from darner_context.index import Index
from darner_context.indexer import changes, parse, update
from darner_context.sources import Source, Workspace
from darner_context.store import Parsed, Store, store_path
from darner_context.workers import Failed, shared_out

PATIENT = 60.0
FILES = {
    "shop/cart.py": "class Cart:\n    def total(self):\n        return 1\n",
    "shop/dies.py": "from shop.cart import Cart\n\n\ndef dies():\n    return Cart\n",
    "shop/view.py": "from shop.cart import Cart\nfrom shop.dies import dies\n\n\ndef show(cart: Cart):\n    cart.\n",
}


def double(numbers: Sequence[int]) -> list[int]:
    """Die of a 3, hang at a 5."""
    if 3 in numbers:
        os._exit(1)
    if 5 in numbers:
        threading.Event().wait()
    return [2 * number for number in numbers]


def parse_or_die(sources: Sequence[Source]) -> tuple[list[Parsed], list[LeftOut]]:
    """Parse as a grammar does that one of the files kills."""
    if any(source.path.endswith("dies.py") for source in sources):
        os._exit(1)
    return parse(sources)


def check(tasks: list[list[int]], done: list[int], failed: list[Failed[int]], *, patience: float = PATIENT) -> None:
    """Share out tasks to two processes."""
    found = list(shared_out(double, iter(tasks), 2, patience))
    assert sorted(number for each in found if not isinstance(each, Failed) for number in each) == done
    assert [each for each in found if isinstance(each, Failed)] == failed


def test_all_is_done() -> None:
    check([], [], [])
    check([[number] for number in range(10, 30)], [*range(20, 60, 2)], [])


def test_what_dies_is_left_out_and_what_was_under_way_with_it_is_done() -> None:
    check([[1, 2], [8, 3, 9], [4]], [2, 4, 8, 16, 18], [Failed(3, "its parser died")])
    check([[3], [1], [3]], [2], [Failed(3, "its parser died"), Failed(3, "its parser died")])


def test_what_hangs_is_left_out() -> None:
    check([[1], [6, 5], [7]], [2, 12, 14], [Failed(5, "it takes too long to parse")], patience=2)


async def test_a_file_that_kills_its_parser_is_left_out_until_it_changes(tmp_path: Path) -> None:
    work, cache = write(tmp_path / "work", FILES), tmp_path / "cache"
    store = Store(store_path(cache, [work.resolve()]), write=True)
    *_, (done, total, left_out) = update(store, Workspace([work]), 1, parse_or_die)
    assert (done, total, left_out) == (3, 3, [LeftOut("shop/dies.py", "its parser died")])
    said: list[LeftOut] = []
    assert changes(Workspace([work]), store.rows(), said) == ([], [], 3)
    assert said == [LeftOut("shop/dies.py", "no parser survived it")]
    store.close()
    index = Index([work], cache_dir=cache)
    await index.refresh()
    assert index.state().left_out == tuple(said)
    for budget in (4_000, 100_000):
        assert shown(ask(index, "shop/view.py", 6, budget=budget)).startswith(FILES["shop/cart.py"])
    write(work, {"shop/dies.py": "def lives():\n    return 1\n"})
    await index.refresh()
    assert index.state().left_out == ()
    assert "def lives" in shown(ask(index, said="lives"))
    await index.close()
