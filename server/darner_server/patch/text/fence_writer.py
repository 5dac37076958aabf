"""The fence around a text that may hold fences itself."""

from __future__ import annotations


def fence_around(text: str) -> str:
    """Return the shortest fence that is not in the text."""
    fence = "```"
    while fence in text:
        fence += "`"
    return fence
