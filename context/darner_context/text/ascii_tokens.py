"""Exact token counts of short ASCII texts from the rows of a vocabulary, without building its encoder.

Building tiktoken's encoder takes 0.2 s of CPU time; a command that counts one small prompt needs few of its ranks.
"""

import re
from binascii import b2a_base64
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise

_LONGEST = 200  # characters of a piece: joining takes time that grows with its square

Ranks = Mapping[bytes, int]  # the rank of a token, which is in base64

_CLASSES = (  # of the vocabulary's pattern, and what is left of them in ASCII
    (r"\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}", "A-Z"),
    (r"\p{Ll}\p{Lm}\p{Lo}\p{M}", "a-z"),
    (r"\p{L}", "A-Za-z"),
    (r"\p{N}", r"\d"),
)


def ranks_of(vocabulary: bytes) -> Ranks:
    """The ranks of a vocabulary in tiktoken's file format: a token and its rank a line."""
    words = vocabulary.split()
    tokens = words[::2]
    if int(words[-1]) == len(tokens) - 1:  # every rank has a token, and they are sorted
        return dict(zip(tokens, range(len(tokens)), strict=True))
    return dict(zip(tokens, map(int, words[1::2]), strict=True))


@lru_cache(4)
def ascii_pattern(pattern: str) -> re.Pattern[str]:
    """The pattern of a vocabulary for texts that are ASCII."""
    for unicode_class, letters in _CLASSES:
        pattern = pattern.replace(unicode_class, letters)
    return re.compile(pattern, re.ASCII)


def count_ascii(text: str, pattern: re.Pattern[str], ranks: Ranks) -> int | None:
    """Tokens of a text that is ASCII; None if it has a word or a run of signs that would take long."""
    total = 0
    for piece in pattern.findall(text):
        if len(piece) > _LONGEST:
            return None
        data = piece.encode("ascii")
        total += 1 if _rank(data, ranks) is not None else _merged(data, ranks)
    return total


def _merged(piece: bytes, ranks: Ranks) -> int:
    """Byte pair encoding: of all neighbours the pair with the lowest rank is joined first, until none is left."""
    parts = [piece[at : at + 1] for at in range(len(piece))]
    pairs = [_rank(first + second, ranks) for first, second in pairwise(parts)]
    while True:
        best = min((rank for rank in pairs if rank is not None), default=None)
        if best is None:
            return len(parts)
        at = pairs.index(best)
        parts[at : at + 2] = [parts[at] + parts[at + 1]]
        del pairs[at]
        if at < len(pairs):
            pairs[at] = _rank(parts[at] + parts[at + 1], ranks)
        if at:
            pairs[at - 1] = _rank(parts[at - 1] + parts[at], ranks)


def _rank(token: bytes, ranks: Ranks) -> int | None:
    return ranks.get(b2a_base64(token, newline=False))
