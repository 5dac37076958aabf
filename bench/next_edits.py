"""What next edits cost while one types, and whether typing ever spoils one.

"keystroke": CPU of recording a keystroke, by the lines of the document. "typing": random typing while a rewrite is
shown; the result must be the rewrite in the new text, or nothing. eval/next_edit.py measures the places themselves.
"""

from __future__ import annotations

import argparse
import sys
from random import Random
from time import process_time

from darner_context.next_edits.history import LineChange
from darner_server.lsp.next_edits.change_edit import edit_of
from darner_server.lsp.next_edits.edit_recorder import EditRecorder
from darner_server.lsp.next_edits.next_edit_json import applied
from darner_server.lsp.next_edits.pending_rewrite import PendingRewrite
from darner_server.lsp.text.documents import OpenDocument
from darner_server.lsp.text.positions import Mapper, Point, split_lines

_WORDS = ("alpha", "beta", "gamma", "f(x)", "y = 2", "mode=1", "[1]", "self.a")
_INSERTED = (", mode=1", "beta", "(x, y)", "[a for a in b]", " + 1", "x\n    y")
_CLOSED = {"(": ")", "[": "]"}
_KEYS = 300


def keystroke(lines: int) -> tuple[float, float]:
    """Median and 95th percentile of the CPU seconds of a keystroke in a document of so many lines."""
    text = "".join(f"def function_{number}(x): return x\n" for number in range(lines))
    document, recorder = OpenDocument("file:///a.py", "python", 1, text, Mapper("utf-16")), EditRecorder()
    recorder.opened(document, "a.py")
    seconds: list[float] = []
    for number in range(_KEYS):
        began, before, place = process_time(), document.lines.copy(), Point(lines // 2, number)
        document.replace(place, place, "x")
        document.settle(number)
        recorder.changed(document, before, number / 10)
        seconds.append(process_time() - began)
    seconds.sort()
    return seconds[_KEYS // 2], seconds[_KEYS * 95 // 100]


class Typing:
    """One document with a rewrite of one of its lines, typed into."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._lines = [f"{' '.join(random.choices(_WORDS, k=random.randint(1, 3)))}\n" for _ in range(5)]
        self._at = random.randrange(len(self._lines))
        line = self._lines[self._at].rstrip("\n")
        self._cut, self._inserted = random.randint(0, len(line)), random.choice(_INSERTED)
        self._goal = f"{line[: self._cut]}{self._inserted}{line[self._cut :]}\n"
        self._document = OpenDocument("file:///a.py", "python", 1, "".join(self._lines), Mapper("utf-16"))
        change = LineChange(self._at + 1, (self._lines[self._at],), tuple(split_lines(self._goal)))
        self._rewrite = PendingRewrite("a.py", self._lines, [change])
        self._document.watchers.append(self._rewrite.follow)

    def agree(self) -> str | None:
        """Type a part of what is shown, and lines elsewhere; the fault, "" if there is none, None if it is not kept."""
        line, character = self._at, self._cut
        typed = self._inserted[: self._random.randint(1, len(self._inserted))]
        for each in typed:
            self._type(line, character, each)
            line, character = (line + 1, 0) if each == "\n" else (line, character + 1)
        if typed[-1] in _CLOSED and self._random.random() < 0.5:
            self._type(line, character, _CLOSED[typed[-1]])
        for _ in range(self._random.randint(0, 2)):
            self._type(self._random.choice([0, len(self._document.lines)]), 0, "NEW\n")
        text = self._shown()
        expected = "".join([*self._lines[: self._at], self._goal, *self._lines[self._at + 1 :]])
        return None if text is None else "" if text.replace("NEW\n", "") == expected else text

    def differ(self) -> str | None:
        """Type anything anywhere; what is shown after that must still be the rewrite."""
        for _ in range(self._random.randint(1, 3)):
            line = self._random.randrange(len(self._document.lines))
            size = len(self._document.lines[line].rstrip("\n"))
            self._type(line, self._random.randint(0, size), self._random.choice(["q", "zz", "(", " ", "\n"]))
        text = self._shown()
        return None if text is None else "" if self._goal in text else text

    def _type(self, line: int, character: int, text: str) -> None:
        self._document.replace(Point(line, character), Point(line, character), text)

    def _shown(self) -> str | None:
        left = self._rewrite.changes(self._document.lines)
        edits = [edit_of(each, "a.py", "", 0.0) for each in left or ()]
        return None if left is None else applied(self._document.text, edits)


def main() -> int:
    """Measure, and fail if a text was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--histories", type=int, default=100_000)
    histories = parser.parse_args().histories
    for lines in (1_000, 10_000, 40_000):
        middle, slow = (seconds * 1_000 for seconds in keystroke(lines))
        print(f"keystroke, {lines:6,} lines: median {middle:.2f} ms, p95 {slow:.2f} ms")
    random = Random(1)  # noqa: S311 - the same typing in each run
    agreeing = [Typing(random).agree() for _ in range(histories // 2)]
    differing = [Typing(random).differ() for _ in range(histories - histories // 2)]
    kept = sum(each is not None for each in agreeing) / max(1, len(agreeing))
    wrong = [each for each in (*agreeing, *differing) if each]
    print(f"typing, {histories:,} histories: kept when typing agrees {kept:.1%}, wrong texts {len(wrong)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
