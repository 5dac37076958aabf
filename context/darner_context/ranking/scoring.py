"""What a candidate is, and how its signals become the chance that it is needed."""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from darner_context.facts.file_facts import FileFacts
from darner_context.lookup.cursor import CursorContext
from darner_context.ranking.weights import WEIGHTS, Signal, Signals
from darner_context.syntax.symbols import CLASSES, FUNCTIONS, Definition, DefinitionKind
from darner_context.text.identifiers import word_set
from darner_context.workspace.file_kind import GENERATED, TEST, VENDORED, test_path


@dataclass(slots=True)
class Candidate:
    """Lines that may be needed: a definition, or a passage. `score` is the estimated chance that they are."""

    path: str
    number: int
    definition: Definition
    facts: FileFacts
    signals: Signals = field(default_factory=Signals)
    score: float = 0.0

    def raise_to(self, signal: Signal, value: float) -> None:
        """Note a signal, keeping the strongest."""
        if value > self.signals.get(signal, 0.0):
            self.signals[signal] = value


def order(each: Candidate) -> tuple[float, str, int]:
    """Sort the likeliest first."""
    return -each.score, each.path, each.number


def foreign(place: CursorContext | None) -> int:
    """The flags of files that are no home to what a place needs."""
    return GENERATED | VENDORED | (0 if place and test_path(place.path) else TEST)


def weigh(candidates: Collection[Candidate], place: CursorContext | None, worked_on: Mapping[str, Signals]) -> None:
    """Give definitions their scores; `worked_on` are the signals of files that one has been working on."""
    own = {each.name for each in place.within} if place else set[str]()
    scope = place.scope if place else set[str]()
    unlikely = foreign(place)
    alike = _alike({each.definition.name for each in candidates}, place.words if place else set[str]())
    weight = _WEIGHT
    for each in candidates:
        definition, signals = each.definition, each.signals
        name, kind = definition[0], definition[1]
        if name in alike:
            signals["like_words_around"] = alike[name]
        if each.path in worked_on:
            signals.update(worked_on[each.path])
        if name in scope and kind in _CODE:
            for signal, named in _NAMED_HERE:
                if signal in signals:
                    signals[named] = signals[signal]
        total = _PLAIN.get(kind, _OTHER)
        if name[0] == "_" or name in own:
            total += _PRIVATE
        if each.facts.flags & unlikely:
            total += against(each.facts.flags & unlikely)
        for signal, value in signals.items():
            total += weight[signal] * value
        each.score = 1 / (1 + math.exp(-total))


def _alike(names: Iterable[str], near: set[str]) -> dict[str, float]:
    """How much of each name stands around the place, from 0 to 1; without those of which nothing does."""
    found: dict[str, float] = {}
    for name in names if near else ():
        words = word_set(name)
        common = len(words & near)
        if common:
            found[name] = common / len(words)
    return found


def against(flags: int) -> float:
    """What speaks against lines in a test, or in code that nobody here writes."""
    in_test = WEIGHTS["in_test"] if flags & TEST else 0.0
    return in_test + (WEIGHTS["generated"] if flags & (GENERATED | VENDORED) else 0.0)


_WEIGHT: Signals = dict(WEIGHTS)  # a proxy is slower
_PRIVATE = WEIGHTS["private"]
_CODE = FUNCTIONS | CLASSES
_NAMED_HERE: tuple[tuple[Signal, Signal], ...] = (
    ("member", "member_named_here"),
    ("inherited", "inherited_named_here"),
    ("same_package", "same_package_named_here"),
)
_OTHER = WEIGHTS["bias"] + WEIGHTS["other_kind"]
_SIGNAL_OF: dict[DefinitionKind, Signal] = {
    "method": "method",
    "function": "function",
    "macro": "function",
    "class": "class",
    "interface": "class",
    "enum": "class",
    "type": "class",
    "constant": "constant",
    "field": "field",
    "constructor": "constructor",
    "module": "module",
}
_PLAIN = {kind: WEIGHTS["bias"] + WEIGHTS[signal] for kind, signal in _SIGNAL_OF.items()}
