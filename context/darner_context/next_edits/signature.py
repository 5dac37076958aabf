"""Calls of a function whose parameters changed such that they no longer fit."""

import re
from collections.abc import Iterable

from darner_context.lookup.reader import IndexReader
from darner_context.next_edits.edit import NextEdit, RecordedEdit
from darner_context.syntax.name_uses import name_uses

_HEAD = re.compile(
    r"^[^\S\n]*(?:[\w@]+(?:\([^()\n]*\))?[^\S\n]+)*?(?:def|fn|func|function)\s+(?:\([^()\n]*\)\s*)?([^\W\d]\w*)\s*"
    r"(?:<[^<>\n]*>|\[[^\[\]\n]*\])?\(",
    re.MULTILINE,
)
_MOST_FILES, _MOST = 12, 20
_TEXT = 300_000  # characters
_LONG = 8  # letters up to which a member's name is an everyday word
_SELVES = frozenset({"self", "this", "cls", "Self", "super"})
_MOST_OWNERS = 2  # behind which a method is called: more of them are of several classes
_RECEIVERS = frozenset({"self", "cls", "&self", "&mut self", "mut self", "/", "*", ""})


def signature_edits(reader: IndexReader, edit: RecordedEdit) -> list[NextEdit]:
    """List the calls to look at, those of the edited file first; empty where it is not certain which function it is."""
    lines = reader.lines(edit.path)
    old_head, new_head = _whole_heads(lines, edit)
    old, new = _signatures(old_head), _signatures(new_head)
    found: list[NextEdit] = []
    for name in old.keys() & new.keys():
        if _breaks(old[name], new[name]):
            found += _calls(reader, edit, name)
    return found


def _whole_heads(lines: Iterable[str], edit: RecordedEdit) -> tuple[str, str]:
    """The edited lines before and after, with the rest of a head that begins or ends outside of them."""
    text = list(lines)
    above, below = text[max(0, edit.first - 8) : edit.first - 1], text[edit.last : edit.last + 8]
    return "".join((*above, *edit.before, *below)), "".join((*above, *edit.after, *below))


def _signatures(text: str) -> dict[str, list[str]]:
    """The parameters of each function whose head is in a text."""
    found: dict[str, list[str]] = {}
    for match in _HEAD.finditer(text):
        parameters = _parameters(text, match.end())
        if parameters is not None:
            found.setdefault(match[1], parameters)
    return found


def _parameters(text: str, begin: int) -> list[str] | None:
    """What is between a bracket and its end, split at its commas; None where it has no end."""
    depth, last, found = 0, begin, list[str]()
    for at in range(begin, len(text)):
        sign = text[at]
        if sign in "([{<":
            depth += 1
        elif sign in ")]}" or (sign == ">" and text[at - 1] not in "-="):
            if depth == 0:
                if sign != ")":
                    return None
                return [each for each in (*found, text[last:at].strip()) if each not in _RECEIVERS]
            depth -= 1
        elif sign == "," and depth == 0:
            found.append(text[last:at].strip())
            last = at + 1
    return None


def _breaks(old: list[str], new: list[str]) -> bool:
    """Whether calls that fitted the old parameters need not fit the new ones: one that is needed came, or one went."""
    before, after = {_name(each) for each in old}, {_name(each) for each in new}
    needed = {_name(each) for each in new if _needed(each)}
    return len(before - after) != len(needed - before)  # as many of both: renamed, and other lines name them


def _name(parameter: str) -> str:
    found = re.search(r"[^\W\d]\w*", parameter.removeprefix("mut ").removeprefix("...").lstrip("*"))
    return found[0] if found else parameter


def _needed(parameter: str) -> bool:
    return "=" not in parameter.replace("=>", "") and "?" not in parameter and not parameter.startswith(("*", "..."))


def _calls(reader: IndexReader, edit: RecordedEdit, name: str) -> list[NextEdit]:
    postings = reader.postings([name])[name]
    facts = reader.facts(edit.path)
    own = [each for each in facts.definitions if each.name == name] if facts is not None else []
    if postings.definitions > 1 or len(own) != 1 or len(postings.used) > _MOST_FILES:
        return []
    member = own[0].container is not None
    if member and "_" not in name.strip("_") and len(name) <= _LONG:
        return []
    found: list[NextEdit] = []
    owners: set[str] = set()
    size = 0
    for path in sorted({*postings.used, edit.path}, key=lambda path: (path != edit.path, path)):
        text = reader.text(path)
        size += len(text or "")
        if text is None or size > _TEXT:
            continue
        lines = reader.lines(path)
        for use in name_uses(path, text, name) or []:
            called = lines[use.line - 1][use.end :].lstrip()[:1] in {"(", "<", ":"}
            owners |= {use.owner} - _SELVES if called and use.role == "member" else set()
            if called and not (path == edit.path and own[0].start <= use.line <= own[0].head):
                reason = f"the parameters of `{name}` changed"
                found.append(NextEdit(path, (use.line, use.start), (use.line, use.end), None, reason, 0.8, sure=True))
    return found if len(found) <= _MOST and len(owners) <= _MOST_OWNERS else []
