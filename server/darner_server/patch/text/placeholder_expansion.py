"""Lines that stand for others (`# ... existing code ...`), filled in from the text they stand for.

Only what is certain is filled in: the lines on both sides of the gap must be in the old text, once.
"""

from __future__ import annotations

from itertools import pairwise

from darner_server.patch.edit import Refusal
from darner_server.patch.lazy_pattern import lazy_pattern
from darner_server.patch.text import placeholder_lines
from darner_server.patch.text.normalize import indent

_COMMENT = lazy_pattern(r"\s*(?:#|//|/\*|\*|<!--|--|;|\"\"\")")


def parts(bodies: list[str]) -> list[list[str]]:
    """Return the runs between the lines that are nothing but an ellipsis."""
    found: list[list[str]] = [[]]
    for body in bodies:
        if placeholder_lines.is_bare_gap(body):
            found.append([])
        else:
            found[-1].append(body)
    return found


def filled(new: list[str], old: list[str]) -> list[str] | Refusal | None:
    """Return `new`, a rewrite of all of `old`, its gaps filled in, or None if it has none, or why that is unsure."""
    at = placeholder_lines.gaps(new, old)
    if at:
        full = _expanded(new, old, at)
        if isinstance(full, Refusal):
            return full
        beside = placeholder_lines.beside_code(full, old)
    else:
        full, beside = None, placeholder_lines.beside_code(new, old)
    return _unsure(f"`{beside.strip()}` leaves code out") if beside is not None else full


def _unsure(reason: str) -> Refusal:
    return Refusal("placeholder", reason)


def _expanded(new: list[str], old: list[str], at: list[int]) -> list[str] | Refusal:
    """Fill in the gaps, which are the lines `at`."""
    pieces = [new[first + 1 : last] for first, last in pairwise([-1, *at, len(new)])]
    gaps = [new[number] for number in at]
    problem = _ends_unsure(pieces, old)
    if problem is not None:
        return problem
    out: list[str] = list(pieces[0])
    reached = 0  # the old line from which on nothing is accounted for
    for number, gap in enumerate(gaps):
        above = _behind(pieces[number], old, reached) if _content(pieces[number]) else reached
        if isinstance(above, Refusal):
            return above
        first = above
        if number and not _content(pieces[number]):
            return _unsure("two gaps follow each other")
        piece = pieces[number + 1]
        block = _appended(gap, pieces[number], piece, old, first)
        if isinstance(block, Refusal):
            return block
        if block is not None:
            last, more = block
            out = [*_unblanked(out), *_unblanked(old[first:last]), *piece]
            reached = last + more
            continue
        below = _before(piece, old, first) if _content(piece) else len(old)
        if isinstance(below, Refusal):
            return below
        last = below
        # Blank lines beside the gap stand for those beside the lines it stands for.
        stood = old[first:last] if _content(old[first:last]) else []
        out = [*_unblanked(out), *stood, *(piece[_blanks(piece) :] if stood and not stood[-1].strip() else piece)]
        reached = last
    return out


def _ends_unsure(pieces: list[list[str]], old: list[str]) -> Refusal | None:
    """What is not left out at the ends must begin and end as the old text does: else it is a part of it."""
    content, first, last = _content(old), _content(pieces[0]), _content(pieces[-1])
    if not content:
        return _unsure("the old text has no lines that the reply could leave out")
    if first and first[0] != content[0]:
        return _unsure("the reply leaves lines out, but does not begin like the old text")
    if last and last[-1] != content[-1]:
        return _unsure("the reply leaves lines out, but does not end like the old text")
    return None


def _behind(piece: list[str], old: list[str], reached: int) -> int | Refusal:
    """Return the old line behind the one that the piece's last line is.

    Some line of the piece must be the only one of its kind, and from it to the end of the piece the old text must read
    the same. A longer run is no better proof: the edit may have made one place look like another.
    """
    lines = _trimmed(piece)
    for first in range(len(lines) - 1, -1, -1):
        at = _only(lines[first], old)
        if at is None:
            continue
        if at < reached or old[at : at + len(lines) - first] != lines[first:]:
            break
        return at + len(lines) - first
    return _unsure(f"the place of the line above a gap, `{lines[-1].strip()}`, in the old text is not certain")


