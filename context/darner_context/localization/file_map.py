"""A compact map of the likely files, from which a model can request code by its name."""

from collections.abc import Callable, Collection, Iterable
from itertools import groupby

from darner_context.facts.definition_table import DefinitionTable
from darner_context.localization.places import Places
from darner_context.lookup.names import NameResolver
from darner_context.syntax.definition_types import CLASSES, FUNCTIONS, VALUES

_FILES = 60
_NAMES = 40  # of one file at most
_FIRST = 1.5  # what the first file may take of the budget beside an equal share
_ALWAYS = 4  # names are not cut below so few to make a line fit: the line is left out


def file_map(
    places: Places, resolver: NameResolver, shown: Collection[str], budget: int, count: Callable[[str], int]
) -> str:
    """
    List the likely files, best first: `path: name, Class(member, member)`, within `budget` tokens.

    Likelier files and likelier names have more room. `shown` are files that need no line.
    """
    paths = [path for path in places.files if path not in shown][:_FILES]
    likely: dict[str, list[int]] = {}
    for place in places.places:
        likely.setdefault(place.path, []).append(place.number)
    lines: list[str] = []
    left = budget
    for number, path in enumerate(paths):
        facts = resolver.facts(path)
        if facts is None:
            continue
        room = min(left, int(_FIRST * left / (len(paths) - number)))
        names = _names(facts.definitions, likely.get(path, ()))
        line = _line(path, facts.definitions, names)
        while (cost := count(line)) > room and len(names) > _ALWAYS:
            names = names[: max(_ALWAYS, len(names) * room // (cost + 1))]
            line = _line(path, facts.definitions, names)
        if cost <= (left if number == 0 else min(left, 2 * room)):
            lines.append(line)
            left -= cost
    return "".join(lines)


def _names(definitions: DefinitionTable, likely: Iterable[int]) -> list[int]:
    """Number the definitions that are named: the likely ones, then functions and classes of the file, then members."""
    kinds, containers = definitions.kinds, definitions.containers
    named = [number for number, kind in enumerate(kinds) if kind in FUNCTIONS or kind in CLASSES]
    named.sort(key=lambda number: containers[number] is not None)
    first = [number for number in likely if number >= 0 and (kinds[number] not in VALUES or not containers[number])]
    return list(dict.fromkeys([*first, *named]))[:_NAMES]


def _line(path: str, definitions: DefinitionTable, numbers: Iterable[int]) -> str:
    """Word a file's line: its definitions in their order, members in brackets behind what they are members of."""
    rows = [definitions[number] for number in sorted(numbers)]
    holders = {each.container for each in rows}
    parts: list[str] = []
    for container, members in groupby(rows, key=lambda each: each.container or ""):
        names = [each.name for each in members if not (each.container is None and each.name in holders)]
        names = list(dict.fromkeys(names))
        if names:
            parts.append(f"{container}({', '.join(names)})" if container else ", ".join(names))
    return f"{path}: {', '.join(parts)}\n" if parts else f"{path}\n"
