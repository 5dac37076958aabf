"""`darner:` comments: what one asks for, and which characters go with it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from darner_server.lsp.text.positions import without_ending

_WORD = "darner:"
_LONGEST_LINE = 10_000  # characters; no comment is in a longer line
_LONGEST = 50  # lines of a comment
_PARSED = 1_000  # lines above it that are parsed: whether it is in a string may have been decided there
_MOST_PARSED, _MOST_PLACES = 40_000, 8  # characters that are parsed for one, and places that may be one
_BLOCKS = {
    "<!--": r"-->", "{{!--": r"--\}\}", "{{!": r"\}\}", "{{/*": r"\*/\s*-?\}\}", "{#": r"-?#\}", "<%#": r"-?%>",
    "<%--": r"--%>", "<%!--": r"--%>", "@*": r"\*@", "/*": r"\*+/", "(*": r"\*+\)", "{-": r"-\}", "--[[": r"\]=*\]",
    "#|": r"\|#", "#=": r"=#", "<#": r"#>", "{*": r"\*\}", '"""': r'"""', "'''": r"'''",
}  # fmt: skip
_OPENER = re.compile(
    r"""(?P<open> <!-- | \{\{!-- | \{\{! | \{\{-?\s*/\*+ | \{\#-? | <%\# | <%-- | <%!-- | @\* | /\*+!? | \(\*+ | \{-
        | --\[=*\[ | (?<!\S)\#\| | (?<!\S)\#= | <\# | (?<!\{)\{\* | \"\"\" | '''
        | (?<!\S)(?: \#+!? | --+ | ;+ | %+ | !+ | \.\. | (?i:rem) | dnl ) | (?<![:/])//+!? )""",
    re.VERBOSE,
)
_BEGINS = re.compile(rf"{_OPENER.pattern}[\s*]*\Z", re.VERBOSE)  # what may be before the word in its comment
_DECORATION = re.compile(r"^[ \t]*\*+(?!/)[ \t]?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Comment:
    """A `darner:` comment's text, the line of the word, and where the comment begins and ends: lines and characters
    from 0.
    """

    instruction: str
    line: int
    start: tuple[int, int]
    end: tuple[int, int]


def comment_at(path: str, lines: Sequence[str], first: int, last: int) -> Comment | None:
    """The first `darner:` comment on one of the lines; what a grammar takes for a string is none."""
    places = (
        (number, found.start())
        for number in range(max(first, 0), min(last + 1, len(lines)))
        if _WORD in lines[number] and len(lines[number]) <= _LONGEST_LINE
        for found in re.finditer(_WORD, lines[number])
    )
    for number, at in islice(places, _MOST_PLACES):
        comment = _comment(path, lines, number, at)
        if comment is not None and comment.instruction:
            return comment
    return None


def removal(lines: Sequence[str], comment: Comment) -> tuple[int, int]:
    """The offsets to remove with a comment: its lines if there is nothing else on them, else no code around it."""
    (first, start), (last, end) = comment.start, comment.end
    before, after = lines[first][:start], without_ending(lines[last])[end:]
    begin = sum(map(len, lines[:first]))
    finish = begin + sum(map(len, lines[first:last]))
    if not before.strip() and not after.strip():
        return begin, finish + len(lines[last])
    if not after.strip():
        return begin + len(before.rstrip()), finish + end + len(after)
    if not before or before[-1] in " \t([{":
        end += len(after) - len(after.lstrip())
    return begin + start, finish + end


def _comment(path: str, lines: Sequence[str], number: int, at: int) -> Comment | None:
    from darner_context.syntax.comments import comment_span

    above, below = _parsed(lines, number)
    span = comment_span(path, "".join(lines[above:below]), number - above, at)
    if span is None or span == "string":
        return _by_signs(lines, number, at, string=span == "string")
    (first, start), (last, end) = span
    first, last = first + above, last + above
    own = re.sub(r"^\{\s*(?=/\*)", "", _between(lines, (first, start), (number, at)))  # the brackets of JSX go too
    begins = _BEGINS.match(own)
    if begins is None:
        return None
    closing = _BLOCKS.get(_plain(begins["open"]))
    text = _between(lines, (number, at + len(_WORD)), (last, end))
    if closing is None:
        return _with_more(lines, Comment(_flat(text), number, (first, start), (last, end)), begins["open"])
    return Comment(_flat(re.sub(rf"\s*{closing}\s*\}}?\s*\Z", "", text)), number, (first, start), (last, end))


def _parsed(lines: Sequence[str], number: int) -> tuple[int, int]:
    """From which line on, and up to which, the lines around one are parsed."""
    above = below = number
    room = _MOST_PARSED // 2
    while below < min(number + _LONGEST, len(lines)) and (below == number or len(lines[below]) <= room):
        room -= len(lines[below])
        below += 1
    room += _MOST_PARSED // 2
    while above > max(0, number - _PARSED) and len(lines[above - 1]) <= room:
        above -= 1
        room -= len(lines[above])
    return above, below


def _by_signs(lines: Sequence[str], number: int, at: int, *, string: bool) -> Comment | None:
    """A comment by the signs before and behind it, without a grammar."""
    line = without_ending(lines[number])
    begins = next((found for found in _OPENER.finditer(line[:at]) if not line[found.end() : at].strip(" \t*")), None)
    if begins is None:
        return None
    documents = begins["open"] in {'"""', "'''"}
    if (string or documents) and (not documents or line[: begins.start()].strip()):
        return None
    closing = _BLOCKS.get(_plain(begins["open"]))
    if closing is None:
        if line[: begins.start()].count('"') % 2 or line[: begins.start()].count("'") % 2:
            return None  # as far as can be seen, within a string
        whole = Comment(_flat(line[at + len(_WORD) :]), number, (number, begins.start()), (number, len(line)))
        return _with_more(lines, whole, begins["open"])
    for last in range(number, min(number + _LONGEST, len(lines))):
        own = without_ending(lines[last])
        found = re.compile(closing).search(own, at if last == number else 0)
        if found is not None:
            text = _between(lines, (number, at + len(_WORD)), (last, found.start()))
            return Comment(_flat(text), number, (number, begins.start()), (last, found.end()))
    return None


def _with_more(lines: Sequence[str], comment: Comment, sign: str) -> Comment:
    """A comment to a line's end, with the lines below that go on with its sentence."""
    first, start = comment.start
    if lines[first][:start].strip():
        return comment
    more = re.compile(re.escape(lines[first][:start] + sign) + r"(?!.*darner:)(?:[ \t]{2,}\S|[ \t]?[a-z])")
    last = first
    while last + 1 < len(lines) and last - first < _LONGEST and more.match(lines[last + 1]):
        last += 1
    text = " ".join([comment.instruction, *(each.strip()[len(sign) :] for each in lines[first + 1 : last + 1])])
    return (
        comment
        if last == first
        else Comment(_flat(text), first, comment.start, (last, len(without_ending(lines[last]))))
    )


def _plain(opener: str) -> str:
    """The opener as `_BLOCKS` has it."""
    if opener.startswith("{{") and "/*" in opener:
        return "{{/*"
    if opener.startswith("--["):
        return "--[["
    return next((each for each in _BLOCKS if opener.startswith(each)), opener)


def _between(lines: Sequence[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    if start[0] == end[0]:
        return lines[start[0]][start[1] : end[1]]
    return "".join([lines[start[0]][start[1] :], *lines[start[0] + 1 : end[0]], lines[end[0]][: end[1]]])


def _flat(text: str) -> str:
    """An instruction on one line, without the stars of a block."""
    return " ".join(_DECORATION.sub("", text).split())
