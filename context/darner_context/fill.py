"""Choose what fits the budget: for each candidate the line, the signature or the body, by value per token."""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from darner_context.bundle import Snippet
from darner_context.facts import CLASSES, FUNCTIONS
from darner_context.rank import Candidate

_GAP = 2  # tokens of a line that says `...`
GAP = "..."
# What showing more of a definition is worth, beside the line that names it: (signature, whole body).
_SIGNATURE, _BODY, _CLASS_BODY = 0.15, 0.75, 0.6
_SMALL = 12  # tokens that a snippet costs anyway, in attention and in marks around it
LINE, HEAD, BODY = 0, 1, 2
KINDS = ("outline", "signature", "body")


@dataclass(slots=True)
class _File:
    """What is chosen of one file, by line."""

    shown: dict[int, int]  # line -> the highest resolution that shows it
    candidates: list[Candidate]


class Filling:
    """Fills one budget. `reader` gives a file's lines, `exact` whether stored counts are those of the tokenizer."""

    def __init__(
        self, budget: int, reader: Callable[[str], Sequence[str]], count: Callable[[str, int, int], int]
    ) -> None:
        self._budget = budget
        self._left = budget
        self._reader = reader
        self._count = count
        self._files: dict[str, _File] = {}
        self.dropped = 0

    def fill(self, candidates: Sequence[Candidate]) -> None:
        """Take the steps with the best value per token until nothing fits."""
        heap: list[tuple[float, int, int]] = []
        for order, each in enumerate(candidates):
            heapq.heappush(heap, (-self._worth(each, LINE), order, LINE))
        out = 0
        while heap:
            _, order, level = heapq.heappop(heap)
            each = candidates[order]
            if self._left < 3:
                out += level == LINE
                continue
            if self._take(each, level):
                for following in range(level + 1, 3):
                    heapq.heappush(heap, (-self._worth(each, following), order, following))
            elif level == LINE:
                out += 1
        self.dropped += out

    def _worth(self, each: Candidate, level: int) -> float:
        one = each.definition
        if level == LINE:
            return each.score / (_SMALL + min(each.facts.tokens(one.line, one.line), 60))
        if level == HEAD:
            return each.score * _SIGNATURE / max(4, each.facts.tokens(one.start, one.doc_end))
        gain = _CLASS_BODY if one.kind in CLASSES else _BODY
        return each.score * gain / (_SMALL + each.facts.tokens(one.start, one.end))

    def _take(self, each: Candidate, level: int) -> bool:
        one = each.definition
        if level == LINE:
            lines = [one.line]
        elif level == HEAD:
            lines = list(range(one.start, one.doc_end + 1))
        else:
            lines = list(range(one.start, one.end + 1))
        file = self._files.get(each.path)
        shown = file.shown if file else {}
        missing = [line for line in lines if line not in shown]
        if not missing:
            if file is not None and level > LINE:
                for line in lines:
                    shown[line] = max(shown[line], level)
            if file is not None and level == LINE:
                file.candidates.append(each)
            return True
        cost = self._cost(each, missing, shown, level)
        if cost > self._left:
            return False
        self._left -= cost
        if file is None:
            file = self._files[each.path] = _File({}, [])
        for line in lines:
            file.shown[line] = max(file.shown.get(line, 0), level)
        if level == LINE:
            file.candidates.append(each)
        return True

    def _cost(self, each: Candidate, missing: Sequence[int], shown: dict[int, int], level: int) -> int:
        count = self._count
        if level == BODY and len(missing) == missing[-1] - missing[0] + 1:
            cost = count(each.path, missing[0], missing[-1])
        else:
            cost = sum(count(each.path, line, line) for line in missing)
        # a line by itself may need a mark before it and one behind; where it joins two, it saves one
        first, last = missing[0], missing[-1]
        marks = (first - 1 not in shown) + (last + 1 not in shown) - 1
        if not shown:
            marks = 0
        return cost + max(0, marks) * _GAP + (1 if level else 0)

    def snippets(self) -> list[Snippet]:
        """Cut what was chosen into snippets, best first: whole stretches by themselves, single lines as an outline."""
        made: list[Snippet] = []
        for path in sorted(self._files):
            made += self._of_file(path, self._files[path])
        made.sort(key=lambda each: (-each.score, each.path, each.start_line))
        total = sum(each.tokens for each in made)
        while made and total > self._budget:  # the marks were estimated: never one token over
            self.dropped += 1
            total -= made.pop().tokens
        return made

    def _of_file(self, path: str, file: _File) -> list[Snippet]:
        text = self._reader(path)
        numbers = sorted(line for line in file.shown if line <= len(text))
        runs: list[tuple[int, int, int]] = []
        for line in numbers:
            level = file.shown[line]
            if runs and runs[-1][1] == line - 1 and (runs[-1][2] > LINE) == (level > LINE):
                runs[-1] = (runs[-1][0], line, max(runs[-1][2], level))
            else:
                runs.append((line, line, level))
        made = [self._snippet(path, text, [(first, last)], level, file) for first, last, level in runs if level > LINE]
        singles = [(first, last) for first, last, level in runs if level == LINE]
        if singles:
            made.append(self._snippet(path, text, singles, LINE, file))
        return made

    def _snippet(
        self, path: str, text: Sequence[str], runs: Sequence[tuple[int, int]], level: int, file: _File
    ) -> Snippet:
        pieces: list[str] = []
        tokens = 0
        before = 0
        for first, last in runs:
            if before and first > before + 1:
                pieces.append(GAP + "\n")
                tokens += _GAP
            pieces += text[first - 1 : last]
            if not pieces[-1].endswith(("\n", "\r")):
                pieces[-1] += "\n" if len(runs) > 1 and last != runs[-1][1] else ""
            tokens += self._count(path, first, last)
            before = last
        covered = [
            each for each in file.candidates if any(first <= each.definition.line <= last for first, last in runs)
        ]
        reasons: dict[str, None] = {}
        score = 0.0
        for each in sorted(covered, key=lambda each: -each.score)[:12]:
            score = max(score, each.score)
            for reason in why(each)[:3]:
                reasons[reason] = None
        return Snippet(
            path, runs[0][0], runs[-1][1], "".join(pieces), tokens, KINDS[level], tuple(reasons)[:6], round(score, 6)
        )


def why(each: Candidate) -> list[str]:
    """The signals that spoke for a candidate, the strongest first."""
    from darner_context.weights import WEIGHTS

    strength = {signal: WEIGHTS.get(signal, 0.0) * value for signal, value in each.signals.items()}
    found = sorted((signal for signal in strength if strength[signal] > 0.2), key=lambda one: (-strength[one], one))
    return [f"{signal}: {each.definition.name}" for signal in found if signal not in _PLAIN]


_PLAIN = frozenset(
    {"method", "function", "class", "constructor", "constant", "field", "module", "other kind", "popular"}
)
_ = FUNCTIONS
