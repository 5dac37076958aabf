"""The secrets in a text: tokens that some service would accept, passwords, private keys; by shape and by place."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from darner_context.secrets.columns import in_columns
from darner_context.secrets.escapes import decoded
from darner_context.secrets.joined_strings import Joined, joined
from darner_context.secrets.passwords import in_urls, passwords
from darner_context.secrets.private_keys import PRIVATE_KEY, key_parts, other_keys
from darner_context.secrets.randomness import LEAST, is_made_up, looks_random
from darner_context.secrets.rules import PLAIN, SHAPES, TOKENS
from darner_context.secrets.variable_names import kind_by_name

_QUOTES = b"\"'`"
_MOST_LOOSE = 8  # strings that may be one
_KEPT = 64  # texts whose secrets are remembered


class Secret(NamedTuple):
    """Characters `start` up to `end` of a text, on one line of it, and what they are in words: "AWS access key"."""

    start: int
    end: int
    kind: str


def secrets_of(text: str) -> tuple[Secret, ...]:
    """Find the secrets of a text, in their order; none reaches into another. A long key is one a line."""
    return _secrets_of(text) if len(text) >= LEAST // 2 else ()


def secret_lines(text: str) -> dict[int, str]:
    """Number the lines that hold secrets, from 1, each with the kind of the first in it."""
    lines: dict[int, str] = {}
    line, at = 1, 0
    for each in secrets_of(text):
        line, at = line + newlines(text, at, each.start), each.start
        lines.setdefault(line, each.kind)
    return lines


def newlines(text: str, start: int, end: int) -> int:
    """Count the line ends in a part of a text that begins and ends inside lines."""
    ends = text.count("\n", start, end)
    return ends + text.count("\r", start, end) - text.count("\r\n", start, end) if "\r" in text else ends


def holds_key(text: str) -> bool:
    """Whether the text holds a private key: such a file is of no use to a model."""
    return PRIVATE_KEY in text and bool(key_parts(text))


@lru_cache(_KEPT)
def _secrets_of(text: str) -> tuple[Secret, ...]:
    data = text.encode("latin-1", "replace")
    found, seeds = _found(text, data)
    for strings in joined(text, seeds):
        for one in _beginning(strings) if strings.loose else _found(strings.text)[0]:
            found += [Secret(*place, one.kind) for place in strings.places(one.start, one.end)]
    for part in decoded(text, data):
        for one in _found(part.text)[0]:
            found += [Secret(*place, one.kind) for place in part.places(one.start, one.end, text)]
    found.sort(key=lambda each: (each.start, -each.end))
    apart: list[Secret] = []
    for each in found:
        if not apart or each.start >= apart[-1].end:
            apart.append(each)
        elif each.end > apart[-1].end:
            apart[-1] = apart[-1]._replace(end=each.end)
    return tuple(apart)


def _found(text: str, data: bytes | None = None) -> tuple[list[Secret], list[int]]:
    """The secrets, in any order, and the places where more may be joined. `data` is the text, a byte a character."""
    data = text.encode("latin-1", "replace") if data is None else data
    found = [Secret(*each) for each in key_parts(text)] if PRIVATE_KEY in text else []
    runs = list(_runs(data))
    for start, end in runs:
        if end - start >= LEAST:
            found += _in_run(text, start, end)
    if runs:
        found += [Secret(*each) for each in other_keys(text)]
    small = data.lower()
    found += [Secret(*each) for each in (*passwords(text, small), *in_urls(text, small), *in_columns(text, small))]
    return found, sorted(start for start, end in runs if data[start - 1] in _QUOTES or data[end : end + 1] in _QUOTES)


def _beginning(strings: Joined) -> Iterator[Secret]:
    """The tokens that begin as only tokens do, and look random too."""
    rules = _rules()
    for at, _, _ in strings.parts if len(strings.parts) <= _MOST_LOOSE else ():
        for kind, pattern in rules.get(strings.text[at : at + 2], ()):
            one = _token(_compiled(pattern).match(strings.text, at), kind)
            if one is not None and looks_random(strings.text[one.start : one.end]):
                yield one


# Where a token may begin: behind what is no letter or digit, or behind a sign written out: \n, \x1b, \u003d, %3D.
_EDGE = (
    r"(?:(?<![A-Za-z0-9])|(?<=\\[nrtbfv0])|(?<=\\x[0-9a-fA-F]{2})|(?<=\\u[0-9a-fA-F]{4})|(?<=%[0-9a-fA-F]{2})"
    r"|(?<=\[[0-9]m)|(?<=\[[0-9]{2}m))"
)

# -- long runs of the characters that tokens are made of

_LETTER, _DIGIT, _MARK, _ELSE = b"a1- "
_CLASSES = bytes(  # of each character by its code
    _LETTER if chr(code).isascii() and chr(code).isalpha() else _DIGIT if chr(code).isascii() and chr(code).isdigit()
    else _MARK if chr(code) in "_-+/=.~:%|" else _ELSE
    for code in range(256)
)  # fmt: skip
_TELLING = (b"a1", b"1a")  # nearly every token has a digit beside a letter, and people seldom write one
_LETTERS = b"a" * 20  # or so many letters; then only these are tokens
_APART = tuple(b"glpat- glrt- gldt- hvs. GOCSPX- sk- SG. AIza pypi- ya29. dckr_".split())  # marks part their letters
_WITHOUT_DIGITS = re.compile(
    rb"AKIA|ASIA|hf_|gh[pousr]_|github_pat_|gl[a-z]{2,4}-|sk-|[sr]k_|hv[sb]\.|npm_|pypi-|AIza|SG\.|xox"
)
_SHORTEST = 6  # characters of a run that may be a part of a token
_LONGEST = 16_000  # characters of a run that is looked at
_MOST_WORDS = 400  # in a run


def _runs(data: bytes) -> Iterator[tuple[int, int]]:
    """The runs that may hold a token, or a part of one."""
    classes = data.translate(_CLASSES)
    done = set[int]()
    for telling in (*_TELLING, _LETTERS, *_APART):
        where = data if telling in _APART else classes
        at = where.find(telling)
        while at >= 0:
            start, end = classes.rfind(b" ", 0, at) + 1, classes.find(b" ", at)
            end = end if end >= 0 else len(classes)
            if _SHORTEST <= end - start <= _LONGEST and start not in done:
                done.add(start)
                if telling is not _LETTERS or _WITHOUT_DIGITS.search(data, start, end):
                    yield start, end
            at = where.find(telling, end)


_Rule = tuple[str, str]  # the kind, and the pattern: each is compiled when something begins as it does


def _rows(table: str) -> Iterator[tuple[str, list[str], str]]:
    """Kind, signs and pattern of each line."""
    for row in table.strip().split("\n"):
        kind, signs, pattern = row.split(" | ", 2)
        yield kind, signs.replace("BAR", "|").split(" "), pattern


@lru_cache(1)
def _rules() -> dict[str, list[_Rule]]:
    rules: dict[str, list[_Rule]] = {}
    for kind, starts, pattern in _rows(TOKENS):
        for start in starts:
            rules.setdefault(start, []).append((kind, pattern))
    return rules


@lru_cache(1)
def _shapes() -> list[tuple[str, str, str]]:
    """Sign, kind and pattern."""
    return [(sign, kind, rf"{_EDGE}{pattern}") for kind, signs, pattern in _rows(SHAPES) for sign in signs]


@lru_cache(None)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


_WORD, _BEHIND_ESCAPES = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]"), re.compile(rf"{_EDGE}[A-Za-z0-9]")
_PIECE = re.compile(
    rf"{_EDGE}[A-Za-z0-9]" + r"[A-Za-z0-9_+/.~-]{12,}[A-Za-z0-9_-]={0,2}"
    r"|[A-Za-z0-9_+/.~-]{13,}={0,2}"
)


def _in_run(text: str, start: int, end: int) -> Iterator[Secret]:
    done = start
    for each in _tokens(text, start, end):
        yield each
        done = max(done, each.end)
    for piece in _PIECE.finditer(text, start, end):
        if piece.end() > done:
            kind = kind_by_name(text, piece.start(), piece.end())
            if kind is not None and looks_random(piece[0]):
                yield Secret(piece.start(), piece.end(), kind)


def _tokens(text: str, start: int, end: int) -> Iterator[Secret]:
    """The tokens that have a shape of their own."""
    rules = _rules()
    run = text[start:end]
    words = _BEHIND_ESCAPES if "%" in run or text[max(0, start - 1) : start] in {"\\", "["} else _WORD
    done = start
    for count, word in enumerate(words.finditer(text, start, end)):
        at = word.start()
        if at < done or count > _MOST_WORDS:
            continue
        for kind, pattern in rules.get(text[at : at + 2], ()):
            made = _token(_compiled(pattern).match(text, at, end + _LONGEST), kind)
            if made is not None:
                yield made
                done = made.end
                break
    for sign, kind, pattern in _shapes():
        if sign in run:
            found = [_token(each, kind) for each in _compiled(pattern).finditer(text, start, end)]
            yield from filter(None, found)


def _token(found: re.Match[str] | None, kind: str) -> Secret | None:
    if found is None:
        return None
    group = 1 if found.re.groups and found.start(1) >= 0 else 0
    value = found[group]
    if is_made_up(value) or (kind in PLAIN and not looks_random(value)):
        return None
    return Secret(found.start(group), found.end(group), kind)
