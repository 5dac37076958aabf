"""What a candidate is, and how its signals become the chance that it is needed."""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from darner_context.facts.file_facts import FileFacts
from darner_context.lookup.cursor import CursorContext
from darner_context.ranking.weights import WEIGHTS, Signal, Signals
from darner_context.syntax.definition_types import CLASSES, FUNCTIONS, Definition, DefinitionKind
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
        """Set a signal; of two values the higher one counts."""
        if value > self.signals.get(signal, 0.0):
            self.signals[signal] = value


def order_key(each: Candidate) -> tuple[float, str, int]:
    """The sort key that puts the best candidates first."""
    return -each.score, each.path, each.number


def unlikely_flags(cursor: CursorContext) -> int:
    """The flags of files that seldom hold what the cursor's file needs."""
    return GENERATED | VENDORED | (0 if test_path(cursor.path) else TEST)


def score_candidates(
    candidates: Collection[Candidate], cursor: CursorContext, worked_on: Mapping[str, Signals]
) -> None:
    """Set the scores of definitions; `worked_on` holds the signals of the files that the user works on."""
    own = {around.name for around in cursor.within}
    scope = cursor.scope
    penalized = unlikely_flags(cursor)
    similarity = _name_similarity({each.definition.name for each in candidates}, cursor.words)
    weight = _WEIGHT
    for each in candidates:
        definition, signals = each.definition, each.signals
        name, kind = definition.name, definition.kind
        if name in similarity:
            signals["like_words_around"] = similarity[name]
        if each.path in worked_on:
            signals.update(worked_on[each.path])
        if name in scope and kind in _CODE:
            for signal, named in _NAMED_HERE:
                if signal in signals:
                    signals[named] = signals[signal]
        total = _PLAIN.get(kind, _OTHER)
        if name[0] == "_" or name in own:
            total += _PRIVATE
        if each.facts.flags & penalized:
            total += flag_penalties(each.facts.flags & penalized)
        for signal, value in signals.items():
            total += weight[signal] * value
        each.score = 1 / (1 + math.exp(-total))


def _name_similarity(names: Iterable[str], near: set[str]) -> dict[str, float]:
    """The share of each name's words that are near the cursor; names without any are left out."""
    found: dict[str, float] = {}
    for name in names if near else ():
        words = word_set(name)
        common = len(words & near)
        if common:
            found[name] = common / len(words)
    return found


def flag_penalties(flags: int) -> float:
    """The penalties of lines in a test, or in code that is generated or vendored."""
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
