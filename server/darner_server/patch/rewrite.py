"""Replies that give a whole new text: of a file, of a region, or of one definition."""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from darner_server.patch import bridges, lines, splicing
from darner_server.patch.edit import Edit, Located, Refused
from darner_server.patch.fold import indent
from darner_server.patch.locate import place

if TYPE_CHECKING:
    from darner_server.patch.document import Document
    from darner_server.patch.splicing import Script

_SMALL = 10  # lines: so short a file may become anything
_MIDDLE = 4_000_000  # pairs of lines that a comparison may look at
_ABBREVIATION = re.compile(
    r"\s*(?:#|//|/\*|<!--|--|;|%|\{/\*)?\s*(?:\.{3}|…)?\s*\(?(?:the\s+)?(?:existing|rest of|remaining|unchanged|same|previous|other|omitted)\b"
    r"[\w\s,'/().-]*?(?:\.{3}|…)?\s*(?:\*/\}?|-->)?\s*",
    re.I,
)


def abbreviates(text: str) -> bool:
    """Tell whether a text has a line such as `# ... existing code ...` in it."""
    return any(is_abbreviation(body) for body in lines.bodies(lines.split(text)))


def is_abbreviation(body: str) -> bool:
    """Tell whether a line stands for others: a comment with an ellipsis that says so."""
    return ("..." in body or "…" in body) and _ABBREVIATION.fullmatch(body) is not None


def fill(edit: Edit, document: Document) -> Located | Refused:
    """Place the text of a file that should be new but exists."""
    if not document.text.strip():
        return place(edit, document)
    if lines.bodies(lines.split(edit.after or "")) == document.bodies:
        return Located(edit, edit.path or "", (), ("already-applied",))
    return Refused(edit, edit.path, f"{edit.path} cannot be created: there is already such a file")


def place_whole(edit: Edit, document: Document) -> Located | Refused:
    """Place a text that replaces the file or, if the edit has one, the region."""
    after = lines.bodies(lines.split(edit.after or ""))
    if edit.region is not None:
        return _region(edit, edit.region, after, document)
    if abbreviates(edit.after or ""):
        return Refused(edit, edit.path, "the reply abbreviates the text, and its place cannot be told")
    content = [body for body in document.bodies if body.strip()]
    new = [body for body in after if body.strip()]
    kept = sum(body in set(new) for body in content)
    if not new:
        return Refused(edit, edit.path, "the reply would empty the file")
    if edit.format == "bare" and content and 2 * kept < len(content):
        return Refused(edit, edit.path, "the reply holds no edit")
    if len(content) > _SMALL and 2 * len(new) < len(content) and 2 * kept < len(content):
        return Refused(edit, edit.path, "the reply seems to be a part of the file, and it does not say which")
    steps = _compare(document.bodies, after)
    made = splicing.splices(document, 0, steps, _same, edit)
    if not made:
        return Located(edit, edit.path or "", (), ("unchanged",))
    return Located(edit, edit.path or "", tuple(made), (), 1)


def _region(edit: Edit, region: str, after: list[str], document: Document) -> Located | Refused:
    old = lines.bodies(lines.split(region))
    while after and not after[0].strip():
        after = after[1:]
    while after and not after[-1].strip():
        after = after[:-1]
    shifted = _indented_as(after, old)
    if not shifted:
        return Refused(edit, edit.path, "the reply would empty the region")
    tail = next((number for number, body in enumerate(reversed(old)) if body.strip()), 0)
    text = "".join(f"{body}\n" for body in [*shifted, *[""] * tail])
    as_replace = replace(edit, kind="replace", before=region, after=text, region=None)
    result = place(as_replace, document)
    names = (*result.bridges, bridges.SHIFT) if isinstance(result, Located) and shifted != after else None
    if isinstance(result, Refused):
        return replace(result, edit=edit)
    return replace(result, edit=edit, bridges=names if names is not None else result.bridges)


def _indented_as(after: list[str], old: list[str]) -> list[str]:
    """Shift a text so that its first line is indented as the region's first line is."""
    wanted = next((indent(body) for body in old if body.strip()), "")
    first = next((indent(body) for body in after if body.strip()), "")
    if wanted == first:
        return after
    if wanted.endswith(first):
        more = wanted[: len(wanted) - len(first)]
        return [more + body if body.strip() else body for body in after]
    if first.endswith(wanted):
        less = first[: len(first) - len(wanted)]
        if all(body.startswith(less) for body in after if body.strip()):
            return [body.removeprefix(less) for body in after]
    return after


def _compare(old: list[str], new: list[str]) -> Script:
    """Return a line diff; between equal ends in one piece where it would take long."""
    ends = splicing.script(old, new, ())
    head = next((number for number, (op, _) in enumerate(ends) if op != " "), len(ends))
    removed = [body for op, body in ends if op == "-"]
    added = [body for op, body in ends if op == "+"]
    if not removed or not added or len(removed) * len(added) > _MIDDLE:
        return ends
    middle: Script = []
    for tag, first, last, begin, end in SequenceMatcher(None, removed, added, autojunk=False).get_opcodes():
        if tag == "equal":
            middle += [(" ", body) for body in removed[first:last]]
        else:
            middle += [("-", body) for body in removed[first:last]]
            middle += [("+", body) for body in added[begin:end]]
    return [*ends[:head], *middle, *ends[head + len(removed) + len(added) :]]


def _same(body: str) -> str:
    return body
