"""Counting ASCII without an encoder gives what the encoder gives."""

import random

import pytest

from darner_context.text.ascii_tokens import ascii_pattern, count_ascii, ranks_of
from darner_context.text.vocabularies import VOCABULARIES, encoding, rows

PATTERN = ascii_pattern(VOCABULARIES["o200k_base"].pattern)
ALPHABETS = (
    "ab \n\t'sS1/;",
    "".join(map(chr, range(128))),
    " \r\n\x0b\x0c\x1c\x1fa",
    "0123456789 .,",
    "ABCdef'LL'll_",
    "#-=*/ \n",
    "getHTTPResponse_x2",
)


@pytest.fixture(scope="module")
def ranks() -> dict[bytes, int]:
    return dict(ranks_of(rows("o200k_base")))


def check(texts: list[str], ranks: dict[bytes, int]) -> None:
    encoder = encoding("o200k_base")
    differing = [text for text in texts if count_ascii(text, PATTERN, ranks) != len(encoder.encode_ordinary(text))]
    assert differing == []


def test_code_and_words(ranks: dict[bytes, int]) -> None:
    texts = [
        "", " ", "\n", "hello world", "don't DON'T I'LL we've", "x" * 199, " " * 150, "=" * 120, "1234567890", "\t\tif (a) {\r\n\r\n}\r\n",
        "def f(a, b):\n    return a - b  # 3.14e-10\n\n\nclass A:\n    pass\n", '{"key": [1, 2.5, null], "k2": "\\u00e9"}\n',
        "<|endoftext|><|start|>", "SELECT * FROM t WHERE a >= 'b';", "https://example.com/a?b=c&d=%20", "0xDEADBEEF 1_000_000",
    ]  # fmt: skip
    check(texts, ranks)


@pytest.mark.parametrize("alphabet", ALPHABETS)
def test_any_signs(alphabet: str, ranks: dict[bytes, int]) -> None:
    chance = random.Random(alphabet)  # noqa: S311 - seeded on purpose
    check(["".join(chance.choices(alphabet, k=chance.randrange(60))) for _ in range(400)], ranks)


def test_a_long_run_is_left_to_the_encoder(ranks: dict[bytes, int]) -> None:
    assert count_ascii("x" * 201, PATTERN, ranks) is None


def test_ranks_that_are_not_sorted_are_read() -> None:
    assert ranks_of(b"YQ== 5\nYg== 2\n") == {b"YQ==": 5, b"Yg==": 2}
