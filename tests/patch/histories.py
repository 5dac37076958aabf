"""Typing while a patch streams, by chance: every character's origin is followed, so that none can be lost or doubled.

`python -m tests.patch.histories 100000` runs so many.
"""

from __future__ import annotations

import random
import sys

from darner_server.patch import Splice, rebase, spliced

_ENDS = ("\n", "\r\n", "\r")
_ODD = ("", " é", " 😀", "\f")
_TYPED = ("x", "yz", "\n", "a\n", "\r\n", "😀", "b\nc", "\f", "", "")


def history(seed: int) -> str:
    """Play one history and check it. Returns "moved" or "refused"."""
    chance = random.Random(seed)  # noqa: S311 - seeded on purpose
    end = chance.choice(_ENDS)
    lines = [f"line {number}{chance.choice(_ODD)}{end}" for number in range(chance.randint(1, 9))]
    if chance.random() < 0.3:
        lines[-1] = lines[-1].removesuffix(end)
    text = "".join(lines)
    splice, hunk = _hunk(chance, lines, end)
    changes, spoiled = _typing(chance, text, hunk)
    moved = rebase(text, [splice], changes)
    if moved is None:
        assert spoiled, f"seed {seed}: refused, but nobody touched lines {hunk}: {changes}"
        return "refused"
    _check(seed, text, splice, changes, moved[0])
    return "moved"


def _hunk(chance: random.Random, lines: list[str], end: str) -> tuple[Splice, tuple[int, int]]:
    """Return a hunk of whole lines, and which characters its lines are."""
    first = chance.randint(0, len(lines) - 1)
    last = chance.randint(first, len(lines))
    start, stop = len("".join(lines[:first])), len("".join(lines[:last]))
    new = "".join(f"NEW {number}{end}" for number in range(chance.randint(0 if last > first else 1, 3)))
    return Splice(start, stop, new), (start, stop)


def _typing(chance: random.Random, text: str, hunk: tuple[int, int]) -> tuple[list[Splice], bool]:
    """Return what the user types, and whether any of it comes near the hunk's lines."""
    changes: list[Splice] = []
    spoiled = False
    start, stop = hunk
    for _ in range(chance.randint(1, 4)):
        at = chance.randint(0, len(text))
        gone = chance.choice([0, 0, 0, 1, 2, 9])
        change = Splice(at, min(len(text), at + gone), chance.choice(_TYPED))
        changes.append(change)
        grown = len(change.text) - (change.end - change.start)
        # Two characters off, no change can be said to be in the hunk's lines.
        if change.end < start - 1:
            start, stop = start + grown, stop + grown
        elif change.start <= stop + 1:
            spoiled = True
        text = text[:at] + change.text + text[change.end :]
    return changes, spoiled


def _check(seed: int, text: str, splice: Splice, changes: list[Splice], moved: Splice) -> None:
    """Follow every character: an old one by its place, a typed one by the change it came with."""
    typed: list[tuple[str, object]] = [(char, at) for at, char in enumerate(text)]
    for number, change in enumerate(changes):
        typed[change.start : change.end] = [(char, (number, at)) for at, char in enumerate(change.text)]
    replaced = {origin for _, origin in typed[moved.start : moved.end]}
    assert replaced == set(range(splice.start, splice.end)), f"seed {seed}: other characters are replaced"
    assert moved.text == splice.text, f"seed {seed}: the patch's text changed"
    now = "".join(char for char, _ in typed)
    made = spliced(now, (moved,))
    assert made == now[: moved.start] + splice.text + now[moved.end :], f"seed {seed}: the user's text is lost"
    before = [origin for _, origin in typed[: moved.start] if isinstance(origin, int)]
    after = [origin for _, origin in typed[moved.end :] if isinstance(origin, int)]
    assert all(origin < splice.start for origin in before), f"seed {seed}: the place moved over old text"
    assert all(origin >= splice.end for origin in after), f"seed {seed}: the place moved over old text"
    if moved.start < moved.end or splice.text:
        assert moved.start == 0 or now[moved.start - 1] in "\r\n", f"seed {seed}: the hunk begins inside a line"


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    found = [history(seed) for seed in range(count)]
    print(f"{count} histories: {found.count('moved')} moved, {found.count('refused')} refused, none wrong")
    return 0


if __name__ == "__main__":
    sys.exit(main())
