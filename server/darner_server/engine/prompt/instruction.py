"""The request in words: the instruction with the place it is meant for and what the editor reports there."""

import re
from collections.abc import Sequence

from darner_context.index import Focus
from darner_context.languages.table import language_of
from darner_context.syntax.definitions import enclosing
from darner_server.engine.prompt.rewrite_range import Region
from darner_server.patch.text.fence_writer import fence_around

_SHOWN = 40  # lines of a selection that are quoted whole; of a longer one both ends are
_END = 3


def instruction_at(instruction: str, focus: Focus | None, text: str | None, diagnostics: Sequence[str]) -> str:
    """The instruction with its place: a model sees no line numbers, so the lines are quoted.

    `text` is the focus file's; without it, as for the whole workspace, no lines are named.
    """
    said = [instruction.strip()]
    if focus is not None:
        said.insert(0, _place(focus, text))
    reported = [f"- {each}" for each in diagnostics if each not in instruction]
    if reported:
        said.append("\n".join(("Reported there:", *reported)))
    return "\n\n".join(said)


def rewrite_instruction(region: Region, said: str) -> str:
    """The request to a model that rewrites one piece: the piece, what to do, and in which form to answer."""
    language = language_of(region.path) or ""
    what = f"the complete new `{region.name}`" if region.name else "all of that code as it should be"
    fence = fence_around(region.text)
    shown = f"The code to rewrite:\n{fence}{language}\n{region.text}\n{fence}"
    return f"{shown}\n\n{said}\n\nAnswer with {what} in one ```{language} fence."


def _place(focus: Focus, text: str | None) -> str:
    if focus.first_line is None or text is None:
        return f"In {focus.path}:"
    lines = re.split(r"\r\n|\r|\n", text.rstrip("\r\n"))
    first = max(1, min(focus.first_line, len(lines)))
    last = max(first, min(focus.last_line or first, len(lines)))
    around = enclosing(focus.path, text, first, last)
    inside = f", in {around.name}" if around and (around.start_line, around.end_line) != (first, last) else ""
    where = f"In {focus.path}{inside}, line {first}" if first == last else f"In {focus.path}{inside}, from line {first}"
    quoted = _quoted(lines[first - 1 : last])
    return f"{where}, about this:\n{quoted}" if quoted else f"{where}:"


def _quoted(lines: list[str]) -> str:
    if not any(line.strip() for line in lines):
        return ""
    shown = lines if len(lines) <= _SHOWN else [*lines[:_END], "...", *lines[-_END:]]
    body = "\n".join(shown)
    fence = fence_around(body)
    return f"{fence}\n{body}\n{fence}"
