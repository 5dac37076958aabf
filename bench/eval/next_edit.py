"""One hunk of a commit is known: where are the others? darner's places beside three trivial rankings, in one run.

Cases: labelled commits (next_edit.jsonl.gz: hunks, and which belong together) and commits by language
(commits.jsonl.gz, with their repositories in DARNER_EVAL_REPOS). DARNER_CASES names the folder of both files. The
workspace is the touched files as they were; with --whole, of the commits by language, the whole project. Every hunk is
in turn the only edit so far, and a place is right if it is within two lines of another hunk. "far": hunks more than
ten lines away or in another file. "linked": hunks that the labels connect. "file": the first place in another
file is in the right one. "silent": all hunks are in, nothing follows: how often something is shown all the same.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from hashlib import sha256
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

from darner_context.index import Index
from darner_context.languages.table import language_of
from darner_context.next_edits.edit import NextEdit, RecordedEdit
from darner_context.text.identifiers import KEYWORDS
from darner_context.text.lines import split_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

CASES = Path(os.environ.get("DARNER_CASES", Path(__file__).resolve().parents[3] / "shared" / "cases"))
REPOS = Path(os.environ.get("DARNER_EVAL_REPOS", ""))
_NAME = re.compile(r"[^\W\d]\w+")
_NEAR, _FAR, _MOST = 2, 10, 5  # lines, lines, places
_HUNKS = (2, 20)


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines of a file from `first` (1-based, old) on that are replaced."""

    path: str
    first: int
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def last(self) -> int:
        """The last old line."""
        return self.first + max(len(self.before), 1) - 1


