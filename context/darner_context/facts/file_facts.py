"""What parsing a file finds: plain values that cross the border to worker processes and to the cache."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import accumulate
from sys import byteorder

from darner_context.facts.definition_table import DefinitionTable
from darner_context.imports.record import Import


@dataclass(frozen=True, slots=True)
class FileFacts:
    """
    All that the index keeps of a file.

    `references[i]` holds the places in `names` of the identifiers used in definition i, and `references[-1]` those
    used outside all functions; `signatures[i]` those of its signature in their order. `sums[n]` is the token count
    (o200k) of the first n lines, counted line by line.
    """

    digest: bytes
    definitions: DefinitionTable
    names: tuple[str, ...]
    references: tuple[bytes, ...]
    signatures: tuple[bytes, ...]
    sums: Sequence[int]
    flags: int = 0
    imports: tuple[Import, ...] = ()
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
