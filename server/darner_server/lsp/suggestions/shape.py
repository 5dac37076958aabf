"""From a model's stream to the text for the cursor: one line or one block that fits what follows. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_MOST_LINES = 40
_NEAR = 3_000  # characters around the cursor in which brackets are counted
_PAIRS = {")": "(", "]": "[", "}": "{"}
_PROSE = re.compile(r"\s*(?:sure|certainly|of course|okay|here(?:'s| is| are))\b", re.IGNORECASE)
_LEAST = 8  # characters from which on repeated lines are no coincidence
_SHOWN = 20_000  # characters around the cursor that a suggestion is fitted to
_GLUED = re.compile(
    r"(?:import|from|def|class|function|const|async|export|public|private|struct|impl|fn|func)\s+[\w{*<\"']"
)
_WORD = re.compile(r"\w")
_AGAIN = 3  # characters from which on the line's last words are no coincidence
_OPENERS = (":", "{", "(", "[", "=>", "->", "then", "do")


@dataclass(frozen=True, slots=True)
class Cursor:
    """The text before and after the cursor, and the cursor's own line of it."""

    before: str
    after: str

    @property
    def line(self) -> str:
        """The line up to the cursor."""
        return self.before[max(self.before.rfind("\n"), self.before.rfind("\r")) + 1 :]

    @property
    def rest(self) -> str:
        """The line from the cursor on."""
        return re.split(r"[\r\n]", self.after, maxsplit=1)[0]

    @property
    def ending(self) -> str:
        """How lines end in this document: as the nearest ones do."""
        before = re.search(r"\r\n|\r|\n", self.before[-_NEAR:])
        found = before or re.search(r"\r\n|\r|\n", self.after[:_NEAR])
        return found[0] if found else "\n"

    @property
    def opens_block(self) -> bool:
        """Whether several lines are wanted: the line is empty, or ends with what opens a block."""
        line = self.line.strip()
        return not self.rest.strip() and (not line or line.endswith(_OPENERS))


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What to show so far; `complete` when nothing that may still come can be part of it."""

    text: str
    complete: bool


def suggest(cursor: Cursor, reply: str, *, ended: bool = False, cut_off: bool = False) -> Suggestion:
    """Shape a reply, whole or so far: `ended` when no more comes, `cut_off` when the endpoint's limit ended it."""
    cursor = Cursor(_unix(cursor.before[-_SHOWN:]), _unix(cursor.after[:_SHOWN]))
    text = _unix(_without_fence(reply, ended=ended))
    text = _without_repetition(cursor.line, _without_lines_above(cursor, text, ended=ended))
    if cursor.line[-1:].isalnum() and _GLUED.match(text):
        return Suggestion("", complete=True)  # a line of its own, that would be glued to this one
    if not cursor.opens_block:
        first, newline, _ = text.partition("\n")
        return _unglued(cursor, first, _fitted(cursor, first, complete=bool(newline)), line=bool(newline), ended=ended)
    lines = text.split("\n")
    if (not ended or cut_off) and len(lines) > 1:
        lines.pop()  # not a whole line yet
    taken, complete = _block(cursor, lines)
    return _fitted(cursor, "\n".join(taken), complete=complete)


def _unglued(cursor: Cursor, first: str, found: Suggestion, *, line: bool, ended: bool) -> Suggestion:
    """A whole line put before the text of this one becomes a line of its own, with the same indent."""
    if not found.text or cursor.line.strip() or not cursor.rest.strip() or found.text != first.rstrip():
        return found
    ends, begins = first[-1:], cursor.rest[0]
    if line or (ended and _WORD.match(begins) and (_WORD.match(ends) or ends in ")]}'\";:")):
        return Suggestion(f"{found.text}\n{cursor.line}", found.complete)
    return Suggestion(first, found.complete) if _WORD.match(begins) else found  # with the blank between two words


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _block(cursor: Cursor, lines: list[str]) -> tuple[list[str], bool]:
    """The lines up to the end of the block that the cursor is in."""
    line = cursor.line
    base, opened = _indent(line), bool(line.strip())
    following = next((each for each in cursor.after.split("\n")[1:] if each.strip()), None)
    taken = lines[:1]
    for each in lines[1:]:
        if len(taken) >= _MOST_LINES or (not each.strip() and not taken[-1].strip()):
            return taken, True
        if each.strip():
            if each.rstrip() == (following or "").rstrip():
                return taken, True
            indent = _indent(each)
            if each.strip()[0] in _PAIRS and (indent < base or (opened and indent == base)):
                return [*taken, each], True
            if indent < base or (opened and indent == base):
                return taken, True
        taken.append(each)
    return taken, False


