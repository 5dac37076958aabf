"""Which of several drafts of a patch is the best, by what the checks found, by agreement and by size."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from darner_server.check.verdict import NoEvidence, Verdict


@dataclass(frozen=True, slots=True)
class Candidate:
    """A draft: its number from 1, its unified diff, and what its checks found."""

    number: int
    diff: str
    verdict: Verdict | NoEvidence


def best(candidates: Sequence[Candidate]) -> tuple[Candidate, str]:
    """
    The best of one candidate or more, and why it is.

    Fewer new errors come first, then fewer failing tests, then agreement with the others, then the smaller diff.
    """
    lines = {each.number: _changed_lines(each.diff) for each in candidates}
    scores = {
        each.number: (
            *_found(each.verdict),
            -_agreement(lines[each.number], [lines[one.number] for one in candidates if one.number != each.number]),
            len(lines[each.number]),
            each.number,
        )
        for each in candidates
    }
    first, *others = sorted(candidates, key=lambda each: scores[each.number])
    if isinstance(first.verdict, Verdict) and first.verdict.passed:
        return first, "it passed the checks"
    if not others:
        return first, "it is the only one"
    columns = zip(*(scores[each.number] for each in (first, *others)), strict=True)
    return first, next(reason for column, reason in zip(columns, _REASONS, strict=True) if len(set(column)) > 1)


_REASONS = ("it has fewer new errors", "fewer of its tests fail", "it agrees most with the others",
            "it is the smallest", "it came first")  # fmt: skip


def _found(verdict: Verdict | NoEvidence) -> tuple[float, float]:
    """(new errors, failing tests); a draft without evidence counts as one whose tests all fail."""
    if isinstance(verdict, NoEvidence):
        return 0, inf
    if verdict.passed:
        return 0, 0
    count = max(1, verdict.new)  # a command, or one that passed a limit
    return (count, inf) if verdict.kind == "checker" else (0, count)


def _changed_lines(diff: str) -> list[str]:
    """The lines that a diff adds and removes with their files, without the space in them."""
    found: list[str] = []
    path = ""
    in_hunk = False
    for line in diff.split("\n"):
        if line.startswith("diff "):
            in_hunk = False
        elif line.startswith("@@"):
            in_hunk = True
        elif not in_hunk and line.startswith("+++ "):
            path = line
        elif in_hunk and line.startswith(("+", "-")):
            found.append(f"{path}\0{line[0]}{''.join(line[1:].split())}")
    return found


def _agreement(lines: Sequence[str], others: Sequence[Sequence[str]]) -> float:
    """How much of a diff the others share, from 0 to 1 for each of them, in sum."""
    own = set(lines)
    return sum(len(own & set(each)) / max(1, len(own | set(each))) for each in others)
