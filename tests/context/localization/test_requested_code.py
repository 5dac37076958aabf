"""The map of likely files, and the code that is requested by it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.context.sample_workspace import indexed, write
from tests.context.secret_samples import key_block

from darner_context.index import CodeRequest, ContextRequest, Index
from darner_context.text.lines import split_lines
from darner_context.text.tokenizer import tokenizer

LONG = "".join(f"def step_{number}(value):\n    return value + {number}\n\n\n" for number in range(900))
FILES = {
    ".gitignore": "build/\n",
    "shop/cart.py": 'LIMIT = 20\n\n\nclass Cart:\n    """Items."""\n\n    def add(self, item):\n        return item\n\n'
    "    def total(self):\n        return 0\n",
    "shop/stock.py": "def reserve(item):\n    return item\n\n\ndef total():\n    return 1\n",
    "shop/other/stock.py": "def release(item):\n    return item\n",
    "web/cart.ts": "export class Basket {\n  add(item: string) {\n    return item;\n  }\n}\n",
    "lib/cart.rs": "pub mod inner {\n    pub fn weigh(x: u8) -> u8 {\n        x\n    }\n}\n",
    "long.py": LONG,
    "build/made.py": "def made():\n    pass\n",
    ".env": "KEY=1\n",
    "keys.py": f'KEY = """\n{chr(10).join(key_block())}\n"""\n\n\ndef sign():\n    return KEY\n',
    "tokens.py": f'def token():\n    key = "{"AKIA" + "Q3EGRIDMYWVT5PLX"}"\n    return key\n',
    "notes.txt": "plain\n",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    root = write(tmp_path_factory.mktemp("outer") / "shop", FILES)
    (root.parent / "outside.py").write_text("def outside():\n    pass\n")
    (root / "link.py").symlink_to(root.parent / "outside.py")
    made = Index([root], cache_dir=None, workers=1)
    asyncio.run(made.refresh())
    yield made
    asyncio.run(made.close())


def requested(
    index: Index, *wanted: str, budget: int = 4_000, texts: dict[str, str] | None = None
) -> tuple[list[tuple[str, int, int]], dict[str, str]]:
    places = [CodeRequest(path, name) for path, _, name in (each.partition("::") for each in wanted)]
    request = ContextRequest("the total of the cart", None, budget, texts=texts or {})
    found = index.requested(request, places, tokenizer("o200k_base"))
    assert sum(each.tokens for each in found.snippets) <= budget
    for each in found.snippets:
        text = (texts or {}).get(each.path) or FILES[each.path]
        assert each.text == "".join(split_lines(text)[each.start_line - 1 : each.end_line])
    shown = [(each.path, each.start_line, each.end_line) for each in found.snippets]
    return shown, {str(each): reason for each, reason in found.unmet}


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        ("shop/cart.py", ("shop/cart.py", 1, 11)),
        ("./shop/cart.py", ("shop/cart.py", 1, 11)),
        ("shop\\cart.py", ("shop/cart.py", 1, 11)),
        ("cart.py", ("shop/cart.py", 1, 11)),
        ("src/shop/cart.py", ("shop/cart.py", 1, 11)),
        ("shop/cart.py::Cart", ("shop/cart.py", 4, 11)),
        ("shop/cart.py::Cart.total", ("shop/cart.py", 10, 11)),
        ("shop/cart.py::Cart::total()", ("shop/cart.py", 10, 11)),
        ("shop/cart.py::LIMIT", ("shop/cart.py", 1, 3)),
        ("shop/cart.py::reserve", ("shop/stock.py", 1, 4)),  # which only another file defines
        ("nowhere.py::reserve", ("shop/stock.py", 1, 4)),
        ("web/cart.ts::Basket.add", ("web/cart.ts", 2, 4)),
        ("lib/cart.rs::inner::weigh", ("lib/cart.rs", 2, 4)),
        ("stock.py::release", ("shop/other/stock.py", 1, 2)),
    ],
)
def test_what_is_shown(index: Index, wanted: str, shown: tuple[str, int, int]) -> None:
    assert requested(index, wanted) == ([shown], {})


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ("../outside.py", "it is outside the workspace"),
        ("../outside.py::outside", "it is outside the workspace"),
        ("shop/../../outside.py", "it is outside the workspace"),
        ("/etc/passwd", "it is outside the workspace"),
        ("link.py", "it is outside the workspace"),
        ("link.py::outside", "it is outside the workspace"),
        (".env", "it may contain secrets"),
        ("config/.env", "it may contain secrets"),
        (".git/config", "it may contain secrets"),
        ("keys.py", "it may contain secrets"),
        ("keys.py::sign", "it may contain secrets"),
        ("build/made.py", "it is ignored"),
        ("build/made.py::made", "it is ignored"),
        ("notes.txt", "it is not indexed, so it is not shown"),
        ("shop", "there is no such file"),
        ("no\0where.py", "it has no name"),
        ("x" * 301, "it is no name of a file or a definition"),
        ("shop/carts.py", "there is no such file; perhaps shop/cart.py or shop/stock.py"),
        ("stock.py", "there is no such file; perhaps shop/other/stock.py or shop/stock.py"),
        ("shop/stock.py::reserves", "shop/stock.py defines no such name; perhaps reserve"),
        (
            "shop/other/stock.py::total",
            "shop/other/stock.py defines no such name; perhaps shop/cart.py::total or shop/stock.py::total",
        ),
    ],
)
def test_what_is_not_shown(index: Index, wanted: str, reason: str) -> None:
    assert requested(index, wanted) == ([], {wanted: reason})


def test_a_line_with_a_secret_is_left_out(index: Index) -> None:
    assert requested(index, "tokens.py") == ([("tokens.py", 1, 1), ("tokens.py", 3, 3)], {})


@pytest.mark.parametrize("budget", [0, 1, 20, 200, 2_000])
def test_a_file_that_is_too_long_is_shown_in_part(index: Index, budget: int) -> None:
    shown, unmet = requested(index, "long.py", budget=budget)
    assert unmet["long.py"].startswith("long.py is too long to be shown whole (")
    assert len(shown) < 900


def test_an_unsaved_buffer_is_shown(index: Index) -> None:
    texts = {"shop/cart.py": "def fresh():\n    return 1\n", "new.py": "def newer():\n    return 2\n"}
    wanted = ("shop/cart.py::fresh", "new.py")
    assert requested(index, *wanted, texts=texts) == ([("new.py", 1, 2), ("shop/cart.py", 1, 2)], {})


def mapped(index: Index, limit: int, text: str = "the total of the cart") -> str:
    count = tokenizer("o200k_base").count
    found = index.context(ContextRequest(text, None, 60, map_limit=limit), tokenizer("o200k_base")).file_map
    assert count(found) <= limit
    return found


@pytest.mark.parametrize("limit", [0, 5, 40, 120, 600, 3_000])
def test_a_map_keeps_its_limit(index: Index, limit: int) -> None:
    found = mapped(index, limit)
    assert all(line.partition(":")[0] in FILES for line in found.split("\n") if line)


def test_a_map_names_what_files_define(index: Index) -> None:
    lines = mapped(index, 600, "the total of the cart, steps").split("\n")
    assert "shop/cart.py: Cart(add, total)" in lines
    assert not any(line.startswith(("keys.py", ".env", "build", "link")) for line in lines)


async def test_a_map_leaves_out_what_is_shown_whole(tmp_path: Path) -> None:
    async with indexed(tmp_path, {"a.py": "def total():\n    return 1\n"}) as small:
        assert (
            small.context(ContextRequest("total", None, 2_000, map_limit=600), tokenizer("o200k_base")).file_map == ""
        )