def _fitted(cursor: Cursor, text: str, *, complete: bool) -> Suggestion:
    """Without the text that is after the cursor already, and without brackets that nothing opens."""
    balanced = _balanced(cursor, text)
    complete = complete or len(balanced) < len(text)
    text = _without_overlap(balanced, cursor.rest).rstrip()
    if cursor.after.startswith(text) or (cursor.rest.strip() and text.strip() == cursor.rest.strip()):
        text = ""
    return Suggestion(text, complete)


def _balanced(cursor: Cursor, text: str) -> str:
    """Up to the first closing bracket that has no opening one left: those that `after` closes are taken."""
    open_before, _ = _brackets(cursor.before[-_NEAR:])
    _, closed_after = _brackets(cursor.after[:_NEAR])
    free = open_before[: max(0, len(open_before) - len(closed_after))]
    stack = list(free)
    for at, bracket in _unquoted_brackets(text):
        if bracket not in _PAIRS:
            stack.append(bracket)
        elif not stack or stack.pop() != _PAIRS[bracket]:
            return text[:at]
    return text


def _brackets(text: str) -> tuple[list[str], list[str]]:
    """The brackets that are opened and not closed, and those closed and not opened."""
    opened: list[str] = []
    closed: list[str] = []
    for _, bracket in _unquoted_brackets(text):
        if bracket not in _PAIRS:
            opened.append(bracket)
        elif opened and opened[-1] == _PAIRS[bracket]:
            opened.pop()
        else:
            closed.append(bracket)
    return opened, closed


def _unquoted_brackets(text: str) -> Iterator[tuple[int, str]]:
    """Yield each bracket outside strings, with its offset."""
    quote = ""
    for at, sign in enumerate(text):
        quote = _quoted(quote, sign, text[at - 1] if at else "")
        if not quote and (sign in "([{" or sign in _PAIRS):
            yield at, sign


def _quoted(quote: str, each: str, before: str) -> str:
    """The quote that is open after a character; a line's end closes all."""
    if each == "\n":
        return ""
    if quote:
        return "" if each == quote and before != "\\" else quote
    return each if each in "\"'`" and not before.isalnum() else ""


def _without_fence(reply: str, *, ended: bool) -> str:
    """A reply of a chat model without the fence around its code, and without the words before that."""
    if _PROSE.match(reply):
        _, fence, code = reply.partition("\n```")
        reply = fence.lstrip() + code
    if not reply.lstrip().startswith("```"):
        return reply.removesuffix("```") if ended else reply
    _, newline, text = reply.lstrip().partition("\n")
    return text.partition("\n```")[0] if newline else ""


def _without_repetition(line: str, text: str) -> str:
    """Without the beginning of the line, which chat models like to repeat."""
    own = line.strip()
    if len(own) > 1 and text.lstrip().startswith(own):
        return text.lstrip()[len(own) :]
    if line and not own and text.startswith(line):
        return text[len(line) :]
    return text[_said_again(line, text) :]


def _said_again(line: str, text: str) -> int:
    """How many characters of a text are the last words of the line again."""
    for word in re.finditer(r"(?<!\w)\w", line):
        again = line[word.start() :]
        if len(again) < _AGAIN:
            break
        if again[-1].isalnum() and text.startswith(again) and not _WORD.match(text[len(again) : len(again) + 1]):
            return len(again)
    return 0


def _without_lines_above(cursor: Cursor, text: str, *, ended: bool) -> str:
    """Without the lines above the cursor, which chat models like to repeat."""
    above = re.split(r"\r\n|\r|\n", cursor.before[-_NEAR:])[-_MOST_LINES:]
    for first in range(len(above) - 1):
        again = "\n".join(above[first:])
        if len(again.strip()) >= _LEAST and text.startswith(again):
            return text[len(again) :]
        if not ended and again.startswith(text):
            return ""  # it may become that
    return text


def _without_overlap(text: str, rest: str) -> str:
    """Without an ending that is the beginning of what follows on the line."""
    rest = rest.rstrip()
    if not rest.strip():
        return text
    open_now = len(_brackets(text)[0])
    for size in range(min(len(text), len(rest)), 0, -1):
        if text.endswith(rest[:size]) and len(_brackets(text[:-size])[0]) <= open_now:
            return text[:-size]
    return text


def _indent(line: str) -> int:
    return len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())
