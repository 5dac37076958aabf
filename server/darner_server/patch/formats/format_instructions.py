"""The instructions for each reply format."""

from __future__ import annotations

from darner_server.patch.formats import apply_patch, search_replace, unified_diff, whole_text

_RULES = {
    "search-replace": search_replace.RULES,
    "apply-patch": apply_patch.RULES,
    "unified-diff": unified_diff.RULES,
    "whole": whole_text.RULES,
}
REPLY_FORMATS: tuple[str, ...] = tuple(_RULES)


def rules(reply_format: str) -> str:
    """Return the prompt text that teaches a format; KeyError for one that is not in REPLY_FORMATS."""
    return _RULES[reply_format]
