"""What the words of an instruction find: names, paths, and functions that use such names."""

import math
from collections.abc import Iterator, Mapping
from functools import cached_property

from darner_context.facts import VALUES, FileFacts
from darner_context.library import Library, by_name
from darner_context.words import IDENTIFIER, KEYWORDS, parts, query_words

_COMMON = 25  # files that define a name: more make it noise
_NOISE = 400  # definitions of a name that are not even counted
_LEAST_COMMON = 200  # files that have a word, whatever the share
_FILES = 40  # files looked into
_OF_FILE = 0.7  # what a word of the file at hand weighs beside one of the instruction
Marks = dict[int, int]  # by line: a bit for each word in it
Piece = tuple[int, int, float, float]  # first and last line, the shares of the words and of the names in them
Hit = tuple[str, int, str, float]  # path, the definition's number in its file, signal, value


class Search:
    """One instruction for one file. Nothing depends on the place in it: it is all found once for a request."""

    def __init__(self, library: Library, instruction: str, path: str | None) -> None:
        self._library = library
        self.instruction = instruction
        self.marks: dict[str, Marks] = {}  # by path: where the words stand, as passages.py found them
        self.pieces: dict[tuple[str, bool], list[Piece]] = {}  # by path, and whether up to the last line
        self.query = query_words(instruction)
        if self.query and path is not None:
            stem = path.rpartition("/")[2].partition(".")[0]
            self.query = {**dict.fromkeys(parts(stem), _OF_FILE), **self.query}

    @cached_property
    def hits(self) -> list[Hit]:
        """All hits; none for an instruction without a telling word."""
        return [*self._named(), *self._alike()] if self.query else []

    def _named(self) -> Iterator[Hit]:
        names = sorted({name for name in IDENTIFIER.findall(self.instruction) if name not in KEYWORDS})
        for name, postings in self._library.names(names).items():
            paths = postings.defined if postings.definitions <= _NOISE else []
            for path in paths[:_COMMON]:
                facts = self._library.facts(path)
                for number in by_name(facts).get(name, ()) if facts else ():
                    yield path, number, "named in the instruction", 1.0 / (1 + len(paths)) ** 0.5

    @cached_property
    def _words(self) -> dict[str, float]:
        total = max(len(self._library.paths.all), 1)
        return {word: math.log(1 + total / (1 + len(paths))) * self.query[word] for word, paths in self._found.items()}

    @cached_property
    def _found(self) -> Mapping[str, list[str]]:
        return self._library.words(sorted(self.query))

    @cached_property
    def _scores(self) -> dict[str, float]:
        """The files that words of the instruction stand in, with the weight of these words; the best first."""
        idf = self._words
        total = len(self._library.paths.all)
        scores: dict[str, float] = {}
        for word, paths in self._found.items():
            if len(paths) <= max(_LEAST_COMMON, total // 3):
                for path in paths:
                    scores[path] = scores.get(path, 0.0) + idf[word]
        for path in scores:
            scores[path] += _weight(path, idf)
        best = sorted(scores, key=lambda path: (-scores[path], path))[:_FILES]
        return {path: scores[path] for path in best}

    @cached_property
    def words(self) -> dict[str, float]:
        """The words of the instruction that stand somewhere in the workspace, each with the share of what it tells."""
        whole = sum(self._words.values())
        return {word: value / whole for word, value in self._words.items()}

    @cached_property
    def files(self) -> dict[str, float]:
        """The files that words of the instruction stand in, each with their share; the best first."""
        whole = sum(self._words.values()) or 1.0
        return {path: score / whole for path, score in self._scores.items()}

    def _alike(self) -> Iterator[Hit]:
        idf = self._words
        whole = sum(idf.values()) or 1.0
        scores = self._scores
        top = max(scores.values(), default=1.0)
        own: dict[str, float] = {}
        for path in scores:
            facts = self._library.facts(path)
            if facts is not None:
                for number, name, body in _matches(facts, idf, own):
                    yield path, number, "words of the instruction", min(1.0, (name + body) / whole)
                    if name:
                        yield path, number, "name like the instruction", min(1.0, name / whole)
                    yield path, number, "file like the instruction", scores[path] / top


def _matches(facts: FileFacts, idf: dict[str, float], own: dict[str, float]) -> Iterator[tuple[int, float, float]]:
    """Number the definitions that words speak for, each with the weight in its name and that in its body."""
    spots = _spots(facts, idf)
    for number, each in enumerate(facts.definitions):
        if each.kind in VALUES:
            continue
        if each.name not in own:
            own[each.name] = _weight(each.name, idf)
        name = own[each.name]
        bag = memoryview(facts.bags[number]).cast("H")
        if name or not spots.keys().isdisjoint(bag):
            words = {word for one in bag if one in spots for word in spots[one]}
            yield number, name, sum(idf[word] for word in sorted(words))


def _weight(name: str, idf: dict[str, float]) -> float:
    return sum(idf[word] for word in sorted(idf.keys() & parts(name)))


def _spots(facts: FileFacts, idf: dict[str, float]) -> dict[int, list[str]]:
    """For each name of the file that holds words of the query, those words."""
    index = facts.words
    if not index:
        for number, name in enumerate(facts.names):
            for word in parts(name):
                index.setdefault(word, []).append(number)
    spots: dict[int, list[str]] = {}
    for word in idf:
        for number in index.get(word, ()):
            spots.setdefault(number, []).append(word)
    return spots
