"""The definitions of one file as columns: most look-ups need a name or a kind, few a whole row."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from darner_context.syntax.definition_types import Definition

_LINES = 6  # numbers of lines in a definition, from `doc` to `end`
_NARROW = 65_536  # lines that two bytes can number


class DefinitionTable:
    """
    Definitions in the order in which the file has them. A row is built when it is first needed, and kept.

    `lines` holds the six numbers of lines of the first definition, then those of the second, and so on.
    """

    __slots__ = ("_by_name", "_rows", "containers", "kinds", "lines", "names")

    def __init__(
        self, names: tuple[str, ...], kinds: tuple[str, ...], containers: tuple[str | None, ...], lines: "array[int]"
    ) -> None:
        if not len(names) == len(kinds) == len(containers) == len(lines) / _LINES:
            raise ValueError("the columns of a table of definitions differ in length")
        self.names = names
        self.kinds = kinds
        self.containers = containers
        self.lines = lines
        self._rows: dict[int, Definition] = {}
        self._by_name: dict[str, Sequence[int]] | None = None

    @classmethod
    def of(cls, definitions: Sequence[Definition]) -> "DefinitionTable":
        """Build the table of some definitions."""
        lines = [
            number for row in definitions for number in (row.doc, row.start, row.line, row.head, row.doc_end, row.end)
        ]
        return cls(
            tuple([row.name for row in definitions]),
            tuple([row.kind for row in definitions]),
            tuple([row.container for row in definitions]),
            array("H" if max(lines, default=0) < _NARROW else "I", lines),
        )

    @property
    def by_name(self) -> dict[str, Sequence[int]]:
        """The numbers of the definitions of each name; of a class's members by the class's name behind a dot."""
        if self._by_name is None:
            self._by_name = _numbers_by_name(self.names, self.containers)
        return self._by_name

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, number: int) -> Definition:
        row = self._rows.get(number)
        if row is None:
            at = number * _LINES
            lines = self.lines[at : at + _LINES]
            row = _row(Definition, (self.names[number], self.kinds[number], *lines, self.containers[number]))
            self._rows[number] = row
        return row

    def __iter__(self) -> Iterator[Definition]:
        return map(self.__getitem__, range(len(self.names)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, DefinitionTable):
            return NotImplemented
        columns = (self.names, self.kinds, self.containers, self.lines)
        return columns == (other.names, other.kinds, other.containers, other.lines)

    def __hash__(self) -> int:
        return hash((self.names, self.kinds, self.containers, self.lines.tobytes()))


def _numbers_by_name(names: Sequence[str], containers: Iterable[str | None]) -> dict[str, Sequence[int]]:
    """Number definitions by their names, and by the containers that they are members of."""
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


if TYPE_CHECKING:  # what `_make` of a named tuple does, at a fifth of its cost

    def _row(kind: type[Definition], row: object, /) -> Definition: ...

else:
    _row = tuple.__new__
