"""How a focus file is shown that is longer than its limit."""

from pathlib import Path

from tests.context.sample_workspace import indexed

from darner_context.index import ContextRequest, Focus, Index
from darner_context.text.tokenizer import tokenizer

FILES = {
    "long.py": "".join(f"def work_{n}(value):\n    return value * {n}\n\n\n" for n in range(200)),
    "class.py": "class Shop:\n" + "".join(f"    def sell_{n}(self):\n        return {n}\n\n" for n in range(200)) + "\n\ndef last():\n    pass\n",
    "long.go": "package p\n\n" + "".join(f"func Work{n}(value int) int {{\n\treturn value * {n}\n}}\n\n" for n in range(200)),
    "long.ts": "".join(f"export function work{n}(value: number) {{\r\n  return value * {n};\r\n}}\r\n\r\n" for n in range(200)),
    "words.md": "# Words\n\n" + "Some words about it.\n" * 900,
    "line.js": "var a = 1;" * 900 + "\n",
    "none.txt": "no language at all\n" * 900,
}  # fmt: skip
LINES = {name: text.split("\n") for name, text in FILES.items()}


PLACES: tuple[tuple[str, int | None, int | None], ...] = (
    ("long.py", 402, 403), ("long.py", 1, 1), ("long.py", 800, 800), ("class.py", 300, 310), ("long.go", 400, 400),
    ("long.ts", 500, 500), ("words.md", 500, 500), ("none.txt", 900, 900), ("long.py", 1, 800), ("long.py", None, None),
)  # fmt: skip


def check(index: Index, path: str, first: int | None, last: int | None, limit: int) -> None:
    counter = tokenizer("o200k_base")
    focus = index.context(ContextRequest("", Focus(path, first, last), 0, focus_limit=limit), counter).focus
    assert focus is not None
    assert counter.count(focus.text) <= focus.tokens <= limit
    assert "\n".join(LINES[path][focus.start_line - 1 : focus.end_line]) in focus.text
    assert focus.start_line <= (first or 1) <= focus.end_line
    assert focus.tokens > limit // 2
    rest = iter(each.rstrip("\r") for each in LINES[path])
    shown = [line.rstrip("\r") for line in focus.text.split("\n") if line != "..."]
    assert all(line in rest for line in shown)  # lines of the file, in their order


async def test_the_place_is_whole_and_the_rest_an_outline(tmp_path: Path) -> None:
    async with indexed(tmp_path, FILES) as index:
        for place in PLACES:
            for limit in (400, 1_500):
                check(index, *place, limit)


async def test_an_outer_definition_comes_before_the_methods(tmp_path: Path) -> None:
    async with indexed(tmp_path, FILES) as index:
        request = ContextRequest("", Focus("class.py", 300, 300), 0, focus_limit=400)
        focus = index.context(request, tokenizer("o200k_base")).focus
        assert focus is not None
        assert focus.text.startswith("class Shop:\n...\n")
        assert "\ndef last():\n" in focus.text


async def test_within_its_limit_it_is_whole(tmp_path: Path) -> None:
    async with indexed(tmp_path, FILES) as index:
        for path, text in FILES.items():
            request = ContextRequest("", Focus(path, 1, 1), 0, focus_limit=10**6)
            focus = index.context(request, tokenizer("o200k_base")).focus
            assert focus is not None
            assert (focus.text, focus.reasons) == (text, ("the file itself",))
