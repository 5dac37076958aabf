"""Differences between two lines that do not change what the line means."""

from __future__ import annotations

import unicodedata

_PLAIN = {
    **dict.fromkeys("‘’‚‛′ʼ", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "),
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff", ""),
    "…": "...",
}
_TABLE = str.maketrans(_PLAIN)


def fold(body: str) -> str:
    """Level blanks at both ends, typographic punctuation and Unicode composition."""
    return body.strip(" \t\f\v\r") if body.isascii() else plain(body).strip()


def plain(body: str) -> str:
    """Level typographic punctuation and Unicode composition."""
    return body if body.isascii() else unicodedata.normalize("NFC", body.translate(_TABLE))


def indent(body: str) -> str:
    """Return the blanks that the line begins with."""
    return body[: len(body) - len(body.lstrip(" \t"))]
