"""What the reader of an index keeps of buffers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from darner_context.lookup.reader import IndexReader
from darner_context.store.database import Store
from darner_context.workspace.scan import Workspace

NAMES = [f"name_{number}" for number in range(200)]
TEXT = "".join(f"def {name}():\n    return {name}_used\n" for name in NAMES)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[IndexReader]:
    store = Store(None)
    yield IndexReader(store, Workspace([tmp_path]))
    store.close()


def test_names_that_no_file_has_share_one_entry(index: IndexReader) -> None:
    with index.with_overlays({"a.py": TEXT}):
        found = index.postings(["unknown", "nowhere", "name_1"])
    assert found["unknown"] is found["nowhere"]
    assert (found["unknown"].definitions, found["unknown"].used) == (0, [])
    assert (found["name_1"].defined, found["name_1"].used) == (["a.py"], ["a.py"])


def test_a_closed_buffer_leaves_none_of_its_names_behind(index: IndexReader) -> None:
    index.set_overlay("a.py", TEXT)
    index.postings(NAMES)
    index.set_overlay("a.py", None)
    assert not index._postings
    assert index.postings(["name_1"])["name_1"].definitions == 0


def test_of_large_lent_texts_only_the_last_is_kept(index: IndexReader) -> None:
    for path in ("a.py", "b.py", "c.py"):
        with index.with_overlays({path: f"# {path}\n" + "#" * 600_000}):
            assert list(index._lent) == [path]
