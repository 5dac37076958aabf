"""What the words of an instruction find: names, paths, and functions that use such names."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from heapq import nsmallest

from darner_context.facts.file_facts import FileFacts
from darner_context.lookup.names import Key
from darner_context.lookup.reader import IndexReader
from darner_context.ranking.weights import Signal, Signals
from darner_context.syntax.definition_types import VALUES
from darner_context.text.identifiers import IDENTIFIER, KEYWORDS, masks_of_names, parts, query_words

_COMMON = 25  # files that define a name: more make it noise
_NOISE = 400  # definitions of a name that are not even counted
_LEAST_COMMON, _MOST_COMMON = 200, 3_000  # files that have a word: a word of more than these and a third means nothing
_FILES = 24  # files looked into
_HITS = 200  # definitions found in them
_OF_FILE = 0.7  # what a word of the file at hand weighs beside one of the instruction
_NOTED = 400  # what is noted of a file: two entries for each word
_SIMILARITY_SIGNALS: tuple[Signal, ...] = ("words_like_instruction", "name_like_instruction", "file_like_instruction")
Marks = dict[int, int]  # by line: a bit for each word in it
Piece = tuple[int, int, float, float]  # first and last line, the shares of the words and of the names in them
Hits = dict[Key, Signals]  # what speaks for a definition


class Search:
    """One instruction for one file. Nothing depends on the place in it: it is all found once for a request."""

    def __init__(self, reader: IndexReader, instruction: str, path: str | None) -> None:
        self._reader = reader
        self._path = path
        self.instruction = instruction
        self.marks: dict[str, Marks] = {}  # by path: where the words are, as passages.py found them
        self.pieces: dict[tuple[str, bool], list[Piece]] = {}  # by path, and whether up to the last line
        self.query = query_words(instruction)
        if self.query and path is not None:
            stem = path.rpartition("/")[2].partition(".")[0]
            self.query = {**dict.fromkeys(parts(stem), _OF_FILE), **self.query}

    @cached_property
    def hits(self) -> Hits:
        """The definitions that match the instruction; none for one without a significant word."""
        if not self.query:
            return {}
        named, similar = self._named_definitions(), self._similar_definitions()
        best = sorted([(sum(values), key) for key, values in similar.items()], reverse=True)[:_HITS]
        keys = dict.fromkeys([*named, *[key for _, key in best]])
        found: Hits = {}
        for key in keys:
            signals = found[key] = {"named_in_instruction": named[key]} if key in named else {}
            if key in similar:
                signals.update(zip(_SIMILARITY_SIGNALS, similar[key], strict=True))
        return found

    def _named_definitions(self) -> dict[Key, float]:
        found: dict[Key, float] = {}
        names = sorted({name for name in IDENTIFIER.findall(self.instruction) if name not in KEYWORDS})
        for name, postings in self._reader.postings(names).items():
            paths = postings.defined if postings.definitions <= _NOISE else []
            for path in paths[:_COMMON]:
                facts = self._reader.facts(path)
                for number in facts.definitions.by_name.get(name, ()) if facts else ():
                    found[path, number] = 1.0 / (1 + len(paths)) ** 0.5
        return found

    @cached_property
    def _words(self) -> dict[str, float]:
        total = max(len(self._reader.paths.all), 1)
        return {word: math.log(1 + total / (1 + count)) * self.query[word] for word, (count, _) in self._found.items()}

    @cached_property
    def _found(self) -> Mapping[str, tuple[int, list[str]]]:
        most = min(max(_LEAST_COMMON, len(self._reader.paths.all) // 3), _MOST_COMMON)
        found = self._reader.words(sorted(self.query), most, self._path)
        return {word: (count, paths) for word, (count, paths) in found.items() if count}

    @cached_property
    def _scores(self) -> dict[str, float]:
        """The files that contain words of the instruction, with the weight of these words; the best first."""
        idf = self._words
        scores: dict[str, float] = {}
        for word, (_, paths) in self._found.items():
            for path in paths:
                scores[path] = scores.get(path, 0.0) + idf[word]
        paths = list(scores)
        sums = Sums(idf, list(idf))
        for number, mask in masks_of_names(paths, sums.words).items():
            scores[paths[number]] += sums[mask]
        return {path: -score for score, path in nsmallest(_FILES, [(-score, path) for path, score in scores.items()])}

    @cached_property
    def words(self) -> dict[str, float]:
        """The words of the instruction that are somewhere in the workspace, each with its share of the information."""
        whole = sum(self._words.values())
        return {word: value / whole for word, value in self._words.items()}

    @cached_property
    def files(self) -> dict[str, float]:
        """The files that contain words of the instruction, each with their share; the best first."""
        whole = sum(self._words.values()) or 1.0
        return {path: score / whole for path, score in self._scores.items()}

    def _similar_definitions(self) -> dict[Key, tuple[float, float, float]]:
        idf = self._words
        whole = sum(idf.values()) or 1.0
        scores = self._scores
        top = max(scores.values(), default=1.0)
        sums = Sums(idf, list(idf)), Sums(idf, sorted(idf))
        found: dict[Key, tuple[float, float, float]] = {}
        for path in scores:
            facts = self._reader.facts(path)
            if facts is not None:
                of_file = scores[path] / top
                for number, name, body in _matches(facts, *sums):
                    found[path, number] = min(1.0, (name + body) / whole), min(1.0, name / whole), of_file
        return found


class Sums(dict[int, float]):
    """The weights of words together, by the bits that stand for them; `words` is also the order they are added in."""

    def __init__(self, weights: Mapping[str, float], words: Sequence[str]) -> None:
        super().__init__({0: 0.0})
        self.words = words
        self._weights = [weights[word] for word in words]

    def __missing__(self, mask: int) -> float:
        made = self[mask] = sum([weight for bit, weight in enumerate(self._weights) if mask >> bit & 1])
        return made


def _matches(facts: FileFacts, of_name: Sums, of_body: Sums) -> Iterator[tuple[int, float, float]]:
    """Number the definitions that words speak for, each with the weight in its name and that in its body."""
    _index_words(facts, of_body.words)
    held = facts.words
    names, bodies = dict[int, int](), dict[int, int]()
    for marks, words, prefix in ((names, of_name.words, "."), (bodies, of_body.words, "")):
        for place, word in enumerate(words):
            bit = 1 << place
            for number in held[prefix + word]:
                marks[number] = marks.get(number, 0) | bit
    for number in {**bodies, **names}:
        yield number, of_name[names.get(number, 0)], of_body[bodies.get(number, 0)]


def _index_words(facts: FileFacts, words: Iterable[str]) -> None:
    """Note for each word which definitions use a name with it and, behind a dot, which have such a name themselves."""
    if len(facts.words) > _NOTED:
        facts.words.clear()
    wanted = [word for word in words if word not in facts.words]
    if wanted:
        _store_numbers(facts, wanted, "", _masks_of_users(facts, wanted))
        _store_numbers(facts, wanted, ".", _masks_of_named(facts, wanted))


def _store_numbers(facts: FileFacts, words: Sequence[str], prefix: str, found: Mapping[int, int]) -> None:
    kinds = facts.definitions.kinds
    listed = [(number, mask) for number, mask in found.items() if kinds[number] not in VALUES]
    for bit, word in enumerate(words):
        facts.words[prefix + word] = [number for number, mask in listed if mask >> bit & 1]


def _masks_of_users(facts: FileFacts, words: Sequence[str]) -> dict[int, int]:
    spots = masks_of_names(facts.names, words)
    places, found = spots.keys(), dict[int, int]()
    for number, references in enumerate(facts.references[:-1]):
        mask = 0
        for place in places & memoryview(references).cast("H"):
            mask |= spots[place]
        if mask:
            found[number] = mask
    return found


def _masks_of_named(facts: FileFacts, words: Sequence[str]) -> dict[int, int]:
    titles, defined = facts.definitions.by_name, facts.definitions.names
    names = list(titles)
    return {
        number: mask
        for place, mask in masks_of_names(names, words).items()
        for number in titles[names[place]]
        if defined[number] == names[place]  # no member of a class of this name
    }
