"""The same replacement elsewhere: other lines that read as the edited ones did, and what becomes of them."""

import builtins
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from darner_context.lookup.reader import IndexReader
from darner_context.next_edits.changed_names import TOKEN
from darner_context.next_edits.edit import NextEdit, RecordedEdit
from darner_context.syntax.definition_types import FUNCTIONS
from darner_context.text.identifiers import IDENTIFIER, KEYWORDS

_FILES = 20
_PLACES = 30
_TOKENS, _NAMES = 4, 2  # of a line that is no coincidence
_LETTERS = 12
_BARE = re.compile(r"(?<![\w.])[^\W\d]\w+\b(?!\s*=(?!=))")  # no member, and no argument's name
_LITERAL = re.compile(r"""(?<!\w)\d[\w.]*|"[^"]*"|'[^']*'""")
_PROSE = ("#", "//", "/*", "*", "--", '"""', "'''")


@dataclass(frozen=True, slots=True)
class LineReplacement:
    """A whole line, without its indent and its end, and what it became."""

    before: str
    after: str
    edits: int  # how many times it was made


def replacements(edits: Sequence[RecordedEdit]) -> list[LineReplacement]:
    """Read the replacements of whole lines in the last edit, each with how often it was made in all of them."""
    if not edits:
        return []
    counts: dict[tuple[str, str], int] = {}
    for edit in edits:
        if edit.kind == "typing":
            for pair in _pairs(edit):
                counts[pair] = counts.get(pair, 0) + 1
    return [LineReplacement(*pair, counts[pair]) for pair in dict.fromkeys(_pairs(edits[-1])) if pair in counts]


def _pairs(edit: RecordedEdit) -> list[tuple[str, str]]:
    if len(edit.before) != len(edit.after):
        return []
    pairs = [(one.strip(), other.strip()) for one, other in zip(edit.before, edit.after, strict=True)]
    pairs = [pair for pair in pairs if not pair[0].startswith(_PROSE)]
    return [pair for pair in pairs if pair[0] and pair[1] and TOKEN.findall(pair[0]) != TOKEN.findall(pair[1])]


def replacement_edits(reader: IndexReader, edits: Sequence[RecordedEdit]) -> list[NextEdit]:
    """List the other lines that read as an edited line did, with the exact text; those of the same file first."""
    found: list[NextEdit] = []
    for each in replacements(edits):
        names = set(IDENTIFIER.findall(each.before)) - KEYWORDS
        telling = len(TOKEN.findall(each.before)) >= _TOKENS and len(names) >= _NAMES and len(each.before) >= _LETTERS
        if not telling and each.edits < 2:  # noqa: PLR2004 - twice
            continue
        for path in _files(reader, edits[-1].path, names):
            found += _in_file(reader, path, each)
    return found if len(found) <= _PLACES else []


def _files(reader: IndexReader, own: str, names: set[str]) -> list[str]:
    """The edited file, and others that use the rarest of some names."""
    postings = reader.postings(sorted(names))
    rarest = min(postings.values(), key=lambda each: each.uses, default=None)
    others = rarest.used if rarest is not None and rarest.uses <= _FILES else []
    return [own, *(path for path in others if path != own)]


def _in_file(reader: IndexReader, path: str, each: LineReplacement) -> list[NextEdit]:
    lines, found = reader.lines(path), list[NextEdit]()
    text, at = lines.text, lines.text.find(each.before)
    numbers: set[int] = set()
    while at >= 0 and len(numbers) < _PLACES:
        number = bisect_right(lines.starts, at)
        line = lines[number - 1]
        if line.strip() == each.before and number not in numbers:
            numbers.add(number)
            if _fits(reader, path, number, each):
                begin = len(line) - len(line.lstrip())
                place = (number, begin), (number, begin + len(each.before))
                new = each.after if each.edits > 1 or not _special(each) else None
                found.append(NextEdit(path, *place, new, "the same line was changed elsewhere", 0.9, sure=True))
        at = text.find(each.before, at + len(each.before))
    return found


def _fits(reader: IndexReader, path: str, number: int, each: LineReplacement) -> bool:
    """Whether the names that the replacement brings are known at a line: in its function, or in the whole file."""
    new = set(_BARE.findall(each.after)) - set(IDENTIFIER.findall(each.before)) - KEYWORDS
    if not new:
        return True
    facts, lines = reader.facts(path), reader.lines(path)
    if facts is None:
        return False
    known = {one.alias for one in facts.imports} | {one.name for one in facts.definitions if one.container is None}
    around = [one for one in facts.definitions if one.kind in FUNCTIONS and one.start <= number <= one.end]
    if around:
        known |= set(IDENTIFIER.findall(lines.between(around[-1].start, around[-1].end)))
    else:
        known |= set(IDENTIFIER.findall(lines.text))
    return all(name in known or name[:1].isupper() or hasattr(builtins, name) for name in new)


def _special(each: LineReplacement) -> bool:
    """Whether a name became a number or a string, which may be right for that one line only."""
    gone = set(IDENTIFIER.findall(each.before)) - set(IDENTIFIER.findall(each.after))
    return bool(gone) and len(_LITERAL.findall(each.after)) > len(_LITERAL.findall(each.before))
