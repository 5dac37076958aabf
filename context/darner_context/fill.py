"""Choose what fits the budget: for each candidate the line, the signature or the body, by value per token."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from darner_context.bundle import Snippet
from darner_context.facts import CLASSES
from darner_context.live import Lines
from darner_context.weigh import Candidate
from darner_context.weights import BODY_WORTH, CLASS_BODY_WORTH, PASSAGE, PLAIN, SIGNATURE_WORTH, SMALL, WEIGHTS

GAP = "..."
_GAP = 2  # tokens of the line that says so
LINE, HEAD, BODY = 0, 1, 2
_KINDS = ("outline", "signature", "body")


@dataclass(slots=True)
class _File:
    """What is chosen of one file: by line the highest resolution that shows it, and the candidates shown."""

    shown: dict[int, int] = field(default_factory=dict[int, int])
    candidates: dict[int, Candidate] = field(default_factory=dict[int, Candidate])

    def cost(self, sums: Sequence[int], first: int, last: int) -> int:
        """Tokens of the lines that are not shown yet, and of a mark where none of them is."""
        shown = self.shown
        fresh = [line for line in range(first, last + 1) if line not in shown]
        if len(fresh) == last + 1 - first:
            return sums[last] - sums[first - 1] + _GAP
        return sum([sums[line] - sums[line - 1] for line in fresh])


class Filling:
    """
    Fills one budget, beside what `before` shows already.

    `reader` gives a file's lines, `sums` the tokens of its first n lines.
    """

    def __init__(
        self,
        budget: int,
        reader: Callable[[str], Lines],
        sums: Callable[[str], Sequence[int]],
        before: "Filling | None" = None,
    ) -> None:
        self._budget = budget
        self._left = budget
        self._reader = reader
        self._sums = sums
        self._before = before
        self._files: dict[str, _File] = {}
        self._counts: dict[str, Sequence[int]] = {}
        self.dropped = 0

    def fill(self, candidates: Sequence[Candidate]) -> None:
        """Take the steps with the best value per token until nothing fits. Best candidates first."""
        most = 60 + self._budget // 8  # more could not even be named
        chosen = candidates[:most]
        self.dropped += len(candidates) - len(chosen)
        # the line is always worth more per token than what follows it, so one order holds all steps
        steps = [step for order, each in enumerate(chosen) for step in _steps(order, each)]
        steps.sort()
        lines = 0
        for _, order, level in steps:
            if self._left <= _GAP:
                break
            if self._take(chosen[order], level):
                lines += level == LINE or chosen[order].definition.kind == "passage"
        self.dropped += len(chosen) - lines

    def _take(self, each: Candidate, level: int) -> bool:
        one = each.definition
        first = one.line if level == LINE else one.start
        last = one.line if level == LINE else one.doc_end if level == HEAD else one.end
        file = self._files.get(each.path)
        sums = self._counts.get(each.path)
        if sums is None:
            sums = self._counts[each.path] = self._sums(each.path)
        last = min(last, len(sums) - 1)
        if first > last:
            return False
        if self._before is not None and self._before.shows(each.path, first, last, level):
            return True
        cost = 1 + (sums[last] - sums[first - 1] if file is None else file.cost(sums, first, last))
        if cost > self._left:
            return False
        self._left -= cost
        if file is None:
            file = self._files[each.path] = _File()
        shown = file.shown
        for line in range(first, last + 1):
            if level >= shown.get(line, 0):
                shown[line] = level
        file.candidates[each.number] = each
        return True

    def shows(self, path: str, first: int, last: int, level: int) -> bool:
        """Whether the lines are shown already, at least at this resolution."""
        file = self._files.get(path)
        return file is not None and all(file.shown.get(line, -1) >= level for line in range(first, last + 1))

    def snippets(self) -> list[Snippet]:
        """Cut what was chosen into snippets, best first: whole stretches by themselves, single lines as an outline."""
        made = [each for path in sorted(self._files) for each in self._of_file(path, self._files[path])]
        made.sort(key=lambda each: (-each.score, each.path, each.start_line))
        total = sum(each.tokens for each in made)
        while made and total > self._budget:  # never one token over
            self.dropped += 1
            total -= made.pop().tokens
        return made

    def _of_file(self, path: str, file: _File) -> list[Snippet]:
        text = self._reader(path)
        size = len(text)
        stretches: list[tuple[int, int, int]] = []
        outline: list[tuple[int, int, int]] = []
        for line in sorted(file.shown):
            level = file.shown[line]
            runs = stretches if level > LINE else outline
            if line > size:
                break  # the file has become shorter since
            if runs and runs[-1][1] == line - 1:
                runs[-1] = (runs[-1][0], line, max(runs[-1][2], level))
            else:
                runs.append((line, line, level))
        groups = [[run] for run in stretches] + ([outline] if outline else [])
        starts = sorted((run[0], number) for number, group in enumerate(groups) for run in group)
        held: list[list[Candidate]] = [[] for _ in groups]
        for each in file.candidates.values():
            place = bisect_right(starts, (each.definition.line, len(groups))) - 1
            if place >= 0:
                held[starts[place][1]].append(each)
        return [self._snippet(path, text, group, held[number]) for number, group in enumerate(groups)]

    def _snippet(
        self, path: str, text: Lines, runs: Sequence[tuple[int, int, int]], covered: list[Candidate]
    ) -> Snippet:
        pieces: list[str] = []
        sums = self._sums(path)
        tokens = 0
        for first, last, _ in runs:
            if pieces:
                pieces.append(GAP + "\n")
                tokens += _GAP
            pieces.append(text.between(first, last))
            tokens += sums[min(last, len(sums) - 1)] - sums[first - 1]
        covered.sort(key=lambda each: (-each.score, each.number))
        reasons = dict.fromkeys(reason for each in covered[:3] for reason in why(each, 3))
        score = covered[0].score if covered else 0.0
        kind = _KINDS[max(level for _, _, level in runs)]
        return Snippet(
            path, runs[0][0], runs[-1][1], "".join(pieces), tokens, kind, tuple(reasons)[:6], round(score, 6)
        )


def _steps(order: int, each: Candidate) -> list[tuple[float, int, int]]:
    """The ways to show a candidate, each with its value per token, negative: the best sorts first."""
    _, kind, _, start, line, _, doc_end, end, _ = each.definition
    sums, score = each.facts.sums, each.score
    if end >= len(sums):  # the file has become shorter since
        size = len(sums) - 1
        start, line, doc_end, end = min(start, size + 1), min(line, size), min(doc_end, size), min(end, size)
    before = sums[start - 1]
    body = score * (CLASS_BODY_WORTH if kind in CLASSES else BODY_WORTH) / (SMALL + sums[end] - before)
    if kind == "passage":
        return [(-body, order, BODY)]
    cost = sums[line] - sums[line - 1]
    head = score * SIGNATURE_WORTH / max(4, sums[doc_end] - before)
    steps = [(-score / (SMALL + min(cost, 60)), order, LINE), (-body, order, BODY)]
    if head > body:
        steps.append((-head, order, HEAD))
    return steps


def why(each: Candidate, most: int) -> list[str]:
    """Name the signals that spoke for a candidate, the strongest first."""
    weigh = _SPEAKING.get
    found = [
        (-weight * value, signal) for signal, value in each.signals.items() if (weight := weigh(signal)) and value > 0
    ]
    found.sort()
    return [f"{signal}: {each.definition.name}" for _, signal in found[:most]]


# the weights of the signals that are a reason
_SPEAKING = {signal: weight for signal, weight in {**PASSAGE, **WEIGHTS}.items() if weight > 0 and signal not in PLAIN}
