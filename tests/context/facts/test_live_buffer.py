"""A live buffer after any edits has the facts of a text that was never another."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darner_context.facts.file_facts import FileFacts
from darner_context.facts.live_buffer import LiveFile, safe_extract
from darner_context.index import Index
from darner_context.text.lines import split_lines

_TEXTS = {
    "cart.py": '''"""A shop."""
import os
from shop.price import (
    Price,
    rounded,
)

LIMIT = 3

# the cart
# of one customer
class Cart(Base):
    """What a customer buys."""
    total: int = 0

    @property
    def count(self) -> int:
        """How many."""
        return len(self.lines)

    def add(self, line):
        def check(inner):
            return inner.price > LIMIT
        class Local:
            kept = line
        return check(line)

    class Nested:
        def deep(self): return self.depth


if LIMIT:
    other = rounded(1)


@cached
def buy(cart): return cart.total; x = 1
def sell(cart):
    return os.fspath(cart)''',
    "cart.ts": """import { Price } from "./price";
const { a, b } = require("c");

/** The cart. */
export class Cart extends Base<Price> {
  private total = 0;

  add(line: Line): number {
    const check = (inner: Line) => inner.price > LIMIT;
    return check(line) ? 1 : 0;
  }
}

export const LIMIT = 3;
export function buy(cart: Cart) { function inner() { return cart; } return inner(); }
interface Line { price: number }
""",
    "cart.go": """package shop

import (
	"fmt"
)

// Limit of all.
const (
	Limit = 3
	Other = 4
)

type Cart struct {
	Total int
}

// Add adds.
func (c *Cart) Add(line Line) int {
	return fmt.Sprint(c.Total, line)
}

var lone = 1
""",
    "cart.rs": """use std::fmt;

/// The cart.
#[derive(Debug)]
pub struct Cart { total: u32 }

impl Cart {
    /// Adds.
    pub fn add(&mut self, line: Line) -> u32 {
        fn inner() {}
        self.total
    }
}

impl fmt::Display for Cart {
    fn fmt(&self) {}
}

mod tests { use super::*; fn works() {} }
""",
    "Cart.java": """package shop;

import shop.Price;

/** The cart. */
public class Cart extends Base {
    private int total = 0;

    @Override
    public int add(Line line) {
        return total + line.price;
    }

    enum Kind { A, B }
}
""",
    "cart.c": """#include "price.h"
#define LIMIT 3

struct cart { int total; };

// adds
static int add(struct cart *cart, int line)
{
    return cart->total + line;
}
""",
    "notes.md": "# Notes\n\n```python\ndef f(): pass\n```\n",
    "cart.rb": "class Cart\n  def add(line)\n    line\n  end\nend\n",
    "notes.txt": "nothing\nto see\n",
}
_PIECES = st.sampled_from(
    (
        "x", "\n", " ", "    ", "\t", "(", ")", "{", "}", "'", '"""', ":", ";", "# c\n", "// c\n", "/*", "*/", "\r\n", "\r",
        "é\u2028", "def f():\n    return new\n", "class A:\n", "class A { }\n", "fn f() {}\n", "func f() {}\n", "impl B {\n",
        "import os\n", "from a import b\n", "A = 1\n", "const C = 1;\n", "@\n", "#[x]\n", "AKIAABCDEFGHIJKLMNOP",
        "// DO NOT EDIT\n",
    )
)  # fmt: skip
_EDITS = st.lists(st.tuples(st.floats(0, 1), st.sampled_from((0, 0, 0, 1, 2, 9, 80)), _PIECES), max_size=6)


def _fresh(path: str, text: str) -> FileFacts:
    return replace(safe_extract(path, text)[0], digest=b"")


@given(st.sampled_from(sorted(_TEXTS)), st.sampled_from(("\n", "\r\n", "\r")), _EDITS, st.integers(1, 3))
def test_edits_one_by_one_and_some_at_once(
    path: str, ending: str, edits: list[tuple[float, int, str]], every: int
) -> None:
    text = _TEXTS[path].replace("\n", ending)
    live = LiveFile(path, text, kept=True)
    assert replace(live.facts, digest=b"") == _fresh(path, text)
    for number, (where, gone, piece) in enumerate(edits):
        place = round(where * len(text))
        text = text[:place] + piece + text[place + gone :]
        live.edit(text)
        if number % every == 0:
            assert replace(live.facts, digest=b"") == _fresh(path, text)
    assert replace(live.facts, digest=b"") == _fresh(path, text)
    assert live.lines[:] == split_lines(text)


def test_typing_a_function_letter_by_letter() -> None:
    text = before = _TEXTS["cart.py"]
    place = before.index("if LIMIT")
    live = LiveFile("cart.py", text, kept=True)
    typed = "# sums up\ndef sum_up(cart):\n    for line in cart.lines:\n        yield line.price\n\n\n"
    for end in range(len(typed) + 1):
        text = before[:place] + typed[:end] + before[place:]
        live.edit(text)
        assert live.facts == _fresh("cart.py", text)


@pytest.mark.parametrize(
    ("sizes", "kept"),
    [
        ([100] * 30, 16),
        ([400_000] * 5, 2),
        ([2_000_000], 1),
        ([2_000_000, 100], 1),
        ([100, 2_000_000], 1),
        ([600_000, 300_000, 300_000], 2),
    ],
)
def test_parsed_texts_are_few_and_go_with_their_documents(tmp_path: Path, sizes: list[int], kept: int) -> None:
    reader = Index([tmp_path], cache_dir=None)._reader
    for number, size in enumerate(sizes):
        with reader.with_overlays({f"{number}.txt": "x" * size}):
            assert reader.text(f"{number}.txt") is not None
    assert [int(path.removesuffix(".txt")) for path in reader._lent] == list(range(len(sizes)))[-kept:]
    for number in range(len(sizes)):
        reader.set_overlay(f"{number}.txt", None)
    assert not reader._lent
