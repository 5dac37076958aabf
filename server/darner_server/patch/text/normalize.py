"""Differences between two lines that do not change what the line means."""

from __future__ import annotations

import unicodedata

_PLAIN = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    **dict.fromkeys("\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "),
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff", ""),
    "\u2026": "...",
}
TYPOGRAPHIC = {sign: plain for sign, plain in _PLAIN.items() if sign not in "\u2032\u2033\u02bc\u00ab\u00bb"}
BLANKS = " \t\f\v\r"
_TABLE = str.maketrans(_PLAIN)


def fold(body: str) -> str:
    """Level blanks at both ends, typographic punctuation and Unicode composition."""
    return body.strip(BLANKS) if body.isascii() else plain(body).strip(BLANKS)


def plain(body: str) -> str:
    """Level typographic punctuation and Unicode composition."""
    return body if body.isascii() else unicodedata.normalize("NFC", body.translate(_TABLE))


def indent(body: str) -> str:
    """Return the blanks that the line begins with."""
    return body[: len(body) - len(body.lstrip(" \t"))]
