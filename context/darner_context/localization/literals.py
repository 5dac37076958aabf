"""What a report names literally, and where the workspace has it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from darner_context.localization.report import Report
from darner_context.lookup.names import Key
from darner_context.lookup.reader import IndexReader
from darner_context.syntax.definition_types import FUNCTIONS

_FRAME, _OUTER = 0.6, 0.7  # what the innermost frame counts, and each one around it beside the one inside
_PATH, _LINE, _DOTTED, _MESSAGE, _IN_FILE = 0.5, 0.3, 0.3, 0.6, 0.5
_DEFINED = 60  # files that define the last name of a chain
_SAME_END = 3  # files that a path may mean
_RUN, _RUNS = 3, 40  # words in a row that stand for a message, and how many of these are looked for
_MESSAGES = 6
_LEAST = 0.5  # of its runs that a file must hold, if it holds but one
_WORD = re.compile(r"[A-Za-z][\w'-]*")


@dataclass(slots=True)
class Literals:
    """Files and definitions with what is named of them, from 0 to 1."""

    files: dict[str, float] = field(default_factory=dict[str, float])
    places: dict[Key, float] = field(default_factory=dict[Key, float])

    def add_place(self, key: Key, value: float) -> None:
        """Raise the value of a definition."""
        self.places[key] = max(self.places.get(key, 0.0), value)

    def add_file(self, path: str, value: float) -> None:
        """Raise the value of a file."""
        self.files[path] = max(self.files.get(path, 0.0), value)


def find_literals(reader: IndexReader, report: Report, likely: Iterable[str]) -> Literals:
    """Find what a report names; messages are looked for in the likely files."""
    found = Literals()
    meant = paths_like(reader, sorted({*report.paths, *[frame.path for frame in report.frames]}))
    strength = _FRAME
    for frame in report.frames:
        for path in meant.get(frame.path, ()):
            found.add_file(path, _IN_FILE * strength)
            key = _at(reader, path, frame.line, frame.function)
            if key is not None:
                found.add_place(key, strength)
                strength *= _OUTER
    for named, line in report.paths.items():
        paths = meant.get(named, [])
        for path in paths:
            found.add_file(path, _PATH / len(paths))
            key = _at(reader, path, line, "") if line else None
            if key is not None:
                found.add_place(key, _LINE)
    for chain, weight in report.dotted.items():
        keys = _dotted(reader, chain)
        for key in keys:
            found.add_place(key, _DOTTED * min(1.0, weight) / len(keys) ** 0.5)
    _add_messages(reader, report, [*likely], found)
    return found


def paths_like(reader: IndexReader, wanted: Iterable[str]) -> dict[str, list[str]]:
    """
    The files that each path means: those that share its longest end.

    None where many share no more than a name.
    """
    names: dict[str, list[str]] = {each.rpartition("/")[2]: [] for each in wanted}
    for path in reader.paths.all:
        held = names.get(path[path.rfind("/") + 1 :])
        if held is not None:
            held.append(path)
    found = {each: _longest_end(each, names[each.rpartition("/")[2]]) for each in wanted}
    return {each: paths for each, paths in found.items() if len(paths) <= _SAME_END}


def _longest_end(named: str, found: list[str]) -> list[str]:
    parts = [each for each in named.split("/") if each not in {"", ".", "..", "~"}]
    for size in range(2, len(parts) + 1):
        end = "/" + "/".join(parts[-size:])
        longer = [path for path in found if ("/" + path).endswith(end)]
        if not longer:
            break
        found = longer
    return found


def _at(reader: IndexReader, path: str, line: int, function: str) -> Key | None:
    """The definition that a frame means: by its name where it has one, as lines move from version to version."""
    facts = reader.facts(path)
    if facts is None:
        return None
    definitions = facts.definitions
    if function:
        named = [number for number in definitions.by_name.get(function, ()) if definitions.names[number] == function]
        return (path, min(named, key=lambda number: abs(definitions[number].line - line))) if named else None
    around = [n for n, each in enumerate(definitions) if each.start <= line <= each.end and each.kind in FUNCTIONS]
    return (path, around[-1]) if around else None


def _dotted(reader: IndexReader, chain: tuple[str, ...]) -> list[Key]:
    """The definitions that the longest beginning of a chain of names means: a member of a class, or of a module."""
    for size in range(len(chain), 1, -1):
        name, owner = chain[size - 1], chain[size - 2]
        postings = reader.postings([name])[name]
        keys: list[Key] = []
        for path in postings.defined if postings.definitions <= _DEFINED else ():
            facts = reader.facts(path)
            for number in facts.definitions.by_name.get(name, ()) if facts else ():
                each = facts.definitions[number] if facts else None
                if each is not None and each.name == name and _owns(owner, path, each.container):
                    keys.append((path, number))
        if keys:
            return keys
    return []


def _owns(owner: str, path: str, container: str | None) -> bool:
    if container is not None:
        return container.rpartition(".")[2] == owner
    return owner in path.rpartition(".")[0].split("/")[-2:]


def _add_messages(reader: IndexReader, report: Report, paths: list[str], found: Literals) -> None:
    """Look for the literals that messages are made of, also where parts of them are filled in."""
    messages = [runs for message in report.messages if (runs := _runs(message))][:_MESSAGES]
    for path in paths if messages else ():
        lines = reader.lines(path)
        for runs in messages:
            held = [run for run in runs if run in lines.text]
            share = len(held) / len(runs)
            if not held or (len(held) == 1 and share < _LEAST):
                continue
            places = lines.with_name(held[len(held) // 2])
            for number in places[:3]:
                key = _at(reader, path, number, "")
                value = _MESSAGE * share / len(places) ** 0.5
                if key is not None:
                    found.add_place(key, value)
                else:
                    found.add_file(path, _IN_FILE * value)


def _runs(message: str) -> list[str]:
    """Cut a message into runs of some words; what stands between the words is kept."""
    spans = [each.span() for each in _WORD.finditer(message)]
    return [message[first[0] : last[1]] for first, last in zip(spans, spans[_RUN - 1 :], strict=False)][:_RUNS]
