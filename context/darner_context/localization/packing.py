"""Fill a budget with the bodies of likely places: some of each likely file, then more of the likeliest ones."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from darner_context.facts.definition_table import DefinitionTable
from darner_context.facts.file_facts import FileFacts
from darner_context.localization.places import LikelyPlace, Places
from darner_context.lookup.names import NameResolver
from darner_context.request import Snippet, SnippetKind, Withheld
from darner_context.syntax.definition_types import CLASSES, FUNCTIONS

_SHARE = 0.3  # of the budget: more is not shown of one place at once
_FILES, _TOKENS_OF_FILE = 10, 1_600  # files that are shown at least by name; one more is shown by its body for so many
_NAMES, _OF_NAME = 2, 40  # lines that name definitions, of each of the other files; tokens of such a line at most
_BEFORE, _AFTER = 3, 12  # lines around one with words
_WHOLE, _WHOLE_FILES = 0.45, 4  # of the budget: the first files are shown whole if they take no more
_BLANK = 3  # lines
_LIKELY = 0.4  # of the best place's score
_MARK = 6  # tokens of the marks around a snippet


@dataclass(slots=True)
class _File:
    shown: bytearray
    places: list[tuple[int, LikelyPlace]] = field(default_factory=list["tuple[int, LikelyPlace]"])  # with first lines


class PlacePacker:
    """
    Packs places into one budget.

    `sums` gives the tokens of a file's first n lines, `secrets` the lines that are never shown, each with the kind.
    """

    def __init__(
        self,
        budget: int,
        resolver: NameResolver,
        sums: Callable[[str], Sequence[int]],
        secrets: Callable[[str], Mapping[int, str]],
    ) -> None:
        self._budget = self._left = budget
        self._resolver = resolver
        self._sums = sums
        self._secrets = secrets
        self._files: dict[str, _File] = {}
        self.dropped = 0
        self.withheld: list[Withheld] = []

    def pack(self, found: Places, *, selective: bool = False) -> None:
        """Take places until nothing fits; if `selective`, only those that are likely beside the best one."""
        first: dict[str, LikelyPlace] = {}
        places = [place for place in found.places if not selective or place.score >= _LIKELY]
        for place in places:
            first.setdefault(place.path, place)
        files = list(first)[:_FILES]
        whole = max(1, self._budget // _TOKENS_OF_FILE)
        most = int(self._budget * _SHARE)
        for path in files[:whole]:
            self._add(first[path], found.words, max(most // 2, most - _TOKENS_OF_FILE // 2))
        for path in files[whole:]:
            self._add_names(path, [place for place in places if place.path == path][:_NAMES])
        for path in files[:_WHOLE_FILES]:
            size = len(self._sums(path)) - 1
            if self._cost(path, 1, size) <= min(self._left, _WHOLE * self._budget):
                self._show(first[path], [(1, size)])
        for place in places:
            if self._left <= _MARK:
                break
            self._add(place, found.words, most)
        shown = sum(len(file.places) for file in self._files.values())
        self.dropped = max(0, found.found - shown)

    def add_definition(self, place: LikelyPlace, words: Mapping[str, float]) -> bool:
        """Show a definition whole, a class with its methods; if that does not fit, what does. False if nothing fits."""
        facts = self._resolver.facts(place.path)
        if facts is None:
            return False
        one = facts.definitions[place.number]
        whole = (min(one.doc, one.start), self._blank_after(place.path, one.end))
        if self._cost(place.path, *whole) <= self._left:
            return self._show(place, [whole])
        return self._show(place, self._runs(place, facts, words, self._left))

    def add_file(self, place: LikelyPlace) -> bool:
        """Show a whole file; False if it does not fit."""
        return self._show(place, [(1, len(self._sums(place.path)) - 1)])

    def _add(self, place: LikelyPlace, words: Mapping[str, float], most: int) -> None:
        """Show a place: all of it, or if it is long its head and the lines around words."""
        facts = self._resolver.facts(place.path)
        if facts is None:
            return
        runs = self._runs(place, facts, words, min(most, self._left))
        self._show(place, runs)

    def _runs(
        self, place: LikelyPlace, facts: FileFacts, words: Mapping[str, float], most: int
    ) -> list[tuple[int, int]]:
        size = len(facts.sums) - 1
        if place.number < 0:
            inner = [(each.start, each.end) for each in facts.definitions if each.kind in FUNCTIONS]
            found = self._around_words(place.path, (1, size), inner, words, most)
            top = min(size, _BEFORE + 1 + _AFTER)
            return found or ([(1, top)] if size and self._cost(place.path, 1, top) <= most else [])
        one = facts.definitions[place.number]
        start, end = min(one.doc, one.start), _end(facts.definitions, place.number)
        after = self._blank_after(place.path, end)
        if self._cost(place.path, start, after) <= most:
            return [(start, after)]
        head = (one.start, min(one.doc_end, end))
        if self._cost(place.path, *head) > most // 2:
            head = (one.start, one.head)
        cost = self._cost(place.path, *head)
        if cost > most:
            return []
        return [head, *self._around_words(place.path, (head[1] + 1, end), [], words, most - cost)]

    def _blank_after(self, path: str, end: int) -> int:
        """The last of the blank lines below: what is added next to a definition is added there."""
        lines = self._resolver.reader.lines(path)
        last = end
        while last < min(len(lines), end + _BLANK) and not lines[last].strip():
            last += 1
        return last

    def _around_words(
        self,
        path: str,
        within: tuple[int, int],
        inner: Sequence[tuple[int, int]],
        words: Mapping[str, float],
        most: int,
    ) -> list[tuple[int, int]]:
        """Cut out the stretches with the most words, as many as fit, in the order of their lines."""
        lines = self._resolver.reader.lines(path)
        marks: dict[int, float] = {}
        for word, weight in words.items():
            for line in lines.with_word(word):
                if within[0] <= line <= within[1]:
                    marks[line] = marks.get(line, 0.0) + weight
        for begin, end in inner:
            for line in [line for line in marks if begin <= line <= end]:
                del marks[line]
        taken: list[tuple[int, int]] = []
        held = sorted(marks)
        worth = {
            line: sum(marks[each] for each in held[place : place + _AFTER] if each <= line + _AFTER)
            for place, line in enumerate(held)
        }
        for line in sorted(held, key=lambda line: (-worth[line], line)):
            begin, end = max(within[0], line - _BEFORE), min(within[1], line + _AFTER)
            if any(begin <= other and one <= end for one, other in taken):
                continue
            cost = self._cost(path, begin, end)
            if cost > most:
                continue
            most -= cost
            taken.append((begin, end))
        return sorted(taken)

    def _cost(self, path: str, first: int, last: int) -> int:
        """Tokens of the lines that are not shown yet."""
        sums, file = self._sums(path), self._files.get(path)
        last = min(last, len(sums) - 1)
        if first > last:
            return 0
        if file is None or file.shown.find(1, first, last + 1) < 0:
            return sums[last] - sums[first - 1] + _MARK
        return sum(sums[n] - sums[n - 1] for n in range(first, last + 1) if not file.shown[n]) + _MARK

    def _show(self, place: LikelyPlace, runs: Sequence[tuple[int, int]]) -> bool:
        if not runs:
            return False
        sums = self._sums(place.path)
        cost = sum(self._cost(place.path, *run) for run in runs)
        if cost > self._left:
            return False
        file = self._files.setdefault(place.path, _File(bytearray(len(sums) + 1)))
        for begin, end in runs:
            last = min(end, len(sums) - 1)
            file.shown[begin : last + 1] = b"\1" * (last + 1 - begin)
            file.places.append((begin, place))
        self._left -= cost
        return True

    def _add_names(self, path: str, places: Sequence[LikelyPlace]) -> None:
        """Show the lines that name a file's likeliest definitions."""
        facts = self._resolver.facts(path)
        for place in places if facts is not None else ():
            if facts is None or place.number < 0:
                continue
            line = facts.definitions[place.number].line
            if self._cost(path, line, line) <= _OF_NAME + _MARK:
                self._show(place, [(line, line)])

    def snippets(self) -> list[Snippet]:
        """Cut what was chosen into snippets, best first."""
        made = [each for path, file in self._files.items() for each in self._of_file(path, file)]
        made.sort(key=lambda each: (-each.score, each.path, each.start_line))
        total = sum(each.tokens for each in made)
        while made and total > self._budget:  # never one token over
            self.dropped += 1
            total -= made.pop().tokens
        return made

    def _of_file(self, path: str, file: _File) -> list[Snippet]:
        lines, sums, shown = self._resolver.reader.lines(path), self._sums(path), file.shown
        for line, kind in self._secrets(path).items():
            if line < len(shown) and shown[line]:
                shown[line] = 0
                if kind:
                    self.withheld.append(Withheld(path, line, kind, left_out=True))
        made: list[Snippet] = []
        size = min(len(shown) - 1, len(lines), len(sums) - 1)  # a text may have become shorter since it was indexed
        begin = 1
        while (begin := shown.find(1, begin, size + 1)) > 0:
            stop = shown.find(0, begin, size + 1)
            end = (stop if stop > 0 else size + 1) - 1
            made.append(self._snippet(path, file, begin, end, sums[end] - sums[begin - 1]))
            begin = end + 1
        return made

    def _snippet(self, path: str, file: _File, begin: int, end: int, tokens: int) -> Snippet:
        inside = [place for line, place in file.places if begin <= line <= end] or [place for _, place in file.places]
        best = max(inside, key=lambda each: each.score)
        facts = self._resolver.facts(path)
        name = (
            facts.definitions.names[best.number] if facts is not None and best.number >= 0 else path.rpartition("/")[2]
        )
        kind: SnippetKind = "signature" if begin == end else "body"
        reasons = tuple(f"{reason}: {name}" for reason in best.reasons)
        text = self._resolver.reader.lines(path).between(begin, end)
        return Snippet(path, begin, end, text, tokens, kind, reasons, round(best.score, 6), stable=True)


def _end(definitions: DefinitionTable, number: int) -> int:
    """The last line that is shown of a definition: of a class its head, as its functions are places of their own."""
    one = definitions[number]
    if one.kind not in CLASSES and one.kind not in {"module", "scope"}:
        return one.end
    later = enumerate(definitions.kinds[number + 1 :], number + 1)
    functions = [definitions[place] for place, kind in later if kind in FUNCTIONS]
    return max(min([one.end, *[inner.start - 1 for inner in functions if inner.end <= one.end]]), one.doc_end)
