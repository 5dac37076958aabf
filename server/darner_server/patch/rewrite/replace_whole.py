"""Replies that give a whole new text: of a file, of a region, or of one definition."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from darner_server.patch import paths
from darner_server.patch.edit import BridgeName, Edit, Located, Refusal, Refused
from darner_server.patch.formats import file_names
from darner_server.patch.match import definitions_in_text, splices, tolerances, typography
from darner_server.patch.match.locate import place
from darner_server.patch.rewrite import loss, requested_removals
from darner_server.patch.text import abbreviations, lines, makefile_tabs, placeholder_expansion, placeholder_lines
from darner_server.patch.text.file_types import is_prose
from darner_server.patch.text.normalize import indent

if TYPE_CHECKING:
    from darner_server.patch.text.indexed_text import Document


def fill(edit: Edit, document: Document) -> Located | Refused:
    """Place the text of a file that should be new but exists."""
    if not document.text.strip():
        return place(edit, document)
    if lines.bodies(lines.split(edit.after or "")) == document.bodies:
        return Located(edit, edit.path or "", (), ("already-applied",))
    reason = f"{edit.path} cannot be created: there is already such a file"
    return Refused(edit, edit.path, Refusal("existing-file", reason))


def place_whole(edit: Edit, document: Document, request: str = "") -> Located | Refused:
    """Place a text that replaces the file, one definition in it or, if the edit has one, the region.

    `request` are the words that request the change or describe it: a text that loses more than they name is rejected.
    """
    after = lines.bodies(lines.split(edit.after or ""))
    if not any(body.strip() for body in after):
        return Refused(edit, edit.path, Refusal("loss", "the reply would delete everything"))
    if makefile_tabs.is_makefile(edit.path or ""):
        after = makefile_tabs.recipes(after)
    if edit.region is not None:
        return _region(edit, edit.region, after, document, request)
    part = _by_name(edit, after, document, request)
    if part is not None:
        return part
    empty = not document.text.strip()
    if empty and (gap := abbreviations.abbreviated(after, edit.path or "")) is not None:
        reason = f"the reply abbreviates the text of {edit.path}: `{gap.strip()}`"
        return Refused(edit, edit.path, Refusal("placeholder", reason))
    full = placeholder_expansion.filled(after, document.bodies) if not empty else None
    if isinstance(full, Refusal):
        return Refused(edit, edit.path, full)
    content = [body for body in document.bodies if body.strip()]
    new = {body for body in full or after if body.strip()}
    kept = sum(body in new for body in content)
    if edit.format == "bare" and content and 2 * kept < len(content):
        return Refused(edit, edit.path, Refusal("no-edit", "the reply contains no edit"))
    if all(body[0] in " \t" for body in new) and not all(body[0] in " \t" for body in content):
        reason = "the reply seems to be a part of the file, and does not specify which part"
        return Refused(edit, edit.path, Refusal("loss", reason))
    if (lost := _loses(document.bodies, full or after, edit.path or "", request)) is not None:
        return Refused(edit, edit.path, lost)
    return _put(edit, 0, len(document), full or after, document, names=() if full is None else (tolerances.ELISION,))


def _loses(old: list[str], new: list[str], path: str, request: str, *, whole: bool = True) -> Refusal | None:
    """Return what a rewrite loses without a request; None if there is nothing."""
    lost = loss.loss(old, new, path, lines=whole)
    if lost is None or requested_removals.covers(request, lost):
        return None
    return Refusal(
        "loss",
        f"the reply seems to be a part of the {'file' if whole else 'place'}, not all of it: {lost.reason}; "
        "the instruction requests no such removal. Send all of it, or only the lines that change as an edit",
    )


def uncommented(edit: Edit, document: Document | None) -> Edit:
    """Drop a first line that names the file in a comment, unless the file has it."""
    after = lines.bodies(lines.split(edit.after or ""))
    at = next((number for number, body in enumerate(after) if body.strip() and not file_names.is_head(body)), 0)
    first = after[at] if after else ""
    if not _is_named(first, edit.path or ""):
        return edit
    if document is not None and first in document.bodies[: at + 1]:
        return edit
    rest = after[at + 1 :]
    while rest and not rest[0].strip():
        del rest[0]
    return replace(edit, after="".join(f"{body}\n" for body in [*after[:at], *rest]))


def _is_named(body: str, path: str) -> bool:
    """Return whether a line is a comment that names this file, perhaps without its folders, or stands for its name."""
    named, maybe = file_names.in_comment(body), file_names.maybe_in_comment(body)
    if named is not None and named.rsplit("/", 1)[-1] == path.rsplit("/", 1)[-1]:
        return True
    if maybe is not None and (maybe == path or paths.is_example(maybe)):
        return True
    name = None if is_prose(path) else file_names.in_line(body)
    return name is not None and name.alone and (name.path or "").rsplit("/", 1)[-1] == path.rsplit("/", 1)[-1]


def _by_name(edit: Edit, after: list[str], document: Document, request: str) -> Located | Refused | None:
    """Place a snippet that consists of one definition; None if it does not, or the file has none of that name."""
    after = _without_outer_gaps(after)
    path = edit.path or ""
    one = definitions_in_text.only_one(after, path)
    if one is None:
        return None
    head, at = one
    named = definitions_in_text.places(head.name, document.bodies, path)
    if not named:
        return None
    found = [line for line in named if definitions_in_text.same(one, after, line, document.bodies, path)]
    if (
        len(named) > 1
        and not definitions_in_text.marks(at, after)
        and any(definitions_in_text.marks(line, document.bodies) for line in named)
    ):
        found = named
    if not found:
        there = definitions_in_text.head_of(document.bodies, named[0], path)
        reason = f"the reply is {head} alone, but line {named[0] + 1} begins {there}: its place is not certain"
        return Refused(edit, path, Refusal("unclear-definition", reason))
    if len(found) > 1:
        shown = ", ".join(str(line + 1) for line in found[:6])
        reason = f"{head.name} is defined more than once (lines {shown}); the reply does not specify which one"
        return Refused(edit, path, Refusal("unclear-definition", reason))
    line = found[0]
    last = definitions_in_text.end(line, document.bodies)
    if last is None:
        return Refused(edit, path, Refusal("unclear-definition", f"the end of {head.name} is not certain"))
    shifted = _carried(after, indent(after[at]), indent(document.bodies[line]))
    if shifted is None:
        return Refused(edit, path, Refusal("indentation", f"the indentation of {head.name} cannot be adapted"))
    first = definitions_in_text.above(line, document.bodies) if any(body.strip() for body in after[:at]) else line
    return _filled(edit, (first, last), _trimmed(shifted), document, request)


def _without_outer_gaps(after: list[str]) -> list[str]:
    """Drop the gaps before and behind a snippet: what they stand for is not in the definition."""
    after = _trimmed(after)
    depth = min((len(indent(body).expandtabs()) for body in after if body.strip()), default=0)
    for end in (0, -1):
        if after and placeholder_lines.is_gap(after[end]) and len(indent(after[end]).expandtabs()) <= depth:
            after = _trimmed(after[1:] if end == 0 else after[:-1])
    return after


def _filled(edit: Edit, span: tuple[int, int], after: list[str], document: Document, request: str) -> Located | Refused:
    """Put new lines in the place of old ones, what they leave out filled in."""
    first, last = span
    old = document.bodies[first:last]
    full = placeholder_expansion.filled(after, old)
    if isinstance(full, Refusal):
        return Refused(edit, edit.path, full)
    new = after if full is None else full
    one = definitions_in_text.only_one(old, edit.path or "")
    if one is None or one[0].kind not in ("function", "method"):
        whole = not any(body.strip() for body in [*document.bodies[:first], *document.bodies[last:]])
        if (lost := _loses(old, new, edit.path or "", request, whole=whole)) is not None:
            return Refused(edit, edit.path, lost)
    return _put(edit, first, last, new, document, names=() if full is None else (tolerances.ELISION,))


def _put(
    edit: Edit, first: int, last: int, after: list[str], document: Document, *, names: tuple[BridgeName, ...] = ()
) -> Located | Refused:
    """Put new lines in the place of old ones, touching only those that differ."""
    after = typography.level(after, document.bodies[first:last], edit.path or "")
    steps = splices.script(document.bodies[first:last], after, fine=True)
    styled = tolerances.to_style(steps, document) if last - first < len(document) else None
    made = splices.splices(document, first, steps, styled or _same, edit)
    if not made:
        return Located(edit, edit.path or "", (), ("unchanged",), first + 1)
    if (stray := typography.stray(made, document, edit)) is not None:
        return Refused(edit, edit.path, stray)
    return Located(edit, edit.path or "", tuple(made), names, first + 1)


def _region(edit: Edit, region: str, after: list[str], document: Document, request: str) -> Located | Refused:
    """Place the rewrite of a part of the file that is known by its text."""
    old, after = _trimmed(lines.bodies(lines.split(region))), _trimmed(after)
    at = document.find(old) if old else []
    if len(at) != 1:
        found = Refusal(
            "ambiguous-text" if at else "missing-text", f"the region to rewrite is in the file {len(at)} times"
        )
        return Refused(edit, edit.path, found)
    path = edit.path or ""
    own = definitions_in_text.only_one(old, path)
    given = definitions_in_text.only_one(_without_outer_gaps(after), path)
    if own is not None and (given is None or given[0].name != own[0].name):
        name = own[0].name
        cut = _cut_out(name, after, document, path, above=own[1] > 0)
        if cut is None and (
            edit.format == "bare" or (given is not None and definitions_in_text.places(name, after, path))
        ):
            reason = f"the reply contains more than {name}, and the file does not have the rest"
            return Refused(edit, path, Refusal("unclear-definition", reason))
        after = cut or after
    kept = sum(body in after for body in old)
    if edit.format == "bare" and own is None and 2 * kept < len(old):
        return Refused(edit, edit.path, Refusal("no-edit", "the reply contains no edit"))
    shifted = _carried(after, _first_indent(after), _first_indent(old))
    if shifted is None or (_mixed(shifted) and not _mixed(document.bodies)):
        reason = "the indentation of the reply cannot be adapted to the region"
        return Refused(edit, edit.path, Refusal("indentation", reason))
    return _filled(edit, (at[0], at[0] + len(old)), shifted, document, request)


def _cut_out(name: str, after: list[str], document: Document, path: str, *, above: bool) -> list[str] | None:
    """Take one definition out of a reply that holds more, if the file has all the rest already."""
    found = definitions_in_text.places(name, after, path)
    end = definitions_in_text.end(found[0], after) if len(found) == 1 else None
    if end is None or not all(body in document.bodies for body in [*after[: found[0]], *after[end:]]):
        return None
    return after[definitions_in_text.above(found[0], after) if above else found[0] : end]


def _mixed(bodies: list[str]) -> bool:
    return any(" " in indent(body) and "\t" in indent(body) for body in bodies if body.strip())


def _first_indent(bodies: list[str]) -> str:
    return next((indent(body) for body in bodies if body.strip() and not placeholder_lines.is_gap(body)), "")


def _carried(after: list[str], given: str, wanted: str) -> list[str] | None:
    """Indent lines so that those indented as `given` are indented as `wanted`; None if that is uncertain."""
    reindent = tolerances.carry(given, wanted)
    moved = [reindent(body) for body in after] if reindent is not None else []
    whole = [body for body in moved if body is not None]
    return whole if reindent is not None and len(whole) == len(after) else None


def _trimmed(bodies: list[str]) -> list[str]:
    first = next((number for number, body in enumerate(bodies) if body.strip()), len(bodies))
    last = next((number for number, body in enumerate(reversed(bodies)) if body.strip()), 0)
    return bodies[first : len(bodies) - last]


def _same(body: str) -> str:
    return body
