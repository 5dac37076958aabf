"""Where a reply is reasoning and where it is the answer, as models of all kinds mark it."""

from __future__ import annotations

import re

from darner_server.patch.lazy_pattern import lazy_pattern

_WORD = r"(?:think|thinking|thought|thoughts|reasoning)"
_LONG = r"[\w:\u2581-]*(?:think|thought|reasoning|monologue|scratchpad|reflection|brainstorm)[\w:\u2581-]*"
_PLAIN = r"(?:analysis|reason|cot|deliberation|planning|plan|drafts?|drafting|internal|commentary)"
_OPENER = lazy_pattern(
    rf"<(?P<tag>(?:[a-z]{{1,8}}:)?{_WORD})(?:\s[^<>]*)?>|"
    rf"^\s*<(?P<alone>(?!end){_LONG}|{_PLAIN})(?:\s[^<>]*)?>|"
    rf"<[|\uff5c](?!/|end)(?:begin_of_|begin\u2581of\u2581|start_)?{_LONG}[|\uff5c]>|"
    rf"\[{_WORD}\]|^\s*\{{{_WORD}\}}|\u25c1think\u25b7|<unused94>|<\|channel>thought\b|"
    r"<\|channel\|>\s*(?:analysis|commentary(?!\s+to=))[^<]*<\|message\|>|"
    rf"<(?P<comment>!--)\s*{_WORD}\b(?!.*-->)|<(?P<summary>summary)>[^<]*\b{_WORD}\b[^<]*</summary>",
    re.IGNORECASE,
)
_CLOSER = lazy_pattern(
    rf"</(?:{_LONG}|analysis|cot)\s*>|\[/{_WORD}\]|\{{/{_WORD}\}}|\u25c1/think\u25b7|<unused95>|<channel\|>|"
    rf"<[|\uff5c](?:/|end_of_|end\u2581of\u2581|end_){_LONG}[|\uff5c]>|"
    r"(?:<\|(?:end|return)\|>)?(?:<\|start\|>assistant)?<\|channel\|>\s*(?:final|commentary\s+to=)[^<]*"
    r"(?:<\|constrain\|>\w*)?<\|message\|>|"
    r"^\s*\.\.\.done thinking\.|(?-i:assistantfinal)",
    re.IGNORECASE,
)
_TOKENS = lazy_pattern(
    r"<\|(?:start|end|return|call|message|im_end|eot_id|endoftext|begin_of_solution|end_of_solution|START_RESPONSE|"
    r"END_RESPONSE|constrain)\|>(?:assistant\b)?|^\s*</?(?:answer|final_answer|response|final|output|solution|result)>"
    r"\s*$|(?:<\|channel\|>final<\|message\|>)"
)
_FINAL = lazy_pattern(
    r"\W*(?:the\s+)?final\s+(?:answer|patch|version|reply|response|solution)\W*",
    re.IGNORECASE,
)
_PREFACE = lazy_pattern(
    r"\W*(?:sure|certainly|of course|absolutely|here(?:'s|\u2019s| is| are)?|below|the following|"
    r"i(?:'|\u2019)ve|i have|i updated|i changed|done)\b.{0,160}",
    re.IGNORECASE,
)


_THINKS = lazy_pattern(
    r"\bthe user\b|\bh+m+\b|^\W*(?:wait|ok(?:ay)?|alright|right|well|no)\b[,.! ]|\b"
    r"\blet(?:'s|\u2019s|\sme|\sus)\s(?:think|see|check|look|consider|"
    r"re-?read|try|reconsider|figure)\b|\b(?:maybe|perhaps)\b|\bi\s(?:could|might|wonder|guess|think|should|recall)\b|"
    r"\bshould\si\b|\bwe\s(?:need|should|could|might|must)\b|\bnot\ssure\b|\bactually,|\?(?:\s|$)|^\W*analysis|"
    r"^\W*so\b|^\W*(?:but|and)\s(?:i|we|the|then)\b|\bi\s(?:need|have)\sto\b|\bfirst\s(?:try|attempt|draft)\b|"
    r"^\W*(?:\d+[.)]\s*)?look\sat\b|^\W*(?:plan|drafts?|thoughts?)\W*$|^\W*thinking\b|\u7528\u6237|\u8ba9\u6211|\u8b93\u6211|\u55ef",
    re.IGNORECASE,
)
_MUCH = 600  # characters of prose: an answer comes to its edits sooner


