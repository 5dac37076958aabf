"""What the words of instructions leave behind: little, and nothing for long."""

import gc
from pathlib import Path

from tests.context.sample_workspace import ask, indexed

from darner_context.facts.extract import extract
from darner_context.lookup.reader import IndexReader
from darner_context.ranking.text_search import Search
from darner_context.store.database import Store
from darner_context.store.entry import make_entry
from darner_context.text.lines import Lines
from darner_context.workspace.scan import Workspace

STEMS = ("cart", "shop", "price", "stock", "view", "order", "tax", "mail", "store", "rate", "line", "item", "user")
WORDS = [stem + letter for letter in "abcfghijklmnopqtuvwxyz" for stem in STEMS]
TEXT = "".join(f"def {word}_{other}():\n    return {word}\n" for word in WORDS for other in ("kind", "list"))


def reader(root: Path) -> IndexReader:
    store = Store(None)
    store.write([make_entry("shop.py", len(TEXT), 1, extract("shop.py", TEXT))])
    return IndexReader(store, Workspace([root]))


def test_a_file_remembers_the_words_of_some_instructions_only(tmp_path: Path) -> None:
    kept = reader(tmp_path)
    facts = kept.facts("shop.py")
    assert facts is not None
    most = 0
    for number, word in enumerate(WORDS):
        found = Search(kept, f"the {word} of a list", None).hits
        assert {key[0] for key in found} == {"shop.py"}
        if number % 40 == 0:
            assert found == Search(reader(tmp_path), f"the {word} of a list", None).hits
        most = max(most, len(facts.words))
    assert 0 < most < 500


def test_lines_remember_where_some_words_stand() -> None:
    lines = Lines("A cart\nno\nthe CART\n\u0130\n")
    assert [*lines.with_word("cart")] == []  # in small letters the text is longer
    lines = Lines("A cart\nno\nthe CART, a cart")
    for number in range(300):
        assert [*lines.with_word("cart")] == [1, 3]
        assert [*lines.with_word(f"no{number}")] == []
        assert [*lines.with_name("CART")] == [3]
    assert max(len(gc.get_referents(each)) for each in gc.get_referents(lines)) <= 200


async def test_texts_that_were_cut_up_are_let_go(tmp_path: Path) -> None:
    gc.unfreeze()
    gc.collect()
    before = {id(each) for each in gc.get_objects() if isinstance(each, Lines)}
    async with indexed(tmp_path, {f"shop{number}.py": TEXT for number in range(8)}) as index:
        assert ask(index, "shop0.py", 1, said=f"the {WORDS[0]} and the {WORDS[1]}").snippets
    del index
    gc.unfreeze()
    gc.collect()
    assert {id(each) for each in gc.get_objects() if isinstance(each, Lines)} <= before
