"""Personalised PageRank over the symbol graph, pushed outwards from what a file uses.

An approximation by forward push (Andersen, Chung and Lang, 2006): the definition with the most rank to pass on passes
it to what it uses, so many times and no more; nothing of the graph is built that this does not reach.
"""

from collections.abc import Mapping
from heapq import heappop, heappush

from darner_context.lookup.names import COMMON, Key, NameResolver

_PUSHES = 32
_PASSED_ON = 0.85
_NAMES = 40  # of one definition
_LEAST = 0.002  # of all rank: less is not passed on


def pagerank(resolver: NameResolver, seeds: Mapping[Key, float], own: str) -> dict[Key, float]:
    """
    Rank what the seeds lead to; the highest rank that is no seed's is 1.

    What leads back to the file `own` ends there: whatever its functions hold just now, what it uses are the seeds.
    """
    whole = sum(seeds.values())
    residual = {key: value / whole for key, value in sorted(seeds.items())}
    waiting = [(-value, key) for key, value in residual.items()]
    waiting.sort()
    ranks: dict[Key, float] = {}
    pushes = 0
    while waiting and pushes < _PUSHES:
        value, key = heappop(waiting)
        if -value != residual.get(key, 0.0):
            continue  # it has been given more since
        rest = residual.pop(key)
        ranks[key] = ranks.get(key, 0.0) + rest * (1 - _PASSED_ON)
        pushes += 1
        to = _used(resolver, key) if rest >= _LEAST and key[0] != own else []
        for each in to:
            residual[each] = residual.get(each, 0.0) + rest * _PASSED_ON / len(to)
            heappush(waiting, (-residual[each], each))
    for key, value in residual.items():
        ranks[key] = ranks.get(key, 0.0) + value * (1 - _PASSED_ON)
    most = max((value for key, value in ranks.items() if key not in seeds), default=1.0)
    return {key: min(1.0, value / most) for key, value in ranks.items()}


def _used(resolver: NameResolver, key: Key) -> list[Key]:
    """The definitions that a definition uses."""
    facts = resolver.facts(key[0])
    if facts is None or not facts.references[key[1]]:
        return []
    names = facts.names_in(key[1])[:_NAMES]
    resolver.preload(set(names))
    found = dict.fromkeys(
        each
        for name in names
        if 0 < resolver.postings(name).definitions <= COMMON
        for each in resolver.resolve(key[0], name)[:2]
    )
    found.pop(key, None)
    return list(found)
