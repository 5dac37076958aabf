"""The names that an edit is about."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from darner_context.next_edits.edit import RecordedEdit
from darner_context.text.identifiers import IDENTIFIER, KEYWORDS

TOKEN = re.compile(r"[^\W\d]\w*|\d[\w.]*|[^\w\s]")
_CALL = re.compile(r"([^\W\d]\w+)\s*\(")
_DEFINITION = re.compile(
    r"^[^\S\n]*(?:(?:pub|export|default|public|private|protected|static|async|abstract|final|override)(?:\([^()]*\))?\s+)*"
    r"(?:def|class|func|fn|function|struct|enum|trait|interface|type|macro_rules!)\s+(?:\([^()]*\)\s*)?([^\W\d]\w+)",
    re.MULTILINE,
)
_DEFINED = re.compile(
    r"\b(?:def|class|func|fn|function|struct|enum|trait|interface|type|const|let|var|val|static|mod|module|macro|union)"
    r"\s+(?:mut\s+|\([^()]*\)\s*)?([^\W\d]\w+)"
    r"|^\s*(?:self\.|this\.)?([^\W\d]\w+)\s*(?::[^=]*)?=(?!=)",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class ChangedNames:
    """
    Identifiers of an edit's lines, no words of a language among them.

    `removed` and `added`: there less or more often after the edit. `kept`: the others of the lines. `defined`: what
    the lines define, before or after. `gone`: functions and types that only the old lines define. `called`: what the
    new lines call.
    """

    removed: frozenset[str]
    added: frozenset[str]
    kept: frozenset[str]
    defined: frozenset[str]
    gone: frozenset[str]
    called: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        """All of them."""
        return self.removed | self.added | self.kept


def changed_names(edit: RecordedEdit) -> ChangedNames:
    """Compare the names of an edit's lines, before and after."""
    before, after = _counts(edit.before), _counts(edit.after)
    removed, added = frozenset(before - after), frozenset(after - before)
    kept = frozenset(before | after) - removed - added
    defined = set(_defined(edit.before)) ^ set(_defined(edit.after)) or set(_defined(edit.after))
    old, new = (set(_DEFINITION.findall("".join(lines))) for lines in (edit.before, edit.after))
    gone = old - new - KEYWORDS
    called = set(_CALL.findall("".join(edit.after))) - KEYWORDS
    return ChangedNames(removed, added, kept, frozenset(defined), frozenset(gone), frozenset(called))


def _counts(lines: Iterable[str]) -> Counter[str]:
    counts = Counter(IDENTIFIER.findall("".join(lines)))
    for word in KEYWORDS & counts.keys():
        del counts[word]
    return counts


def _defined(lines: Iterable[str]) -> list[str]:
    return [one or other for one, other in _DEFINED.findall("".join(lines)) if (one or other) not in KEYWORDS]


def tokens(line: str) -> Counter[str]:
    """Count the tokens of a line: names, numbers and signs."""
    return Counter(TOKEN.findall(line))


def similarity(one: Counter[str], other: Counter[str]) -> float:
    """How much of two lines is the same, from 0 to 1 (Dice)."""
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0
