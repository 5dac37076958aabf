"""The reply formats that a model can be asked for."""

from __future__ import annotations

from darner_server.patch import apply_patch, search_replace, unified, whole

_RULES = {
    "search-replace": search_replace.RULES,
    "apply-patch": apply_patch.RULES,
    "unified-diff": unified.RULES,
    "whole": whole.RULES,
}
REPLY_FORMATS: tuple[str, ...] = tuple(_RULES)


def rules(reply_format: str) -> str:
    """Return the prompt text that teaches a format; KeyError for one that is not in REPLY_FORMATS."""
    return _RULES[reply_format]
