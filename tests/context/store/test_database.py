"""The index on disk: what survives, what is thrown away, and two processes at once."""

import asyncio
import json
import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.context.sample_workspace import ask, indexed, shown, write

from darner_context.facts.extract import extract
from darner_context.index import Index
from darner_context.indexing.updater import Updater
from darner_context.store.database import Store, store_path
from darner_context.store.entry import Entry, empty_entry, make_entry
from darner_context.store.location import StoreLocation, prune
from darner_context.workspace.scan import Workspace

FILES = {
    "shop/cart.py": "class Cart:\n    def total(self):\n        return 1\n",
    "shop/view.py": "from shop.cart import Cart\n\n\ndef show(cart: Cart):\n    cart.\n",
}
MONTH = 31 * 24 * 3600


async def check(root: Path, cache: Path | None) -> Index:
    """The class that the place needs is found, whatever became of the cache."""
    async with indexed(root, cache=cache) as index:
        assert shown(ask(index, "shop/view.py", 5)) == FILES["shop/cart.py"]
        assert index.state().files == len(FILES)
        return index


def only(cache: Path) -> Path:
    (found,) = cache.glob("index-*.sqlite")
    return found


async def test_a_second_process_answers_before_it_has_looked_at_the_disk(tmp_path: Path) -> None:
    work, cache = write(tmp_path / "work", FILES), tmp_path / "cache"
    await check(work, cache)
    again = Index([work], cache_dir=cache)
    assert shown(ask(again, "shop/view.py", 5)) == FILES["shop/cart.py"]
    await again.close()


async def test_only_what_changed_is_stored_anew(tmp_path: Path) -> None:
    work, cache = write(tmp_path / "work", FILES), tmp_path / "cache"
    await check(work, cache)
    before = Store(only(cache))
    rows, numbers = before.rows(), before.paths()
    before.close()
    write(work, {"shop/cart.py": "class Cart:\n    def amount(self):\n        return 2\n"})
    os.utime(work / "shop/view.py", ns=(5, 5))  # touched, and the same as before
    async with indexed(work, cache=cache) as index:
        assert shown(ask(index, "shop/view.py", 5)) == "class Cart:\n    def amount(self):\n        return 2\n"
        assert index.state().cache == only(cache)
    after = Store(only(cache))
    changed = {path for path, row in after.rows().items() if row.digest != rows[path].digest}
    moved = set(after.paths()).difference(numbers)
    after.close()
    assert (changed, [path for _, path in moved]) == ({"shop/cart.py"}, ["shop/cart.py"])


async def test_deleted_files_are_forgotten(tmp_path: Path) -> None:
    work, cache = write(tmp_path / "work", FILES), tmp_path / "cache"
    await check(work, cache)
    (work / "shop/cart.py").unlink()
    async with indexed(work, cache=cache) as index:
        assert ask(index, "shop/view.py", 5).snippets == ()
        assert index.state().files == 1


async def test_a_cache_that_is_no_database_is_thrown_away(tmp_path: Path) -> None:
    work, cache = write(tmp_path / "work", FILES), tmp_path / "cache"
    for damage in (b"", b"not a database" * 1000, b"SQLite format 3\0" + b"\xff" * 20_000):
        await check(work, cache)
        for path in cache.iterdir():
            path.write_bytes(damage)
        await check(work, cache)


async def test_a_cache_cut_in_half_is_thrown_away(tmp_path: Path) -> None:
    many = {
        f"part/file{number}.py": f"def work_{number}(value):\n    return helper_{number}(value)\n"
        for number in range(400)
    }
    work, cache = write(tmp_path / "work", {**FILES, **many}), tmp_path / "cache"
    async with indexed(work, cache=cache):
        pass
    path = only(cache)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    async with indexed(work, cache=cache) as index:
        assert FILES["shop/cart.py"] in shown(ask(index, "shop/view.py", 5))
        assert index.state().files == len(FILES) + len(many)


@pytest.mark.parametrize("share", [0.02, 0.2, 0.5, 0.8, 0.95])
async def test_a_cache_whose_damage_shows_late_is_thrown_away_then(tmp_path: Path, share: float) -> None:
    many = {
        f"part/file{number}.py": f"def work_{number}(value):\n    return helper_{number}(value)\n"
        for number in range(300)
    }
    work, cache = write(tmp_path / "work", {**FILES, **many}), tmp_path / "cache"
    async with indexed(work, cache=cache):
        pass
    data = only(cache).read_bytes()
    whole = int(len(data) * share) // 4096 * 4096
    only(cache).write_bytes(data[:whole] + b"\xff" * (len(data) - whole))
    index = Index([work], cache_dir=cache, workers=1)
    for line in (1, 5):
        assert ask(index, "shop/view.py", line).focus is not None
    await index.refresh()
    assert FILES["shop/cart.py"] in shown(ask(index, "shop/view.py", 5))
    assert index.state().files == len(FILES) + len(many)
    await index.close()