def _before(piece: list[str], old: list[str], reached: int) -> int | Refusal:
    """Return the old line that the piece's first line is; comments that are new may be above it."""
    lines = _trimmed(piece)
    skipped = 0
    while skipped < len(lines) - 1 and lines[skipped] not in old and _is_comment(lines[skipped]):
        skipped += 1
    rest = lines[skipped:]
    for last, body in enumerate(rest):
        at = _only(body, old)
        if at is None:
            continue
        first = at - last
        if first < reached or old[first : at + 1] != rest[: last + 1]:
            break
        if skipped and first > reached and old[first - 1].strip():
            break  # the comment may replace what is there
        return first
    return _unsure(f"the place of the line below a gap, `{rest[0].strip()}`, in the old text is not certain")


def _only(body: str, old: list[str]) -> int | None:
    """Return where the line is in the old text, if it is there once."""
    return old.index(body) if body.strip() and old.count(body) == 1 else None


def _appended(
    gap: str, above: list[str], piece: list[str], old: list[str], first: int
) -> tuple[int, int] | Refusal | None:
    """A block's head, a gap, new members, the block's end: the gap is all that the block holds.

    Returns the old line at which the block's content ends, and how many old lines the piece itself accounts for. It is
    unsure if a new member may replace an old one: if both have one name, or if the old block ends with an exit.
    """
    head = _trimmed(above)[-1:] or None
    depth = len(indent(gap).expandtabs())
    if head is None or len(indent(head[0]).expandtabs()) >= depth:
        return None
    inner = [body for body in piece if body.strip()]
    within = 0
    while within < len(inner) and len(indent(inner[within]).expandtabs()) >= depth:
        within += 1
    last = first
    while last < len(old) and (not old[last].strip() or len(indent(old[last]).expandtabs()) >= depth):
        last += 1
    while last > first and not old[last - 1].strip():
        last -= 1
    members = [
        body
        for body in inner[:within]
        if len(indent(body).expandtabs()) == depth and body.strip()[0] not in ")]}" and not _is_comment(body)
    ]
    if not members or any(body in old[first:last] for body in members):
        return None
    rest = inner[within:]
    below = _content(old[last:])
    if rest and rest != below[: len(rest)]:
        return None
    outer = [body for body in old[first:last] if len(indent(body).expandtabs()) == depth]
    replaced = _replaced(members, outer)
    if replaced is not None:
        return _unsure(f"it is not certain whether `{members[0].strip()}` replaces `{replaced.strip()}`")
    at, count = 0, len(rest)
    while count:
        count -= bool(old[last + at].strip())
        at += 1
    return last, at


def _replaced(members: list[str], old: list[str]) -> str | None:
    """Return the old line of a block that one of the new members may replace."""
    statements = [body for body in old if body.strip() and body.strip()[0] not in ")]}" and not _is_comment(body)]
    if statements and _EXIT.match(statements[-1]):
        return statements[-1]  # nothing is ever reached behind it
    names = {name for body in members if (name := _name(body)) is not None}
    return next((body for body in statements if _name(body) in names), None)


def _name(body: str) -> str | None:
    """Return what a line assigns, maps or defines; None for other statements, which may well be there twice."""
    line = body.strip()
    if _CONTROL.match(line):
        return None
    assigned = _ASSIGNED.match(line)
    if assigned is not None:
        return " ".join(assigned[1].split())
    defined = _DEFINED.search(line) if line.endswith(("{", ":", "do")) else None
    return defined[1] if defined is not None else None


_EXIT = lazy_pattern(r"\s*(?:return|raise|throw|break|continue|goto|exit|die|panic!?|abort)\b")
_ASSIGNED = lazy_pattern(
    r"([^\s(){}=:<>!+*/%&|^,;-](?:[^(){}=:<>!+*/%&|^,;-]|(?<=\w)-(?=\w))*?)\s*(?::=|=(?![=>~])|:(?![:/]))"
)
_DEFINED = lazy_pattern(r"([\w$]+[?!]?)\s*[(<]")
_CONTROL = lazy_pattern(
    r"(?:\}\s*)?(?:if|for|foreach|while|switch|match|with|elif|else|try|finally|catch|except|using|lock|unless|until)\b"
    r"|(?:public|private|protected):"
)


def _content(bodies: list[str]) -> list[str]:
    return [body for body in bodies if body.strip()]


def _trimmed(bodies: list[str]) -> list[str]:
    return _unblanked(bodies)[_blanks(bodies) :]


def _unblanked(bodies: list[str]) -> list[str]:
    end = len(bodies)
    while end and not bodies[end - 1].strip():
        end -= 1
    return bodies[:end]


def _blanks(bodies: list[str]) -> int:
    return next((number for number, body in enumerate(bodies) if body.strip()), len(bodies))


def _is_comment(body: str) -> bool:
    return _COMMENT.match(body) is not None
