"""In which order the ways to show candidates are taken."""

from darner_context.ranking.packing import SHORT
from darner_context.ranking.weights import BODY_WORTH, CLASS_BODY_WORTH, SIGNATURE_WORTH, SMALL


def test_no_way_to_show_a_candidate_is_worth_more_than_its_score_by_a_small_piece() -> None:
    """Those whose turn has not come are not looked at: filling relies on it."""
    assert SIGNATURE_WORTH / SHORT <= 1 / SMALL
    assert max(BODY_WORTH, CLASS_BODY_WORTH) <= 1


def test_the_line_is_worth_more_than_what_follows_it() -> None:
    """A signature holds the line that names it, which counts as `SMALL` tokens more."""
    for size in range(1, 200):
        assert SIGNATURE_WORTH / max(SHORT, size) < 1 / (SMALL + size)
