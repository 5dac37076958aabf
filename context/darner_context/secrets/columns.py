"""Secrets in columns: of a CSV or TSV file, a table in Markdown, or rows in SQL; the name is in the first row."""

import re
from collections.abc import Iterator

from darner_context.secrets.passwords import Found, like_password, says_nothing
from darner_context.secrets.phrases import is_random_letters, passphrase, single_word
from darner_context.secrets.randomness import is_made_up, looks_random
from darner_context.secrets.variable_names import is_something_else, secret_kind

_NAMES = (b"pass", b"pwd", b"secret", b"token", b"key", b"kennwort", b"contrase", b"mot de", b"senha", b"wachtwoord")
_PASSWORD = re.compile(
    r"(?:passw(?:or)?[dt]s?|passphrase|passcode|pwd|kennwort|contrase(?:n|ñ)a|motdepasse|senha|wachtwoord)\d?$"
)
_PASS = re.compile(r"(?:^|[\W_])pass$", re.IGNORECASE)
_OTHER = re.compile(r"(?:secrets?|token|apikey|accesskey|privatekey|secretkey|signingkey|authkey|credentials?)\d?$")
_REMARK = re.compile(r"\s*\([^)]*\)$")
_TOP = re.compile(r"\ufeff?(?:[ \t]*(?:#[^\n]*|sep=.)?\r?\n){0,40}+")
_HEADER, _LONGEST = re.compile(r"[^\r\n]{3,4000}(?=\r?\n|\r)"), 4_000  # characters of the first row, and of a cell
_MOST_ROWS = 100_000
_NAME = re.compile(r"[ \t]*(?:\"[\w .:/#()*%-]{0,60}\"|[\w .:/#()*%-]{0,60})[ \t]*")
_CODE = re.compile(r"(?:from|import|def|use|using|let|const|var|return|select|package|global|nonlocal|del)\b")
_SEPARATORS = ("\t", ";", ",", "|")
_QUOTED = rf" {{0,40}}\"(?P<quoted>(?:[^\"]|\"\"){{0,{_LONGEST}}})\" {{0,40}}"
_WORDS = frozenset({"true", "false", "none", "null", "string", "text", "char", "varchar", "bool", "boolean", "integer"})
_LIKE = "pass"  # the name by which cells are judged, whatever the language
_SHORTEST, _SHORTEST_WORD = 4, 6
_DASHES = re.compile(r"(?m)^[ \t]*(\|[^\n]{3,1000})\n[ \t]*\|?[ \t]*:?-{2,}:?[ \t]*\|[ \t:|-]*\r?\n")
_INSERT = re.compile(
    r"(?i)insert\s{1,9}(?:ignore\s{1,9})?into\s{1,9}[\w.\"`\[\]]{1,80}\s{0,9}\(([^()]{3,2000})\)\s{0,9}values\s{0,9}(?=\()"
)
_COPY = re.compile(
    r"(?i)copy\s{1,9}[\w.\"]{1,80}\s{0,9}\(([^()]{3,2000})\)\s{1,9}from\s{1,9}stdin[^\n;]{0,80};[ \t]*\r?\n"
)
_TUPLE = re.compile(r"[\s,]{0,40}\(")
_SQL_CELL = re.compile(
    r"\s{0,40}(?:[EeNn]?'(?P<value>(?:[^'\\\n]|''|\\[^\n]){0,400})'|(?P<bare>[^,'()\n]{0,400}(?:\([^()\n]{0,400}\)[^,'()\n]{0,40})?))\s{0,40}(?P<end>[,)])"
)


def in_columns(text: str, small: bytes) -> Iterator[Found]:
    """The secrets below the names of columns. `small` is the text, a byte a character, in small letters."""
    yield from _in_file(text)
    if b"passw" not in small:
        return
    if b"|" in small and b"--" in small:
        for head in _DASHES.finditer(text):
            yield from _rows(text, head.end(), _named(head[1], "|"), "|", sure=False, table=True)
    if b"insert" in small:
        for head in _INSERT.finditer(text):
            yield from _tuples(text, head.end(), _named(head[1].replace("`", '"'), ","))
    if b"stdin" in small:
        for head in _COPY.finditer(text):
            yield from _rows(text, head.end(), _named(head[1], ","), "\t", sure=False)


