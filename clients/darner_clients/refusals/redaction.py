"""Removes keys from an endpoint's text, in any spelling: plain, escaped, in hex or base64, in pieces."""

import base64
import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache

MASK = "…"
MOST = 2_000  # characters that are looked at; the rest is left out
_PIECE = 8  # characters of a key, blanks and signs not counted, from which on a piece of it counts as the key
_NESTED = 3  # escapes within escapes, as in %2574
_CODED = 3  # codings within codings, as base64 of hex


def redacted(text: str, secrets: Iterable[str | None]) -> str:
    """`text` without any of the secrets, or a piece of one of eight letters and digits or more."""
    known = tuple(each for each in secrets if each)
    text = text[:MOST]
    if not known or not text:
        return text
    text = _without(text, known)
    long = tuple(each for each in known if sum(map(str.isalnum, each)) >= _PIECE)
    return _RUN.sub(lambda run: MASK if _hides(run[0], long, _CODED) else run[0], text) if long else text


def _hides(run: str, secrets: tuple[str, ...], depth: int) -> bool:
    """Whether decoding a run of letters, perhaps more than once, gives a secret."""
    for text in _decoded(run):
        if _without(text, secrets) != text:
            return True
        if depth > 1 and any(_hides(inner[0], secrets, depth - 1) for inner in _RUN.finditer(text)):
            return True
    return False


def _decoded(run: str) -> Iterator[str]:
    """What a run may stand for as base64 or hex, also backwards; two bytes for each character are as good as one."""
    for each in (run, run[::-1]):
        letters = each.strip("=").translate(_SAFE_LETTERS)
        for start in range(4):
            some = letters[start:]
            with suppress(ValueError):
                yield _text(base64.b64decode(some[: len(some) // 4 * 4]))
        with suppress(ValueError):
            yield _text(bytes.fromhex(letters))


def _text(raw: bytes) -> str:
    return raw.replace(b"\0", b"").decode("latin-1")


def _without(text: str, known: tuple[str, ...]) -> str:
    forms, short = _forms(known)
    for each in short:
        text = re.sub(rf"(?<!\w){re.escape(each)}(?!\w)", MASK, text)
    plain, places = _plain(text)
    hidden = bytearray(len(text))
    for size, pieces in forms.items():
        for at in range(len(plain) - size + 1):
            if plain[at : at + size] in pieces:
                first, last = places[at][0], places[at + size - 1][1]
                hidden[first:last] = b"\x01" * (last - first)
    if not any(hidden):
        return text
    runs = re.finditer(rb"\x01+|\x00+", hidden)
    return "".join(MASK if run[0][0] else text[run.start() : run.end()] for run in runs)


@lru_cache(maxsize=16)
def _forms(secrets: tuple[str, ...]) -> tuple[dict[int, frozenset[str]], tuple[str, ...]]:
    """({length: what pieces of them look like, in letters and digits alone}, secrets that are too short for that)."""
    found: dict[int, set[str]] = {}
    short: list[str] = []
    for secret in secrets:
        kept = [each for each in secret if each.isalnum()]
        if len(kept) < _PIECE:
            short.append(secret)
            continue
        raw = secret.encode("utf-8", "replace")
        plain = "".join(kept).casefold()
        for form in (plain, plain[::-1]):
            _add(found, form, _PIECE)
        for shift in range(3):
            _add(found, _base64(raw, shift), _PIECE * 4 // 3 + 1)
        for shift in range(5):
            _add(found, _base32(raw, shift), _PIECE * 8 // 5 + 1)
        _add(found, raw.hex(), 2 * _PIECE)
        _add(found, secret.encode("utf-16-le", "replace").hex(), 4 * _PIECE)
        codes = [str(each) for each in raw]
        for at in range(len(codes) - _PIECE + 1):
            piece = "".join(codes[at : at + _PIECE])
            found.setdefault(len(piece), set()).add(piece)
    return {size: frozenset(pieces) for size, pieces in found.items()}, tuple(short)


def _add(found: dict[int, set[str]], form: str, size: int) -> None:
    size = min(size, len(form))
    found.setdefault(size, set()).update(form[at : at + size] for at in range(len(form) - size + 1))


def _base64(raw: bytes, shift: int) -> str:
    """What base64 makes of it behind `shift` more bytes, without the characters that depend on its neighbours."""
    text = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
    text = text[(0, 2, 3)[shift] :]
    if (shift + len(raw)) % 3:
        text = text[:-1]
    return "".join(each for each in text if each.isalnum()).casefold()


def _base32(raw: bytes, shift: int) -> str:
    """The same for base32."""
    text = base64.b32encode(b"\0" * shift + raw).decode().rstrip("=")
    text = text[(0, 2, 4, 5, 7)[shift] :]
    if (shift + len(raw)) % 5:
        text = text[:-1]
    return text.casefold()


def _plain(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Letters and digits alone, in lower case, unescaped and unstyled, and where each is from (first, behind)."""
    letters, places = list(text), [(at, at + 1) for at in range(len(text))]
    for _ in range(_NESTED):
        joined = "".join(letters)
        if not _ESCAPE.search(joined):
            break
        new: list[str] = []
        where: list[tuple[int, int]] = []
        last = 0
        for match in _ESCAPE.finditer(joined):
            new += letters[last : match.start()]
            where += places[last : match.start()]
            if match["colour"] is None:
                new.append(_unescaped(match))
                where.append((places[match.start()][0], places[match.end() - 1][1]))
            last = match.end()
        letters, places = new + letters[last:], where + places[last:]
    kept: list[str] = []
    at: list[tuple[int, int]] = []
    for letter, place in zip(letters, places, strict=True):
        if letter.isalnum():
            folded = letter.casefold() if letter.isascii() else unicodedata.normalize("NFKC", letter).casefold()
            kept += folded
            at += [place] * len(folded)
    return "".join(kept), at


def _unescaped(match: re.Match[str]) -> str:
    if match["decimal"]:
        code = int(match["decimal"])
    elif match["octal"]:
        code = int(match["octal"], 8)
    else:
        code = int(next(each for each in match.group(*_HEXADECIMAL) if each), 16)
    return chr(code) if 0 < code < 0x10000 and not 0xD800 <= code < 0xE000 else " "  # noqa: PLR2004 - surrogates


_RUN = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}|={1,2}[A-Za-z0-9+/_-]{16,}")
_SAFE_LETTERS = {ord("-"): "+", ord("_"): "/"}
_HEXADECIMAL = ("percent", "json", "byte", "hexadecimal", "braces", "css")
_ESCAPE = re.compile(
    r"%(?P<percent>[0-9A-Fa-f]{2})|(?:\\+|%)u(?P<json>[0-9A-Fa-f]{4})|(?:\\+|0)x(?P<byte>[0-9A-Fa-f]{2})"
    r"|&#0{0,9}(?P<decimal>[0-9]{1,5});?|&#[xX]0{0,9}(?P<hexadecimal>[0-9A-Fa-f]{1,4});?"
    r"|\\+(?:[ux]|N)\{(?:U\+)?0{0,9}(?P<braces>[0-9A-Fa-f]{1,4})\}|\\+00(?P<css>[0-9A-Fa-f]{4})|\\+(?P<octal>[0-7]{3})"
    r"|(?P<colour>(?:\x1b|\\+(?:x1b|u001b|033|e))\[[0-9;]{0,20}[A-Za-z])"
)
