"""What the words of an instruction find: names, paths, and functions that use such names."""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from heapq import nlargest, nsmallest

from darner_context.facts import VALUES, FileFacts, by_name
from darner_context.library import Library
from darner_context.ties import Key
from darner_context.words import IDENTIFIER, KEYWORDS, parts, query_words, word_set

_COMMON = 25  # files that define a name: more make it noise
_NOISE = 400  # definitions of a name that are not even counted
_LEAST_COMMON, _MOST_COMMON = 200, 3_000  # files that have a word: of more than these and a third it tells nothing
_FILES = 24  # files looked into
_HITS = 200  # definitions found in them
_OF_FILE = 0.7  # what a word of the file at hand weighs beside one of the instruction
_ALIKE = ("words of the instruction", "name like the instruction", "file like the instruction")
Marks = dict[int, int]  # by line: a bit for each word in it
Piece = tuple[int, int, float, float]  # first and last line, the shares of the words and of the names in them
Hits = dict[Key, dict[str, float]]  # what speaks for a definition


class Search:
    """One instruction for one file. Nothing depends on the place in it: it is all found once for a request."""

    def __init__(self, library: Library, instruction: str, path: str | None) -> None:
        self._library = library
        self._path = path
        self.instruction = instruction
        self.marks: dict[str, Marks] = {}  # by path: where the words stand, as passages.py found them
        self.pieces: dict[tuple[str, bool], list[Piece]] = {}  # by path, and whether up to the last line
        self.query = query_words(instruction)
        if self.query and path is not None:
            stem = path.rpartition("/")[2].partition(".")[0]
            self.query = {**dict.fromkeys(parts(stem), _OF_FILE), **self.query}

    @cached_property
    def hits(self) -> Hits:
        """The definitions that the instruction speaks for; none for one without a telling word."""
        if not self.query:
            return {}
        named, alike = self._named(), self._alike()
        keys = dict.fromkeys([*named, *nlargest(_HITS, alike, key=lambda key: (sum(alike[key]), key))])
        found: Hits = {}
        for key in keys:
            signals = found[key] = {"named in the instruction": named[key]} if key in named else {}
            if key in alike:
                signals.update(zip(_ALIKE, alike[key], strict=True))
        return found

    def _named(self) -> dict[Key, float]:
        found: dict[Key, float] = {}
        names = sorted({name for name in IDENTIFIER.findall(self.instruction) if name not in KEYWORDS})
        for name, postings in self._library.names(names).items():
            paths = postings.defined if postings.definitions <= _NOISE else []
            for path in paths[:_COMMON]:
                facts = self._library.facts(path)
                for number in by_name(facts).get(name, ()) if facts else ():
                    found[path, number] = 1.0 / (1 + len(paths)) ** 0.5
        return found

    @cached_property
    def _words(self) -> dict[str, float]:
        total = max(len(self._library.paths.all), 1)
        return {word: math.log(1 + total / (1 + count)) * self.query[word] for word, (count, _) in self._found.items()}

    @cached_property
    def _found(self) -> Mapping[str, tuple[int, list[str]]]:
        most = min(max(_LEAST_COMMON, len(self._library.paths.all) // 3), _MOST_COMMON)
        found = self._library.words(sorted(self.query), most, self._path)
        return {word: (count, paths) for word, (count, paths) in found.items() if count}

    @cached_property
    def _scores(self) -> dict[str, float]:
        """The files that words of the instruction stand in, with the weight of these words; the best first."""
        idf = self._words
        scores: dict[str, float] = {}
        for word, (_, paths) in self._found.items():
            for path in paths:
                scores[path] = scores.get(path, 0.0) + idf[word]
        for path in scores:
            scores[path] += _weight(path, idf)
        best = nsmallest(_FILES, scores, key=lambda path: (-scores[path], path))
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

    def _alike(self) -> dict[Key, tuple[float, float, float]]:
        idf = self._words
        whole = sum(idf.values()) or 1.0
        scores = self._scores
        top = max(scores.values(), default=1.0)
        own: dict[str, float] = {}
        found: dict[Key, tuple[float, float, float]] = {}
        for path in scores:
            facts = self._library.facts(path)
            if facts is not None:
                of_file = scores[path] / top
                for number, name, body in _matches(facts, idf, own):
                    found[path, number] = min(1.0, (name + body) / whole), min(1.0, name / whole), of_file
        return found


def _matches(facts: FileFacts, idf: dict[str, float], own: dict[str, float]) -> Iterator[tuple[int, float, float]]:
    """Number the definitions that words speak for, each with the weight in its name and that in its body."""
    words = sorted(idf)
    spots: dict[int, int] = {}  # by place of a name: a bit for each word in it
    for bit, word in enumerate(words):
        for place in _places(facts, word):
            spots[place] = spots.get(place, 0) | 1 << bit
    held = spots.keys()
    sums: dict[int, float] = {0: 0.0}
    for number, each in enumerate(facts.definitions):
        if each[1] in VALUES:
            continue
        mask = 0
        for place in held & memoryview(facts.bags[number]).cast("H"):
            mask |= spots[place]
        title = each[0]
        if title not in own:
            own[title] = _weight(title, idf)
        name = own[title]
        if name or mask:
            if mask not in sums:
                sums[mask] = sum([idf[word] for bit, word in enumerate(words) if mask >> bit & 1])
            yield number, name, sums[mask]


def _weight(name: str, idf: dict[str, float]) -> float:
    words = word_set(name)
    return 0.0 if words.isdisjoint(idf) else sum([weight for word, weight in idf.items() if word in words])


def _places(facts: FileFacts, word: str) -> Sequence[int]:
    """The file's names that hold a word."""
    index = facts.words
    if not index:
        for number, name in enumerate(facts.names):
            for part in word_set(name):
                index.setdefault(part, []).append(number)
    return index.get(word, ())
