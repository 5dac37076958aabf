"""Whether a value looks as if it was made by chance, as keys are, or made up by somebody."""

import re
from collections import Counter
from itertools import pairwise
from math import log2

from darner_context.secrets.vocabulary import COMMON_PAIRS

LEAST = 14  # characters of the shortest token, and of a value that is judged by its randomness
UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_MOST = 16_000  # characters of a value
_HEX = re.compile(r"[0-9a-f-]+|[0-9A-F-]+")
_NOT_HEX = re.compile(r"[^0-9a-f-]")
_LETTERS = re.compile(r"[A-Za-z]{2,}")
_OFTEN = 0.7  # so many of the pairs of letters in what is made of words are common ones; by chance three in ten
_SHORT, _SHORT_BITS, _BITS = 20, 2.6, 2.9  # characters of a short value; bits a character of it, and of a longer one
_CHANGES = 0.15  # so often at least a letter, a capital and a digit follow one another
_PREFIX, _HEX_LEAST = 4, 30  # characters that may precede a number in hex; and of what is such a number
_LEAST_PAIRS = 4  # common pairs that words have at least


def looks_random(value: str, *, often: float = _OFTEN) -> bool:
    """Whether a value is most likely made by chance: no words, path, date or number, and not the same all over."""
    core = _ALGORITHM.sub("", value.rstrip("="))
    size = len(core)
    digits = sum(map(str.isdigit, core))
    if not LEAST <= size <= _MOST or digits in {0, size}:
        return False
    changes = sum([one != other for one, other in pairwise(map(_kind, core))])
    if changes < size * _CHANGES or entropy(core) < (_SHORT_BITS if size < _SHORT else _BITS):
        return False
    if _HEX.fullmatch(core) or (size > _HEX_LEAST and len(_NOT_HEX.findall(core)) <= _PREFIX):
        return True
    return not _worded(core, often)


def has_words(value: str) -> bool:
    """Whether a value is made of words."""
    return _worded(value, _OFTEN)


def share_of_common_pairs(letters: str) -> float:
    """How many of the pairs of letters are those that words are made of."""
    pairs = [letters[at : at + 2].lower() for at in range(len(letters) - 1)]
    return sum([pair in COMMON_PAIRS for pair in pairs]) / len(pairs)


def _worded(value: str, often: float) -> bool:
    pairs = [each[at : at + 2].lower() for each in _LETTERS.findall(value) for at in range(len(each) - 1)]
    return sum([pair in COMMON_PAIRS for pair in pairs]) >= max(_LEAST_PAIRS, len(pairs) * often)


def entropy(value: str) -> float:
    """Bits a character."""
    size = len(value)
    return -sum([count / size * log2(count / size) for count in Counter(value).values()])


def is_made_up(value: str) -> bool:
    """Whether a value describes itself as no secret, or is typed along the keyboard."""
    return _MADE_UP.search(value) is not None


def sequence(value: str) -> bool:
    """Whether half of a value is what people type who need any value."""
    return sum(len(each[0]) for each in _SEQUENCES.finditer(value)) * 2 >= len(value)


def _kind(each: str) -> int:
    return 0 if each.isdigit() else 1 if each.islower() else 2 if each.isupper() else 3


_ALGORITHM = re.compile(
    r"(?i)(?:ed|x|curve)(?:25519|448)"
    r"|(?:sha|md|aes|des|rsa|dsa|hmac|mlkem|ecdsa|secp|prime|camellia|chacha|blake|ripemd|utf|base)"
    r"[-_]?(?:3[-_])?[0-9]{1,4}(?:[kr]1|b|x[0-9]+)?"
    r"|poly1305|pkcs[0-9]{1,2}|x509|oauth2|http2|log4j|(?<![A-Za-z0-9])v[0-9]{1,2}(?![A-Za-z0-9])"
)
_MADE_UP = re.compile(
    r"EXAMPLE|[Ee]xample|[xX]{6,}|\*{4,}|0{12,}|\.{4,}|_{4,}|(?<![A-Za-z])(?:your|YOUR|my|MY)[_-]"
    r"|[Yy]our(?:[A-Z_-]|api|key|token)|YOUR|[Pp]laceholder|PLACEHOLDER|REDACTED|[Rr]edacted|[Cc]hange[_-]?[Mm]e|CHANGE"
    r"|[Dd]ummy|DUMMY|[Ii]nsert[_-]|REPLACE|<|&lt;|\$\{|\{\{"
)
_SEQUENCES = re.compile(r"(?i)0123456789|1234567890|abcdefgh|qwertyui|deadbeef|cafebabe|(.)\1{5,}|(.{2,4})\2{4,}")
