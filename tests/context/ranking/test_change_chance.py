"""Which candidates are worth sending: the rank of their file, their kind and the evidence decide."""

from pathlib import Path

import pytest
from tests.context.sample_workspace import indexed

from darner_context.facts.definition_table import DefinitionTable
from darner_context.facts.file_facts import FileFacts
from darner_context.index import ContextRequest, Focus
from darner_context.ranking.change_chance import change_chances
from darner_context.ranking.scoring import Candidate
from darner_context.syntax.definition_types import Definition, DefinitionKind
from darner_context.text.tokenizer import tokenizer


def candidate(path: str, kind: DefinitionKind, score: float) -> Candidate:
    definition = Definition("it", kind, 1, 1, 1, 1, 1, 1, None)
    facts = FileFacts(b"", DefinitionTable.of([definition]), (), (), (), (0, 1))
    return Candidate(path, -1 if kind == "passage" else 0, definition, facts, score=score)


def order(*given: tuple[str, DefinitionKind, float], path: str = "a.py", at_place: bool = False) -> list[int]:
    """The numbers of the candidates, the likeliest first."""
    chances = change_chances([candidate(*each) for each in given], path, at_place=at_place)
    return sorted(range(len(given)), key=lambda number: -chances[number])


def test_without_passages_nothing_is_known() -> None:
    assert change_chances([], "a.py", at_place=False) == []
    assert change_chances([candidate("b.py", "function", 0.9)], "a.py", at_place=False) == [0.0]


def test_the_rank_of_the_file_decides() -> None:
    passages: tuple[tuple[str, DefinitionKind, float], ...] = (("b.py", "passage", 0.02), ("c.py", "passage", 0.01))
    assert order(*passages) == [0, 1]
    assert order(*passages, ("c.py", "function", 0.5), ("b.py", "function", 0.5)) == [0, 3, 1, 2]
    assert order(("b.go", "function", 0.5), ("c.py", "function", 0.5), ("x.md", "passage", 0.1)) == [2, 1, 0]


@pytest.mark.parametrize("scale", [1.0, 0.1, 0.001])
def test_only_the_score_beside_the_best_passage_counts(scale: float) -> None:
    given = [candidate("b.py", "passage", 0.3 * scale), candidate("c.py", "passage", 0.03 * scale)]
    first, second = change_chances(given, "a.py", at_place=False)
    assert (round(first, 4), round(second, 4)) == (0.13, 0.0102)
    assert change_chances(given, "a.py", at_place=True)[0] == pytest.approx(first / 2)


UNRELATED = "".join(f"def colour_{n}(x):\n    return x * {n}\n\n\nclass Colour{n}:\n    pass\n\n\n" for n in range(40))
FILES = {
    "shop/tax.py": "RATE = 19\n\n\ndef with_tax(amount):\n    return amount + amount * RATE // 100\n",
    "shop/view.py": "from shop.tax import with_tax\n\n\ndef show(amount):\n    return str(with_tax(amount))\n",
    "paint/colours.py": UNRELATED,
    "paint/more.py": UNRELATED.replace("colour", "shade").replace("Colour", "Shade"),
}


@pytest.mark.parametrize("instruction", ["", "round the amount of with_tax", "let show take a rate", "zzz"])
async def test_a_small_repository_is_not_sent_as_a_whole(tmp_path: Path, instruction: str) -> None:
    async with indexed(tmp_path, FILES) as index:
        counter = tokenizer("o200k_base")
        request = ContextRequest(instruction, Focus("shop/view.py", 5, 5), 32_768, selective=True)
        bundle = index.context(request, counter)
        assert "def with_tax" in "".join(each.text for each in bundle.snippets)
        assert {each.path for each in bundle.snippets} == {"shop/tax.py"}
        assert bundle.tokens < 60


async def test_without_a_place_only_likely_places_are_sent(tmp_path: Path) -> None:
    async with indexed(tmp_path, FILES) as index:
        request = ContextRequest("round the amount of with_tax", None, 32_768, selective=True)
        bundle = index.context(request, tokenizer("o200k_base"))
        assert {each.path for each in bundle.snippets} == {"shop/tax.py", "shop/view.py"}
