"""What is worth sending: the chance that the change touches a candidate's lines too, and where to stop."""

from collections.abc import Sequence

from darner_context.ranking.scoring import Candidate

# Fitted on commits of repositories that the benchmark does not have; LEAST was chosen by it. Places that change with
# the focus are in few files, so a file's rank by its best passage says more than the score of a definition in it.
_PASSAGE, _PASSAGE_RANK = 0.13, 0.35  # of the best passage in the first file, and what a file's rank takes away
_DEFINITION, _DEFINITION_RANK, _SCORE_RANK = 0.09, 0.9, 0.5  # the same of any definition, by both ranks of its file
_OTHER_LANGUAGE = 0.37  # of a definition in a file of another suffix
_AT_PLACE = 0.5  # of a passage that only the names next to the cursor speak for
LINE_WORTH = 0.4  # of the line that names a definition beside its body: changes are seldom in that line
LEAST = 8e-5  # chances per token: what is worth less is not sent


def change_chances(candidates: Sequence[Candidate], path: str, *, at_place: bool) -> list[float]:
    """Estimate, for each candidate, the chance that a change of `path` touches its lines too.

    The passages of an instruction are the evidence; where there are none, all chances are 0.
    """
    passages: dict[str, float] = {}
    definitions: dict[str, float] = {}
    for each in candidates:
        best = passages if each.number < 0 else definitions
        if each.score > best.get(each.path, 0.0):
            best[each.path] = each.score
    if not passages:
        return [0.0] * len(candidates)
    top = max(passages.values())
    ranks = _ranks(passages)
    score_ranks = _ranks(definitions)
    suffix = path.rpartition(".")[2]
    of_file = {
        other: _DEFINITION
        * (1.0 if other.rpartition(".")[2] == suffix else _OTHER_LANGUAGE)
        * ranks.get(other, 1 + len(ranks)) ** -_DEFINITION_RANK
        * rank**-_SCORE_RANK
        for other, rank in score_ranks.items()
    }
    of_passages = {
        other: _PASSAGE * (_AT_PLACE if at_place else 1.0) / top * rank**-_PASSAGE_RANK for other, rank in ranks.items()
    }
    return [each.score * of_passages[each.path] if each.number < 0 else of_file[each.path] for each in candidates]


def _ranks(scores: dict[str, float]) -> dict[str, int]:
    """The place of each file in the order of scores, from 1."""
    ordered = sorted(scores, key=lambda path: (-scores[path], path))
    return {path: rank for rank, path in enumerate(ordered, 1)}
