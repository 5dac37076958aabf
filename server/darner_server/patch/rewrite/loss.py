"""What of a text would be gone if another took its place: whether that is a rewrite of it or only a part."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import cast

from darner_server.patch.lazy_pattern import lazy_pattern
from darner_server.patch.rewrite.defined_names import IMPORT, TOP, names_in, pattern_of
from darner_server.patch.rewrite.license_header import has_license
from darner_server.patch.text import line_diff
from darner_server.patch.text.file_types import JSON
from darner_server.patch.text.normalize import indent

_WORD = lazy_pattern(r"\w+")
_NUMBER = lazy_pattern(r"v?\d+\w{0,4}")
_NAME = lazy_pattern(r"[\w.$@-]+")
_SHARE = 10  # per cent of the lines may go
_INNER = 70  # per cent, where all that is defined stays
_SHORT = 8  # lines of a text: from here on one may go
_SHOWN = 4  # names


@dataclass(frozen=True, slots=True)
class Loss:
    """What is removed without a replacement: names, lines, and how many lines there were."""

    names: tuple[str, ...]
    lines: int
    of: int
    share: float  # of what was named, or else of the lines

    @property
    def reason(self) -> str:
        """For a sentence that begins with what is replaced."""
        if self.names:
            more = len(self.names) - _SHOWN
            shown = [name if len(name) <= 40 else name[:40] + "…" for name in self.names[:_SHOWN]]  # noqa: PLR2004 - of a line
            listed = ", ".join(shown) + (f" and {more} more" if more > 0 else "")
            return f"it does not contain {listed}"
        return f"{self.lines} of {self.of} lines would be lost"


def loss(old: list[str], new: list[str], path: str, *, lines: bool = True) -> Loss | None:
    """Return what a rewrite loses; None if that is no more than a rewrite may. `lines` counts lines besides names."""
    if path.lower().endswith(JSON) and (parsed := _of_json(old, new)) is not None:
        return parsed if parsed.names else None
    ours, theirs = [body.strip() for body in old], [body.strip() for body in new]
    content = [body for body in ours if body]
    if not content:
        return None
    runs = line_diff.changes(ours, theirs)
    spans = _spans(old, new, runs)
    names = names_in(old, path, [(first, last) for first, last, _, _ in spans])
    there = names_in(new, path, [(begin, end) for _, _, begin, end in spans])
    before, after = Counter(names.values()), Counter(there.values())
    missing, fresh = before - after, after - before
    kept = set(before & after)
    places, new_places = _neighbours(names, kept), _neighbours(there, kept)
    moved = Counter(theirs)
    gone: list[str] = []
    outer = inner = 0
    foreign = _is_foreign(ours, content, moved, runs)
    within: set[int] | None = None
    for first, last, begin, end in runs:
        alike = not foreign or _alike(ours[first:last], theirs[begin:end])
        lost = _of_run(names, range(first, last), missing)
        come = _of_run(there, range(begin, end), fresh)
        unanswered = _unanswered([names[at] for at in lost], [there[at] for at in come], foreign=foreign, alike=alike)
        gone += unanswered or _displaced([(names[at], places[at]) for at in lost], [new_places[at] for at in come])
        removed = [line for line in range(first, last) if ours[line] and not _is_moved(ours[line], moved)]
        added = sum(bool(body) for body in theirs[begin:end]) if alike else 0
        over = max(0, len(removed) - added)
        if over and within is None:
            within = _within(old, names_in(old, path), set(names_in(new, path).values()))
        deep = min(over, sum(line in (within or ()) for line in removed))
        inner += deep
        outer += over - deep
    touched = any(_imports(old[first:last]) for first, last, _, _ in spans)
    if touched and pattern_of(path) is None and _lacks_imports(old, new):
        gone.append("the imports")
    if has_license(old) and not has_license(new):
        gone.append("the license header")
    if gone:
        return Loss(
            tuple(dict.fromkeys(gone)), outer + inner, len(content), len(gone) / max(1, len(names_in(old, path)))
        )
    if not outer + inner:
        return None
    few = max(1 if len(content) >= _SHORT else 0, 2 if names_in(old, path) else 0, len(content) * _SHARE // 100)
    if lines and (outer > few or (100 * (outer + inner) > _INNER * len(content) and outer + inner > _SHORT)):
        return Loss((), outer + inner, len(content), (outer + inner) / len(content))
    return None


def _spans(old: list[str], new: list[str], runs: list[line_diff.Change]) -> list[line_diff.Change]:
    """Widen changes up to lines at the margin that stay: what is defined elsewhere is the same in both."""
    edges = (
        [(0, 0), *((last, end) for _, last, _, end in runs)],
        [*((f, b) for f, _, b, _ in runs), (len(old), len(new))],
    )
    if any(old[a:c] != new[b:d] for (a, b), (c, d) in zip(*edges, strict=True)):
        return [(0, len(old), 0, len(new))]  # indented differently
    spans: list[line_diff.Change] = []
    reached = 0
    for number, (first, last, begin, end) in enumerate(runs):
        above = next((line for line in range(first - 1, reached - 1, -1) if _is_edge(old[line])), None)
        following = runs[number + 1][0] if number + 1 < len(runs) else len(old)
        below = next((line for line in range(last, following) if _is_edge(old[line])), following)
        tail = end + below - last
        if above is None and spans:
            spans[-1] = (spans[-1][0], below, spans[-1][2], tail)
        else:
            start = above if above is not None else 0
            spans.append((start, below, begin - (first - start), tail))
        reached = last
    return spans


def _is_edge(body: str) -> bool:
    return body[:1].strip() != "" and body[0] not in ")]}{"


def _is_foreign(ours: list[str], content: list[str], moved: Counter[str], runs: list[line_diff.Change]) -> bool:
    """Return whether less than half of the significant lines come back."""
    if 4 * sum(last - first for first, last, _, _ in runs) < len(ours) and 2 * len(content) > len(ours):
        changed = {line for first, last, _, _ in runs for line in range(first, last)}
        stay = (body for line, body in enumerate(ours) if line not in changed and _WORD.search(body))
        if sum(1 for _ in islice(stay, len(changed))) == len(changed):
            return False
    telling = Counter(body for body in content if _WORD.search(body))
    return 2 * (telling & moved).total() < telling.total()


def _of_json(old: list[str], new: list[str]) -> Loss | None:
    """Compare two JSON texts by their keys; None where one of them is broken."""
    try:
        before: object = json.loads("\n".join(old))
        after: object = json.loads("\n".join(new))
    except (ValueError, RecursionError):
        return None
    found: list[str] = []
    _compare(before, after, "", found)
    known = sum(1 for _ in cast("dict[str, object]", before)) if isinstance(before, dict) else 1
    top = [name for name in found if "." not in name]
    return Loss(tuple(found), 0, len(old), max(len(top), bool(found)) / max(1, known))


def _compare(old: object, new: object, at: str, found: list[str]) -> None:
    """Collect the keys that an object loses and the elements that a list does, with nothing in their place."""
    if isinstance(old, dict):
        before = cast("dict[str, object]", old)
        after = cast("dict[str, object]", new) if isinstance(new, dict) else {}
        lost = [key for key in before if key not in after]
        came = [key for key in after if key not in before]
        if len(lost) > len(came) or (lost and len(lost) == len(before) > 1):
            found += [f"{at}{key}" for key in lost]
        for key, value in before.items():
            if key in after and (isinstance(after[key], dict) or not isinstance(value, dict)):
                _compare(value, after[key], f"{at}{key}.", found)
    elif isinstance(old, list):
        size = len(cast("list[object]", old))
        left = len(cast("list[object]", new)) if isinstance(new, list) else 0
        if left < size - max(1, size * _SHARE // 100):
            found.append(f"{at.rstrip('.') or 'the list'}[{left}:{size}]")
        elif isinstance(new, list):
            for one, other in zip(cast("list[object]", old), cast("list[object]", new), strict=False):
                _compare(one, other, f"{at.rstrip('.')}[].", found)


def _is_moved(body: str, moved: Counter[str]) -> bool:
    """Use up one of the new text's lines of this content, if there is one left."""
    if moved[body] > 0 and len(body) > 1:
        moved[body] -= 1
        return True
    return False


