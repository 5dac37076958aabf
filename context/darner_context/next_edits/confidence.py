"""From the signals of a line to its rank, and to the probability that it changes too."""

from collections.abc import Sequence
from math import exp

# Fitted to the development half of the commits of bench/eval/next_edit.py: the weights maximize the probability that a
# line which changes is first, the two numbers below map the score of a line to how often such a line was right.
WEIGHTS = {
    "removed": 4.03,
    "added": 2.34,
    "defined": 1.35,
    "signature": 0.39,
    "enclosing": 2.09,
    "kept": 3.01,
    "pairs": 0.08,
    "clone": 3.73,
    "neighbour": 0.59,
    "same_file": -1.02,
    "near": 0.22,
    "below": 0.11,
    "same_definition": 0.76,
    "head": 0.27,
    "imports": 0.09,
    "rarest": 1.22,
    "container": 0.35,
    "comment": -1.65,
    "blank": -0.85,
    "test": -0.72,
    "adjacent": -2.00,
    "definition_of_called": 1.45,
    "removed_def": -0.85,
    "other_new": -0.19,
    "new_inside": 0.39,
    "sister": 1.86,
    "sisters": 1.56,
    "rare_kept": 0.64,
    "new_unused": 0.65,
    "below_near": 0.24,
    "same_edit_form": -0.21,
}
_SLOPE, _OFFSET = 0.31, -1.59
_WEIGHTS = tuple(WEIGHTS.values())


def score(signals: Sequence[float]) -> float:
    """The rank of a line among others; `signals` are in the order of WEIGHTS."""
    return sum([one * other for one, other in zip(_WEIGHTS, signals, strict=True)])


def probability(score: float) -> float:
    """How likely a line with this score changes too, from 0 to 1."""
    return 1 / (1 + exp(-(_SLOPE * score + _OFFSET)))
