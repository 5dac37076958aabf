"""Token counts without the internet: the vocabularies come from a wheel."""

import re
import threading
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from darner_context.text.ascii_tokens import Ranks, ascii_pattern, count_ascii, ranks_of

if TYPE_CHECKING:
    import tiktoken

# One pattern for each vocabulary, as its publisher defines it (tiktoken's openai_public).
_O200K_PARTS = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"\p{N}{1,3}",
    r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
    r"\s*[\r\n]+",
    r"\s+(?!\S)",
    r"\s+",
)
_CL100K_PARTS = (
    r"'(?i:[sdmt]|ll|ve|re)",
    r"[^\r\n\p{L}\p{N}]?+\p{L}++",
    r"\p{N}{1,3}+",
    r" ?[^\s\p{L}\p{N}]++[\r\n]*+",
    r"\s++$",
    r"\s*[\r\n]",
    r"\s+(?!\S)",
    r"\s",
)
_PATTERNS = {"o200k_base": "|".join(_O200K_PARTS), "cl100k_base": "|".join(_CL100K_PARTS)}
_SAME = {"o200k_base": "o200k_base", "o200k_harmony": "o200k_base", "cl100k_base": "cl100k_base"}
_PIECE = 50_000  # characters handed to the encoder at once: its regular expressions overflow on very long runs

_SHORT = 2_000  # characters of a text that is counted at once
_PARAGRAPH = re.compile(r"\n\n(?=[A-Za-z])")  # no token spans such a place: the sum of the parts is exact
_LOADING = threading.Lock()
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
    """Return the tokenizer of that name, or the nearest where its vocabulary is not at hand; it loads when used."""
    return _tokenizer(name)


def load(name: str) -> None:
    """Make a tokenizer ready: a third of a second, half of which no other thread runs."""
    _encoding(_SAME.get(name, "o200k_base"))


@cache
def _tokenizer(name: str) -> Tokenizer:
    vocabulary = _SAME.get(name)
    return _Exact(name, vocabulary) if vocabulary else _Estimate(name)


class _FirstTexts:
    """The first texts of a process are counted without an encoder, while they are short; then there is one."""

    def __init__(self) -> None:
        self._left = _FIRST_CHARACTERS
        self._ranks: Ranks = {}

    def count(self, text: str, vocabulary: str) -> int | None:
        """Tokens of the text; None where the encoder is to count."""
        self._left -= len(text)
        if self._left < 0:
            return None
        count = None
        if vocabulary == "o200k_base" and text.isascii():
            with _LOADING:
                ranks = self._ranks = self._ranks or ranks_of(_unpacked(vocabulary))
            count = count_ascii(text, ascii_pattern(_PATTERNS[vocabulary]), ranks)
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
            return len(_encoding(self.vocabulary).encode_ordinary(text))
        ends = [found.end() for found in _PARAGRAPH.finditer(text)]
        return sum(_count(self.vocabulary, text[begin:end]) for begin, end in pairwise([0, *ends, len(text)]))


@dataclass(frozen=True, slots=True)
class _Estimate:
    name: str
    exact: bool = False

    def count(self, text: str) -> int:
        # other vocabularies split code up to a sixth finer, and some take every digit for itself
        digits = sum(map(text.count, "0123456789"))
        count = _tokenizer("o200k_base").count(text)
        return count + count // 6 + digits * 2 // 3 + 1 if text else 0


@lru_cache(_KEPT)
def _count(vocabulary: str, paragraph: str) -> int:
    encode = _encoding(vocabulary).encode_ordinary
    if len(paragraph) <= _PIECE:
        return len(encode(paragraph))
    return sum(len(encode(piece)) for piece in _pieces(paragraph))


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


@cache
def _encoding(vocabulary: str) -> "tiktoken.Encoding":
    with _LOADING:  # whoever comes second finds it loaded
        return _loaded(vocabulary)


@cache
def _loaded(vocabulary: str) -> "tiktoken.Encoding":
    # a context whose counts are stored does without
    from binascii import a2b_base64

    import tiktoken

    rows = _unpacked(vocabulary).split()
    ranks = dict(zip(map(a2b_base64, rows[::2]), map(int, rows[1::2]), strict=True))
    encoding = tiktoken.Encoding(vocabulary, pat_str=_PATTERNS[vocabulary], mergeable_ranks=ranks, special_tokens={})
    _FIRST.end()
    ranks.clear()  # the encoder has its own copy; this one would cost 25 MB
    return encoding


def _unpacked(vocabulary: str) -> bytes:
    """The rows of a vocabulary in tiktoken's file format."""
    import gzip
    from importlib.util import find_spec

    # found, not imported: importing it maps 70 MB for an encoder that is not needed
    spec = find_spec("bpe_openai")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("bpe-openai, which carries the vocabularies, is not installed")
    return gzip.decompress(Path(spec.submodule_search_locations[0], "data", f"{vocabulary}.tiktoken.gz").read_bytes())
