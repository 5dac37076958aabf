"""Names that functions use together: functions with the cursor's names show which others it may need."""

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from heapq import nsmallest

from darner_context.facts.file_facts import FileFacts, ReferenceIndex
from darner_context.lookup.cursor import CursorContext
from darner_context.lookup.lru import cached
from darner_context.lookup.names import NameResolver
from darner_context.syntax.definition_types import FUNCTIONS

_RARE = 60  # files that use a name: more mean little for a place
_FILES = 24  # files looked into
_FUNCTIONS = 40  # functions whose names count
_NAMES = 250  # names returned


def co_used_names(resolver: NameResolver, cursor: CursorContext) -> dict[str, float]:
    """The names used by functions that are similar to the cursor's, with scores of at most 1."""
    names = frozenset((cursor.scope | cursor.unused) - resolver.unknown)
    near = names & cursor.near
    return cached(
        resolver.co_used, (cursor.path, names, near), lambda: _find_co_used(resolver, cursor.path, names, near)
    )


def _find_co_used(resolver: NameResolver, own: str, names: frozenset[str], near: frozenset[str]) -> dict[str, float]:
    weights: dict[str, float] = {}
    file_scores: dict[str, float] = {}
    shared: dict[str, list[str]] = {}
    for name in sorted(names):
        postings = resolver.postings(name)
        used = postings.used if postings.uses <= _RARE else []
        if not used:  # also where the index names files that it had not listed yet when the paths were read
            continue
        weight = weights[name] = math.log(1 + 400 / len(used)) * (1.5 if name in near else 1.0)
        for path in used:
            file_scores[path] = file_scores.get(path, 0.0) + weight
            shared.setdefault(path, []).append(name)
    file_scores.pop(own, None)
    files = sorted(file_scores, key=lambda path: (-file_scores[path], path))[:_FILES]
    similar: list[tuple[float, str, int]] = []
    for path in files:
        facts = resolver.facts(path)
        if facts is not None:
            similar += [(-weight, path, number) for number, weight in _similar_functions(facts, shared[path], weights)]
    name_scores: dict[str, float] = {}
    for weight, path, number in nsmallest(_FUNCTIONS, similar):
        facts = resolver.facts(path)
        for name in facts.names_in(number) if facts is not None else ():
            name_scores[name] = name_scores.get(name, 0.0) - weight
    highest = max(name_scores.values(), default=1.0)
    best = nsmallest(_NAMES, name_scores, key=lambda name: (-name_scores[name], name))
    return {name: name_scores[name] / highest for name in best}


def _similar_functions(facts: FileFacts, names: Sequence[str], weights: Mapping[str, float]) -> list[tuple[int, float]]:
    """The functions of a file that use some names, each with its similarity to the cursor's."""
    wanted = sorted([(bisect_left(facts.names, name), weights[name]) for name in names])
    index = ReferenceIndex(facts)
    found: dict[int, float] = {}
    for place, weight in wanted:
        for number in index.definitions_using(place):
            found[number] = found.get(number, 0.0) + weight
    return [
        (number, similarity / (8 + len(facts.references[number]) / 2) ** 0.5)
        for number, similarity in found.items()
        if number < len(facts.definitions) and facts.definitions.kinds[number] in FUNCTIONS
    ]
