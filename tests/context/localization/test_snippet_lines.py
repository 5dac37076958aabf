"""Every snippet's lines are the file's, in every language, with and without a place."""

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darner_context.index import ContextRequest, Focus, Index, Snippet
from darner_context.languages.table import LANGUAGES
from darner_context.text.lines import split_lines
from darner_context.text.tokenizer import tokenizer

# what stands between the lines that matter: blanks, underlined and nested headings, odd line ends, marks like a gap's
PIECES = [
    "# Apples and pears\n", "Apples\n======\n", "pears\n-----\r\n", "...\n", "\n", "\r\n", "\x0c\n", "apples\u2028pears\n", "\x0b",
    "<h1>Apples <b>and\npears</b></h1>\n", '<p id="pears">\n</p>\n', "def apples(pears):\n    return pears\n", "  * ### apples\n",
    "function pears(apples) {\n  return apples\n}\n", "class Apples {\n  int pears() { return 1; }\n}\n", "apples = 1", "[pears]\n", "- pears: apples\n",
    "> ## pears\n> apples\n", "```\n# apples\n```\n", "\ufeffpears\n", "\tapples:\n\t\tpears\n",
]  # fmt: skip
SUFFIXES = sorted({row.suffixes[0] for row in LANGUAGES if row.suffixes and row.name != "notebook"})


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    made = Index([tmp_path_factory.mktemp("empty")], cache_dir=None, workers=1)  # a request brings its own texts
    yield made
    asyncio.run(made.close())


def check(snippet: Snippet, text: str) -> None:
    lines = split_lines(text)[snippet.start_line - 1 : snippet.end_line]
    shown = split_lines(snippet.text)
    if snippet.kind == "outline":
        following = iter(lines)
        assert all(line == "...\n" or line in following for line in shown), snippet
    else:
        assert shown == lines, snippet


@given(
    pieces=st.lists(st.sampled_from(PIECES), min_size=1, max_size=25),
    suffixes=st.lists(st.sampled_from(SUFFIXES), min_size=1, max_size=3, unique=True),
    budget=st.sampled_from([20, 80, 400, 4_000]),
    focus=st.booleans(),
)
def test_lines_are_the_files_own(
    index: Index, pieces: list[str], suffixes: list[str], budget: int, *, focus: bool
) -> None:
    texts = {f"text{suffix}": "".join(pieces) for suffix in suffixes}
    texts["place.txt"] = "apples\n"
    place = Focus("place.txt", 1, 1) if focus else None
    request = ContextRequest("apples and pears", place, budget, texts=texts)
    bundle = index.context(request, tokenizer("o200k_base"))
    assert bundle.tokens <= budget
    for each in bundle.snippets:
        check(each, texts[each.path])
