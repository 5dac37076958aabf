"""The tables of weights and reasons hold all signals."""

from typing import get_args

from darner_context.ranking.weights import PASSAGE, REASONS, WEIGHTS, Signal


def test_each_signal_has_a_weight() -> None:
    assert {*WEIGHTS, *PASSAGE} == {*get_args(Signal)}
    assert WEIGHTS.keys() & PASSAGE.keys() == {"bias"}


def test_each_reason_speaks_for_what_is_shown_and_no_two_are_worded_alike() -> None:
    assert {signal for signal in REASONS if {**PASSAGE, **WEIGHTS}[signal] <= 0} == set()
    assert len({*REASONS.values()}) == len(REASONS)