async def test_rows_that_are_damaged_or_of_another_form_are_parsed_again(tmp_path: Path) -> None:
    work, cache = write(tmp_path / "work", FILES), tmp_path / "cache"
    await check(work, cache)
    base = sqlite3.connect(only(cache))
    base.execute("UPDATE files SET facts = x'00112233' WHERE path = 'shop/cart.py'")
    base.commit()
    base.close()
    async with indexed(work, cache=cache) as index:
        assert ask(index, "shop/view.py", 5).snippets == ()
        await index.refresh()
        assert shown(ask(index, "shop/view.py", 5)) == FILES["shop/cart.py"]


async def test_a_rebuilt_index_has_nothing_of_what_a_refresh_keeps(tmp_path: Path) -> None:
    """A row of another text has the size, the time and the digest of the file: only parsing it again tells."""
    root, cache = tmp_path / "w", tmp_path / "cache"
    write(root, FILES)
    await check(root, cache)
    with sqlite3.connect(only(cache)) as base:
        base.execute("UPDATE files SET facts = (SELECT facts FROM files WHERE path = 'shop/view.py'), symbols = 7")
        base.execute("DELETE FROM names")
        base.execute("INSERT INTO suspects VALUES ('shop/cart.py')")
    async with indexed(root, cache=cache) as index:
        assert "class Cart" not in shown(ask(index, "shop/view.py", 5))
        before = index.state().symbols
        await index.rebuild()
        assert (before, index.state().symbols) == (14, 3)
        assert shown(ask(index, "shop/view.py", 5)) == FILES["shop/cart.py"]
    await check(root, cache)


@pytest.mark.parametrize("in_cache", [True, False])
def test_a_store_that_cannot_be_emptied_is_replaced(tmp_path: Path, *, in_cache: bool) -> None:
    write(tmp_path / "w", FILES)
    location = StoreLocation([tmp_path / "w"], tmp_path / "cache" if in_cache else None, [])
    before = location.store
    before.close()
    Updater(Workspace([tmp_path / "w"]), location, [], 0).clear()
    assert location.store is not before
    assert location.store.totals() == (0, 0)
    location.close()


def put(store: Store, path: str, text: str) -> None:
    store.write([make_entry(path, len(text), 1, extract(path, text))])


def words(store: Store, *wanted: str) -> dict[str, list[str]]:
    paths = dict(store.paths())
    return {word: [paths.get(number, "?") for number in numbers] for word, numbers in store.words(wanted).items()}


def never_parsed(_: Store) -> Entry:
    return empty_entry("shop/dies.py", 10, 1)


def damaged_row(store: Store) -> Entry:
    put(store, "shop/dies.py", "def lived(): pass\n")
    store._base.execute("UPDATE files SET facts = x'00112233' WHERE path = 'shop/dies.py'")
    assert store.load("shop/dies.py") is None
    return make_entry("shop/dies.py", 10, 1, extract("shop/dies.py", "def lives(): pass\n"))


@pytest.mark.parametrize("begin", [never_parsed, damaged_row])
def test_the_words_of_a_file_without_facts_are_taken_back(begin: Callable[[Store], Entry]) -> None:
    store = Store(None)
    put(store, "shop/cart.py", FILES["shop/cart.py"])
    store.write([begin(store)])
    put(store, "shop/dies.py", "def lives(): pass\n")
    assert words(store, "shop", "die") == {"shop": ["shop/cart.py", "shop/dies.py"], "die": ["shop/dies.py"]}
    store.write([begin(store)])
    store.write([], ["shop/dies.py"])
    put(store, "other/view.py", "def show(): pass\n")
    assert words(store, "shop", "die") == {"shop": ["shop/cart.py"], "die": []}
    store.close()


def test_a_number_that_was_taken_back_is_given_to_no_other_file() -> None:
    store = Store(None)
    damaged_row(store)
    store.write([], ["shop/dies.py"])
    put(store, "other/view.py", "def show(): pass\n")
    paths = dict(store.paths())
    assert [paths.get(number) for number in store.names(["lived"])["lived"][0]] == [None]
    store.close()


def to_memory(index: Index) -> None:
    index._location.fall_back_to_memory()


def anew(index: Index) -> None:
    assert index._location.recreate()


