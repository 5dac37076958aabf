r"""Texts with their escapes decoded: a token may be written `ghp&#95;…`, `ghp%5F…`, `ghp\u005f…`, or have invisible signs."""
# ruff: noqa: E501 - an escape is a line

import re
from collections.abc import Iterator
from typing import NamedTuple

_INVISIBLE = "\\0-\\x08\\x0e-\\x1a\\x1c-\\x1f\\x7f\u00ad\u034f\u061c\u115f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
# The HTML entities of the marks in tokens and passwords, and of what surrounds them.
_MARKS = """
amp=& quot=" apos=' lt=< gt=> lowbar=_ UnderBar=_ hyphen=- dash=- period=. colon=: sol=/ commat=@ equals== plus=+ num=#
excl=! dollar=$ percnt=% semi=; quest=? ast=* comma=, lcub={ lbrace={ rcub=} rbrace=} Hat=^ vert=| verbar=| shy= zwnj=
zwj= ZeroWidthSpace= NoBreak=
"""
_ENTITIES = {name: mark for name, _, mark in (each.partition("=") for each in _MARKS.split())}
_SPELLED = {"LOW LINE": "_", "HYPHEN-MINUS": "-", "FULL STOP": ".", "COLON": ":", "SOLIDUS": "/", "COMMERCIAL AT": "@"}
_HEX = "[2-7][0-9a-fA-F]"
_AMPERSAND = rf"(?:amp;)?(?:#0{{0,3}}(?P<decimal>[0-9]{{2,4}})(?:;|(?![0-9]))|#[xX]0{{0,4}}(?P<hex>[0-9a-fA-F]{{2,4}});|(?P<entity>{'|'.join(_ENTITIES)});)"
_PERCENT = rf"(?:(?:25){{0,2}}(?P<percent>{_HEX})|(?P<space>E2%80%8[B-F]))"
_BACKSLASH = (
    rf"\\{{0,3}}(?:u0{{2}}(?P<u>{_HEX})|x(?P<x>{_HEX})|[ux]\{{0{{0,4}}(?P<brace>{_HEX})\}}|U0{{6}}(?P<wide>{_HEX})"
    rf"|0{{0,4}}(?P<css>{_HEX}) (?=[A-Za-z0-9])|0{{4}}(?P<long>{_HEX})|(?P<octal>[01][0-7]{{2}})"
    rf"|N\{{(?P<spelled>{'|'.join(_SPELLED)})\}}|(?P<mark>[/_.-])(?=[A-Za-z0-9/\\])"
    r"|(?P<zero>u(?:200[b-fB-F]|00[aA][dD]|[fF][eE][fF]{2}|0000)|x00|0(?![0-7]))"
    r"|(?P<wrap>(?<=[\w/+=-]\\)\r?\n[ \t]{0,80}\\?(?=[\w/+=-])))"
)
_ESCAPE = re.compile(
    rf"[&%<\\\x1b{_INVISIBLE}](?:(?<=\\){_BACKSLASH}|(?<=&){_AMPERSAND}|(?<=%){_PERCENT}|(?<=\x1b)\[[0-9;]{{0,12}}m|(?<=<)wbr ?/?>|(?<=[{_INVISIBLE}]))"
)
_LEADS = (  # what all escapes of visible characters begin with; a search by one literal is the fastest there is
    (b"&", re.compile(rb"&[#A-Za-z]")),
    (b"<wbr", re.compile(rb"<wbr")),
    (b"%", re.compile(rb"%[2-7E][0-9A-Fa-f]")),
    (b"\\", re.compile(rb"\\[uUxN0-7\\/_.\r\n-]")),
)
_CONTROLS = bytes(code for code in range(0x80) if re.match(f"[{_INVISIBLE}\x1b]", chr(code)))
_IS_INVISIBLE = re.compile(f"[{_INVISIBLE}]")
_BASES = {"decimal": 10, "octal": 8}  # of the number that an escape gives; the others' is 16
_INVISIBLE_KINDS = frozenset({"space", "zero", "wrap"})
_LINE = re.compile(r"[^\r\n]+")
_AROUND = 2_000  # characters of a line before its first and behind its last escape
_PRINTABLE = range(0x20, 0x7F)


class UnescapedText(NamedTuple):
    """A part of a text without its escapes; for each character where it starts and ends in the text."""

    text: str
    starts: list[int]
    ends: list[int]

    def places(self, start: int, end: int, source: str) -> Iterator[tuple[int, int]]:
        """Where a stretch of it is in the text, line by line."""
        first = self.starts[start]
        for line in _LINE.finditer(source, first, self.ends[end - 1]):
            indent = len(line[0]) - len(line[0].lstrip(" \t\\")) if line.start() > first else 0
            yield line.start() + indent, line.end()


def decoded(text: str, data: bytes) -> Iterator[UnescapedText]:
    """The lines with escapes, without them. `data` is the text, a byte a character."""
    group: list[re.Match[str]] = []
    stop = -1
    for escape in _ESCAPE.finditer(text) if _has_invisible(text, data) else _escapes(text, data):
        if group and escape.start() > stop:
            yield _decoded(text, group, stop)
            group = []
        group.append(escape)
        stop = _line_end(text, escape.end())
    if group:
        yield _decoded(text, group, stop)


def _escapes(text: str, data: bytes) -> Iterator[re.Match[str]]:
    done = 0
    for at in sorted([lead.start() for sign, leads in _LEADS if sign in data for lead in leads.finditer(data)]):
        escape = _ESCAPE.match(text, at) if at >= done else None
        if escape is not None:
            done = escape.end()
            yield escape


def _has_invisible(text: str, data: bytes) -> bool:
    if len(data.translate(None, _CONTROLS)) < len(data):
        return True
    return not text.isascii() and _IS_INVISIBLE.search(text) is not None


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at, at + _AROUND)
    return end if end >= 0 else min(at + _AROUND, len(text))


def _decoded(text: str, escapes: list[re.Match[str]], stop: int) -> UnescapedText:
    least = max(0, escapes[0].start() - _AROUND)
    at = text.rfind("\n", least, escapes[0].start()) + 1 or least
    at = text.rfind("\n", least, max(least, at - 1)) + 1 or least  # the line above it, too: it may name what follows
    pieces, starts, ends = list[str](), list[int](), list[int]()
    for escape in escapes:
        character = _decode(escape)
        if character is None:
            continue
        first, last = escape.span()
        pieces += (text[at:first], character)
        starts += (*range(at, first), *(first for _ in character))
        ends += (*range(at + 1, first + 1), *(last for _ in character))
        at = last
    pieces.append(text[at:stop])
    starts += range(at, stop)
    ends += range(at + 1, stop + 1)
    return UnescapedText("".join(pieces), starts, ends)


def _decode(escape: re.Match[str]) -> str | None:
    """The character that an escape stands for, "" for an invisible one; None where it stands for another one."""
    kind = escape.lastgroup
    if kind is None or kind in _INVISIBLE_KINDS:
        return ""
    written = escape[kind]
    if kind in {"entity", "spelled", "mark"}:
        return _ENTITIES.get(written, _SPELLED.get(written, written))
    code = int(written, _BASES.get(kind, 16))
    if code in _PRINTABLE:
        return chr(code)
    return "" if _IS_INVISIBLE.match(chr(code)) else None
