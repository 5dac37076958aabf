from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from darner_server.engine.base_version_offsets import OriginalOffsets
from darner_server.patch import Splice


def applied(text: str, splices: Sequence[Splice]) -> str:
    for each in reversed(splices):
        text = text[: each.start] + each.text + text[each.end :]
    return text


def test_disjoint_edits_keep_the_first_text_s_offsets() -> None:
    offsets = OriginalOffsets()
    assert offsets.add((Splice(0, 1, "AAA"),)) == (Splice(0, 1, "AAA"),)
    assert offsets.add((Splice(5, 6, ""),)) == (Splice(3, 4, ""),)
    assert offsets.changes == (Splice(0, 1, "AAA"), Splice(3, 4, ""))


def test_an_edit_inside_an_earlier_one_joins_it() -> None:
    offsets = OriginalOffsets()
    offsets.add((Splice(2, 4, "hello"),))
    assert offsets.add((Splice(3, 5, "u"),)) == (Splice(2, 4, "hulo"),)


def test_an_edit_across_two_earlier_ones_joins_both() -> None:
    offsets = OriginalOffsets()
    offsets.add((Splice(1, 2, "bb"), Splice(4, 5, "ee")))
    assert offsets.add((Splice(2, 6, "-"),)) == (Splice(1, 5, "b-e"),)


@given(
    st.text("abc", min_size=0, max_size=12),
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 6), st.text("xyz", max_size=4)), max_size=8),
)
def test_the_changes_together_are_the_edits_in_turn(text: str, edits: list[tuple[int, int, str]]) -> None:
    offsets, present = OriginalOffsets(), text
    for where, length, new in edits:
        start = min(where, len(present))
        end = min(start + length, len(present))
        offsets.add((Splice(start, end, new),))
        present = present[:start] + new + present[end:]
        assert applied(text, offsets.changes) == present
        ends = [each.end for each in offsets.changes]
        assert all(end <= after.start for end, after in zip(ends, offsets.changes[1:], strict=False))
