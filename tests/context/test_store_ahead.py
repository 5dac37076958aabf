"""Answers while the index is written: the store names files that it did not list yet when the paths were read."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.context.ranking.test_kept_results import FILES
from tests.context.sample_workspace import indexed

from darner_context.index import CodeRequest, ContextRequest, Focus
from darner_context.next_edits.edit import RecordedEdit
from darner_context.store.postings import Living, Postings
from darner_context.text.tokenizer import tokenizer

if TYPE_CHECKING:
    from array import array


@pytest.mark.parametrize("listed", [0, 1, 3])
async def test_no_answer_ends_in_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listed: int) -> None:
    all_paths = Postings._paths

    def of_an_earlier_store(postings: Postings, numbers: "array[int]", living: Living) -> list[str]:
        return all_paths(postings, numbers, living)[:listed]

    monkeypatch.setattr(Postings, "_paths", of_an_earlier_store)
    counter = tokenizer("o200k_base")
    async with indexed(tmp_path / "files", FILES, cache=tmp_path / "cache") as index:
        for path, text in FILES.items():
            index.set_overlay(path, text) if listed else None
            for line in range(1, text.count("\n") + 1):
                for words in ("", "show the price in cents", 'Traceback:\n  File "shop/cart.py", line 7, in total\n'):
                    index.context(ContextRequest(words, Focus(path, line, line), 4_000), counter)
        request = ContextRequest("let `Cart.total` add the price", None, 4_000, map_limit=500)
        index.context(request, counter)
        index.requested(request, [CodeRequest("shop/cart.py", "Cart"), CodeRequest("nowhere.py", "Euro")], counter)
        index.files_using(["Cart", "Money", "show_price", "nothing"], 9)
        for before, after in (
            ("class Cart:\n", "class Basket:\n"),
            ("    def empty(self):\n", "    def empty(self, a):\n"),
        ):
            edit = RecordedEdit("shop/cart.py", 5, (before,), (after,))
            index.next_edits([edit], {"shop/cart.py": FILES["shop/cart.py"].replace(before, after)}, 9)
