"""Facts come back from the store as they were, or not at all."""

import copy
import marshal
import sqlite3
import zlib
from array import array
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.context.sample_workspace import ask, indexed, shown, write

from darner_context.facts.definition_table import DefinitionTable
from darner_context.facts.extract import extract
from darner_context.facts.file_facts import FileFacts
from darner_context.imports.record import Import
from darner_context.store.codec import FormatError, deserialize, serialize
from darner_context.store.database import damaged
from darner_context.syntax.definition_types import Definition

FILES = {
    "shop/cart.py": "class Cart:\n    def total(self):\n        return 1\n",
    "shop/view.py": "from shop.cart import Cart\n\n\ndef show(cart: Cart):\n    cart.\n",
}
PARTS = ("definitions", "names", "references", "signatures", "sums", "imports")
ODD = st.text(st.characters() | st.sampled_from("\n\0\ud800"), max_size=4)
LINE = st.integers(0, 70_000)
DEFINITION = st.builds(Definition, ODD, ODD, LINE, LINE, LINE, LINE, LINE, LINE, st.none() | ODD)
FACTS = st.builds(
    FileFacts,
    st.binary(max_size=4),
    st.lists(DEFINITION, max_size=4).map(DefinitionTable.of),
    st.lists(ODD, max_size=4).map(tuple),
    st.lists(st.binary(max_size=4), max_size=4).map(tuple),
    st.lists(st.binary(max_size=4), max_size=4).map(tuple),
    st.lists(LINE, max_size=4).map(lambda sums: array("I", sums)),
    st.integers(0, 15),
    st.lists(st.builds(Import, *[ODD] * len(Import._fields)), max_size=3).map(tuple),
)


def checked(data: bytes) -> bytes:
    """Put the right checksum before what a store of another form might hold."""
    return zlib.crc32(data).to_bytes(4, "little") + data


def check(facts: FileFacts) -> None:
    """Deserialized facts are the same, and so is the index by name."""
    thawed = deserialize(serialize(facts))
    assert thawed is not None
    parts: dict[str, Any] = {each.name: getattr(thawed, each.name) for each in fields(FileFacts)}
    assert replace(facts, **parts) == facts
    assert thawed.definitions.by_name == facts.definitions.by_name
    assert list(thawed.definitions) == list(facts.definitions)


@given(FACTS)
def test_any_facts_come_back(facts: FileFacts) -> None:
    check(facts)


@pytest.mark.parametrize("names", [(), ("",), ("", ""), ("a\nb",), ("a\n", ""), ("\n",), ("a", "b")])
def test_any_names_come_back(names: tuple[str, ...]) -> None:
    facts = extract("a.py", "")
    found = DefinitionTable.of([Definition(name, "class", 1, 1, 1, 1, 1, 1, None) for name in names])
    check(replace(facts, definitions=found, names=names))


def test_thawed_facts_can_be_copied() -> None:
    facts = deserialize(serialize(extract("a.py", FILES["shop/cart.py"])))
    assert facts is not None
    assert copy.copy(facts) == facts


def test_facts_of_another_form_are_no_facts() -> None:
    for other in (
        (),
        (1, 2, 3),
        (b"", [()], (), (), (), b"", 0),
        (b"", 3, (), (), (), b"", 0),
        "text",
        (b"", 0, 1, 2, 3, 4, 5, 6),
        (b"", 0, "", b"", b"", b"", b"", b""),
        (b"", b"", b"", b"", b"", b"", b"", b""),
        (0, 0, b"", b"", b"", b"", b"", b""),
        (b"", 0, b"", b"", b"", b"", b"", b"", b""),
    ):
        assert deserialize(checked(marshal.dumps(other))) is None
    assert deserialize(b"") is None


@pytest.mark.parametrize(
    ("part", "asked", "held"),
    [
        ("definitions", "definitions", marshal.dumps(("", ("class",), (None,), ("H", b"\0" * 12)))),
        ("definitions", "definitions", marshal.dumps(("a", ("class",), (None,), ("H", b"\0" * 10)))),
        ("definitions", "definitions", marshal.dumps((1, 2, 3, 4))),
        ("definitions", "definitions", marshal.dumps(("a", ("class",), (None,), ("?", b"\0" * 12)))),
        ("names", "names", marshal.dumps(3)),
        ("names", "names", b""),
        ("references", "references", b"?"),
        ("signatures", "signatures", marshal.dumps(3)),
        ("sums", "sums", marshal.dumps(b"123")),
        ("imports", "imports", marshal.dumps(5)),
    ],
)
def test_a_part_of_another_form_says_that_the_store_is_no_good(part: str, asked: str, held: bytes) -> None:
    whole = serialize(extract("a.py", FILES["shop/cart.py"]))
    digest, flags, *parts = marshal.loads(whole[4:])  # noqa: S302 - just made
    parts = [held if name == part else each for name, each in zip(PARTS, parts, strict=True)]
    facts = deserialize(checked(marshal.dumps((digest, flags, *parts))))
    assert facts is not None
    for _ in range(2):
        with pytest.raises(FormatError) as raised:
            getattr(facts, asked)
        assert damaged(raised.value)
    assert all(getattr(facts, name) is not None for name in PARTS if name != part)


async def test_a_store_with_a_part_of_another_form_is_begun_anew(tmp_path: Path) -> None:
    work, cache = write(tmp_path / "work", FILES), tmp_path / "cache"
    async with indexed(work, cache=cache) as index:
        path = index.state().cache
        assert path is not None
        base = sqlite3.connect(path)
        base.execute("UPDATE files SET facts = ?", (checked(marshal.dumps((b"", 0, *[marshal.dumps(3)] * 6))),))
        base.commit()
        base.close()
        assert ask(index, "shop/view.py", 5).snippets == ()
        await index.refresh()
        assert shown(ask(index, "shop/view.py", 5)) == FILES["shop/cart.py"]
        assert index.state().cache == path


async def test_a_file_whose_only_name_is_blank_hinders_nothing(tmp_path: Path) -> None:
    async with indexed(tmp_path / "work", {**FILES, "notes.md": "# \u00a0\n\nhow to add a cart\n"}) as index:
        for said in ("", "add notes about carts"):
            assert FILES["shop/cart.py"] in shown(ask(index, "shop/view.py", 5, said=said))
        write(tmp_path / "work", {"notes.md": "# \u00a0\n\nhow to add two carts\n"})
        await index.refresh()
        assert index.state().files == len(FILES) + 1
