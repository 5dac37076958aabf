"""The types at hand at a place: those named there, those that calls give, and what these lead to."""

from darner_context.lookup.cursor import CursorContext
from darner_context.lookup.names import Key, NameResolver, members

STRONG = 0.35  # a type whose members are followed
_TURNS, _FOLLOWED, _MEMBERS = 2, 24, 60  # how far, how many types each time, and how many members of each


class TypesAtHand:
    """Types by how surely something of theirs is at hand, from 0 to 1."""

    def __init__(self, resolver: NameResolver, place: CursorContext | None) -> None:
        self._resolver = resolver
        self._place = place
        self._weights: dict[Key, float] = {}

    def note(self, key: Key, weight: float) -> None:
        """Note a type, keeping the surest."""
        if weight > self._weights.get(key, 0.0):
            self._weights[key] = weight

    def given_by(self, key: Key, weight: float) -> None:
        """Note the types in a signature: what a call gives, or takes. Those of the place's own file are seen anyway."""
        if self._place is None or key[0] != self._place.path:
            for each in self._resolver.signature_types(key):
                self.note(each, weight)

    def spread(self) -> None:
        """Go on from the types at the place to the types of their members and their bases."""
        scope = self._place.scope if self._place is not None else set[str]()
        for _ in range(_TURNS):
            strong = [(weight, key) for key, weight in self._weights.items() if weight >= STRONG]
            for weight, key in sorted(strong, reverse=True)[:_FOLLOWED]:
                facts = self._resolver.facts(key[0])
                if facts is None:
                    continue
                for base in self._resolver.bases(key):
                    self.note(base, weight * 0.7)
                for number in members(facts, key[1])[:_MEMBERS]:
                    named = facts.definitions[number].name in scope
                    self.given_by((key[0], number), weight * (0.85 if named else 0.3))

    def surest(self, most: int) -> list[tuple[Key, float]]:
        """The surest types, with their weights."""
        return sorted(self._weights.items(), key=lambda item: (-item[1], item[0]))[:most]