def _bytes(text: str) -> bytes:
    """Lower-case UTF-8; a half of a surrogate pair, which an editor may send, is no part of a name."""
    return text.lower().encode("utf-8", "replace")


def _in_file(text: str) -> Iterator[Found]:
    """The cells of a file that is a table, from its first row on."""
    top = _TOP.match(text)
    header = _HEADER.match(text, top.end() if top is not None else 0)
    if header is None or _CODE.match(header[0]) or not any(name in _bytes(header[0]) for name in _NAMES):
        return
    for separator in _SEPARATORS:
        cells = header[0].split(separator)
        if len(cells) > 1 and all(map(_NAME.fullmatch, cells)):
            start = header.end() + (2 if text.startswith("\r\n", header.end()) else 1)
            yield from _rows(text, start, _named(header[0], separator), separator, sure=True)
            return


def _named(row: str, separator: str) -> dict[int, str]:
    """The name of each column of secrets, in small letters without marks, by its number."""
    names: dict[int, str] = {}
    for number, cell in enumerate(row.split(separator)):
        name = _REMARK.sub("", cell.strip(' \t\r"*`'))
        plain = re.sub(r"[\W_]", "", name).lower()
        if (_PASSWORD.search(plain) or _PASS.search(name) or _OTHER.search(plain)) and not is_something_else(plain):
            names[number] = plain
    return names


def _rows(
    text: str, at: int, names: dict[int, str], separator: str, *, sure: bool, table: bool = False
) -> Iterator[Found]:
    """The secrets of rows, up to a line that is none; a `table` has nothing but cells between bars."""
    if not names:
        return
    cell = re.compile(_QUOTED + rf"|(?P<bare>[^{re.escape(separator)}\r\n]{{0,{_LONGEST}}})")
    for _ in range(_MOST_ROWS):
        if (
            at >= len(text)
            or text.startswith("\\.", at)
            or (table and not text[at : at + 40].lstrip(" \t").startswith("|"))
        ):
            return
        number = 0
        while (found := cell.match(text, at)) is not None:
            if number in names:
                start, end = _stripped(text, *found.span("quoted" if found["quoted"] is not None else "bare"))
                if _is_secret(text[start:end], names[number], sure=sure):
                    yield start, end, secret_kind(names[number])
            at = found.end()
            if text[at : at + 1] != separator:
                break
            at, number = at + 1, number + 1
        line_end = text.find("\n", at)
        at = line_end + 1 if line_end >= 0 else text.find("\r", at) + 1 or len(text)


def _tuples(text: str, at: int, names: dict[int, str]) -> Iterator[Found]:
    """The secrets of the rows of an SQL statement."""
    while names and (begin := _TUPLE.match(text, at)) is not None:
        at, number = begin.end(), 0
        while (cell := _SQL_CELL.match(text, at)) is not None:
            value = cell["value"]
            if number in names and value is not None and _is_secret(value, names[number], sure=False):
                yield (*cell.span("value"), secret_kind(names[number]))
            at, number = cell.end(), number + 1
            if cell["end"] == ")":
                break
        else:
            return


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    value = text[start:end]
    return start + len(value) - len(value.lstrip(" \t`*")), end - len(value) + len(value.rstrip(" \t`*"))


def _is_secret(value: str, name: str, *, sure: bool) -> bool:
    """Whether a cell holds a secret; `sure`: it is data, so any word below "password" may be one."""
    if len(value) < _SHORTEST or "\n" in value or is_made_up(value) or value.lower() in _WORDS:
        return False
    if _OTHER.search(name) and not _PASSWORD.search(name):
        return looks_random(value) or like_password(value, name, quoted=True, whole=True)
    if like_password(value, _LIKE, quoted=True, whole=True) or looks_random(value):
        return True
    if not sure:
        return False
    if value.isalnum() and not value.isalpha() and len(value) >= _SHORTEST_WORD:
        return not value.isdigit() or name != _LIKE  # so many passed a test
    if says_nothing(value):
        return single_word(value) or is_random_letters(value)
    return passphrase(value) or len(value) >= _SHORTEST_WORD or not value.isalpha()
