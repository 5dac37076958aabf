"""The words that pages and messages do without, as `make check` looks for them."""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def prose() -> ModuleType:
    spec = importlib.util.spec_from_file_location("prose_check", ROOT / "prose/check.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("The edit was refused.", "reject"),
        ("connection refused", ""),
        ("Then ask\nagain.", "retry"),
        ("It lies in the folder.", "is stored"),
        ("A mask stands for each secret.", ""),
        ("It stands here.", "is, are"),
        ("The request is retried.", ""),
        ("The standard library, asking", ""),
    ],
)
def test_the_list_finds_its_words_and_no_others(prose: ModuleType, sentence: str, found: str) -> None:
    rules = prose.rules((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    hits = [rule["expected"] for rule in rules if re.search(rule["pattern"][1:-2], sentence, re.IGNORECASE)]
    assert bool(hits) == bool(found)
    assert found in " ".join(hits)


def test_messages_are_the_sentences_of_a_program_with_their_lines(prose: ModuleType) -> None:
    python = (
        '"""A docstring of the module."""\n'
        "import re\n"
        '_WORD = re.compile(r"\\bno message at all\\b")\n'
        'raise ValueError(f"{name} is not a known model")  # a comment stays out\n'
        'key = "not one"\n'
    )
    assert prose.messages("server/a.py", python) == [(4, "X is not a known model")]
    script = 'const a = "short";\n// "in a comment of code"\nshow(`No edit for ${path} was made`);\n'
    assert prose.messages("src/a.ts", script) == [(3, "No edit for X was made")]
    manifest = '{\n  "title": "Go to Next Hunk",\n  "key": "alt+n"\n}\n'
    assert prose.messages("package.json", manifest) == [(2, "Go to Next Hunk")]
    assert prose.page_of([(2, "one"), (2, "# two"), (4, "a\n    b")]) == "\none two\n\na\nb"
