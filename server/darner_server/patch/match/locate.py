"""The one place in a file of an edit's search text, exact or with named differences that change no meaning."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from darner_server.patch.edit import BridgeName, Edit, Located, Refusal, Refused, Splice
from darner_server.patch.lazy_pattern import lazy_pattern
from darner_server.patch.match import anchor, inline, nearest, splices, tolerances, typography
from darner_server.patch.match.disambiguate import choose
from darner_server.patch.match.tolerances import Bridge
from darner_server.patch.text import abbreviations, lines, placeholder_expansion
from darner_server.patch.text.indexed_text import Document

_EXACT = Bridge((), lambda body: body)


def locate(edit: Edit, text: str) -> Located | Refused:
    """Find the one place of a "replace" edit in `text`. Nothing is placed by similarity."""
    return place(edit, Document(text))


def place(edit: Edit, document: Document) -> Located | Refused:
    """Do what `locate` does in a document that is kept for further edits."""
    if edit.problem is not None:
        return Refused(edit, edit.path, edit.problem)
    if edit.inline:
        return _place_inline(edit, document)
    halves = [(edit.before or "", edit.after or ""), *edit.alternatives]
    results: list[Located | Refused] = []
    for before, after in sorted(halves, key=lambda half: -len(half[0])):
        result = _place_lines(edit, _bodies(before), _bodies(after), document)
        if isinstance(result, Located):
            return result
        results.append(result)
    return results[-1]


@dataclass(frozen=True, slots=True)
class _Found:
    line: int
    search: list[str]
    after: list[str]
    bridge: Bridge
    names: tuple[BridgeName, ...]
    hint: int | None = None  # the line (from 1) by line numbers in the search text


def _place_lines(edit: Edit, search: list[str], after: list[str], document: Document) -> Located | Refused:
    if not search:
        return _insert(edit, after, document)
    full = placeholder_expansion.filled(after, search)
    if isinstance(full, Refusal):
        return Refused(edit, edit.path, Refusal("placeholder", f"the replacement leaves lines out: {full.reason}"))
    after = after if full is None else full
    found = _candidates(search, after, document)
    if isinstance(found, Refusal):
        return Refused(edit, edit.path, found, *nearest.nearest(search, document)[1:])
    if not found:
        return _elided(edit, search, after, document) or _not_found(edit, search, after, document)
    under, problem = anchor.contradiction(edit, [each.line for each in found], len(found[0].search), document)
    if problem is not None:
        return Refused(edit, edit.path, problem, *nearest.lines_at(document, found[0].line, len(search)))
    found = [each for each in found if each.line in under]
    if _applied(search, after, [each.line for each in found], document):
        return _done(edit, found[0].line)
    places = [each.line for each in found]
    if len(found) > 1 and not edit.every:
        hint = edit.line if edit.line is not None else found[0].hint
        chosen = choose(edit, found[0].search, places, document, hint)
        found = [each for each in found if each.line == chosen]
    if not found or (edit.every and _overlap(places, len(found[0].search))):
        return _ambiguous(edit, places, len(search), document)
    return _spliced(edit, found, document)


def _spliced(edit: Edit, found: list[_Found], document: Document) -> Located | Refused:
    """Turn the place, or all places, into changes."""
    changes: list[Splice] = []
    for each in found:
        fine = bool(each.names) or document.ending != "\n" or "\r" in document.text_at(each.line, len(each.search))
        after = typography.plainly(each.after, document) if tolerances.UNICODE in each.names else each.after
        script = splices.script(each.search, after, edit.hunk, fine=fine)
        flat = not any(body[:1] in (" ", "\t") for body in each.search)
        styled = tolerances.to_style(script, document) if flat and not each.names else None
        made = splices.splices(document, each.line, script, styled or each.bridge.reindent, edit)
        if made is None:
            reason = f"the indentation of the replacement cannot be adapted to line {each.line + 1}"
            return Refused(
                edit,
                edit.path,
                Refusal("indentation", reason),
                *nearest.lines_at(document, each.line, len(each.search)),
            )
        changes += made
    names = found[0].names
    problem = typography.stray(changes, document, edit) if tolerances.ENTITIES not in names else None
    if problem is not None:
        return Refused(edit, edit.path, problem, *nearest.lines_at(document, found[0].line, len(found[0].search)))
    if not changes:
        names = (*names, "unchanged")
    elif document.ending != "\n" or "\r" in (edit.before or ""):
        names = (*names, tolerances.LINE_ENDS)
    return Located(edit, edit.path or "", tuple(changes), names, found[0].line + 1, len(found))


def _elided(edit: Edit, search: list[str], after: list[str], document: Document) -> Located | Refused | None:
    """Place a search text with lines of mere dots, which are in both halves: each part must have one place."""
    old, new = placeholder_expansion.parts(search), placeholder_expansion.parts(after)
    if len(old) == 1 or len(old) != len(new):
        return None
    changes: list[Splice] = []
    names: tuple[BridgeName, ...] = (tolerances.ELISION,)
    reached, line, blank = 0, None, 0
    for part, becomes in zip(old, new, strict=True):
        if not any(body.strip() for body in part):
            blank += len(part) + 1 if line is None else 0
            if any(body.strip() for body in becomes):
                return None
            continue
        found = _candidates(part, becomes, document)
        if isinstance(found, Refusal) or len(found) != 1 or found[0].line < reached:
            return None
        script = splices.script(found[0].search, found[0].after, fine=True)
        made = splices.splices(document, found[0].line, script, found[0].bridge.reindent, edit)
        if made is None:
            return None
        changes += made
        names = (*names, *(name for name in found[0].names if name not in names))
        reached = found[0].line + len(found[0].search)
        line = found[0].line if line is None else line
    if line is None:
        return None
    problem = anchor.contradiction(edit, [max(0, line - blank)], reached - line + blank, document)[1]
    if problem is not None:
        return Refused(edit, edit.path, problem, *nearest.lines_at(document, line, len(search)))
    return Located(edit, edit.path or "", tuple(changes), names, line + 1)


def _overlap(places: list[int], size: int) -> bool:
    return any(second - first < size for first, second in pairwise(places))


def _candidates(search: list[str], after: list[str], document: Document) -> list[_Found] | Refusal:
    """Return the places with the lightest differences; or why the edit cannot be read."""
    found = _by_lines(search, after, document, ())
    if found:
        return found
    variants: list[tuple[list[str], list[str], tuple[BridgeName, ...]]] = []
    numbered = tolerances.without_numbers(search, after)
    if isinstance(numbered, Refusal):
        return numbered
    if numbered is not None:
        variants.append((numbered[0], numbered[1], (tolerances.NUMBERS,)))
    for old, new, names in [(search, after, ()), *variants]:
        unescaped = tolerances.without_entities(old, new)
        if unescaped is not None:
            variants.append((unescaped[0], unescaped[1], (*names, tolerances.ENTITIES)))
    for old, new, names in [(search, after, ()), *variants]:
        trimmed = tolerances.without_blank_edges(old, new)
        if trimmed is not None:
            variants.append((trimmed[0], trimmed[1], (*names, tolerances.BLANK_EDGES)))
    for old, new, names in variants:
        found = _by_lines(old, new, document, names)
        if found:
            hint = numbered[2] if numbered is not None and tolerances.NUMBERS in names else None
            return [replace(each, hint=hint) for each in found]
    return []


def _by_lines(search: list[str], after: list[str], document: Document, names: tuple[BridgeName, ...]) -> list[_Found]:
    exact = document.find(search)
    if exact:
        return [_Found(line, search, after, _EXACT, names) for line in exact]
    found: list[_Found] = []
    for line in document.find_folded(search):
        true = document.bodies[line : line + len(search)]
        bridge = tolerances.between(search, true)
        if bridge is None:
            bridge = tolerances.uneven(splices.script(search, after, fine=True), true)
        if bridge is not None:
            found.append(_Found(line, search, after, bridge, (*names, *bridge.names)))
    lightest = min((each.bridge.weight for each in found), default=0)
    return [each for each in found if each.bridge.weight == lightest]


def _insert(edit: Edit, after: list[str], document: Document) -> Located | Refused:
    """Place an edit without search text: it fills an empty file, or belongs at the end by its own words."""
    if not after:
        return Refused(edit, edit.path, Refusal("malformed", "the edit has neither a search text nor a replacement"))
    if (gap := abbreviations.abbreviated(after, edit.path or "")) is not None:
        reason = f"the new text is abbreviated: `{gap.strip()}` stands for lines that are missing"
        return Refused(edit, edit.path, Refusal("placeholder", reason))
    if edit.kind == "insert" and not edit.at_end:
        return _insert_at(edit, after, document)
    if not "".join(document.bodies).strip() or edit.at_end:
        at = 0 if not edit.at_end else len(document)
        script = [*(("-", body) for body in document.bodies[at:]), *(("+", body) for body in after)]
        made = splices.splices(document, at, script, _EXACT.reindent, edit)
        return Located(edit, edit.path or "", tuple(made or ()), (), at + 1)
    size = len(after)
    if size > 1 and document.find(after) == [0] and len(document) == size:
        return _done(edit, 0)
    reason = "the search text is empty, but the file is not: the edit does not specify its place"
    return Refused(edit, edit.path, Refusal("malformed", reason))


def _insert_at(edit: Edit, after: list[str], document: Document) -> Located | Refused:
    """Place an edit that names the line after it, by the numbers of the file as it was shown."""
    number = (edit.line or 0) - 1
    above, below = document.line_now(number - 1), document.line_now(number)
    if below is None and above is None and (number or len(document)):
        reason = f"the reply inserts before line {number + 1}, which does not exist, or no longer exists"
        missing = Refusal("missing-text", reason)
        return Refused(edit, edit.path, missing, *nearest.lines_at(document, max(0, len(document) - 1), 1))
    at = below if below is not None else above + 1 if above is not None else 0
    made = splices.splices(document, at, [("+", body) for body in after], _EXACT.reindent, edit)
    if made and (problem := typography.stray(made, document, edit)) is not None:
        return Refused(edit, edit.path, problem)
    return Located(edit, edit.path or "", tuple(made or ()), (), at + 1)


def _applied(search: list[str], after: list[str], places: list[int], document: Document) -> bool:
    """Return whether the replacement is already where the search text is (an insertion made before)."""
    if len(places) != 1 or len(after) <= len(search):
        return False
    added = len(after) - len(search)
    if after[: len(search)] != search and after[added:] != search:
        return False
    new = after[len(search) :] if after[: len(search)] == search else after[:added]
    return any(len(body.strip()) >= _TELLING for body in new) and len(document.find(after)) == 1


_TELLING = 8  # a line of fewer characters may be anywhere


def _not_found(edit: Edit, search: list[str], after: list[str], document: Document) -> Located | Refused:
    places = document.find(after) if after else []
    places, _ = anchor.contradiction(edit, places, len(after), document)
    if len(places) == 1 and _replaced(search, after, document):
        return _done(edit, places[0])
    reason, text, line = nearest.nearest(search, document)
    return Refused(edit, edit.path, reason, text, line)


def _replaced(search: list[str], after: list[str], document: Document) -> bool:
    """Return whether a replacement that is in the file was made of the search text, and not always there.

    None of the removed lines may be left, and the new text must show where it is: by lines that stay around the
    change, or by words of what it replaces.
    """
    old, new = {body.strip() for body in search}, {body.strip() for body in after}
    gone = [body for body in old - new if body]
    come = [body for body in new - old if body]
    if any(len(body) > len("});") and document.find_folded([body]) for body in gone):
        return False
    if not gone or len("".join(come)) < _TELLING:
        return False
    if any(len(body) >= _TELLING for body in old & new):
        return True
    words = {word for body in gone for word in _WORD.findall(body)} - _COMMON
    return 2 * len(words.intersection(word for body in come for word in _WORD.findall(body))) >= max(1, len(words))


_WORD = lazy_pattern(r"\w+")
_COMMON = frozenset(
    _WORD.findall(
        "return if else for while def function func fn class const let var import from public private static int void "
        "string true false null None True False self this new in is not and or 0 1 2 end do then"
    )
)


def _done(edit: Edit, line: int) -> Located:
    return Located(edit, edit.path or "", (), ("already-applied",), line + 1)


def _ambiguous(edit: Edit, places: list[int], size: int, document: Document) -> Refused:
    at = [str(line + 1) for line in places]
    shown = ", ".join(at[:-1][:5]) + (", …" if len(at) > 6 else "")  # noqa: PLR2004 - so many are still read
    reason = f"the search text is at {len(at)} places, lines {shown} and {at[-1]}: the reply does not specify which one"
    return Refused(edit, edit.path, Refusal("ambiguous-text", reason), *nearest.lines_at(document, places[0], size))


def _place_inline(edit: Edit, document: Document) -> Located | Refused:
    """Find a text that may begin and end inside a line."""
    before, after = edit.before or "", edit.after or ""
    full = placeholder_expansion.filled(_bodies(after), _bodies(before)) if before else None
    if isinstance(full, Refusal):
        return Refused(edit, edit.path, Refusal("placeholder", f"the replacement leaves lines out: {full.reason}"))
    if full is not None:
        edit = replace(edit, after="\n".join(full) + ("\n" if after.endswith("\n") else ""))
    result = _inline(edit, document)
    if isinstance(result, Located) and tolerances.ENTITIES not in result.bridges:
        problem = typography.stray(result.splices, document, edit)
        if problem is not None:
            return Refused(edit, edit.path, problem)
    return result


def _inline(edit: Edit, document: Document) -> Located | Refused:
    before, after = edit.before or "", edit.after or ""
    if not before and document.text.strip():
        return _insert(edit, _bodies(after), document)
    if not before:
        return Located(edit, edit.path or "", (Splice(document.start(0), len(document.text), after),) if after else ())
    found = inline.place_exactly(edit, before, after, document)
    return found or _place_lines(edit, _bodies(before), _bodies(after), document)


def _bodies(text: str) -> list[str]:
    return lines.bodies(lines.split(text))
