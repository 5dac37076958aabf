"""What parsing a file finds: plain values that cross the border to worker processes and to the cache."""

import marshal
import re
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, repeat
from sys import byteorder, intern
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from darner_context.imports import Import


class Definition(NamedTuple):
    """A named thing. Lines are 1-based and inclusive; `container` is the dotted chain of what it is defined in."""

    name: str
    kind: str
    doc: int  # first line of the comment above; `start` where there is none
    start: int  # first line, decorators and attributes included
    line: int  # the line of the name
    head: int  # last line of the signature
    doc_end: int  # last line of a docstring below the signature; `head` where there is none
    end: int
    container: str | None


@dataclass(frozen=True, slots=True)
class Symbol:
    """A definition as the engine and the editors see it."""

    name: str
    kind: str
    start_line: int
    end_line: int
    container: str | None


@dataclass(frozen=True, slots=True)
class SyntaxFault:
    """A place where the text does not parse. Line and column are 1-based; the column counts characters."""

    line: int
    column: int
    message: str


CLASSES = frozenset({"class", "interface", "enum", "type"})
FUNCTIONS = frozenset({"function", "method", "constructor", "macro"})
VALUES = frozenset({"constant", "variable", "field"})
KINDS = {
    "property": "field", "member": "field", "attribute": "field", "event": "field", "variable": "constant",
    "object": "class", "struct": "class", "union": "class", "mixin": "class", "extension": "class",
    "trait": "interface", "protocol": "interface", "namespace": "module", "package": "module",
    "subroutine": "function", "call": "function", "getter": "method", "setter": "method",
}  # fmt: skip
SCOPES = CLASSES | FUNCTIONS | {"module"}


@dataclass(frozen=True, slots=True)
class FileFacts:
    """
    All that the index keeps of a file.

    `bags[i]` holds the places in `names` of the identifiers used in definition i, and `bags[-1]` those used outside
    all functions; `heads[i]` those of its signature in their order. `sums[n]` is the token count (o200k) of the first
    n lines, counted line by line.
    """

    digest: bytes
    definitions: tuple[Definition, ...]
    names: tuple[str, ...]
    bags: tuple[bytes, ...]
    heads: tuple[bytes, ...]
    sums: Sequence[int]
    flags: int = 0
    imports: tuple[Import, ...] = ()
    children: dict[str, list[int]] = field(default_factory=dict[str, list[int]], compare=False)
    words: dict[str, list[int]] = field(default_factory=dict[str, list[int]], compare=False)  # see search.py

    def tokens(self, first: int, last: int) -> int:
        """Tokens of the lines, an upper bound of the exact count."""
        last = min(last, len(self.sums) - 1)
        return self.sums[last] - self.sums[min(first, last + 1) - 1]

    def bag(self, number: int) -> list[str]:
        """Give the identifiers used in a definition; -1: outside all functions."""
        names = self.names
        return [names[place] for place in memoryview(self.bags[number]).cast("H")]

    def head(self, number: int) -> list[str]:
        """Give the identifiers in the signature of a definition."""
        names = self.names
        return [names[place] for place in memoryview(self.heads[number]).cast("H")]


def by_name(facts: FileFacts) -> dict[str, list[int]]:
    """Index a file's definitions by name, once; members by their class's name behind a dot."""
    names = facts.children
    if not names and facts.definitions:
        around, members = None, list[int]()
        for number, each in enumerate(facts.definitions):
            name, container = each[0], each[8]
            held = names.get(name)
            if held is None:
                names[name] = [number]
            else:
                held.append(number)
            if container:
                if container != around:  # mostly the one before
                    around, members = container, names.setdefault("." + container.rpartition(".")[2], [])
                members.append(number)
    return names


class Users:
    """Which definitions of a file use a name: a search through all bags at once."""

    def __init__(self, facts: FileFacts) -> None:
        self._bags = b"".join(facts.bags)
        self._ends = [*accumulate(map(len, facts.bags))]

    def of(self, place: int) -> Iterator[int]:
        """Number the definitions, in their order; the last number stands for what is outside all functions."""
        wanted, bags, ends = place.to_bytes(2, byteorder), self._bags, self._ends
        at = bags.find(wanted)
        while at >= 0:
            if at % 2:  # two halves of neighbours
                at = bags.find(wanted, at + 1)
                continue
            number = bisect_right(ends, at)
            yield number
            at = bags.find(wanted, ends[number])


_Row = TypeVar("_Row", Definition, Import)
GENERATED, SECRET, TEST, VENDORED = 1, 2, 4, 8
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_BYTE, _WIDE = 255, 256  # a line has more than 255 tokens: counts take four bytes each


def pack(facts: FileFacts, counts: Sequence[int]) -> bytes:
    """Freeze the facts, with the token counts of the single lines, behind a checksum."""
    wide = max(counts, default=0) > _BYTE
    data = marshal.dumps(
        (
            facts.digest,
            [tuple(each) for each in facts.definitions],
            facts.names,
            facts.bags,
            facts.heads,
            array("I", counts).tobytes() if wide else bytes(counts),
            facts.flags | (_WIDE if wide else 0),
            [tuple(each) for each in facts.imports],
        )
    )
    return zlib.crc32(data).to_bytes(4, "little") + data


if TYPE_CHECKING:  # what `_make` of a named tuple does, at a fifth of its cost

    def _tuple_new(kind: type[_Row], row: object, /) -> _Row: ...

else:
    _tuple_new = tuple.__new__


def unpack(data: bytes) -> FileFacts | None:
    """Thaw frozen facts; None if they were damaged or are of another form."""
    if zlib.crc32(memoryview(data)[4:]) != int.from_bytes(data[:4], "little"):
        return None
    try:
        digest, rows, names, bags, heads, counts, flags, imported = marshal.loads(memoryview(data)[4:])  # noqa: S302 - our own
        made = tuple(map(_tuple_new, repeat(Definition), rows))
        imports = tuple(map(_tuple_new, repeat(Import), imported))
        numbers = memoryview(counts).cast("I") if flags & _WIDE else counts
    except (ValueError, TypeError, EOFError):
        return None  # of another version
    sums = array("I", accumulate(numbers, initial=0))
    return FileFacts(digest, made, tuple(map(intern, names)), bags, heads, sums, flags & ~_WIDE, imports)


def split_lines(text: str) -> list[str]:
    r"""Lines with their ends kept; a line ends at \n, \r\n or \r and at nothing else."""
    if "\r" not in text:
        lines = [line + "\n" for line in text.split("\n")]
        last = lines.pop()
        if len(last) > 1:
            lines.append(last[:-1])
        return lines
    return _LINE.findall(text)
