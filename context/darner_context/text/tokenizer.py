"""Token counts offline: by the endpoint's own vocabulary if it is installed, else an estimate that errs upwards."""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec
from itertools import pairwise
from typing import Protocol

from darner_context.text.ascii_tokens import Ranks, ascii_pattern, count_ascii, ranks_of
from darner_context.text.vocabularies import VOCABULARIES, encoding, rows

_SAME = {"o200k_harmony": "o200k_base"}  # the same ranks under another name
# what the extra `tokenizers` counts, and the name of each there
_SPLINTR = {"glm": "glm4", "llama3": "llama3", "mistral": "mistral_v3", "kimi": "kimi_k2", "gemma": "gemma3"}
# An estimate is o200k's count and a sixth, two thirds of a token for each digit (some vocabularies split numbers into
# digits), and a fourth for each byte that UTF-8 adds (some know few scripts); times a factor, with which no file of
# bench/tokenizers.py counts below its true count.
_FACTORS = {"gemma": 1.25, "sentencepiece": 1.47}
_FACTOR = 1.16
_PIECE = 50_000  # characters handed to the encoder at once: its regular expressions overflow on very long runs
_SHORT = 2_000  # characters of a text that is counted at once
_PARAGRAPH = re.compile(r"\n\n(?=[A-Za-z])")  # no token spans such a place: the sum of the parts is exact
_FIRST_CHARACTERS = 40_000  # that are counted before an encoder is worth building
_KEPT = 16_384  # paragraphs whose counts stay in memory: the next prompt has nearly all of them again


class Tokenizer(Protocol):
    """Counts tokens as an endpoint does. Not `exact`: the count is an estimate that errs upwards."""

    @property
    def name(self) -> str:
        """The name in the settings."""
        ...

    @property
    def exact(self) -> bool:
        """Whether the vocabulary is the endpoint's own."""
        ...

    def count(self, text: str) -> int:
        """Tokens of the text; names of special tokens in it count as the plain text they are."""
        ...


def tokenizer(name: str) -> Tokenizer:
    """Return the tokenizer of that name, or an estimate where its vocabulary is not at hand; it loads when used."""
    return _tokenizer(name)


def load(name: str) -> None:
    """Make a tokenizer ready: a third of a second, half of which no other thread runs."""
    chosen = _tokenizer(name)
    _encoder(chosen.vocabulary if isinstance(chosen, _Exact) else "o200k_base")


@cache
def _tokenizer(name: str) -> Tokenizer:
    vocabulary = _SAME.get(name, name)
    if vocabulary in VOCABULARIES or (vocabulary in _SPLINTR and find_spec("splintr") is not None):
        return _Exact(name, vocabulary)
    return _Estimate(name)


class _FirstTexts:
    """The first texts of a process are counted without an encoder, while they are short; then there is one."""

    def __init__(self) -> None:
        self._left = _FIRST_CHARACTERS
        self._ranks: Ranks = {}
        self._loading = threading.Lock()  # whoever comes second finds them read

    def count(self, text: str, vocabulary: str) -> int | None:
        """Tokens of the text; None where the encoder is to count."""
        self._left -= len(text)
        if self._left < 0:
            return None
        count = None
        if vocabulary == "o200k_base" and text.isascii():
            with self._loading:
                ranks = self._ranks = self._ranks or ranks_of(rows(vocabulary))
            count = count_ascii(text, ascii_pattern(VOCABULARIES[vocabulary].pattern), ranks)
        if count is None:
            self.end()
        return count

    def end(self) -> None:
        """Leave the counting to the encoder from now on."""
        self._left = -1
        self._ranks = {}


_FIRST = _FirstTexts()


@dataclass(frozen=True, slots=True)
class _Exact:
    name: str
    vocabulary: str
    exact: bool = True

    def count(self, text: str) -> int:
        if (count := _FIRST.count(text, self.vocabulary)) is not None:
            return count
        if len(text) <= _SHORT:
            return len(_encoder(self.vocabulary)(text))
        ends = [found.end() for found in _PARAGRAPH.finditer(text)]
        return sum(_count(self.vocabulary, text[begin:end]) for begin, end in pairwise([0, *ends, len(text)]))


@dataclass(frozen=True, slots=True)
class _Estimate:
    name: str
    exact: bool = False

    def count(self, text: str) -> int:
        digits = sum(map(text.count, "0123456789"))
        count = _tokenizer("o200k_base").count(text)
        beyond_ascii = len(text.encode("utf-8", "surrogatepass")) - len(text)
        finer = count + count // 6 + digits * 2 // 3 + beyond_ascii // 4
        return round(finer * _FACTORS.get(self.name, _FACTOR)) + 1 if text else 0


@lru_cache(_KEPT)
def _count(vocabulary: str, paragraph: str) -> int:
    encode = _encoder(vocabulary)
    if len(paragraph) <= _PIECE:
        return len(encode(paragraph))
    return sum(len(encode(piece)) for piece in _pieces(paragraph))


@cache
def _encoder(vocabulary: str) -> Callable[[str], list[int]]:
    """The function that turns text into tokens. Raises ModuleNotFoundError."""
    _FIRST.end()
    if vocabulary in VOCABULARIES:
        return encoding(vocabulary).encode_ordinary
    import splintr

    return splintr.Tokenizer.from_pretrained(_SPLINTR[vocabulary]).encode_ordinary


def _pieces(text: str) -> list[str]:
    """Cut at line ends if possible: summing the pieces is then never below the count of the whole."""
    pieces: list[str] = []
    begin = 0
    while begin < len(text):
        end = begin + _PIECE
        if end < len(text):
            cut = text.rfind("\n", begin, end) + 1
            end = cut if cut > begin else end
        pieces.append(text[begin:end])
        begin = end
    return pieces
