"""BM25F over files and definitions: what the words and the names of a report are about.

A term counts once in each field of a definition, as the index keeps which names a definition has but not how often.
Robertson, Zaragoza and Taylor, Simple BM25 extension to multiple weighted fields, 2004.
"""

import math
from bisect import bisect_left
from collections.abc import Mapping
from heapq import nlargest

from darner_context.facts.file_facts import FileFacts
from darner_context.localization.report import Report
from darner_context.lookup.reader import IndexReader
from darner_context.text.identifiers import masks_of_names, word_set

_NAME, _SIGNATURE, _CONTAINER, _PATH, _BODY = 4.0, 1.5, 1.0, 2.0, 1.0  # what a term counts in each field
_SATURATION, _NORMALIZATION, _AVERAGE = 1.2, 0.4, 50  # k1, b, and the names in a definition of usual length
_WORDS, _NAMES = 50, 40  # terms looked for, the most telling ones
_DEFINED, _USED = 25, 300  # files that define or use a name: more make it noise
_DEFINING = 2.0  # what a file that defines a name gains beside one that uses it
_SIZE, _LONG = 1_250, 0.15  # tokens of a file of usual length, and what a longer one loses
_LOOKED_INTO = 3  # files whose length is looked up, for one that is taken
_FEW = 200  # files that have a word: of more than these and a quarter of all it tells nothing
_NOTED = 400  # what is noted of a file's words


class Lexical:
    """The terms of one report in one workspace."""

    def __init__(self, reader: IndexReader, report: Report) -> None:
        self._reader = reader
        total = max(len(reader.paths.all), 1)
        words = reader.words(sorted(report.words), max(_FEW, total // 4), None)
        weights = {
            word: report.words[word] * math.log(1 + total / (1 + count)) for word, (count, _) in words.items() if count
        }
        self.words = _heaviest(weights, _WORDS)
        self._paths = {word: words[word][1] for word in self.words}
        self._postings = reader.postings(sorted(report.names))
        names = {
            name: report.names[name] * math.log(1 + total / (1 + max(each.uses, each.definitions)))
            for name, each in self._postings.items()
            if each.uses or each.definitions
        }
        self.names = _heaviest(names, _NAMES)
        self._weights = [*self.words.values(), *self.names.values()]
        self._bits: Mapping[str, int] = {word: 1 << bit for bit, word in enumerate(self.words)}
        self._name_bits = {name: 1 << len(self.words) + bit for bit, name in enumerate(self.names)}

    def best_files(self, most: int) -> dict[str, float]:
        """The files that have the terms, each with its score, the highest first."""
        scores: dict[str, float] = {}
        for word, weight in self.words.items():
            for path in self._paths[word]:
                scores[path] = scores.get(path, 0.0) + weight
        for name, weight in self.names.items():
            postings = self._postings[name]
            for path in postings.defined if postings.definitions <= _DEFINED else ():
                scores[path] = scores.get(path, 0.0) + _DEFINING * weight
            for path in postings.used if postings.uses <= _USED else ():
                scores[path] = scores.get(path, 0.0) + weight
        found: dict[str, float] = {}
        for path, score in _heaviest(scores, _LOOKED_INTO * most).items():
            facts = self._reader.facts(path)
            if facts is not None:
                longer = math.log1p(facts.sums[-1] / _SIZE)
                in_path = [self.words[word] for word in sorted(self.words.keys() & word_set(path))]
                found[path] = score / (1 + _LONG * longer) + sum(in_path)
        return _heaviest(found, most)

    def definitions(self, path: str, facts: FileFacts) -> dict[int, float]:
        """Number the definitions that have terms, each with its score; -1 is what is outside all functions."""
        spots = self._spots(facts)
        if not spots:
            return {}
        names, named = facts.names, dict[str, int]()
        for place, mask in spots.items():
            named[names[place]] = mask
        in_path = _mask(self._bits, word_set(path))
        places, last = spots.keys(), len(facts.references) - 1
        found: dict[int, float] = {}
        for number, references in enumerate(facts.references):
            held = memoryview(references).cast("H")
            name = named.get(facts.definitions.names[number], 0) if number < last else 0
            if not name and places.isdisjoint(held):
                continue
            body = signature = container = 0
            for place in places & held:
                body |= spots[place]
            if number < last:
                container = _mask(named, (facts.definitions.containers[number] or "").split("."))
                for place in places & memoryview(facts.signatures[number]).cast("H"):
                    signature |= spots[place]
            fields = (name, signature, container, in_path, body)
            found[number if number < last else -1] = self._score(fields, len(held))
        return found

    def _score(self, fields: tuple[int, int, int, int, int], length: int) -> float:
        norm = _SATURATION * (1 - _NORMALIZATION + _NORMALIZATION * length / _AVERAGE)
        name, signature, container, in_path, body = fields
        rest = name | signature | container | in_path | body
        score, weights = 0.0, self._weights
        while rest:
            bit = rest & -rest
            rest ^= bit
            often = (
                (_BODY if body & bit else 0.0)
                + (_NAME if name & bit else 0.0)
                + (_SIGNATURE if signature & bit else 0.0)
                + (_CONTAINER if container & bit else 0.0)
                + (_PATH if in_path & bit else 0.0)
            )
            score += weights[bit.bit_length() - 1] * often / (often + norm)
        return score

    def _spots(self, facts: FileFacts) -> dict[int, int]:
        """The names of a file that have terms, by their places, each with the bits of its terms."""
        noted, names = facts.words, facts.names
        if len(noted) > _NOTED:
            noted.clear()
        words = [word for word in self.words if "@" + word not in noted]
        if words:
            fresh: dict[str, list[int]] = {"@" + word: [] for word in words}
            for place, mask in masks_of_names(names, words).items():
                for bit, word in enumerate(words):
                    if mask >> bit & 1:
                        fresh["@" + word].append(place)
            noted.update(fresh)
        spots: dict[int, int] = {}
        for word, bit in self._bits.items():
            for place in noted["@" + word]:
                spots[place] = spots.get(place, 0) | bit
        for name, bit in self._name_bits.items():
            at = bisect_left(names, name)
            if at < len(names) and names[at] == name:
                spots[at] = spots.get(at, 0) | bit
        return spots


def _mask(bits: Mapping[str, int], terms: "frozenset[str] | list[str]") -> int:
    mask = 0
    for term in terms:
        mask |= bits.get(term, 0)
    return mask


def _heaviest(weights: Mapping[str, float], most: int) -> dict[str, float]:
    return dict(nlargest(most, weights.items(), key=lambda each: (each[1], each[0])))
