"""Which files change along with a place: those like the instruction or like the place, and those that lie near it."""

import math
from collections.abc import Collection, Mapping
from heapq import nsmallest
from itertools import islice

from darner_context.lookup.cursor import CursorContext
from darner_context.lookup.names import NameResolver
from darner_context.ranking.text_search import Search
from darner_context.ranking.weights import Signal, Signals
from darner_context.workspace.file_kind import SECRET

_RARE = 60  # files that use a name: more say little about what is alike
_COMMON = 200  # the same for the few names next to the cursor
_FILES, _ALIKE = 40, 16  # files looked into: for the instruction, and for each likeness to the place
_LONGEST = 7.0  # the logarithm of a thousand lines


def alike(resolver: NameResolver, place: CursorContext) -> dict[str, float]:
    """The files that have names of a place's file, each with its share of what they tell."""
    return _shares(resolver, place.file, min(_RARE, max(len(resolver.reader.paths.all) // 5, 4)))


def likely(
    resolver: NameResolver, search: Search, place: CursorContext | None, alike: Mapping[str, float], *, exact: bool
) -> dict[str, Signals]:
    """Give the files with their signals, in the order of their paths; `exact`: the very lines at the place count."""
    said = search.files
    files = {*islice(said, _FILES), *_first(alike)}
    around: dict[str, float] = {}
    imported: set[str] = set()
    if place is not None:
        if exact:
            around = _shares(resolver, place.near, _COMMON)
            files.update(_first(around))
        imported = {target for _, targets in place.imports for target in targets}
        files.discard(place.path)
    found: dict[str, Signals] = {}
    for path in sorted(files):
        facts = resolver.facts(path)
        if facts is None or facts.flags & SECRET:
            continue
        signals = found[path] = {
            "its_file_like_instruction": said.get(path, 0.0),
            "in_long_file": math.log(len(facts.sums)) / _LONGEST,
        }
        if place is not None:
            signals["its_file_like_this_file"] = alike.get(path, 0.0)
            signals["its_file_like_lines_around"] = around.get(path, 0.0)
            signals.update(_beside(path, place, imported))
    return found


def _beside(path: str, place: CursorContext, imported: set[str]) -> Signals:
    """What the paths of two files say."""
    folder, _, name = path.rpartition("/")
    own = place.path.rpartition("/")[2]
    held: dict[Signal, bool] = {
        "same_folder": folder == place.folder,
        "same_stem": name.partition(".")[0] == own.partition(".")[0],
        "same_suffix": name.rpartition(".")[2] == own.rpartition(".")[2],
        "imported_here": path in imported,
    }
    return {signal: 1.0 for signal, true in held.items() if true}


def _first(scores: Mapping[str, float]) -> list[str]:
    return nsmallest(_ALIKE, scores, key=lambda path: (-scores[path], path))


def _shares(resolver: NameResolver, names: Collection[str], most: int) -> dict[str, float]:
    """For each file the share of what the names tell that its own names have."""
    resolver.preload(set(names))
    total = len(resolver.reader.paths.all)
    scores: dict[str, float] = {}
    whole = 0.0
    for name in sorted(names):
        postings = resolver.postings(name)
        uses = postings.uses
        if uses:
            telling = math.log(1 + total / (1 + uses))
            whole += telling
            for path in postings.used if uses <= most else ():
                scores[path] = scores.get(path, 0.0) + telling
    return {path: score / whole for path, score in scores.items()}