@pytest.mark.parametrize("replace_store", [to_memory, anew])
async def test_a_store_that_is_replaced_stays_open_for_the_answer_that_is_at_it(
    replace_store: Callable[[Index], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, cache = write(tmp_path / "work", FILES), tmp_path / "cache"
    await check(work, cache)
    index = Index([work], cache_dir=cache)
    old, load, replaced = index._location.store, Store.load, list[Index]()

    def meanwhile(store: Store, path: str) -> Any:  # noqa: ANN401 - what `load` returns
        if not replaced:
            replaced.append(index)
            replace_store(index)
        return load(store, path)

    monkeypatch.setattr(Store, "load", meanwhile)
    assert shown(ask(index, "shop/view.py", 5)) == FILES["shop/cart.py"]
    assert index._location.store is not old
    await index.refresh()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        old.totals()
    assert shown(ask(index, "shop/view.py", 5)) == FILES["shop/cart.py"]
    await index.close()


async def test_two_indexes_of_one_folder_fill_one_cache_at_once(tmp_path: Path) -> None:
    many = {f"part/file{number}.py": f"def work_{number}(value):\n    return value\n" for number in range(300)}
    work, cache = write(tmp_path / "work", {**FILES, **many}), tmp_path / "cache"
    indexes = [Index([work], cache_dir=cache, workers=2) for _ in range(2)]
    await asyncio.gather(*(index.refresh() for index in indexes))
    for index in indexes:
        assert FILES["shop/cart.py"] in shown(ask(index, "shop/view.py", 5))
        assert index.state().files == len(FILES) + len(many)
        assert index.state().cache == only(cache)
        await index.close()
    store = Store(only(cache))
    assert [len(each) for each in store.names(["work_7"])["work_7"]] == [1, 1]
    store.close()


async def test_an_indexer_killed_between_its_transactions_leaves_what_the_next_one_completes(tmp_path: Path) -> None:
    many = {
        f"part/file{number}.py": f"def work_{number}(value):\n    return helper(value)\n" for number in range(1_500)
    }
    work, cache = write(tmp_path / "work", {**FILES, **many}), tmp_path / "cache"
    path = store_path(cache, [work])
    order = {"roots": [str(work)], "ignore": [], "slow": [], "store": str(path), "workers": 1}
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3] / "context")}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "darner_context.indexing.indexer", stdin=pipe, stdout=pipe, env=environment
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(order).encode() + b"\n")
    while not json.loads(await process.stdout.readline())["done"]:
        pass
    process.kill()
    await process.communicate()
    async with indexed(work, cache=cache) as index:
        assert FILES["shop/cart.py"] in shown(ask(index, "shop/view.py", 5))
        assert index.state().files == len(FILES) + len(many)
        assert index.state().cache == only(cache) == path
    store = Store(path)
    names = store.names(["helper", *(f"work_{number}" for number in range(1_500))])
    assert {name: tuple(map(len, held)) for name, held in names.items()} == {
        "helper": (0, 1_500),
        **{f"work_{number}": (1, 1) for number in range(1_500)},
    }
    store.close()


async def test_a_cache_folder_that_cannot_be_written_is_replaced(tmp_path: Path) -> None:
    work = write(tmp_path / "work", FILES)
    write(tmp_path, {"a file": ""})
    index = await check(work, tmp_path / "a file" / "cache")
    assert index.state is not None
    await check(work, None)


def test_another_format_another_store(tmp_path: Path) -> None:
    one = store_path(tmp_path, [tmp_path / "a"])
    assert one == store_path(tmp_path, [tmp_path / "a"])
    assert one != store_path(tmp_path, [tmp_path / "b"])
    assert one != store_path(tmp_path, [tmp_path / "a"], ["*.py"])


async def test_stores_of_workspaces_that_are_gone_are_deleted(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    for name in ("stays", "gone", "old", "here"):
        await check(write(tmp_path / name, FILES), cache)
    stores = {name: store_path(cache, [tmp_path / name]) for name in ("stays", "gone", "old", "here")}
    (tmp_path / "gone").rename(tmp_path / "elsewhere")
    now = stores["here"].stat().st_mtime
    os.utime(stores["old"], (now - MONTH, now - MONTH))
    write(cache, {"index-broken.sqlite": b"not a database", "other.txt": ""})
    prune(stores["here"])
    assert {path.name for path in cache.iterdir()} == {
        stores["stays"].name,
        stores["here"].name,
        "index-broken.sqlite",
        "other.txt",
    }


_FULL = """
import asyncio, resource, sys
from pathlib import Path

import pytest
from darner_context.index import ContextRequest, Focus, Index
from darner_context.text.tokenizer import tokenizer

async def main():
    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, resource.RLIM_INFINITY))
    index = Index([Path(sys.argv[1])], cache_dir=Path(sys.argv[2]), workers=1)
    await index.refresh()
    bundle = index.context(ContextRequest("", Focus("shop/view.py", 5, 5), 4000), tokenizer("o200k_base"))
    print(index.state().files, any(each.path == "shop/cart.py" for each in bundle.snippets))
    await index.close()

asyncio.run(main())
"""


def test_a_full_disk_leaves_the_index_in_memory(tmp_path: Path) -> None:
    many = {
        f"part/file{number}.py": f"def work_{number}(value):\n    return other_{number}(value)\n"
        for number in range(900)
    }
    work = write(tmp_path / "work", {**FILES, **many})
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3] / "context")}
    ran = subprocess.run(
        [sys.executable, "-c", _FULL, str(work), str(tmp_path / "cache")],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert (ran.stdout, ran.stderr) == (f"{len(FILES) + len(many)} True\n", "")
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_half_of_a_surrogate_pair_names_nothing() -> None:
    store = Store(None)
    put(store, "shop/cart.py", FILES["shop/cart.py"])
    half = "a\ud800"
    assert (store.names([half]), store.words([half]), store.load(half), store.number_of(half)) == ({}, {}, None, None)
    store.close()