def _alike(old: list[str], new: list[str]) -> bool:
    """Return whether the words of a run of lines come back in its replacement."""
    words = {word.lower() for body in old for word in _WORD.findall(body)}
    found = {word.lower() for body in new for word in _WORD.findall(body)}
    if all(_NUMBER.fullmatch(word) for word in words | found):
        return True
    return not words or 3 * len(words & found) >= len(words)


def _unanswered(lost: list[str], come: list[str], *, foreign: bool, alike: bool) -> list[str]:
    """Return those of a run's names that go without others coming for them."""
    gone = [name for name in lost if TOP.match(name) and not any(TOP.match(other) for other in come)]
    gone += [name for name in lost if foreign and not _NAME.fullmatch(name) and not _renamed(name, come)]
    left = [name for name in lost if name not in gone]
    return gone + left if len(left) > len(come) or not alike else gone


_Neighbours = tuple[str | None, str | None]


def _neighbours(names: dict[int, str], kept: set[str]) -> dict[int, _Neighbours]:
    """Return for each line with a name the nearest names above and below it that both texts have."""
    above: dict[int, str | None] = {}
    nearest: str | None = None
    for line, name in names.items():
        above[line] = nearest
        nearest = name if name in kept else nearest
    found: dict[int, _Neighbours] = {}
    nearest = None
    for line, name in reversed(names.items()):
        found[line] = above[line], nearest
        nearest = name if name in kept else nearest
    return found


