"""The lines that an edit may concern, each with what speaks for it."""

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import log

from darner_context.facts.file_facts import FileFacts
from darner_context.lookup.reader import IndexReader
from darner_context.next_edits.changed_names import ChangedNames, changed_names, similarity, tokens
from darner_context.next_edits.edit import RecordedEdit
from darner_context.syntax.definition_types import FUNCTIONS, VALUES, Definition
from darner_context.text.identifiers import identifiers
from darner_context.text.lines import Lines
from darner_context.workspace.file_kind import test_path

_FILES = 12  # besides the edited one
_COMMON = 60  # files that use a name: more make it noise
_LINES = 400  # lines of one file with one of the names
_NEAR = 25  # lines below and above the edit that are candidates in any case
_NEIGHBOURS = 2
_ADJACENT = 3  # lines, and characters of a line that is looked at
_RARE = 2  # lines with a name


@dataclass(frozen=True, slots=True)
class LineCandidate:
    """A line of a file, from 1, and the strength of each signal, in the order of WEIGHTS in confidence.py."""

    path: str
    line: int
    signals: tuple[float, ...]


class Evidence:
    """What is known of one edit: its names, how rare they are, where they are used."""

    def __init__(self, reader: IndexReader, edit: RecordedEdit) -> None:
        self._reader = reader
        self.edit = edit
        self.names: ChangedNames = changed_names(edit)
        self.facts = reader.facts(edit.path)
        self.lines = reader.lines(edit.path)
        found = self.facts.definitions if self.facts is not None else ()
        inside = [each for each in found if each.start <= edit.first <= max(each.end, each.start)]
        self.enclosing: Definition | None = max(inside, key=lambda each: each.start, default=None)
        one = self.enclosing
        self.signature = one is not None and one.start <= edit.first <= one.head and one.kind not in VALUES
        self.container = next(
            (each for each in reversed(inside) if each.kind not in FUNCTIONS and each is not one), one
        )
        outer = {one.name} if one is not None else set[str]()
        self._strong = self.names.removed | self.names.added | self.names.defined | outer
        first, last = edit.first, edit.last
        beside = "".join([*self.lines[max(0, first - 2) : first - 1], *self.lines[last : last + 1]])
        self._sisters = frozenset(identifiers(beside)) - self._strong - self.names.kept
        self._wanted = self._strong | self.names.kept | self._sisters
        self._before = [tokens(line) for line in edit.before if line.strip()]
        around = [*self.lines[max(0, first - 1 - _NEIGHBOURS) : first - 1], *self.lines[last : last + _NEIGHBOURS]]
        self._around = [tokens(line) for line in around if len(line.strip()) > _ADJACENT]

    def candidates(self) -> list[LineCandidate]:
        """List the lines of the workspace that speak for themselves, file by file."""
        others = self._other_files()
        found = self._of_file(self.edit.path)
        for path in others:
            found += self._of_file(path)
        return found

    def _other_files(self) -> list[str]:
        """The files that use the changed names, those with the rarest first."""
        scores: defaultdict[str, float] = defaultdict(float)
        self.uses = {name: each.uses for name, each in self._reader.postings(sorted(self._wanted), None).items()}
        for name, each in self._reader.postings(sorted(self._wanted), None).items():
            if each.uses > _COMMON:
                continue
            weight = (1.0 if name in self._strong else 0.3) / (1 + each.uses)
            for path in {*each.used, *each.defined}:
                scores[path] += weight
        scores.pop(self.edit.path, None)
        return sorted(scores, key=lambda path: (-scores[path], path))[:_FILES]

    def _of_file(self, path: str) -> list[LineCandidate]:
        lines, own = self._reader.lines(path), path == self.edit.path
        facts = self._reader.facts(path)
        places = _places(lines, self._wanted)
        if facts is not None and facts.imports and facts.imports[-1].line:
            places.setdefault(facts.imports[-1].line, set())
        if own:
            self._add_near(places)
        counts = Counter(name for names in places.values() for name in names)
        view = _View(path, lines, facts, counts, own=own)
        return [LineCandidate(path, line, self._signals(view, line, names)) for line, names in sorted(places.items())]

    def _add_near(self, places: dict[int, set[str]]) -> None:
        """Add the lines around the edit and the ends of its definition; take its own lines out."""
        first, last, one = self.edit.first, self.edit.last, self.enclosing
        near = range(max(1, first - _NEAR), min(len(self.lines), last + _NEAR) + 1)
        for line in (*near, *((one.start, one.line, one.head, one.end) if one is not None else ())):
            places.setdefault(line, set())
        for line in range(first, last + 1):
            places.pop(line, None)

    def _signals(self, view: "_View", line: int, names: set[str]) -> tuple[float, ...]:
        mine, edit, text = self.names, self.edit, view.lines[line - 1]
        rare = {
            name: 1 / (1 + log(view.counts[name] + (0 if view.own else max(0, self.uses.get(name, 1) - 2))))
            for name in names
        }

        def strength(some: Iterable[str]) -> float:
            return max((rare[name] for name in some if name in rare), default=0.0)

        one = self.enclosing
        outer = rare.get(one.name, 0.0) if one is not None else 0.0
        distance = (edit.first - line if line < edit.first else line - edit.last) if view.own else 1_000
        strong = names & (mine.removed | mine.added | mine.defined)
        here = tokens(text)
        at = view.definition(line)
        same = view.own and at is not None and one is not None and at.start == one.start and at.name == one.name
        stripped = text.strip()
        added_new = mine.added - mine.removed
        return (
            strength(mine.removed - mine.added),
            strength(added_new),
            strength(mine.defined),
            outer if self.signature else 0.0,
            0.0 if self.signature else outer,
            min(1.0, sum(rare[name] for name in names & mine.kept) / 2),
            float(len(strong) > 1),
            max((similarity(here, each) for each in self._before), default=0.0) ** 2 if here else 0.0,
            max((similarity(here, each) for each in self._around), default=0.0) ** 2 if here else 0.0,
            float(view.own),
            1 / (1 + distance / 6) if view.own else 0.0,
            float(view.own and line > edit.last),
            float(same),
            float(at is not None and at.start <= line <= at.head and at.kind not in VALUES),
            float(view.last_import == line and bool(added_new)),
            max((rare[name] for name in strong if view.counts[name] <= _RARE), default=0.0),
            float(view.own and self.container is not None and self.container.start <= line <= self.container.end),
            float(stripped.startswith(("#", "//", "*", "/*", '"""', "--"))),
            float(not stripped),
            float(test_path(view.path) != test_path(edit.path)),
            float(distance <= _ADJACENT),
            float(at is not None and at.line == line and at.name in mine.called),
            float(at is not None and at.line == line and at.name in (mine.removed | mine.added | mine.defined)),
            float(not view.own and strength(strong) > 0),
            float(one is not None and one.start >= edit.first and one.end <= edit.last and one.name in names),
            strength(self._sisters),
            min(1.0, sum(rare[name] for name in names & self._sisters) / 2),
            max((rare[name] for name in names & mine.kept if view.counts[name] <= _RARE), default=0.0),
            float(bool(added_new) and max((view.counts[name] for name in added_new), default=0) == 0),
            1 / (1 + distance / 6) if view.own and line > edit.last else 0.0,
            float(bool(names & added_new) and not names & mine.removed and view.own and line < edit.first),
        )


def _places(lines: Lines, names: Iterable[str]) -> dict[int, set[str]]:
    """The lines that contain some names, as words of their own."""
    wanted = sorted(names)
    found: dict[int, set[str]] = {}
    if not wanted:
        return found
    starts, line = lines.starts, 0
    for match in re.compile(rf"\b(?:{'|'.join(wanted)})\b").finditer(lines.text):
        line = bisect_right(starts, match.start(), line)
        found.setdefault(line, set()).add(match[0])
        if len(found) > _LINES:
            break
    return found


class _View:
    """One file while its lines are weighed."""

    def __init__(self, path: str, lines: Lines, facts: FileFacts | None, counts: Counter[str], *, own: bool) -> None:
        self.path, self.lines, self.counts, self.own = path, lines, counts, own
        self._found = facts.definitions if facts is not None else ()
        self._starts = [each.start for each in self._found]
        self.last_import = facts.imports[-1].line if facts is not None and facts.imports else 0

    def definition(self, line: int) -> Definition | None:
        """The innermost definition that a line is in."""
        for number in range(bisect_right(self._starts, line) - 1, -1, -1):
            each = self._found[number]
            if each.end >= line:
                return each
            if each.container is None and each.end < line and each.kind not in VALUES:
                return None
        return None
