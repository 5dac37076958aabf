import pytest
from hypothesis import given
from hypothesis import strategies as st

from darner_server.lsp.edits.alignment import Alignment
from darner_server.lsp.text.documents import TextChange

TEXT = "one\ntwo\nthree\nfour\n"


def whole(alignment: Alignment) -> str:
    """The document once it has got our edits."""
    text = alignment.live
    for region in reversed(alignment.pending):
        text = text[: region.d0] + alignment.model[region.m0 : region.m1] + text[region.d1 :]
    return text


def cut(text: str, old: str, new: str) -> TextChange:
    start = text.index(old)
    return TextChange(start, start + len(old), new)


@pytest.mark.parametrize(
    ("typed", "patched", "clean", "result"),
    [
        (("one\n", "zero\none\n"), ("three", "3"), True, "zero\none\ntwo\n3\nfour\n"),  # above: it moves
        (("four\n", "four\nfive\n"), ("three", "3"), True, "one\ntwo\n3\nfour\nfive\n"),  # below
        (("three", "three!"), ("three", "3"), False, "one\ntwo\nthree!\nfour\n"),  # the same line
        (("three", "thr"), ("two\nthree", "2\n3"), False, "one\ntwo\nthr\nfour\n"),  # one of its lines
        (("two\n", "two\nnew\n"), ("two\n", "2\n"), True, "one\n2\nnew\nthree\nfour\n"),  # a line put just below
        (("two\n", "two\nnew\n"), ("three\n", "3\n"), True, "one\ntwo\nnew\n3\nfour\n"),  # just above
        (("two\n", "two\nnew\n"), ("two\nthree\n", "2\n3\n"), False, "one\ntwo\nnew\nthree\nfour\n"),  # in the middle
        (("two\n", ""), ("three", "3"), True, "one\n3\nfour\n"),
    ],
)
def test_typing_meanwhile(typed: tuple[str, str], patched: tuple[str, str], clean: bool, result: str) -> None:
    alignment = Alignment(TEXT)
    alignment.edit_live(cut(TEXT, *typed))
    assert (alignment.edit_model([cut(TEXT, *patched)]) is not None) is clean
    assert whole(alignment) == result


def test_an_echo_in_pieces_is_still_ours() -> None:
    alignment = Alignment(TEXT)
    assert alignment.edit_model([cut(TEXT, "two", "2 and 2")])
    alignment.edit_live(TextChange(4, 5, "2"))
    alignment.edit_live(TextChange(5, 7, " and 2"))
    assert (alignment.pending, alignment.live) == ((), alignment.model)
    assert alignment.edit_model([cut(alignment.model, "2 and 2\nthree", "2\n3")])


CUTS = st.tuples(st.integers(0, 20), st.integers(0, 4), st.text("ab\n", max_size=3))


def limited(text: str, given: tuple[int, int, str]) -> TextChange:
    start = min(given[0], len(text))
    return TextChange(start, min(start + given[1], len(text)), given[2])


@pytest.mark.parametrize(
    ("held", "patched", "pending"),
    [
        ("two\n", "three\n", [(4, 14, "3\n")]),  # just above: one edit
        ("three\n", "two\n", [(4, 14, "3\n")]),  # just below
        ("one\n", "three\n", [(0, 4, ""), (8, 14, "3\n")]),  # a line stays between them
        ("one\n", "four\n", [(0, 4, ""), (14, 19, "3\n")]),
    ],
)
def test_what_is_released_is_one_edit_with_those_that_it_touches(
    held: str, patched: str, pending: list[tuple[int, int, str]]
) -> None:
    alignment = Alignment(TEXT)
    alignment.edit_model([cut(TEXT, held, "")], held=True)
    alignment.edit_model([cut(alignment.model, patched, "3\n")])
    assert alignment.release()
    assert [(each.d0, each.d1, alignment.model[each.m0 : each.m1]) for each in alignment.pending] == pending
    assert whole(alignment) == alignment.model


@pytest.mark.parametrize(
    ("reported", "lost"),
    [
        (("two\nthree\n", "2\nthree!\n"), 0),  # a client reports our edit and typing below as one change
        (("one\ntwo\n", "one!\n2\n"), 0),  # above
        (("two\nthree\nfour\n", "2\nfour\n"), 0),
        (("two\n", "2\nnew\n"), 0),  # just below
        (("two\nthree\n", "2!\nthree!\n"), 0),  # behind it
        (("two\nthree\n", "three!\n"), 1),
        (("two", "two!"), 1),  # our edit never came
    ],
)
def test_an_edit_is_lost_only_where_the_document_does_not_have_it(reported: tuple[str, str], lost: int) -> None:
    alignment = Alignment(TEXT)
    alignment.edit_model([cut(TEXT, "two", "2")])
    alignment.edit_live(cut(TEXT, *reported))
    assert (len(alignment.lost), alignment.pending) == (lost, ())


def test_an_echo_beside_what_the_user_typed_leaves_that_to_the_user() -> None:
    alignment = Alignment("aaa\n")
    alignment.edit_model([TextChange(3, 4, "\n\n")])
    alignment.edit_live(TextChange(4, 4, "b"))
    alignment.edit_live(TextChange(3, 4, "\n\n"))
    assert (alignment.live, alignment.pending, alignment.lost) == ("aaa\n\nb", (), [])


@given(st.text("ab\n", max_size=14), st.lists(st.tuples(st.sampled_from("mde"), CUTS), max_size=10))
def test_outside_the_regions_both_are_the_same(text: str, steps: list[tuple[str, tuple[int, int, str]]]) -> None:
    alignment = Alignment(text)
    for kind, given_cut in steps:
        if kind == "m":
            alignment.edit_model([limited(alignment.model, given_cut)])
        elif kind == "d":
            alignment.edit_live(limited(alignment.live, given_cut))
        else:
            for region in reversed(alignment.pending):
                alignment.edit_live(TextChange(region.d0, region.d1, alignment.model[region.m0 : region.m1]))
            assert alignment.pending == ()
        at_model = at_live = 0
        for region in alignment._regions:
            assert alignment.model[at_model : region.m0] == alignment.live[at_live : region.d0]
            at_model, at_live = region.m1, region.d1
        assert alignment.model[at_model:] == alignment.live[at_live:]


def test_where_an_offset_is_in_the_document() -> None:
    alignment = Alignment(TEXT)
    alignment.edit_live(TextChange(0, 0, "zero\n"))
    assert [alignment.to_live(each) for each in (0, 4, len(TEXT))] == [5, 9, len(TEXT) + 5]
