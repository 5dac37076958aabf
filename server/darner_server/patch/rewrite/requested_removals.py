"""What the words around an edit ask for: whether they speak of what a rewrite would lose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from darner_server.patch.lazy_pattern import lazy_pattern
from darner_server.patch.reply.reasoning import ReasoningDetector
from darner_server.patch.text import placeholder_words

if TYPE_CHECKING:
    from darner_server.patch.rewrite.loss import Loss

_WORD = lazy_pattern(r"\w+")


def covers(words: str, lost: Loss) -> bool:
    """Return whether the words that request a change, or describe it, speak of such a loss.

    Words that name the lost parts, or request a complete rewrite, cover the loss; other talk of removal half at most.
    """
    if placeholder_words.ANEW.search(words):
        return True
    if not placeholder_words.REMOVES.search(words):
        return False
    spoken = set(_WORD.findall(words.lower()))
    if lost.names and all(spoken.intersection(_WORD.findall(name.lower())) for name in lost.names):
        return True
    return 2 * lost.share <= 1


def prose(reply: str) -> str:
    """Return the words of a reply outside its fences and its reasoning; nothing of one without any fence."""
    reasoning = ReasoningDetector()
    out: list[str] = []
    inside = ""
    any_fence = False
    for line in reply.split("\n"):
        mark = next((each for each in ("```", "~~~") if line.lstrip().startswith(each)), "")
        if mark and (not inside or inside == mark):
            inside, any_fence = ("" if inside else mark), True
        elif not inside:
            text, void = reasoning.answer(line)
            if void:
                out.clear()
            out.append(text)
    return "\n".join(out) if any_fence else ""
