"""From a place and a script of kept, removed and new lines to splices that touch nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from darner_server.patch.edit import Edit, Splice
from darner_server.patch.text import line_diff, lines

if TYPE_CHECKING:
    from darner_server.patch.match.tolerances import Reindent
    from darner_server.patch.text.indexed_text import Document

Script = list[tuple[str, str]]


def script(search: list[str], after: list[str], hunk: tuple[tuple[str, str], ...] = (), *, fine: bool) -> Script:
    """Return which lines stay, are removed and are added. A hunk marks them itself, if it is about these very lines.

    `fine` finds lines that stay also between changed ones: needed where they are not in the file as they are here.
    """
    if (
        hunk
        and [line for op, line in hunk if op != "+"] == search
        and [line for op, line in hunk if op != "-"] == after
    ):
        return list(hunk)
    size = min(len(search), len(after))
    head = 0
    while head < size and search[head] == after[head]:
        head += 1
    tail = 0
    while tail < size - head and search[-1 - tail] == after[-1 - tail]:
        tail += 1
    return [
        *((" ", body) for body in search[:head]),
        *_middle(search[head : len(search) - tail], after[head : len(after) - tail], fine=fine),
        *((" ", body) for body in search[len(search) - tail :]),
    ]


def _middle(removed: list[str], added: list[str], *, fine: bool) -> Script:
    if not fine or set(removed).isdisjoint(added):
        return [*(("-", body) for body in removed), *(("+", body) for body in added)]
    steps: Script = []
    at = 0
    for first, last, begin, end in line_diff.changes(removed, added):
        steps += [(" ", body) for body in removed[at:first]]
        steps += [("-", body) for body in removed[first:last]]
        steps += [("+", body) for body in added[begin:end]]
        at = last
    return [*steps, *((" ", body) for body in removed[at:])]


def splices(document: Document, line: int, steps: Script, reindent: Reindent, edit: Edit) -> list[Splice] | None:
    """Return what carries the script out at `line`; None if a new line's indentation is uncertain."""
    runs: list[tuple[int, int, list[str]]] = []  # first line, line after the last, new contents
    at = line
    for op, body in steps:
        if op == " ":
            at += 1
            continue
        if not runs or runs[-1][1] != at:
            runs.append((at, at, []))
        first, _, new = runs[-1]
        if op == "-":
            at += 1
        else:
            text = reindent(body)
            if text is None:
                return None
            new.append(text)
        runs[-1] = (first, at, new)
    made = [_splice(document, run, edit) for run in runs]
    return [splice for splice in made if splice is not None]


def _splice(document: Document, run: tuple[int, int, list[str]], edit: Edit) -> Splice | None:
    first, last, new = run
    raw = document.raw
    end = _ending(document, first, last)
    text = "".join(f"{body}{end}" for body in new)
    start, stop = document.start(first), document.offset(last)
    unended = last == len(raw) and bool(raw) and not lines.ending(raw[-1])
    if unended and new:
        if first == last:  # behind a last line without an end
            text = end + text
        if edit.format != "apply-patch" and edit.final_newline is not True:
            text = text[: len(text) - len(end)]
    elif last == len(raw) and new and edit.final_newline is False:
        text = text[: len(text) - len(end)]
    if "".join(raw[first:last])[start - document.offset(first) :] == text:
        return None
    return Splice(start, max(start, stop), text)


def _ending(document: Document, first: int, last: int) -> str:
    """New lines end as the first line they replace does, else as the line above."""
    if document.ending == "\n" and not any("\r" in line for line in document.raw[max(0, first - 1) : last]):
        return "\n"
    for line in [*document.raw[first:last], *document.raw[max(0, first - 1) : first]]:
        if lines.ending(line):
            return lines.ending(line)
    return document.ending


def spliced(text: str, made: tuple[Splice, ...]) -> str:
    """Return the text with the splices carried out."""
    for splice in reversed(made):
        text = text[: splice.start] + splice.text + text[splice.end :]
    return text
