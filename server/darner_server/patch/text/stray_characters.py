"""Characters that no author types: what a lost one leaves behind, controls, and what turns the order of code around."""

from __future__ import annotations

from darner_server.patch.lazy_pattern import lazy_pattern

_LOST = "\ufffd"
_NEVER = lazy_pattern("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffd\ufffe\uffff]")
_ORDER = lazy_pattern("[\u202a-\u202e\u2066-\u2069]")  # Trojan Source: CVE-2021-42574


def stray_character(new: str, old: str, *, prose: bool) -> str | None:
    """Return why no author can mean new text: a character that the old text has nowhere; else None.

    `prose`: the file may be written from right to left.
    """
    for found in _NEVER.finditer(new):
        if found[0] not in old:
            kind = "which stands for a character that was lost" if found[0] == _LOST else "a control character"
            return f"{_name(found[0])}, {kind}; it can only be written as an escape"
    turned = None if prose else _ORDER.search(new)
    if turned is not None and turned[0] not in old:
        return (
            f"{_name(turned[0])}, which changes the order in which code is shown; it can only be written as an escape"
        )
    return None


def _name(sign: str) -> str:
    return f"U+{ord(sign):04X}"