@dataclass(frozen=True, slots=True)
class Place:
    """A predicted line, old."""

    path: str
    line: int
    confidence: float = 1.0
    sure: bool = False
    exact: bool | None = None  # whether the text is the hunk's; None without a text
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One commit: the old texts of the touched files, the hunks, and the pairs that belong together."""

    name: str
    group: str
    texts: Mapping[str, str]
    hunks: tuple[Hunk, ...]
    links: frozenset[tuple[int, int]] | None
    repo: str = ""
    parent: str = ""

    @property
    def development(self) -> bool:
        """Which half it is in: weights and thresholds are chosen on the development half only."""
        return sha256(self.name.encode()).digest()[0] % 2 == 0


def labelled() -> Iterator[Case]:
    """The commits with labels."""
    with gzip.open(CASES / "next_edit.jsonl.gz", "rt", encoding="utf-8") as file:
        for row in map(json.loads, file):
            texts: dict[str, str] = {}
            hunks: dict[int, Hunk] = {}
            for path, parts in row["files"].items():
                lines: list[str] = []
                for part in parts:
                    if "idx" in part:
                        before, after = _ended(part["before"]), _ended(part["after"])
                        hunks[part["idx"]] = Hunk(path, len(lines) + 1, before, after)
                        lines += before
                    else:
                        lines += _ended(part)
                texts[path] = "".join(lines)
            links = frozenset((a, b) for a, b, kind, _ in row["links"] if kind != "no relation")
            name = f"{row['repo']}@{row['commit'][:10]}"
            if len(hunks) >= _HUNKS[0]:
                yield Case(name, "labelled", texts, tuple(hunks[n] for n in sorted(hunks)), links)


def _ended(lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(line if line.endswith("\n") else line + "\n" for line in lines)


def by_language() -> Iterator[Case]:
    """The commits of four repositories, each of another language."""
    with gzip.open(CASES / "commits.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    for row in rows:
        mirror = REPOS / row["repo"].replace("/", "+") / "repo"
        texts: dict[str, str] = {}
        hunks: list[Hunk] = []
        for path in row["files"]:
            old, new = (_shown(mirror, row[key], path) for key in ("parent", "commit"))
            if old is not None:
                texts[path] = old
            if old is None or new is None:
                continue
            a, b = split_lines(old), split_lines(new)
            for kind, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
                if kind != "equal":
                    hunks.append(Hunk(path, i + 1, tuple(a[i:j]), tuple(b[k:m])))
        if _HUNKS[0] <= len(hunks) <= _HUNKS[1]:
            yield Case(row["id"], row["language"], texts, tuple(hunks), None, row["repo"], row["parent"])


def _shown(mirror: Path, revision: str, path: str) -> str | None:
    shown = subprocess.run(["git", "--git-dir", mirror, "show", f"{revision}:{path}"], capture_output=True, check=False)
    return shown.stdout.decode("utf-8", "replace") if shown.returncode == 0 else None


def applied(case: Case, numbers: Sequence[int]) -> dict[str, str]:
    """The texts with some hunks applied."""
    lines = {path: split_lines(text) for path, text in case.texts.items()}
    for number in sorted(numbers, key=lambda n: -case.hunks[n].first):
        hunk = case.hunks[number]
        lines[hunk.path][hunk.first - 1 : hunk.first - 1 + len(hunk.before)] = hunk.after
    return {path: "".join(some) for path, some in lines.items()}


# The trivial rankings: each gets a case and the number of the hunk that is known.


def next_lines(case: Case, known: int) -> list[Place]:
    """The lines below the edit."""
    hunk = case.hunks[known]
    return [Place(hunk.path, hunk.last + 1 + _NEAR + step * (2 * _NEAR + 1)) for step in range(_MOST)]


def nearest_name(case: Case, known: int) -> list[Place]:
    """The nearest lines with a changed name."""
    return _spread(sorted(_with_names(case, known), key=lambda found: found[1:])[:400])


def rarest_name(case: Case, known: int) -> list[Place]:
    """The lines with the rarest changed names, the nearest first."""
    found = _with_names(case, known)
    return _spread(sorted(found, key=lambda each: (each[0], *each[1:]))[:400])


TRIVIAL = {"next lines": next_lines, "nearest name": nearest_name, "rarest name": rarest_name}


def _with_names(case: Case, known: int) -> list[tuple[int, int, str, int]]:
    """Lines with a changed name: how often the rarest of them occurs, the distance, the path, the line."""
    hunk = case.hunks[known]
    old, new = (set(_NAME.findall("".join(lines))) - KEYWORDS for lines in (hunk.before, hunk.after))
    names = old ^ new or old | new
    lines = {
        path: [set(_NAME.findall(line)) & names for line in split_lines(text)] for path, text in case.texts.items()
    }
    counts = Counter(name for some in lines.values() for line in some for name in line)
    found: list[tuple[int, int, str, int]] = []
    for order, path in enumerate(sorted(lines, key=lambda each: (each != hunk.path, each))):
        for number, line in enumerate(lines[path], start=1):
            inside = path == hunk.path and hunk.first <= number <= hunk.last and hunk.before
            if line and not inside:
                distance = abs(number - hunk.first) if path == hunk.path else order * 1_000_000 + number
                found.append((min(counts[name] for name in line), distance, path, number))
    return found


def _spread(found: Sequence[tuple[int, int, str, int]]) -> list[Place]:
    """The first places that are not within two lines of an earlier one."""
    chosen: list[Place] = []
    for _, _, path, line in found:
        if all(each.path != path or abs(each.line - line) > _NEAR for each in chosen):
            chosen.append(Place(path, line))
        if len(chosen) == _MOST:
            break
    return chosen


# darner's own


class Darner:
    """An index of a case's files, and its places."""

    def __init__(self, root: Path) -> None:
        self._index = Index([root], cache_dir=None)
        self.seconds: list[float] = []

    async def ready(self) -> None:
        """Index the files."""
        await self._index.refresh()

    async def close(self) -> None:
        """Close the index."""
        await self._index.close()

    def places(self, case: Case, known: int, *, all_in: bool = False) -> list[Place]:
        """Places after one hunk; with `all_in` all others are in the text too."""
        numbers = range(len(case.hunks)) if all_in else [known]
        hunk = case.hunks[known]
        shift = sum(
            len(each.after) - len(each.before)
            for n in numbers
            if (each := case.hunks[n]).path == hunk.path and each.first < hunk.first
        )
        edit = RecordedEdit(hunk.path, hunk.first + shift, hunk.before, hunk.after)
        texts = applied(case, numbers)
        began = process_time()
        found = self._index.next_edits((edit,), texts, _MOST)
        self.seconds.append(process_time() - began)
        return [self._place(case, numbers, each) for each in found.edits]

    def _place(self, case: Case, numbers: Sequence[int], each: NextEdit) -> Place:
        line = _old_line(case, numbers, each.path, each.start[0])
        exact = None
        if each.text is not None:
            exact = any(_gives(hunk, case, each, line) for hunk in case.hunks if hunk.path == each.path)
        return Place(each.path, line, each.confidence, each.sure, exact, each.reason)


