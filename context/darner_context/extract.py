"""From a text to the facts about it. Runs in worker processes; knows neither the index nor the disk."""

import re
from array import array
from bisect import bisect_right
from hashlib import blake2b
from itertools import accumulate

from darner_context.facts import (
    FUNCTIONS,
    GENERATED,
    SECRET,
    TEST,
    VALUES,
    VENDORED,
    Definition,
    FileFacts,
    pack,
    split_lines,
)
from darner_context.imports import imports
from darner_context.languages import language_of
from darner_context.secrets import secret_content
from darner_context.syntax import definitions
from darner_context.tokens import tokenizer
from darner_context.words import IDENTIFIER, KEYWORDS

_GENERATED = re.compile(r"@generated\b|\bDO NOT EDIT\b|[Aa]uto-?generated (?:by|from|file)\b")
_TEST = re.compile(
    r"(?:^|/)(?:tests?|__tests__|spec|specs|testing|e2e)/|(?:^|/)(?:test_|conftest)[^/]*$|(?:_test|_spec|[.-]test|[.-]spec|Tests?|IT)\.\w+$"
)
_VENDORED = re.compile(r"(?:^|/)(?:vendor|vendored|_vendor|third_party|third-party|3rdparty|extern|external|deps)/")
MAX_NAMES = 65_535


def digest_of(text: str) -> bytes:
    """Name a text by its content."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def extract(path: str, text: str) -> tuple[FileFacts, list[int]]:
    """Find the facts about a text, and the token counts of its lines."""
    lines = split_lines(text)
    found = definitions(path, text)
    names, bags, heads = _bags(lines, found)
    counts = count_lines(lines)
    sums = array("I", accumulate(counts, initial=0))
    imported = tuple(imports(language_of(path) or "", text))
    facts = FileFacts(digest_of(text), found, names, bags, heads, sums, _flags(path, text, lines), imported)
    return facts, counts


def extract_packed(path: str, text: str) -> bytes:
    """Extract and freeze, for the way between processes."""
    return pack(*extract(path, text))


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


def _bags(
    lines: list[str], found: tuple[Definition, ...]
) -> tuple[tuple[str, ...], tuple[bytes, ...], tuple[bytes, ...]]:
    """Collect the identifiers of each definition and, last, those outside all functions; then those of signatures."""
    owner = [len(found)] * (len(lines) + 2)
    parents = [-1] * len(found)
    stack: list[int] = []
    for number, each in enumerate(found):
        while stack and found[stack[-1]].end < each.end:
            stack.pop()
        parents[number] = stack[-1] if stack else -1
        owner[each.start : each.end + 1] = [number] * (each.end + 1 - each.start)
        stack.append(number)
    held: list[set[str]] = [set() for _ in range(len(found) + 1)]
    begin, size = 1, len(lines)
    find = IDENTIFIER.findall
    while begin <= size:
        number = owner[begin]
        end = begin + 1
        while end <= size and owner[end] == number:
            end += 1
        held[number].update(find("".join(lines[begin - 1 : end - 1])))
        begin = end
    for number in range(len(found) - 1, -1, -1):
        parent = parents[number]
        if parent >= 0 and found[parent].kind in FUNCTIONS:
            held[parent] |= held[number]
        elif found[number].kind not in FUNCTIONS:
            held[-1] |= held[number]
    everything = sorted(set[str]().union(*held) - KEYWORDS)[:MAX_NAMES]
    place = {name: number for number, name in enumerate(everything)}
    bags = tuple(array("H", sorted(place[name] for name in bag if name in place)).tobytes() for bag in held)
    heads = tuple(
        b""
        if each.kind in VALUES
        else array("H", [place[name] for name in dict.fromkeys(_head(lines, each)) if name in place][:24]).tobytes()
        for each in found
    )
    return tuple(everything), bags, heads


def _head(lines: list[str], each: Definition) -> list[str]:
    return IDENTIFIER.findall("".join(lines[each.start - 1 : min(each.head, each.start + 12)]))


def _flags(path: str, text: str, lines: list[str]) -> int:
    flags = 0
    if _GENERATED.search("".join(lines[:12])[:2_000]):
        flags |= GENERATED
    if test_path(path):
        flags |= TEST
    if _VENDORED.search(path):
        flags |= VENDORED
    if secret_content(text):
        flags |= SECRET
    return flags


def test_path(path: str) -> bool:
    """Whether a file holds tests, by its name."""
    return _TEST.search(path) is not None


def definition_at(found: tuple[Definition, ...], line: int) -> list[int]:
    """Number the definitions that hold a line, outermost first."""
    starts = [each.start for each in found]
    return [number for number in range(bisect_right(starts, line)) if found[number].end >= line]
