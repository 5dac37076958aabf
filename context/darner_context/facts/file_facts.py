"""What parsing a file finds: plain values that cross the border to worker processes and to the cache."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import accumulate, groupby
from sys import byteorder

from darner_context.imports.record import Import
from darner_context.syntax.symbols import Definition


@dataclass(frozen=True, slots=True)
class FileFacts:
    """
    All that the index keeps of a file.

    `references[i]` holds the places in `names` of the identifiers used in definition i, and `references[-1]` those
    used outside all functions; `signatures[i]` those of its signature in their order. `sums[n]` is the token count
    (o200k) of the first n lines, counted line by line.
    """

    digest: bytes
    definitions: tuple[Definition, ...]
    names: tuple[str, ...]
    references: tuple[bytes, ...]
    signatures: tuple[bytes, ...]
    sums: Sequence[int]
    flags: int = 0
    imports: tuple[Import, ...] = ()
    children: dict[str, Sequence[int]] = field(default_factory=dict[str, Sequence[int]], compare=False)
    words: dict[str, list[int]] = field(default_factory=dict[str, list[int]], compare=False)  # see text_search.py

    def tokens(self, first: int, last: int) -> int:
        """Tokens of the lines, an upper bound of the exact count."""
        last = min(last, len(self.sums) - 1)
        return self.sums[last] - self.sums[min(first, last + 1) - 1]

    def names_in(self, number: int) -> list[str]:
        """Give the identifiers used in a definition; -1: outside all functions."""
        names = self.names
        return [names[place] for place in memoryview(self.references[number]).cast("H")]

    def names_in_signature(self, number: int) -> list[str]:
        """Give the identifiers in the signature of a definition."""
        names = self.names
        return [names[place] for place in memoryview(self.signatures[number]).cast("H")]


def digest_of(text: str) -> bytes:
    """Name a text by its content."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def by_name(facts: FileFacts) -> dict[str, Sequence[int]]:
    """Index a file's definitions by name, once; members by their class's name behind a dot."""
    index = facts.children
    if not index and (found := facts.definitions):
        index.update(indexed([each[0] for each in found], [each[8] for each in found]))
    return index


def indexed(names: Sequence[str], containers: Iterable[str | None]) -> dict[str, Sequence[int]]:
    """Index definitions by their names, and by the containers they are members of."""
    ones = _ONES if len(names) <= len(_ONES) else tuple(zip(range(len(names)), strict=True))
    index: dict[str, Sequence[int]] = dict(zip(names, ones, strict=False))
    if len(index) < len(names):
        before: dict[str, list[int]] = {}
        for number, name in enumerate(names):
            if index[name] is not ones[number]:
                before.setdefault(name, []).append(number)
        index.update([(name, (*numbers, *index[name])) for name, numbers in before.items()])
    begin = 0
    for container, same in groupby(containers):
        end = begin + len(list(same))
        if container:
            key = "." + container.rpartition(".")[2]
            index[key] = tuple(sorted((*index.get(key, ()), *range(begin, end))))
        begin = end
    return index


_ONES = tuple(zip(range(1_024), strict=True))  # (0,), (1,), …: thousands of names stand for one definition each


class ReferenceIndex:
    """Which definitions of a file use a name: a search through all references at once."""

    def __init__(self, facts: FileFacts) -> None:
        self._references = b"".join(facts.references)
        self._ends = [*accumulate(map(len, facts.references))]

    def definitions_using(self, place: int) -> Iterator[int]:
        """Number the definitions, in their order; the last number stands for what is outside all functions."""
        wanted, references, ends = place.to_bytes(2, byteorder), self._references, self._ends
        at = references.find(wanted)
        while at >= 0:
            if at % 2:  # two halves of neighbours
                at = references.find(wanted, at + 1)
                continue
            number = bisect_right(ends, at)
            yield number
            at = references.find(wanted, ends[number])
