"""Rank flows from what a file uses to what that uses in turn."""

from pathlib import Path

from tests.context.sample_workspace import ask, indexed

from darner_context.lookup.names import NameResolver
from darner_context.lookup.pagerank import pagerank
from darner_context.lookup.reader import IndexReader
from darner_context.store.database import Store
from darner_context.workspace.scan import Workspace

CHAIN = {
    "a.py": "from b import second\n\n\ndef first():\n    return second()\n",
    "b.py": "from c import third, other\n\n\ndef second():\n    return third() + other()\n",
    "c.py": "def third():\n    return 3\n\n\ndef other():\n    return third()\n\n\ndef never():\n    return 0\n",
    "view.py": "from a import first\n\n\ndef show():\n    return first()\n",
}


async def test_rank_flows_along_uses_and_ends(tmp_path: Path) -> None:
    async with indexed(tmp_path / "files", CHAIN, cache=tmp_path / "cache"):
        (stored,) = (tmp_path / "cache").glob("*.sqlite")
        store = Store(stored)
        resolver = NameResolver(IndexReader(store, Workspace([tmp_path / "files"])))
        ranks = pagerank(resolver, {("a.py", 0): 2.0}, "view.py")
        ended = pagerank(resolver, {("a.py", 0): 2.0}, "b.py")
        store.close()
    assert {key: round(value, 3) for key, value in ranks.items()} == {
        ("a.py", 0): 1.0,
        ("b.py", 0): 1.0,
        ("c.py", 0): 0.786,
        ("c.py", 1): 0.425,
    }
    assert set(ended) == {("a.py", 0), ("b.py", 0)}, "the file one is in passes nothing on"


async def test_what_is_two_uses_away_is_shown_with_that_reason(tmp_path: Path) -> None:
    async with indexed(tmp_path, CHAIN) as index:
        reasons = {reason for each in ask(index, "view.py", 5).snippets for reason in each.reasons}
    assert {"PageRank: second", "PageRank: third"} <= reasons
