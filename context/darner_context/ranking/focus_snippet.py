"""How the focus file is shown: whole, or where that is too long the place with its surroundings, and an outline."""

from collections.abc import Callable, Sequence

from darner_context.lookup.reader import IndexReader
from darner_context.ranking.packing import GAP, GAP_TOKENS
from darner_context.request import ContextRequest, Focus, Snippet
from darner_context.secrets.file_names import secret_name
from darner_context.syntax.notebook import unshown_lines

_OUTLINE_SHARE = 8  # one part in so many of the limit is kept for the outline
_USUAL = 24_000  # tokens of a focus file that are shown whatever the budget, where no limit is given

Tokens = Callable[[str, int, int], int]  # of some lines of a file


def focus_snippet(reader: IndexReader, request: ContextRequest, tokens: Tokens) -> Snippet | None:
    """The focus file without its hidden lines, within the request's `focus_limit`; None if nothing can be shown."""
    focus = request.focus
    if focus is None or secret_name(focus.path):
        return None
    lines = reader.lines(focus.path)
    if not lines:
        return None
    path, size, limit = focus.path, len(lines), request.focus_limit
    most = max(_USUAL, request.budget) if limit is None else limit
    shown, named, reason = (1, size), list[int](), "the file itself"
    if tokens(path, 1, size) > most:
        room = most if limit is None else most - most // _OUTLINE_SHARE
        shown = _around(focus, size, room, lambda begin, end: tokens(path, begin, end))
        if limit is not None:
            named = _outline(reader, path, shown, most - tokens(path, *shown) - 2 * GAP_TOKENS, tokens)
        reason = f"{reason} in part: lines {shown[0]} to {shown[1]} of {size}{' and an outline' * bool(named)}"
    gone = range(request.hidden[0], request.hidden[1] + 1) if request.hidden else range(0)
    unshown = {*gone, *unshown_lines(path, lines.text)}
    text, total, previous = "", 0, 0
    for begin, end in _runs(named, shown, unshown):
        if named and begin > previous + 1:
            text += f"{GAP}\n"
            total += GAP_TOKENS
        text += lines.between(begin, end)
        total += tokens(path, begin, end)
        previous = end
    if named and previous < size:
        text += f"{GAP}\n"
        total += GAP_TOKENS
    return Snippet(path, *shown, text, total, "focus", (reason,), 1.0)


def _runs(named: Sequence[int], shown: tuple[int, int], unshown: set[int]) -> list[tuple[int, int]]:
    """The stretches of lines that are shown, in their order: all of `shown`, and the named lines around it."""
    first, last = shown
    ends = sorted(each for each in unshown if first <= each <= last)
    inside = zip([first, *(each + 1 for each in ends)], [*(each - 1 for each in ends), last], strict=True)
    outside = [(each, each) for each in named if each not in unshown]
    return sorted([*outside, *((begin, end) for begin, end in inside if begin <= end)])


def _around(focus: Focus, size: int, most: int, tokens: Callable[[int, int], int]) -> tuple[int, int]:
    """Grow from the place to both sides while it fits."""
    first = last = min(max(focus.first_line or 1, 1), size)
    last = min(max(focus.last_line or last, first), size)
    while last > first and tokens(first, last) > most:
        last -= 1
    step = 64
    while step:
        grown = max(1, first - step), min(size, last + step)
        if grown != (first, last) and tokens(*grown) <= most:
            first, last = grown
        else:
            step //= 2
    return first, last


def _outline(reader: IndexReader, path: str, shown: tuple[int, int], left: int, tokens: Tokens) -> list[int]:
    """The lines outside of what is shown that name definitions, outer ones and near ones first, as many as fit."""
    facts = reader.facts(path)
    if facts is None:
        return []
    found = [
        (each.container is not None, min(abs(each.line - shown[0]), abs(each.line - shown[1])), each.line)
        for each in facts.definitions
        if not shown[0] <= each.line <= shown[1]
    ]
    taken: set[int] = set()
    for _, _, line in sorted(found):
        cost = tokens(path, line, line) + GAP_TOKENS
        if cost <= left and line not in taken:
            taken.add(line)
            left -= cost
    return sorted(taken)
