"""Special tokens of models that end up in a reply's text: the marks of a turn, a call or the end."""

from __future__ import annotations

import re

from darner_server.patch.lazy_pattern import lazy_pattern

_ENDS = (
    r"(?:<[|\uff5c](?!channel|message)[\w\u2581:/ -]{1,40}[|\uff5c]>|</s>|<(?:eos|end_of_turn|end_of_utterance)>|"
    r"\[(?:EOS|/INST|/TOOL_CALLS)\]|</(?:tool_calls?|answer|final_answer|function_calls?)>)"
)
_BEHIND = lazy_pattern(rf"(?P<line>.*?\S)\s*(?:{_ENDS}\s*)+(?:assistant)?")
_CLOSES = lazy_pattern(r"\s*(?:`{3,}|~{3,}|[>+]{3,}\s*(?:REPLACE|UPDATED)|\*{3} End Patch|\[/REPLACE\]|</REPLACE>)")
_STRAY = lazy_pattern(rf"^(?P<before>.*?)(?P<ends>{_ENDS})\s*$", re.MULTILINE)
_QUOTES = lazy_pattern(r"[\"'`]")


def without(line: str) -> str:
    """Return the mark that closes a block without the special tokens behind it; any other line as it is."""
    if line[-1:] not in (">", "]", "t", " ") or (found := _BEHIND.fullmatch(line)) is None:
        return line
    return found["line"] if _CLOSES.fullmatch(found["line"]) else line


def stray(new: str, old: str) -> str | None:
    """Return a token that a line of new text ends with, outside quotes, and that the old text does not have."""
    if "<" not in new and "[" not in new:
        return None
    for found in _STRAY.finditer(new):
        if found["ends"] not in old and not _QUOTES.search(found["before"]):
            return found["ends"]
    return None
