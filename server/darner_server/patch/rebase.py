from __future__ import annotations

from typing import TYPE_CHECKING

from darner_server.patch.edit import Splice

if TYPE_CHECKING:
    from collections.abc import Sequence


def rebase(text: str, splices: Sequence[Splice], changes: Sequence[Splice]) -> tuple[Splice, ...] | None:
    """Move an edit's splices, made for `text`, behind what the user has changed in it meanwhile.

    `changes` come in the order they were made, each in the text as the one before left it. Changes to other lines move
    the splices; a change to the same lines gives None. Neither the user's characters nor the edit's are ever lost.
    """
    moved = list(splices)
    for change in changes:
        grown = len(change.text) - (change.end - change.start)
        for number, splice in enumerate(moved):
            first, last = _lines(text, splice)
            if _is_before(text, change, first):
                moved[number] = Splice(splice.start + grown, splice.end + grown, splice.text)
            elif not _is_behind(text, change, last, empty=first == last):
                return None
        text = text[: change.start] + change.text + text[change.end :]
    return tuple(moved)


def _lines(text: str, splice: Splice) -> tuple[int, int]:
    """Return where the lines begin and end that a splice changes; nowhere wide for one that only inserts lines."""
    first = max(text.rfind("\n", 0, splice.start), text.rfind("\r", 0, splice.start)) + 1
    if splice.start == splice.end == first and splice.text.endswith(("\n", "\r")):
        return first, first
    if splice.end > first and text[splice.end - 1] in "\r\n" and splice.end > splice.start:
        return first, splice.end
    ends = [at for at in (text.find("\n", splice.end), text.find("\r", splice.end)) if at >= 0]
    last = min(ends, default=len(text))
    if text[last : last + 2] == "\r\n":
        last += 1
    return first, min(last + 1, len(text))


def _is_before(text: str, change: Splice, first: int) -> bool:
    """Tell whether the change leaves the lines from `first` on alone, standing above them."""
    if change.end > first:
        return False
    if change.end < first:
        # Taking "\r" from before the "\n" at the border, or the like, would join lines.
        return not (text[change.end : first] == "\n" and change.end > 0 and text[change.end - 1] == "\r")
    if change.start == change.end == first and not change.text:
        return True
    return change.text.endswith(("\n", "\r")) or (not change.text and _at_line(text, change.start))


def _is_behind(text: str, change: Splice, last: int, *, empty: bool) -> bool:
    """Tell whether the change leaves the lines up to `last` alone, standing below them."""
    if change.start < last:
        return False
    if change.start > last:
        return True
    if empty:
        return True
    ended = last > 0 and text[last - 1] in "\r\n"
    return ended and not (text[last - 1] == "\r" and change.text.startswith("\n"))


def _at_line(text: str, at: int) -> bool:
    return at == 0 or text[at - 1] in "\r\n"
