"""Which files change along with a place: those similar to the instruction or the place, and those near it."""

import math
from collections.abc import Collection, Mapping
from heapq import nsmallest
from itertools import islice

from darner_context.lookup.cursor import CursorContext
from darner_context.lookup.names import NameResolver
from darner_context.ranking.text_search import Search
from darner_context.ranking.weights import Signal, Signals
from darner_context.workspace.file_kind import SECRET

_RARE = 60  # files that use a name: more mean little for similarity
_COMMON = 200  # the same for the few names next to the cursor
_FILES, _ALIKE = 40, 16  # files looked into: for the instruction, and for each likeness to the place
_LONGEST = 7.0  # the logarithm of a thousand lines


def file_similarity(resolver: NameResolver, cursor: CursorContext) -> dict[str, float]:
    """The files that share names with the cursor's file, each with its similarity from 0 to 1."""
    return _name_overlap(resolver, cursor.file, min(_RARE, max(len(resolver.reader.paths.all) // 5, 4)))


def similar_files(
    resolver: NameResolver,
    search: Search,
    cursor: CursorContext,
    similarity: Mapping[str, float],
    *,
    exact: bool,
) -> dict[str, Signals]:
    """The files that may change along, with signals, sorted by path; `exact`: the names next to the cursor count."""
    by_instruction = search.files
    files = {*islice(by_instruction, _FILES), *_most_similar(similarity)}
    around = _name_overlap(resolver, cursor.near, _COMMON) if exact else {}
    files.update(_most_similar(around))
    imported = {target for _, targets in cursor.imports for target in targets}
    files.discard(cursor.path)
    found: dict[str, Signals] = {}
    for path in sorted(files):
        facts = resolver.facts(path)
        if facts is None or facts.flags & SECRET:
            continue
        found[path] = {
            "its_file_like_instruction": by_instruction.get(path, 0.0),
            "in_long_file": math.log(len(facts.sums)) / _LONGEST,
            "its_file_like_this_file": similarity.get(path, 0.0),
            "its_file_like_lines_around": around.get(path, 0.0),
            **_path_signals(path, cursor, imported),
        }
    return found


def _path_signals(path: str, cursor: CursorContext, imported: set[str]) -> Signals:
    """The signals that follow from the paths of two files."""
    folder, _, name = path.rpartition("/")
    own = cursor.path.rpartition("/")[2]
    path_facts: dict[Signal, bool] = {
        "same_folder": folder == cursor.folder,
        "same_stem": name.partition(".")[0] == own.partition(".")[0],
        "same_suffix": name.rpartition(".")[2] == own.rpartition(".")[2],
        "imported_here": path in imported,
    }
    return {signal: 1.0 for signal, holds in path_facts.items() if holds}


def _most_similar(scores: Mapping[str, float]) -> list[str]:
    return nsmallest(_ALIKE, scores, key=lambda path: (-scores[path], path))


def _name_overlap(resolver: NameResolver, names: Collection[str], most: int) -> dict[str, float]:
    """For each file the inverse document frequencies of the names that it has, as a share of those of all names."""
    resolver.preload(set(names))
    total = len(resolver.reader.paths.all)
    scores: dict[str, float] = {}
    whole = 0.0
    for name in sorted(names):
        postings = resolver.postings(name)
        uses = postings.uses
        if uses:
            idf = math.log(1 + total / (1 + uses))
            whole += idf
            for path in postings.used if uses <= most else ():
                scores[path] = scores.get(path, 0.0) + idf
    return {path: score / whole for path, score in scores.items()}