class ReasoningDetector:
    """Takes the lines of a reply that are in no block and returns what of them belongs to the answer."""

    def __init__(self) -> None:
        self.inside = False
        self.known = False  # that what comes now is the answer: reasoning has ended, or there was none
        self._end = ""  # a pattern, where only one mark ends it

    def closes_within(self, line: str) -> bool:
        """Return whether a line in a block can only be the end of reasoning that nothing has opened."""
        text = line.strip()
        return not self.known and (
            "<|channel|>" in text
            or (text[:1] in ("<", "[", "{", "\u25c1") and _CLOSER.fullmatch(text) is not None and "/" in text)
        )

    def answer(self, line: str) -> tuple[str, bool]:
        """Return the part of a line that is answer, and whether all that came before was reasoning after all."""
        if not self.inside and not _marked(line):
            return line, False
        void = False
        out = ""
        at = 0
        while at <= len(line):
            if self.inside:
                closer = self._closer(line, at)
                if closer is None:
                    return out, void
                at = closer.end()
                self.inside = False
                self.known = True
                out = ""
                continue
            opener = self._opener(line, at)
            closer = _unquoted(_CLOSER, line, at)
            if closer is not None and (opener is None or closer.start() < opener.start()):
                void = self.known = True
                out = ""
                at = closer.end()
                continue
            if opener is None:
                out += _TOKENS.sub("", line[at:])
                break
            out += line[at : opener.start()]
            self.inside = True
            named = opener["tag"] or opener["alone"] or ("details" if opener["summary"] else "")
            self._end = "-->" if opener["comment"] else rf"</{re.escape(named)}\s*>" if named else ""
            at = opener.end()
        return out, void

    def _opener(self, line: str, at: int) -> re.Match[str] | None:
        return _unquoted(_OPENER, line, at)

    def _closer(self, line: str, at: int) -> re.Match[str] | None:
        if self._end:
            return re.compile(self._end, re.IGNORECASE).search(line, at)
        return _CLOSER.search(line, at)


def is_only_reasoning(reply: str) -> bool:
    """Return whether nothing of a reply is an answer; so it is of an empty one."""
    reasoning = ReasoningDetector()
    answer = ""
    for line in reply.split("\n"):
        part, void = reasoning.answer(line)
        answer = part if void else answer + part
    return not answer.strip()


def is_final(line: str) -> bool:
    """Return whether a line is a heading such as "Final answer": what came before it were drafts."""
    return _FINAL.fullmatch(line) is not None


def is_preface(line: str) -> bool:
    """Return whether prose is an introduction to the answer, and not reasoning."""
    return _PREFACE.fullmatch(line.strip()) is not None


def is_thinking(line: str, said: int) -> bool:
    """Return whether a line of prose reads as thinking does; `said` counts the characters so far, of all of it."""
    return said > _MUCH or _THINKS.search(line) is not None


def _marked(line: str) -> bool:
    return any(mark in line for mark in ("<", "[", "{", "\u25c1", "assistant", "...done"))


def _unquoted(pattern: re.Pattern[str], line: str, at: int) -> re.Match[str] | None:
    """Find a mark that is not spoken of in backquotes or quotes."""
    for found in pattern.finditer(line, at):
        if line[: found.start()].count("`") % 2 == 0 and line[found.start() - 1 : found.start()] not in ("'", '"'):
            return found
    return None