def _gives(hunk: Hunk, case: Case, each: NextEdit, line: int) -> bool:
    """Whether an edit of one line makes of it a line of the hunk."""
    if not hunk.first <= line <= hunk.last + 1:
        return False
    old = split_lines(case.texts[hunk.path])
    if each.text is None:
        return False
    if each.start == each.end and each.text.endswith("\n"):
        return each.text in hunk.after
    if not 1 <= line <= len(old):
        return False
    text = old[line - 1]
    return text[: each.start[1]] + each.text + text[each.end[1] :] in hunk.after


def _old_line(case: Case, numbers: Sequence[int], path: str, line: int) -> int:
    for number in sorted(numbers, key=lambda n: case.hunks[n].first):
        hunk = case.hunks[number]
        if hunk.path != path or line < hunk.first:
            continue
        if line < hunk.first + len(hunk.after):
            return min(line, hunk.last)
        line += len(hunk.before) - len(hunk.after)
    return line


# figures


def near(place: Place, hunk: Hunk) -> bool:
    """Whether a place is within two lines of a hunk."""
    return place.path == hunk.path and hunk.first - _NEAR <= place.line <= hunk.last + _NEAR


def far(one: Hunk, other: Hunk) -> bool:
    """Whether two hunks are more than ten lines apart or in two files."""
    return one.path != other.path or max(one.first - other.last, other.first - one.last) > _FAR


@dataclass(slots=True)
class Figures:
    """Hits of one ranking: for each measure the values to be averaged; `shown` has confidence, sure, right."""

    values: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    shown: list[tuple[float, bool, bool]] = field(default_factory=list[tuple[float, bool, bool]])
    texts: list[bool] = field(default_factory=list[bool])
    sure: list[bool] = field(default_factory=list[bool])

    def add(self, case: Case, known: int, places: Sequence[Place]) -> None:
        """Take in the places after one hunk."""
        hunk = case.hunks[known]
        others = [(n, each) for n, each in enumerate(case.hunks) if n != known]
        every = [each for _, each in others]
        for size in (1, 3, 5):
            self.values[f"any@{size}"].append(_hit(places[:size], every))
        if case.links is not None:
            linked = [each for n, each in others if (n, known) in case.links or (known, n) in case.links]
            for size in (1, 3) if linked else ():
                self.values[f"linked@{size}"].append(_hit(places[:size], linked))
        distant = [each for each in every if far(hunk, each)]
        for size in (1, 3, 5) if distant else ():
            self.values[f"far@{size}"].append(_hit(places[:size], distant))
        self._add_files(hunk.path, {each.path for each in every}, places)
        for place in places[:1]:
            self.shown.append((place.confidence, place.sure, _hit([place], every) > 0))
        for place in places:
            if place.sure:
                self.sure.append(_hit([place], every) > 0)
                if place.exact is not None:
                    self.texts.append(place.exact)

    def _add_files(self, own: str, others: set[str], places: Sequence[Place]) -> None:
        if others and own not in others:
            paths = list(dict.fromkeys(each.path for each in places if each.path != own))
            for size in (1, 3):
                self.values[f"file@{size}"].append(float(bool(others & set(paths[:size]))))

    def mean(self, name: str) -> float:
        """The mean of a measure."""
        some = self.values.get(name, [])
        return sum(some) / len(some) if some else float("nan")


def _hit(places: Sequence[Place], hunks: Sequence[Hunk]) -> float:
    return float(any(near(place, hunk) for place in places for hunk in hunks))


