"""Passwords of letters alone: words in a row that no program would show to a user, or random letters."""

import re

from darner_context.secrets.randomness import entropy, share_of_common_pairs
from darner_context.secrets.vocabulary import UI_WORDS

_WORDS = re.compile(r"[a-z]{2,12}(?:(?P<sign>[ _-])[a-z]{2,12})(?:(?P=sign)[a-z]{2,12}){1,9}")
_LEAST, _LEAST_WORDS, _LEAST_JOINED = 15, 3, 4  # characters; words with blanks between them, and with other signs
_SHOWN = frozenset(UI_WORDS.split())
_PARTS_OF_SHOWN = (
    "pass",
    "pwd",
    "wort",
    "woord",
    "user",
    "auth",
    "log",
    "valid",
    "requir",
    "incorrect",
    "confirm",
    "encrypt",
    "secret",
)
_LETTERS, _LEAST_LETTERS, _MOST_LETTERS = re.compile(r"[A-Za-z]+"), 10, 40
_OFTEN, _BITS = 0.45, 2.9  # so many of the pairs of letters in words are common ones, at least; bits a letter by chance
_PLAIN_WORD = re.compile(r"[a-z]{8,24}")


def passphrase(value: str) -> bool:
    """Whether the value is a row of small words, none of which belongs into a text about passwords."""
    found = _WORDS.fullmatch(value)
    if found is None or len(value) < _LEAST:
        return False
    words = value.split(found["sign"])
    least = _LEAST_WORDS if found["sign"] == " " else _LEAST_JOINED
    return len(words) >= least and len(set(words)) == len(words) and not any(map(_shown, words))


def is_random_letters(value: str) -> bool:
    """Whether the value is letters alone, and too strange for words and abbreviations."""
    if not _LEAST_LETTERS <= len(value) <= _MOST_LETTERS or not _LETTERS.fullmatch(value):
        return False
    return share_of_common_pairs(value) < _OFTEN and entropy(value.lower()) >= _BITS


def single_word(value: str) -> bool:
    """Whether the value is one small word without a link to passwords."""
    return _PLAIN_WORD.fullmatch(value) is not None and not _shown(value)


def _shown(word: str) -> bool:
    return word in _SHOWN or any(part in word for part in _PARTS_OF_SHOWN)
