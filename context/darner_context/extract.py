"""From a text to the facts about it. Runs in worker processes; knows neither the index nor the disk."""

import re
from array import array
from collections.abc import Sequence
from hashlib import blake2b
from itertools import accumulate

from darner_context.bags import bags
from darner_context.facts import (
    GENERATED,
    SECRET,
    TEST,
    VENDORED,
    FileFacts,
    split_lines,
)
from darner_context.imports import imports
from darner_context.languages import language_of
from darner_context.secrets import secret_content
from darner_context.syntax import definitions
from darner_context.tokens import tokenizer

_GENERATED = re.compile(r"@generated\b|\bDO NOT EDIT\b|[Aa]uto-?generated (?:by|from|file)\b")
TOP = 12  # lines that may say that a file is generated
_TEST = re.compile(
    r"(?:^|/)(?:tests?|__tests__|spec|specs|testing|e2e)/|(?:^|/)(?:test_|conftest)[^/]*$|(?:_test|_spec|[.-]test|[.-]spec|Tests?|IT)\.\w+$"
)
_VENDORED = re.compile(r"(?:^|/)(?:vendor|vendored|_vendor|third_party|third-party|3rdparty|extern|external|deps)/")


def digest_of(text: str) -> bytes:
    """Name a text by its content."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def extract(path: str, text: str) -> tuple[FileFacts, list[int]]:
    """Find the facts about a text, and the token counts of its lines."""
    lines = split_lines(text)
    found = definitions(path, text)
    names, used, heads = bags(lines, found)
    counts = count_lines(lines)
    sums = array("I", accumulate(counts, initial=0))
    imported = tuple(imports(language_of(path) or "", text))
    facts = FileFacts(
        digest_of(text),
        found,
        names,
        used,
        heads,
        sums,
        flags_of(path, lines[:12], secret=secret_content(text)),
        imported,
    )
    return facts, counts


_LINES: dict[str, int] = {}
_LINES_MOST = 200_000


def count_lines(lines: list[str]) -> list[int]:
    """Count the tokens of each line for itself; common lines are counted once."""
    if len(_LINES) > _LINES_MOST:
        _LINES.clear()
    count = tokenizer("o200k_base").count
    known = _LINES
    counts: list[int] = []
    for line in lines:
        tokens = known.get(line)
        if tokens is None:
            tokens = known[line] = count(line)
        counts.append(tokens)
    return counts


def flags_of(path: str, top: Sequence[str], *, secret: bool) -> int:
    """What kind of file it is, by its path and its first lines."""
    flags = 0
    begin = "".join(top)[:2_000]
    if ("enerated" in begin or "DO NOT EDIT" in begin) and _GENERATED.search(begin):
        flags |= GENERATED
    if test_path(path):
        flags |= TEST
    if _VENDORED.search(path):
        flags |= VENDORED
    if secret:
        flags |= SECRET
    return flags


def test_path(path: str) -> bool:
    """Whether a file holds tests, by its name."""
    return _TEST.search(path) is not None
