"""The types reachable from a cursor: those named there, those that calls return or take, and their members' types."""

from collections.abc import Container

from darner_context.lookup.names import Key, NameResolver, members

STRONG = 0.35  # a type whose members are followed
_TURNS, _FOLLOWED, _MEMBERS = 2, 24, 60  # how far, how many types each time, and how many members of each


class ReachableTypes:
    """Types with weights from 0 to 1: how likely one of their members can be used at the cursor, in the file `own`."""

    def __init__(self, resolver: NameResolver, own: str) -> None:
        self._resolver = resolver
        self._own = own
        self._weights: dict[Key, float] = {}

    def add(self, key: Key, weight: float) -> None:
        """Add a type; of two weights the higher one counts."""
        if weight > self._weights.get(key, 0.0):
            self._weights[key] = weight

    def add_signature_types(self, key: Key, weight: float) -> None:
        """Add the types in a signature, but for those of the file itself, which are seen anyway."""
        if key[0] != self._own:
            for type_key in self._resolver.signature_types(key):
                self.add(type_key, weight)

    def expand(self, scope: Container[str]) -> None:
        """Add the bases and the member types of the types so far; a member with a name in `scope` counts more."""
        for _ in range(_TURNS):
            strong = [(weight, key) for key, weight in self._weights.items() if weight >= STRONG]
            for weight, key in sorted(strong, reverse=True)[:_FOLLOWED]:
                facts = self._resolver.facts(key[0])
                if facts is None:
                    continue
                for base in self._resolver.bases(key):
                    self.add(base, weight * 0.7)
                for number in members(facts, key[1])[:_MEMBERS]:
                    named = facts.definitions.names[number] in scope
                    self.add_signature_types((key[0], number), weight * (0.85 if named else 0.3))

    def strongest(self, most: int) -> list[tuple[Key, float]]:
        """The types of the highest weights."""
        return sorted(self._weights.items(), key=lambda item: (-item[1], item[0]))[:most]
