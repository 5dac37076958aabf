import pytest
from hypothesis import given
from hypothesis import strategies as st

from darner_context.text.tokenizer import _encoding, tokenizer

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
    "😀",
    "1234",
    "'s",
    "_a",
    "@b",
    "  \n",
]


@pytest.mark.parametrize("vocabulary", ["o200k_base", "cl100k_base"])
@given(pieces=st.lists(st.sampled_from(PIECES), min_size=1, max_size=12), times=st.integers(200, 300))
def test_counts_by_paragraph_are_exact(vocabulary: str, pieces: list[str], times: int) -> None:
    text = "".join(pieces) * times
    assert tokenizer(vocabulary).count(text) == len(_encoding(vocabulary).encode_ordinary(text))


def test_an_estimate_errs_upwards() -> None:
    exact, estimate = tokenizer("o200k_harmony"), tokenizer("qwen")
    assert (exact.exact, estimate.exact) == (True, False)
    assert estimate.count("x = 1234567890\n" * 50) > exact.count("x = 1234567890\n" * 50)
    assert (exact.count(""), estimate.count("")) == (0, 0)
