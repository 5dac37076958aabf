"""The file that an import names comes before files in other folders that define the same names."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.context.lookup.import_projects import PROJECTS, Project

from darner_context.lookup.reader import IndexReader
from darner_context.ranking.retrieve import Retriever
from darner_context.request import ContextRequest, Focus
from darner_context.store.database import Store
from darner_context.text.tokenizer import tokenizer
from darner_context.workspace.scan import Workspace

_DECOYS = 4


def scores(root: Path, files: Mapping[str, str], place: tuple[str, int]) -> dict[str, float]:
    """The best score of each file that is shown for a place; the files are in no folder."""
    reader = IndexReader(Store(None), Workspace([root]))
    for path, text in files.items():
        reader.set_overlay(path, text)
    request = ContextRequest("", Focus(place[0], place[1], place[1]), 8_000)
    found: dict[str, float] = {}
    for each in Retriever(reader).retrieve(request, tokenizer("o200k_base"), ()).snippets:
        found[each.path] = max(found.get(each.path, 0.0), each.score)
    return found


@pytest.mark.parametrize(
    ("language", "each"),
    [(language, each) for language, rows in PROJECTS.items() for each in rows],
    ids=[f"{language}: {each.title}" for language, rows in PROJECTS.items() for each in rows],
)
def test_the_named_file_comes_first(tmp_path: Path, language: str, each: Project) -> None:
    assert language
    found = scores(tmp_path, each.with_decoys(_DECOYS), each.cursor)
    own = found.pop(each.named, 0.0)
    rivals = {path: score for path, score in found.items() if path not in each.files or score > own}
    assert own > max(rivals.values(), default=0.0), f"{each.named} {own:.3f}, others {rivals}"
