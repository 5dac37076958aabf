"""Which lines a `whole` reply rewrites: small models do well with one function and badly with more."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from darner_context.index import ContextBundle, Focus
from darner_context.syntax.definition_types import Symbol
from darner_context.syntax.definitions import enclosing, symbols
from darner_context.text.lines import split_lines

MOST_LINES = 120  # beyond it a small model loses its way, and a rewrite costs more than it saves
HEAD_LINES = 20  # most files import within these
_KINDS = frozenset({"function", "method"})
_DEFINING = _KINDS | {"class", "struct", "interface", "enum", "trait", "impl", "type", "module"}


@dataclass(frozen=True, slots=True)
class Region:
    """Lines first..last of a file, their text without the last line's ending, and what they define, if one thing."""

    path: str
    first_line: int
    last_line: int
    text: str
    name: str | None = None

    def holds_more_than(self, focus: Focus) -> bool:
        """Whether the focus names some of its lines only."""
        named = focus.first_line is not None and focus.last_line is not None
        return named and (focus.first_line, focus.last_line) != (self.first_line, self.last_line)

    def missing_from(self, reply: str, instruction: str) -> str | None:
        """Why a reply cannot replace the region: it defines something else, and the task needs no new name."""
        found = {each.name for each in symbols(self.path, reply) if each.kind in _DEFINING}
        if self.name is None or self.name in found or (found and "name" in instruction.lower()):
            return None
        return f"the reply does not define {self.name}, which it was to rewrite"


@dataclass(frozen=True, slots=True)
class NoRegion:
    """Why no small piece could be chosen, and what the user can name instead."""

    reason: str


def choose_region(instruction: str, focus: Focus, text: str) -> Region | NoRegion:
    """The function around the focus; for a whole file the function that is named, else the file if it is short."""
    lines = split_lines(text)
    if focus.first_line is not None:
        first, last = focus.first_line, min(focus.last_line or focus.first_line, len(lines))
        around = enclosing(focus.path, text, first, last)
        if around is not None and around.end_line - around.start_line < MOST_LINES:
            return _region(focus.path, lines, around.start_line, around.end_line, around.name)
        return _region(focus.path, lines, first, last)
    named = _named(instruction, symbols(focus.path, text))
    if len(named) == 1:
        return _region(focus.path, lines, named[0].start_line, named[0].end_line, named[0].name)
    if len(lines) <= MOST_LINES:
        return _region(focus.path, lines, 1, len(lines))
    return NoRegion(
        f"{focus.path} has {len(lines)} lines, more than a small model rewrites well at once; "
        f"name a function of it in the instruction, or lines as in {focus.path}:FIRST-LAST"
    )


def find_focus(instruction: str, bundle: ContextBundle) -> Focus | None:
    """Where an instruction without a place most likely belongs: the best snippet, by preference one it names."""
    best = [each for each in bundle.snippets if each.kind != "outline"] or list(bundle.snippets)
    for snippet in best:
        named = _named(instruction, symbols(snippet.path, snippet.text))
        if len(named) == 1:
            shift = snippet.start_line - 1
            return Focus(snippet.path, named[0].start_line + shift, named[0].end_line + shift)
    return Focus(best[0].path, best[0].start_line, best[0].end_line) if best else None


def surroundings(region: Region, text: str, fits: Callable[[str], bool]) -> str | None:
    """What the file holds besides the region, as much as fits: all, else its head (the imports), else None."""
    lines = split_lines(text)
    before, after = lines[: region.first_line - 1], lines[region.last_line :]
    head = before[:HEAD_LINES]
    for shown in ((*before, "...\n", *after), (*head, "...\n")):
        if len(shown) > 1 and fits("".join(shown)):
            return "".join(shown)
    return None


def _named(instruction: str, found: tuple[Symbol, ...]) -> list[Symbol]:
    words = set(re.findall(r"\w+", instruction))
    return [each for each in found if each.name in words and each.kind in _KINDS]


def _region(path: str, lines: list[str], first: int, last: int, name: str | None = None) -> Region:
    text = "".join(lines[first - 1 : last])
    return Region(path, first, last, text.removesuffix("\n").removesuffix("\r"), name)