def _displaced(lost: list[tuple[str, _Neighbours]], come: list[_Neighbours]) -> list[str]:
    """Return the names that are gone although as many came: those that none came for at their place."""
    left = list(come)
    gone: list[str] = []
    for name, (above, below) in lost:
        place = next((other for other in left if other[0] == above or other[1] == below), None)
        if place is None:
            gone.append(name)
        else:
            left.remove(place)
    return gone


def _of_run(names: dict[int, str], run: range, left: Counter[str]) -> list[int]:
    """Return the lines in a run whose names the other text has less often, using them up."""
    found: list[int] = []
    for line in run:
        name = names.get(line)
        if name is not None and left[name] > 0:
            left[name] -= 1
            found.append(line)
    return found


def _lacks_imports(old: list[str], new: list[str]) -> bool:
    """Return whether all imports are removed although what they bring in is still used."""
    imported = _imports(old)
    if not imported or _imports(new):
        return False
    given = {word for body in new for word in _WORD.findall(body)}
    return any(body.startswith("#") or given.intersection(_WORD.findall(body)[-2:]) for body in imported)


def _imports(bodies: list[str]) -> list[str]:
    return [body for body in bodies if IMPORT.match(body)]


def _renamed(name: str, come: list[str]) -> bool:
    """Return whether a removed call (`it("adds up")`) comes again under a title that has words of the old one."""
    words = set(_WORD.findall(name)[1:])
    return any(2 * len(words.intersection(_WORD.findall(other)[1:])) > len(words) for other in come)


def _within(bodies: list[str], names: dict[int, str], kept: set[str]) -> set[int]:
    """Return the lines inside definitions that stay."""
    found: set[int] = set()
    open_heads: list[tuple[int, bool]] = []
    for line, body in enumerate(bodies):
        if not body.strip():
            continue
        depth = len(indent(body).expandtabs())
        while open_heads and depth <= open_heads[-1][0] and body.strip()[0] not in ")]}{":
            open_heads.pop()
        if open_heads and open_heads[-1][1]:
            found.add(line)
        if line in names and names[line][:1] != ".":
            open_heads.append((depth, names[line] in kept))
    return found
