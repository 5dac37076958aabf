"""Which files define a name and which use it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from array import array

Living = tuple[frozenset[int], list[str]]  # stored files that do not count, and live ones that do


class Postings:
    """The files that define a name and those that use it; paths are looked up on use."""

    __slots__ = ("_defined", "_ids", "_living_defined", "_living_used", "_paths_defined", "_paths_used", "_used",
                 "definitions", "uses")  # fmt: skip

    def __init__(
        self,
        ids: Mapping[int, str],
        defined: "array[int]",
        used: "array[int]",
        living_defined: Living = (frozenset(), []),
        living_used: Living = (frozenset(), []),
    ) -> None:
        self._ids, self._defined, self._used = ids, defined, used
        self._living_defined, self._living_used = living_defined, living_used
        self._paths_defined: list[str] | None = None
        self._paths_used: list[str] | None = None
        self.definitions = _count(defined, living_defined)  # files that define the name
        self.uses = _count(used, living_used)  # files that use it

    def with_live(self, defined: Living, used: Living) -> "Postings":
        """Take live files in the place of stored ones."""
        return Postings(self._ids, self._defined, self._used, defined, used)

    @property
    def defined(self) -> list[str]:
        """Paths that define the name, sorted."""
        if self._paths_defined is None:
            self._paths_defined = self._paths(self._defined, self._living_defined)
        return self._paths_defined

    @property
    def used(self) -> list[str]:
        """Paths that use the name, sorted."""
        if self._paths_used is None:
            self._paths_used = self._paths(self._used, self._living_used)
        return self._paths_used

    def _paths(self, numbers: "array[int]", living: Living) -> list[str]:
        hidden, ids = living[0], self._ids
        paths = [path for one in numbers if one not in hidden and (path := ids.get(one)) is not None]
        return sorted(paths + living[1])


def _count(numbers: "array[int]", living: Living) -> int:
    return len(numbers) - sum([numbers.count(one) for one in living[0]]) + len(living[1])
