"""The byte-order mark: a file keeps the one it has, and gets a second one never."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from darner_server.patch.edit import Located, Splice

if TYPE_CHECKING:
    from darner_server.patch.edit import Edit
    from darner_server.patch.text.indexed_text import Document

MARK = "\ufeff"


def unmarked(edit: Edit) -> Edit:
    """Take the marks off an edit that shows them: they are no part of a line's text."""
    if not any(MARK in (text or "") for text in (edit.before, edit.after, edit.region)):
        return edit
    return replace(
        edit,
        before=_plain(edit.before),
        after=_plain(edit.after),
        region=_plain(edit.region),
        hunk=tuple((op, line.lstrip(MARK)) for op, line in edit.hunk),
        alternatives=tuple((before.lstrip(MARK), after.lstrip(MARK)) for before, after in edit.alternatives),
    )


def change(edit: Edit, document: Document) -> Located | None:
    """Place an edit that does nothing but add the mark, or take it away; None if it does anything else."""
    before, after = edit.before or "", edit.after or ""
    shown, left = _shows(before), _shows(after)
    if shown == left or not _plain(before) or _plain(before) != _plain(after):
        return None
    there = document.text.startswith(MARK)
    asked = (_plain(before) or "").removesuffix("\n")
    if there != shown or not (document.text.lstrip(MARK).replace("\r\n", "\n") + "\n").startswith(asked):
        return None
    return Located(edit, edit.path or "", (Splice(0, 1, "") if shown else Splice(0, 0, MARK),))


def once(text: str) -> str:
    """Leave one mark of several."""
    return MARK + text.lstrip(MARK) if text.startswith(MARK) else text


def _shows(text: str) -> bool:
    return any(line.startswith(MARK) for line in text.split("\n"))


def _plain(text: str | None) -> str | None:
    return None if text is None else "\n".join(line.lstrip(MARK) for line in text.split("\n"))
