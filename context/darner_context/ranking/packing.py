"""Choose what fits the budget: for each candidate the line, the signature or the body, by value per token."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from darner_context.ranking.change_chance import LEAST, LINE_WORTH
from darner_context.ranking.scoring import Candidate
from darner_context.ranking.weights import (
    BODY_WORTH,
    CLASS_BODY_WORTH,
    PASSAGE,
    REASONS,
    SIGNATURE_WORTH,
    SMALL,
    WEIGHTS,
    Signal,
)
from darner_context.request import Snippet, SnippetKind, Withheld
from darner_context.syntax.definition_types import CLASSES
from darner_context.text.lines import Lines

GAP = "..."  # the line for lines that are left out
GAP_TOKENS = 2  # its tokens
LINE, HEAD, BODY = 1, 2, 3  # how a line is shown; 0: it is not
_KINDS: dict[int, SnippetKind] = {LINE: "outline", HEAD: "signature", BODY: "body"}
_NOT_SHOWN = re.compile(rb"\x00+")
_ALIKE = re.compile(rb"\x00+|\x01+|[\x02\x03]+")
_AS_HEAD = bytes([HEAD, HEAD, HEAD, BODY, *range(4, 256)])  # lines that are shown as a signature at least
_FIRST = 100  # candidates whose steps are sorted before others are looked at
SHORT, _LONG = 4, 60  # tokens: a signature counts as so many at least, a line as so many at most


@dataclass(slots=True)
class _File:
    """What is chosen of one file: `shown` by line, and the candidates; `before` is what was shown already."""

    sums: Sequence[int]
    shown: bytearray
    before: bytearray | None
    candidates: dict[int, Candidate] = field(default_factory=dict[int, Candidate])

    def shows(self, first: int, last: int, level: int) -> bool:
        """Whether the lines were shown before, at least at this resolution."""
        before = self.before
        if before is None or before.find(0, first, last + 1) >= 0:
            return False
        return before.find(LINE, first, last + 1) < 0 and (level < BODY or before.find(HEAD, first, last + 1) < 0)

    def cost(self, first: int, last: int) -> int:
        """Tokens of the lines that are not shown yet, and of a mark where none of them is."""
        sums = self.sums
        if not self.candidates:
            return sums[last] - sums[first - 1]
        fresh = self.shown.count(0, first, last + 1)
        if fresh == last + 1 - first:
            return sums[last] - sums[first - 1] + GAP_TOKENS
        if not fresh:
            return 0
        runs = [run.span() for run in _NOT_SHOWN.finditer(self.shown, first, last + 1)]
        return sum([sums[end - 1] - sums[begin - 1] for begin, end in runs])


class BudgetPacker:
    """
    Packs snippets into one budget, beside what `before` shows already.

    `reader` gives a file's lines, `sums` the tokens of its first n lines, `secrets` the lines that are never shown,
    each with the kind of the secret in it.
    """

    def __init__(
        self,
        budget: int,
        reader: Callable[[str], Lines],
        sums: Callable[[str], Sequence[int]],
        secrets: Callable[[str], Mapping[int, str]],
        before: "BudgetPacker | None" = None,
    ) -> None:
        self._budget = budget
        self._left = budget
        self._reader = reader
        self._sums = sums
        self._secrets = secrets
        self._before = before
        self.withheld: list[Withheld] = []
        self._files: dict[str, _File] = {}
        self.dropped = 0

    def pack(self, candidates: Sequence[Candidate], changes: Sequence[float] | None = None) -> None:
        """Take the steps with the best value per token until nothing fits. The candidates come sorted, best first.

        With `changes`, the chance that each is changed along with the focus, only steps are taken that are worth it.
        """
        most = 60 + self._budget // 8  # more could not even be named
        rated = _rated(candidates, changes, most)
        chosen = [each for each, _, _ in rated]
        lines = 0
        for value, order, level in _steps_in_order(rated):
            if self._left <= GAP_TOKENS or (changes is not None and -value < LEAST):
                break
            each = chosen[order]
            if level == LINE:
                lines += self._add_line(each)
            elif self._add_lines(each, level):
                lines += each.definition.kind == "passage"
        self.dropped += len(candidates) - lines

    def _add_line(self, each: Candidate) -> bool:
        line = each.definition.line
        file = self._files.get(each.path) or self._file(each.path)
        sums, shown = file.sums, file.shown
        if line >= len(shown):
            return False
        if file.before is not None and file.before[line]:
            return True
        cost = 1
        if not shown[line]:
            cost += sums[line] - sums[line - 1]
            if file.candidates:
                cost += GAP_TOKENS
        if cost > self._left:
            return False
        self._left -= cost
        shown[line] = shown[line] or LINE
        file.candidates[each.number] = each
        return True

    def _add_lines(self, each: Candidate, level: int) -> bool:
        one = each.definition
        first, last = one.start, one.end if level == BODY else one.doc_end
        file = self._files.get(each.path) or self._file(each.path)
        shown = file.shown
        if last >= len(shown):
            last = len(shown) - 1
        if first > last:
            return False
        if file.shows(first, last, level):
            return True
        cost = 1 + file.cost(first, last)
        if cost > self._left:
            return False
        self._left -= cost
        shown[first : last + 1] = (
            b"\3" * (last + 1 - first) if level == BODY else shown[first : last + 1].translate(_AS_HEAD)
        )
        file.candidates[each.number] = each
        return True

    def _file(self, path: str) -> _File:
        sums = self._sums(path)
        before = self._before.shown(path) if self._before is not None else None
        file = self._files[path] = _File(sums, bytearray(len(sums)), before)
        return file

    def shown(self, path: str) -> bytearray | None:
        """How each line of a file is shown."""
        file = self._files.get(path)
        return file.shown if file is not None else None

    def snippets(self) -> list[Snippet]:
        """Cut what was chosen into snippets, best first: whole stretches by themselves, single lines as an outline."""
        made = [each for path, file in self._files.items() if file.candidates for each in self._of_file(path, file)]
        made.sort(key=lambda each: (-each.score, each.path, each.start_line))
        total = sum([each.tokens for each in made])
        while made and total > self._budget:  # never one token over
            self.dropped += 1
            total -= made.pop().tokens
        return made

    def _of_file(self, path: str, file: _File) -> list[Snippet]:
        text, shown = self._reader(path), file.shown.copy()
        for line, kind in self._secrets(path).items():
            if line < len(shown) and shown[line]:
                shown[line] = 0
                if not kind:
                    continue
                self.withheld.append(Withheld(path, line, kind, left_out=True))
        # a text may have become shorter since it was indexed
        runs = [run.span() for run in _ALIKE.finditer(shown, 1, len(text) + 1) if shown[run.start()]]
        held: list[list[Candidate]] = [[] for _ in runs]
        starts = [begin for begin, _ in runs]
        for each in file.candidates.values():
            place = bisect_right(starts, each.definition.line) - 1
            if place >= 0 and shown[each.definition.line]:
                held[place].append(each)
        outline: list[tuple[int, int]] = []
        named: list[Candidate] = []
        made: list[Snippet] = []
        for run, covered in zip(runs, held, strict=True):
            if shown[run[0]] == LINE:
                outline.append(run)
                named += covered
            else:
                made.append(self._snippet(path, text, file, [run], covered))
        if outline:
            made.append(self._snippet(path, text, file, outline, named))
        return made

    def _snippet(
        self, path: str, text: Lines, file: _File, runs: Sequence[tuple[int, int]], covered: list[Candidate]
    ) -> Snippet:
        sums = file.sums
        tokens = GAP_TOKENS * (len(runs) - 1)
        pieces: list[str] = []
        for begin, end in runs:
            tokens += sums[end - 1] - sums[begin - 1]
            pieces.append(text.between(begin, end - 1))
        reasons: dict[str, None] = {}
        score = 0.0
        if covered:
            if len(covered) > 1:
                covered.sort(key=lambda each: (-each.score, each.number))
            score = round(covered[0].score, 6)
            for each in covered[:3]:
                reasons.update(dict.fromkeys(reasons_of(each, 3)))
        start, end = runs[0][0], runs[-1][1]
        kind = _KINDS[file.shown[start] if file.shown.find(BODY, start, runs[0][1]) < 0 else BODY]
        shown, named = f"{GAP}\n".join(pieces), tuple(reasons)[:6]
        return Snippet(path, start, end - 1, shown, tokens, kind, named, score, self._before is None)


_Rated = tuple[Candidate, float, float]  # with the chances that it is used, and that it is changed


def _rated(candidates: Sequence[Candidate], changes: Sequence[float] | None, most: int) -> list[_Rated]:
    if changes is None:
        return [(each, each.score, 0.0) for each in candidates[:most]]
    rated = [
        (each, 0.0 if each.number < 0 else each.score, change)  # of a passage the number is negative
        for each, change in zip(candidates, changes, strict=True)
    ]
    rated.sort(key=lambda one: -max(one[1], one[2]))
    return rated[:most]


def _steps_in_order(candidates: Sequence[_Rated]) -> Iterator[tuple[float, int, int]]:
    """
    Give the ways to show candidates, the best value per token first; the values are negative.

    No way to show a candidate is worth more than its chance by `SMALL` tokens: those that are far from their turn wait.
    """
    steps: list[tuple[float, int, int]] = []
    begin, end = 0, _FIRST
    while begin < len(candidates):
        _add_steps(steps, begin, candidates[begin:end])
        steps.sort()
        ready = len(steps)
        if end < len(candidates):
            ready = bisect_right(steps, (-max(candidates[end][1:]) / SMALL, end))
        yield from steps[:ready]
        del steps[:ready]
        begin, end = end, 2 * end


def _add_steps(steps: list[tuple[float, int, int]], first: int, candidates: Sequence[_Rated]) -> None:
    """Add the ways to show candidates, each with its value per token."""
    for order, (each, used, changed) in enumerate(candidates, first):
        _, kind, _, start, line, _, doc_end, end, _ = each.definition
        sums = each.facts.sums
        if end >= len(sums):  # the file has become shorter since
            size = len(sums) - 1
            start, line, doc_end, end = min(start, size + 1), min(line, size), min(doc_end, size), min(end, size)
        before = sums[start - 1]
        if kind == "passage":
            steps.append((-(max(used * BODY_WORTH, changed) / (SMALL + sums[end] - before)), order, BODY))
            continue
        worth = used * (CLASS_BODY_WORTH if kind in CLASSES else BODY_WORTH)
        body = max(worth, changed) / (SMALL + sums[end] - before)
        cost = min(_LONG, sums[line] - sums[line - 1])
        steps.append((-max(used, LINE_WORTH * changed) / (SMALL + cost), order, LINE))
        steps.append((-body, order, BODY))
        size = sums[doc_end] - before
        head = used * SIGNATURE_WORTH / max(SHORT, size)
        if head > body:
            steps.append((-head, order, HEAD))


def reasons_of(each: Candidate, most: int) -> list[str]:
    """List the reasons for a candidate, the strongest first."""
    found: list[tuple[float, str]] = []
    for signal, value in each.signals.items():
        if value > 0 and signal in _REASONS:
            weight, reason = _REASONS[signal]
            found.append((weight * -value, reason))
    found.sort()
    name = each.definition.name
    return [f"{reason}: {name}" for _, reason in found[:most]]


_REASONS: dict[Signal, tuple[float, str]] = {
    signal: (WEIGHTS[signal] if signal in WEIGHTS else PASSAGE[signal], reason) for signal, reason in REASONS.items()
}
