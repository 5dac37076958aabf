"""Private keys in a text: in blocks, in one string, in strings that are joined, and the numbers of a JSON web key."""

import re
from collections.abc import Iterator
from itertools import zip_longest

PRIVATE_KEY = "PRIVATE KEY"
_LONGEST = 40_000  # characters of a key
_LEAST = 40  # characters that are key: fewer are an example
_BEGIN = re.compile(r"-{3,5} ?BEGIN(?: [A-Z0-9]+){0,4} PRIVATE KEY(?: BLOCK)? ?-{3,5}")
_END = re.compile(r"-{3,5} ?END(?: [A-Z0-9]+){0,4} PRIVATE KEY(?: BLOCK)? ?-{3,5}")
_PUTTY_LINES = re.compile(r"Private-Lines: *([0-9]{1,4})[ \t]*\r?\n")
_HEADER = re.compile(
    r"(?:Proc-Type|DEK-Info|Version|Comment|Subject|Hash|Charset|MessageID|Key-Type|x-[\w-]+): [^\n\\]*"
)
_SHORT = 16  # characters that may be a word
_PART = re.compile(r"\\[nrt]|([A-Za-z0-9+/=]{4,})")
_WORD = re.compile(r"[A-Z]?[a-z]{2,}|[A-Z]{2,8}|[a-z]+[A-Z][A-Za-z]*")
_NUMBER = re.compile(
    r"\"(?:d|p|q|dp|dq|qi|k)\"\s*:\s*\"([\w-]{20,})\"|<(?:D|P|Q|DP|DQ|InverseQ)>([A-Za-z0-9+/=\s]{20,})</"
)


def key_parts(text: str) -> list[tuple[int, int, str]]:
    """The parts of private keys, each on one line: start, end and kind."""
    found: list[tuple[int, int, str]] = []
    begins = list(_BEGIN.finditer(text))
    for begin, following in zip_longest(begins, begins[1:]):
        most = min(begin.end() + _LONGEST, following.start() if following is not None else len(text))
        end = _END.search(text, begin.end(), most)
        stop = end.start() if end is not None else _unended(text, begin.end(), most)
        parts = list(_parts(text, begin.end(), stop))
        if sum(last - first for first, last in parts) >= _LEAST:
            found += [(first, last, "private key") for first, last in parts]
    return found


def other_keys(text: str) -> list[tuple[int, int, str]]:
    """The parts of private keys that no such line announces: PuTTY's, JSON web keys, XML."""
    found: list[tuple[int, int, str]] = []
    if "PuTTY-User-Key-File-" in text:
        for lines in _PUTTY_LINES.finditer(text):
            stop = lines.end()
            for _ in range(int(lines[1])):
                stop = text.find("\n", stop) + 1 or len(text)
            found += [(first, last, "private key") for first, last in _parts(text, lines.end(), stop)]
    if '"kty"' in text or "<RSAKeyValue>" in text:
        for number in _NUMBER.finditer(text):
            group = 1 if number.start(1) >= 0 else 2
            found += [
                (first, last, "private key") for first, last in _lines(text, number.start(group), number.end(group))
            ]
    return found


def _unended(text: str, start: int, most: int) -> int:
    """Where a key ends that has no last line: at the first line that holds none of it."""
    stop = start
    first = True
    while stop < most:
        end = text.find("\n", stop)
        end = end if end >= 0 else len(text)
        line = text[stop:end]
        if not first and line.strip() and not _HEADER.search(line) and not re.search(r"[A-Za-z0-9+/=]{16,}", line):
            break
        first = False
        stop = end + 1
    return min(stop, most)


def _parts(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    headers = [each.span() for each in _HEADER.finditer(text, start, stop)]
    for part in _PART.finditer(text, start, stop):
        if part[1] is None or any(first <= part.start() < last for first, last in headers):
            continue
        if len(part[1]) < _SHORT and _WORD.fullmatch(part[1]):
            continue
        yield part.span(1)


def _lines(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    for part in re.finditer(r"\S+", text[start:stop]):
        yield start + part.start(), start + part.end()
