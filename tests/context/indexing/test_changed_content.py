"""Other content is noticed although size and time are the same, and the same content is not parsed again."""

import os
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.context.sample_workspace import write

from darner_context.facts.extract import extract
from darner_context.indexing import indexer
from darner_context.indexing.indexer import parse, update
from darner_context.request import LeftOut
from darner_context.store.database import Store
from darner_context.workspace.scan import Workspace

MOMENT = 1_500_000_000_000_000_000
OLD, NEW = "def early_one():\n    return 1\n", "def later_one():\n    return 2\n"
FILES = {"a/shop.py": OLD, "b/shop.py": NEW, "c.py": "x = 1\n"}


def at(path: Path, moment: int = MOMENT) -> None:
    os.utime(path, ns=(moment, moment))


def in_place(root: Path) -> None:
    (root / "a/shop.py").write_text(NEW)


def line_by_line(root: Path) -> None:
    with (root / "a/shop.py").open("r+") as file:
        file.write(NEW)


def cut_and_written(root: Path) -> None:
    with (root / "a/shop.py").open("r+") as file:
        file.truncate(0)
        file.write(NEW)


def by_a_new_file(root: Path) -> None:
    (root / "fresh").write_text(NEW)
    at(root / "fresh")
    (root / "fresh").replace(root / "a/shop.py")


def copied_over(root: Path) -> None:
    shutil.copy2(root / "b/shop.py", root / "a/shop.py")


def deleted_and_made(root: Path) -> None:
    (root / "a/shop.py").unlink()
    (root / "a/shop.py").write_text(NEW)


def files_swapped(root: Path) -> None:
    (root / "a/shop.py").rename(root / "t")
    (root / "b/shop.py").rename(root / "a/shop.py")
    (root / "t").rename(root / "b/shop.py")


def folders_swapped(root: Path) -> None:
    (root / "a").rename(root / "t")
    (root / "b").rename(root / "a")
    (root / "t").rename(root / "b")


def linked_hard(root: Path) -> None:
    (root / "a/shop.py").unlink()
    (root / "a/shop.py").hardlink_to(root / "b/shop.py")


def unpacked_anew(root: Path) -> None:
    with tarfile.open(root / "t.tar", "w") as made:
        made.add(root / "b", "a")
    shutil.rmtree(root / "a")
    with tarfile.open(root / "t.tar") as packed:
        packed.extractall(root, filter="tar")


def a_copy_of_the_tree(root: Path) -> None:
    shutil.copytree(root / "b", root / "t")
    shutil.rmtree(root / "a")
    (root / "t").rename(root / "a")


@pytest.mark.parametrize(
    "change",
    [
        in_place, line_by_line, cut_and_written, by_a_new_file, copied_over, deleted_and_made, files_swapped,
        folders_swapped, linked_hard, unpacked_anew, a_copy_of_the_tree,
    ],
    ids=lambda change: change.__name__,
)  # fmt: skip
def test_other_content_of_the_same_size_and_time(tmp_path: Path, change: Callable[[Path], None]) -> None:
    store, work = Store(None), write(tmp_path / "work", FILES)
    for path in work.rglob("*.py"):
        at(path)
    assert defined(store, work) == ["early_one"]
    change(work)
    at(work / "a/shop.py")
    assert (work / "a/shop.py").read_text() == NEW
    assert defined(store, work) == ["later_one"]
    store.close()


@pytest.mark.parametrize("year", [-5_000, 1, 1_900, 1_969, 1_970, 2_038, 2_106, 2_262, 2_263, 2_300, 2_446])
def test_times_of_any_year_cost_nothing(tmp_path: Path, year: int) -> None:
    store, work = Store(None), write(tmp_path / "work", FILES)
    at(work / "a/shop.py", (year - 1_970) * 31_556_952 * 1_000_000_000)
    assert defined(store, work) == ["early_one"]
    assert len(store.rows()) == len(FILES)
    store.close()


def test_what_is_only_touched_is_read_and_not_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, work = Store(None), write(tmp_path / "work", FILES)
    list(update(store, Workspace([work]), 0))
    facts = {path: store.load(path) for path in FILES}
    at(work / "c.py")
    (work / "a/shop.py").chmod(0o600)
    shutil.copytree(work / "b", work / "t")
    shutil.rmtree(work / "b")
    (work / "t").rename(work / "b")
    monkeypatch.setattr(indexer, "extract", None)
    *_, (done, total, left_out) = update(store, Workspace([work]), 0)
    assert (done, total, left_out) == (3, 3, [])
    assert [(found[0], found[3]) if found else None for found in map(store.load, FILES)] == [
        (found[0], found[3]) if found else None for found in facts.values()
    ]
    *_, (done, total, left_out) = update(store, Workspace([work]), 0)
    assert (done, total, left_out) == (0, 0, [])
    store.close()


def test_what_another_process_takes_out_meanwhile_is_parsed_the_next_time(tmp_path: Path) -> None:
    store, work = Store(None), write(tmp_path / "work", FILES)
    list(update(store, Workspace([work]), 0))
    at(work / "c.py")
    fresh, _ = indexer.changes(Workspace([work]), store.rows(), [])
    done, _ = parse(fresh)
    store.write([], ["c.py"])
    store.write(done)
    assert "c.py" not in store.rows()
    list(update(store, Workspace([work]), 0))
    assert store.load("c.py") is not None
    store.close()


def test_no_error_of_one_file_costs_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(path: str, text: str) -> object:
        if path == "c.py":
            raise KeyError
        return extract(path, text)

    monkeypatch.setattr(indexer, "extract", fails)
    store, work = Store(None), write(tmp_path / "work", FILES)
    *_, (_, _, left_out) = update(store, Workspace([work]), 0)
    assert left_out == [LeftOut("c.py", "cannot be parsed: KeyError")]
    assert sorted(store.rows()) == ["a/shop.py", "b/shop.py"]
    store.close()


def test_an_odd_coding_line_costs_its_own_file(tmp_path: Path) -> None:
    store, names = Store(None), ("undefined", "hex", "idna", "unicode_escape", "punycode", "utf-7", "zlib")
    odd = {f"{name}.py": f"# coding: {name}\n".encode() + b"x = '\xe9'\n" for name in names}
    *_, (_, _, left_out) = update(store, Workspace([write(tmp_path / "work", {**FILES, **odd})]), 0)
    assert {each.path: each.reason for each in left_out} == {
        f"{name}.py": f"its coding line names {name}, but it is not {name}" for name in names
    }
    assert sorted(store.rows()) == sorted(FILES)
    store.close()


def defined(store: Store, work: Path) -> list[str]:
    """The definitions of `a/shop.py`, once the store is up to date."""
    list(update(store, Workspace([work]), 0))
    found = store.load("a/shop.py")
    return [each.name for each in found[3].definitions] if found is not None else []
