"""Names that functions use together, while the index is written."""

from array import array
from types import SimpleNamespace
from typing import Any, cast

import pytest

from darner_context.ranking.name_cooccurrence import _find_co_used
from darner_context.store.postings import Postings


@pytest.mark.parametrize("used", [[], [3], [3, 4]])
def test_files_that_the_index_does_not_list_yet_are_passed_over(used: list[int]) -> None:
    postings = Postings({}, array("I"), array("I", used))

    def found(_name: str) -> Postings:
        return postings

    resolver = cast("Any", SimpleNamespace(postings=found))
    assert _find_co_used(resolver, "a.py", frozenset({"total"}), frozenset()) == {}
