"""What matters in the output of a failed check: the assertions, the frames in the workspace's code, the last lines."""

import re
from collections.abc import Collection
from pathlib import Path

_LONGEST = 6_000  # characters that a model is shown
_WIDEST = 1_000  # characters of a line that are looked at
_LAST = 25  # lines at the end, where most programs sum up
_AROUND = 2  # lines before and after one that matters
_COLOUR = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-_])")
_MATTERS = re.compile(
    r"^E\s|^\s*(?:FAILED|ERROR|FAIL:?|---\s+FAIL|not ok|panicked at)\b|\b\w*(?:Error|Exception|Panic)\b\s*[:(]|"
    r"\berror(?:\[\w+\]|\s+TS\d+)?\s*:|\bassert|\bexpected\b.*\b(?:got|received|actual|but|found)\b|^\s*(?:left|right):\s",
    re.IGNORECASE,
)
_PLACE = re.compile(r"([\w./\\@+-]+\.\w{1,8})(?:[:(]|\", line )\s?(\d+)")


def excerpt(output: str, paths: Collection[str]) -> str:
    """The lines that say what is wrong, with those about `paths` (relative to the workspace) first to be kept."""
    lines = [_COLOUR.sub("", each.rstrip().rpartition("\r")[2][:_WIDEST]) for each in output.split("\n")]
    names = {Path(each).name for each in paths}
    scores = [_score(line, names) for line in lines]
    for number in range(max(0, len(lines) - _LAST), len(lines)):
        scores[number] = max(scores[number], 1)
    kept = _within(lines, scores)
    shown: list[str] = []
    for number in sorted(kept):
        if shown and number - 1 not in kept:
            shown.append("...")
        shown.append(lines[number])
    return "\n".join(shown).strip("\n")


def _score(line: str, names: Collection[str]) -> int:
    place = _PLACE.search(line)
    if place is not None and place[1].replace("\\", "/").rpartition("/")[2] in names:
        return 3
    return 2 if _MATTERS.search(line) else 0


def _within(lines: list[str], scores: list[int]) -> set[int]:
    """The numbers of the lines that fit: by score, with what is around them, the last ones first."""
    order = sorted((each for each in range(len(lines)) if scores[each]), key=lambda each: (-scores[each], -each))
    kept: set[int] = set()
    room = _LONGEST
    for middle in order:
        around = (
            range(max(0, middle - _AROUND), min(len(lines), middle + _AROUND + 1)) if scores[middle] > 1 else [middle]
        )
        for number in around:
            length = len(lines[number]) + 1
            if number not in kept and length <= room:
                kept.add(number)
                room -= length
    return kept
