"""Counts against independent implementations: each text as a whole, and splintr for the vocabularies it shares with us."""

from functools import cache

import pytest
import splintr
from hypothesis import given
from hypothesis import strategies as st

from darner_context.text.tokenizer import tokenizer
from darner_context.text.vocabularies import VOCABULARIES, encoding

PIECES = [
    "\n\n",
    "\n",
    "\r\n",
    " ",
    "    ",
    "\t",
    "def f(x):",
    "// /",
    "```",
    "Ä",
    "日本",
    "あ・",
    "😀",
    "1234",
    "٣",
    "'s",
    "_a",
    "@b",
    "  \n",
    "\x1b[0m",
    "\u200d",
    "e\u0301",
    "<|endoftext|>",
]
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=12).map("".join)


@pytest.mark.parametrize("name", VOCABULARIES)
@given(text=TEXTS, times=st.integers(200, 300))
def test_counts_by_paragraph_are_exact(name: str, text: str, times: int) -> None:
    text *= times
    assert tokenizer(name).count(text) == len(encoding(name).encode_ordinary(text))


@cache
def other(name: str) -> splintr.AnyTokenizer:
    return splintr.Tokenizer.from_pretrained(name)


@pytest.mark.parametrize(
    ("ours", "theirs"), [("qwen", "qwen3"), ("deepseek", "deepseek_v3"), ("o200k_base", "gpt-oss")]
)
@given(text=TEXTS)
def test_counts_are_those_of_another_implementation(ours: str, theirs: str, text: str) -> None:
    assert tokenizer(ours).count(text) == len(other(theirs).encode_ordinary(text))


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("o200k_harmony", 7),
        ("cl100k_base", 7),
        ("qwen", 12),
        ("qwen3.5", 12),
        ("deepseek", 7),
        ("glm", 8),
        ("llama3", 7),
        ("mistral", 12),
        ("kimi", 7),
        ("gemma", 12),
    ],
)
def test_numbers_are_split_as_each_vocabulary_does(name: str, count: int) -> None:
    counter = tokenizer(name)
    assert (counter.exact, counter.count("total = 12345678\n")) == (True, count)


@pytest.mark.parametrize("name", ["estimate", "sentencepiece", "a-model-of-tomorrow"])
def test_an_estimate_errs_upwards(name: str) -> None:
    estimate = tokenizer(name)
    text = "x = 1234567890\n" * 50
    others = [tokenizer(each).count(text) for each in (*VOCABULARIES, "glm", "llama3", "mistral", "kimi")]
    assert not estimate.exact
    assert estimate.count(text) >= max(others)
    assert estimate.count("") == 0
