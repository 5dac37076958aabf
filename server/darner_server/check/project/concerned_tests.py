"""The tests that concern a patch: those that name a definition that it changes."""

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import SequenceMatcher
from pathlib import PurePosixPath

from darner_context.syntax.definitions import symbols
from darner_server.check.project.runners import SUFFIXES

MOST_FILES = 20
_LONGEST = 1_000_000  # characters of a test file that are searched
SHORTEST = 3  # characters of a name: shorter ones are in every file


def changed_names(
    before: Mapping[str, str | None], after: Mapping[str, str | None], *, shortest: int = SHORTEST
) -> set[str]:
    """The names of the definitions that a patch changes, adds or removes, of the innermost ones and what holds them."""
    found: set[str] = set()
    for path in before.keys() | after.keys():
        old, new = before.get(path) or "", after.get(path) or ""
        rows = SequenceMatcher(None, old.split("\n"), new.split("\n"), autojunk=False).get_opcodes()
        changes = [row for row in rows if row[0] != "equal"]
        for text, first, last in ((old, 1, 2), (new, 3, 4)):
            lines = [(int(row[first]) + 1, max(int(row[last]), int(row[first]) + 1)) for row in changes]
            for each in symbols(path, text) if text else ():
                if any(begin <= each.end_line and end >= each.start_line for begin, end in lines):
                    found.add(each.name.rpartition(".")[2])
    return {each for each in found if len(each) >= shortest}


def concerned(
    names: set[str], paths: Iterable[str], read: Callable[[str], str | None], *, without: Iterable[str]
) -> list[str]:
    """The test files among `paths` that use one of the names, those with most of them first."""
    names = {each for each in names if len(each) >= SHORTEST}
    if not names:
        return []
    words = re.compile(rf"(?<![\w])(?:{'|'.join(map(re.escape, sorted(names)))})(?![\w])")
    left = set(without)
    found: list[tuple[int, str]] = []
    for path in sorted(set(paths) - left):
        text = read(path) if PurePosixPath(path).suffix in SUFFIXES else None
        named = len(set(words.findall(text[:_LONGEST]))) if text else 0
        if named:
            found.append((-named, path))
    return [path for _, path in sorted(found)[:MOST_FILES]]
