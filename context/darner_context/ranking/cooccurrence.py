"""What functions that use the same names use besides: they vote for the definitions that belong to a place."""

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from heapq import nsmallest

from darner_context.facts.file_facts import FileFacts, Users
from darner_context.lookup.cursor import CursorContext
from darner_context.lookup.lru import kept
from darner_context.lookup.names import NameResolver
from darner_context.syntax.symbols import FUNCTIONS

_RARE = 60  # files that use a name: more say little about a place
_VOTERS = 24  # files asked
_ALIKE = 40  # functions whose names count
_ELECTED = 250  # names


def elected(resolver: NameResolver, place: CursorContext) -> dict[str, float]:
    """Names with their share of the votes, the most voted having 1."""
    names = frozenset((place.scope | place.unused) - resolver.unknown)
    near = names & place.near
    return kept(resolver.co_used, (place.path, names, near), lambda: _elected(resolver, place.path, names, near))


def _elected(resolver: NameResolver, own: str, names: frozenset[str], near: frozenset[str]) -> dict[str, float]:
    weights: dict[str, float] = {}
    votes: dict[str, float] = {}
    shared: dict[str, list[str]] = {}
    for name in sorted(names):
        postings = resolver.postings(name)
        if not 0 < postings.uses <= _RARE:
            continue
        used = postings.used
        weight = weights[name] = math.log(1 + 400 / len(used)) * (1.5 if name in near else 1.0)
        for path in used:
            votes[path] = votes.get(path, 0.0) + weight
            shared.setdefault(path, []).append(name)
    votes.pop(own, None)
    chosen = sorted(votes, key=lambda path: (-votes[path], path))[:_VOTERS]
    likes: list[tuple[float, str, int]] = []
    for path in chosen:
        facts = resolver.facts(path)
        if facts is not None:
            likes += [(-weight, path, number) for number, weight in _alike(facts, shared[path], weights)]
    ballots: dict[str, float] = {}
    for weight, path, number in nsmallest(_ALIKE, likes):
        facts = resolver.facts(path)
        for name in facts.bag(number) if facts is not None else ():
            ballots[name] = ballots.get(name, 0.0) - weight
    most = max(ballots.values(), default=1.0)
    first = nsmallest(_ELECTED, ballots, key=lambda name: (-ballots[name], name))
    return {name: ballots[name] / most for name in first}


def _alike(facts: FileFacts, names: Sequence[str], weights: Mapping[str, float]) -> list[tuple[int, float]]:
    """The functions of a file that use some names, each with how much they are like the place."""
    wanted = sorted([(bisect_left(facts.names, name), weights[name]) for name in names])
    users = Users(facts)
    found: dict[int, float] = {}
    for place, weight in wanted:
        for number in users.of(place):
            found[number] = found.get(number, 0.0) + weight
    return [
        (number, alike / (8 + len(facts.bags[number]) / 2) ** 0.5)
        for number, alike in found.items()
        if number < len(facts.definitions) and facts.definitions[number].kind in FUNCTIONS
    ]
