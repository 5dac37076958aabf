"""Where the next edit is, from the last ones: what is sure first, then what is likely."""

from collections.abc import Sequence

from darner_context.lookup.reader import IndexReader
from darner_context.next_edits.changed_names import changed_names
from darner_context.next_edits.confidence import WEIGHTS, probability, score
from darner_context.next_edits.edit import NextEdit, NextEdits, RecordedEdit
from darner_context.next_edits.evidence import Evidence, LineCandidate
from darner_context.next_edits.removed_definitions import removed_definitions, removed_imports
from darner_context.next_edits.rename import rename_edits, rename_of
from darner_context.next_edits.replacement import replacement_edits
from darner_context.next_edits.signature import signature_edits

SHOWN = 0.2  # the least confidence of what is shown
_NEAR = 2  # lines: closer places are one


def predict(reader: IndexReader, edits: Sequence[RecordedEdit], limit: int) -> NextEdits:
    """List at most `limit` places, best first; `edits` are the last ones, the latest last."""
    while edits and edits[-1].kind == "accepted":
        edits = edits[:-1]
    if not edits or edits[-1].kind != "typing":
        return NextEdits((), {})
    last = edits[-1]
    found = _sure(reader, edits)
    if len(found) < limit:
        found += _likely(reader, last, found, limit - len(found))
    chosen = tuple(found[:limit])
    return NextEdits(chosen, {each.path: reader.lines(each.path).text for each in chosen})


def _sure(reader: IndexReader, edits: Sequence[RecordedEdit]) -> list[NextEdit]:
    last = edits[-1]
    found = rename_edits(reader, last)
    if not found:
        found = replacement_edits(reader, edits) or removed_imports(reader, last)
        if rename_of(last) is None:
            found = found or removed_definitions(reader, last, changed_names(last)) or signature_edits(reader, last)
    return _by_distance(found, last)


def _by_distance(found: Sequence[NextEdit], last: RecordedEdit) -> list[NextEdit]:
    """The places below the edit first, then those above it, then other files."""

    def order(each: NextEdit) -> tuple[bool, str, bool, int]:
        line = each.start[0]
        return each.path != last.path, each.path, each.path == last.path and line <= last.last, line

    return sorted((each for each in found if not _inside(each, last)), key=order)


def _inside(each: NextEdit, last: RecordedEdit) -> bool:
    return each.text is None and each.path == last.path and last.first <= each.start[0] <= last.last


def _likely(reader: IndexReader, last: RecordedEdit, known: Sequence[NextEdit], limit: int) -> list[NextEdit]:
    evidence = Evidence(reader, last)
    scored = [(score(each.signals), each) for each in evidence.candidates()]
    scored.sort(key=lambda each: (-each[0], each[1].path != last.path, each[1].path, each[1].line))
    taken = [(each.path, each.start[0]) for each in known]
    found: list[NextEdit] = []
    for points, each in scored:
        confidence = probability(points)
        if confidence < SHOWN or len(found) >= limit:
            break
        if any(path == each.path and abs(line - each.line) <= _NEAR for path, line in taken):
            continue
        taken.append((each.path, each.line))
        text = reader.lines(each.path)[each.line - 1]
        begin, end = len(text) - len(text.lstrip()), len(text.rstrip("\r\n"))
        place = (each.line, min(begin, end)), (each.line, end)
        found.append(NextEdit(each.path, *place, None, _reason(each), confidence, sure=False))
    return found


_REASONS = {
    "removed": "uses a name that was changed",
    "added": "uses a name that was added",
    "defined": "uses what was defined",
    "signature": "uses the function whose signature was changed",
    "enclosing": "uses the function that was changed",
    "clone": "resembles the changed lines",
    "neighbour": "resembles the lines around the edit",
    "sister": "uses a name beside the edit",
    "kept": "uses names of the edited lines",
    "imports": "the imports",
}


def _reason(each: LineCandidate) -> str:
    strongest = [(strength, name) for name, strength in zip(WEIGHTS, each.signals, strict=True) if name in _REASONS]
    strength, name = max(strongest)
    return _REASONS[name] if strength else "near the edit"