_COLUMNS = ("any@1", "any@3", "any@5", "linked@1", "linked@3", "far@1", "far@3", "far@5", "file@1", "file@3")


def report(title: str, rows: Mapping[str, Figures]) -> None:
    """Print the measures of the rankings."""
    count = len(next(iter(rows.values())).values["any@1"])
    print(f"\n{title}: {count} states\n{'':14}" + "".join(f"{name:>9}" for name in _COLUMNS))
    for name, figures in rows.items():
        print(f"{name:14}" + "".join(f"{figures.mean(column):9.3f}" for column in _COLUMNS))


def report_shown(figures: Figures, silent: Sequence[Sequence[Place]]) -> None:
    """Print how often what is shown is right, and what is shown when nothing follows."""
    total = len(figures.values["any@1"])
    if figures.sure:
        right, texts = _share(figures.sure), _share(figures.texts)
        print(f"sure: right {right:.3f} of {len(figures.sure)}; exact text {texts:.3f} of {len(figures.texts)}")
    ranked = sorted(figures.shown, reverse=True)
    for share in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8):
        some = ranked[: int(total * share)]
        if len(some) == int(total * share) and some:
            right = sum(right for _, _, right in some) / len(some)
            least = some[-1][0]
            alarms = _share([any(each.confidence >= least for each in places[:1]) for places in silent])
            print(f"shown {share:.0%}: right {right:.3f} from {least:.3f}; nothing follows: shown {alarms:.3f}")
    sure = _share([any(each.sure for each in places) for places in silent])
    print(f"nothing follows, {len(silent)} states: shown as sure {sure:.3f}")


def _share(some: Sequence[bool]) -> float:
    return sum(some) / len(some) if some else float("nan")


async def measure(cases: Sequence[Case], *, whole: bool) -> None:
    """Run all rankings on all cases and print the figures, by half and by language."""
    groups: dict[str, dict[str, Figures]] = {}
    silent: defaultdict[str, list[list[Place]]] = defaultdict(list)
    seconds: list[float] = []
    for case in cases:
        titles = [f"{case.group}, {'development' if case.development else 'held out'}", f"{case.group}, all"]
        with tempfile.TemporaryDirectory(prefix="next-edit-") as folder:
            root = Path(folder)
            darner = Darner(root)
            if whole:
                _write(case, root)
                await darner.ready()
            for known in range(len(case.hunks)):
                found = {name: ranking(case, known) for name, ranking in TRIVIAL.items()}
                found["darner"] = darner.places(case, known)
                for title in titles:
                    rows = groups.setdefault(title, {name: Figures() for name in found})
                    for name, places in found.items():
                        rows[name].add(case, known, places)
            for title in titles:
                silent[title].append(darner.places(case, len(case.hunks) - 1, all_in=True))
            seconds += darner.seconds
            await darner.close()
    for title, rows in sorted(groups.items()):
        report(title, rows)
        report_shown(rows["darner"], silent[title])
    seconds.sort()
    if seconds:
        middle, slow = (seconds[int(len(seconds) * part)] * 1_000 for part in (0.5, 0.95))
        print(f"\nCPU of an answer: median {middle:.1f} ms, p95 {slow:.1f} ms")


def _write(case: Case, root: Path) -> None:
    mirror = REPOS / case.repo.replace("/", "+") / "repo"
    packed = subprocess.run(["git", "--git-dir", mirror, "archive", case.parent], capture_output=True, check=True)
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(root, filter="data")


def main() -> int:
    """Measure what the arguments name."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--languages", action="store_true", help="the commits by language besides")
    parser.add_argument("--whole", action="store_true", help="the whole project of the commits by language")
    parser.add_argument("--most", type=int, default=None, help="as many cases of each kind")
    arguments = parser.parse_args()
    cases = list(labelled())[: arguments.most]
    if arguments.languages or arguments.whole:
        more = [case for case in by_language() if all(map(language_of, case.texts))]
        cases = ([] if arguments.whole else cases) + more[: arguments.most]
    asyncio.run(measure(cases, whole=arguments.whole))
    return 0


if __name__ == "__main__":
    sys.exit(main())
