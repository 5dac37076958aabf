"""Lines that stand for others: "... existing code ...", "rest unchanged", "same as before", a bare "# ...".

A line that the old text has is none. What may as well be an honest comment counts only where the edit drops lines,
so that something is there for it to stand for.
"""

from __future__ import annotations

import re

from darner_server.patch.lazy_pattern import lazy_pattern
from darner_server.patch.text import line_diff, placeholder_words

_OPENS = (
    r"(?:#+|//[/!]?|/\*+|<!--|--(?:\[\[)?|;+|%+|\{\s*/\*|\{#|\{\{!(?:--)?|\(\*|\{-|'|"
    r"REM\b|::|<%#|<%--|\"\"\"|!+|\*|dnl\b|\"+)"
)
_CLOSES = r"(?:\*+/\s*\}?|--%?>|--\}\}|#\}|\}\}|\*\)|-\}|\]\]|%>|\"\"\")"
_DOTS = r"(?:\.{3,}|…|\. \. \.)"
_COMMENT = lazy_pattern(rf"\s*{_OPENS}\s*(.*?)\s*{_CLOSES}?\s*", re.IGNORECASE)
_BRACKETED = lazy_pattern(r"\s*(?:\[(.*)\]|\((.*)\)|<([^<>/=\"]*)>|\{([^{}:;\"']*)\})\s*")
_MEMBER = lazy_pattern(
    r"\s*\"((?:[^\"\\]|\\.)*)\"\s*(?::\s*(?:\"((?:[^\"\\]|\\.)*)\"|\{\s*\}|\[\s*\]|null|true))?\s*,?\s*"
)
_BARE = lazy_pattern(rf"\s*{_OPENS}?\s*[\[(]?\s*{_DOTS}\s*[\])]?\s*{_CLOSES}?\s*", re.IGNORECASE)
_BARE_COMMENT = lazy_pattern(rf"\s*{_OPENS}\s*[\[(]?\s*{_DOTS}\s*[\])]?\s*{_CLOSES}?\s*", re.IGNORECASE)
_DOTTED = lazy_pattern(
    r"(?:\w+\s+){0,3}?(?:existing|rest|remaining|unchanged|same|previous|other|omitted|original|keep|remains?)\b.{0,60}",
    re.IGNORECASE,
)
BESIDE = lazy_pattern(r"/\*(.*?)\*/|<!--(.*?)-->|(?<=[\s{(:;])(?:#|//)\s*(.*)$")
_AS_IT_WAS = lazy_pattern(
    r"\b(?:unchanged|untouched|unmodified|omitted|same as before|as before|for brevity|not shown|"
    r"(?:stays?|remains?|is|are|be) (?:the same|as (?:is|before|it was|they were|it is|they are))|"
    r"\w+ (?:goes |go |is |are )?here)\W*$",
    re.IGNORECASE,
)
_MARKED = lazy_pattern(r"\s*(?:[(\[{<~*=_-]+\s*([\w ,.'-]+?)\s*[)\]}>~*=_-]+|(etc\.?))\s*")
_RANGE = lazy_pattern(r"\(?\w+\s*(?:\.{2,}|\u2026|[-\u2013])\s*\w+\)?")  # k2..k28
_REMAINS = lazy_pattern(
    r"(?:the\s+)?(?:remaining|rest(?:\s+of)?|other|all other)\s+[\w']+(?:\s+[\w']+)?[.:]?", re.IGNORECASE
)
_FEW = 8  # words
_LONGEST = 120  # characters: a longer comment means more than that something stays


def gaps(new: list[str], old: list[str]) -> list[int]:
    """Return which lines of `new`, a rewrite of `old`, stand for lines that are left out."""
    there = set(old)
    maybe = [number for number, body in enumerate(new) if body not in there and is_suspect(body)]
    found = [number for number in maybe if is_gap(new[number])]
    found = sorted({*found, *_displacing(new, old, there)})
    likely = [number for number in maybe if number not in found and _likely(new[number])]
    if not likely:
        return found
    kept = {body.strip() for body in new}
    dropped = sum(bool(body.strip()) and body.strip() not in kept for body in old)
    shrunk = _shrunk(old, new)
    for number in likely:
        body = new[number]
        if body.strip() in ("...", "…"):
            stands = shrunk.get(number, 0) > 1
        elif _BARE_COMMENT.fullmatch(body) or len(placeholder_words.WORD.findall(body)) == 1:
            stands = dropped > 0 and not in_comment(new, number)
        else:
            stands = shrunk.get(number, 0) > 0
        if stands:
            found.append(number)
    return sorted(found)


def _displacing(new: list[str], old: list[str], there: set[str]) -> list[int]:
    """Return the comments that alone replace code and do not announce its removal.

    Where that much is lost, a comment needs to mean less to be a placeholder than anywhere else.
    """
    terse = [number for number, body in enumerate(new) if body not in there and _is_remark(body)]
    if not terse:
        return []
    found: list[int] = []
    for first, last, begin, end in line_diff.changes([body.strip() for body in old], [body.strip() for body in new]):
        gone = [body for body in old[first:last] if body.strip() and not _COMMENT.fullmatch(body)]
        come = [number for number in range(begin, end) if new[number].strip()]
        while come and come[0] not in terse:
            del come[0]  # a line that changes is above it
        if len(gone) > end - begin and come and all(number in terse for number in come):
            found += come
    return found


def _is_remark(body: str) -> bool:
    """Return whether a line is a terse comment, or a remark in brackets or lines that is no code: `(unchanged)`."""
    found = _COMMENT.fullmatch(body)
    if found is not None:
        return is_terse(found[1]) or _RANGE.fullmatch(found[1]) is not None or _REMAINS.fullmatch(found[1]) is not None
    marked = _MARKED.fullmatch(body)
    if marked is None:
        return False
    text = marked[1] or marked[2]
    words = set(placeholder_words.WORD.findall(text.lower()))
    known = placeholder_words.STAYS | placeholder_words.ALIKE | placeholder_words.REST | {"etc", "ditto", "dito"}
    return is_terse(text) and bool(words & known)


def is_terse(text: str) -> bool:
    """Return whether a comment means nothing, or hardly more than that code is as it was, or continues."""
    words = placeholder_words.WORD.findall(text.lower())
    if len(words) > _FEW or len(text) > _LONGEST or placeholder_words.REMOVES.search(text):
        return False
    if text.startswith(("...", "…")) or text.endswith(("...", "…")):
        return True
    if re.search(r"[=;]\s*\w|\w\(", text):
        return False
    known = [word for word in words if word in placeholder_words.ALL_WORDS or word in placeholder_words.GOES_ON]
    if not text.isascii() and words and not text.encode("ascii", "ignore").strip(b" .:-()[]"):
        return True  # a language whose words are not listed
    return len(known) == len(words) or (
        4 * len(known) >= 3 * len(words) and bool(set(known) - placeholder_words.FILLERS)
    )


def is_gap(body: str) -> bool:
    """Return whether a line means, beyond doubt, that lines are left out: "... existing code ...", "rest unchanged"."""
    if not body or body.isspace():
        return False
    text, marked = _said(body)
    return text is not None and _is_sure(text, marked=marked)


def comment(body: str) -> str | None:
    """Return the text of a line that is nothing but a comment; None for any other line."""
    found = _COMMENT.fullmatch(body)
    return found[1] if found is not None else None


def is_bare_gap(body: str) -> bool:
    """Return whether a line is nothing but an ellipsis, perhaps in a comment, or a gap."""
    return ("..." in body or "…" in body) and (_BARE.fullmatch(body) is not None or is_gap(body))


def beside_code(new: list[str], old: list[str]) -> str | None:
    """Return a line that holds a placeholder beside code (`function f() { /* unchanged */ }`), or None.

    Behind code that is as it was, such a remark is only a remark, as long as no lines are lost.
    """
    there = {body.strip() for body in old}
    fewer = sum(bool(body.strip()) for body in new) < sum(bool(body.strip()) for body in old)
    for body in new:
        if not any(mark in body for mark in ("/*", "<!--", "#", "//")) or body.strip() in there:
            continue
        for found in BESIDE.finditer(body):
            text = next((group for group in found.groups() if group is not None), "").strip()
            code = (body[: found.start()] + body[found.end() :]).strip()
            if not re.search(r"\w", code) or not (_is_sure(text, marked=True) or _is_state(text) or _is_dots(text)):
                continue
            if code not in there or fewer:
                return body
    return None


def is_suspect(body: str) -> bool:
    """Tell cheaply whether a line may be a gap: nearly none is."""
    if "..." in body or "…" in body or not body.isascii() or _AS_IT_WAS.search(body):
        return True
    words = placeholder_words.WORD.findall(body.lower())
    return bool(words) and (
        placeholder_words.ALL_WORDS.issuperset(words) or "change" in body.lower() or "keep" in body.lower()
    )


def _said(body: str) -> tuple[str | None, bool]:
    """Return the text of a comment, a bracketed remark, a JSON member or a line with dots, and whether it is marked."""
    if (comment := _COMMENT.fullmatch(body)) is not None and not _MEMBER.fullmatch(body):
        if body.lstrip().startswith("##") and not placeholder_words.STAYS.intersection(
            placeholder_words.WORD.findall(body.lower())
        ):
            return None, False  # a heading
        return comment[1], True
    if (bracketed := _BRACKETED.fullmatch(body)) is not None:
        return next((group for group in bracketed.groups() if group), None), True
    if (member := _MEMBER.fullmatch(body)) is not None:
        said = " ".join(text for text in member.groups() if text)
        dotted = "..." in said or "…" in said or said.startswith(("//", "#"))
        return (said.strip("/#_ "), True) if dotted else (None, False)
    return body.strip(), False


def _is_sure(text: str, *, marked: bool) -> bool:
    if len(text) > _LONGEST:
        return False
    plain = text.strip(" .…()[]<>*-=_:~!").strip()
    dotted = "..." in text or "…" in text
    if not marked and re.match(r"(?:\.{3}|…)\w", text) and not text.endswith(("...", "…")):
        return False  # an argument that is spread
    if dotted and (marked or text.startswith(("...", "…"))) and _DOTTED.fullmatch(plain):
        return True
    if not plain.isascii() and placeholder_words.CJK.fullmatch(plain):
        some, code = re.search(placeholder_words.REST_CJK, plain), re.search(placeholder_words.CODE_CJK, plain)
        stay = re.search(placeholder_words.STAYS_CJK, plain)
        return bool(some and (code or stay)) or bool(stay and (code or len(plain) > 2 or dotted))  # noqa: PLR2004 - a lone sign may be a word
    words = placeholder_words.WORD.findall(_without_name(plain).lower())
    if not words or not placeholder_words.ALL_WORDS.issuperset(words):
        return bool(marked and placeholder_words.SENTENCE.fullmatch(plain))
    found = frozenset(words)
    rest, stays = found & placeholder_words.REST, found & (placeholder_words.STAYS | placeholder_words.ALIKE)
    if not marked and not dotted:
        return bool(rest and stays and len(words) > 2)  # noqa: PLR2004 - prose of its own
    if placeholder_words.SENTENCE.fullmatch(plain) or (
        dotted and (rest or found & placeholder_words.EXISTING or found & placeholder_words.STAYS)
    ):
        return True
    if found & placeholder_words.STAYS and len(words) > 1:
        return True
    part = found & (placeholder_words.CODE | placeholder_words.PARTS)
    return bool(
        (rest and (part or stays))
        or (
            found & placeholder_words.ALIKE
            and (rest or (part and found & (placeholder_words.EXISTING | placeholder_words.EARLIER)))
        )
        or (
            found & placeholder_words.EXISTING
            and (found & placeholder_words.CODE or "here" in found or "goes" in found)
        )
        or (
            found & {"previous", "original", "old", "current"}
            and found & placeholder_words.CODE
            and not found - placeholder_words.EARLIER - placeholder_words.CODE - {"the", "your", "here", "goes"}
        )
    )


def _likely(body: str) -> bool:
    """Return whether a line may be meant as a gap: dots alone, "# unchanged", "// other cases"."""
    if not body.strip() or len(body.strip()) > _LONGEST:
        return False
    if _BARE.fullmatch(body):
        return True
    member = _MEMBER.fullmatch(body)
    if member is not None:
        said = [text for text in member.groups() if text]
        return bool(said) and all(re.fullmatch(r"[.…]+", text) for text in said)
    comment = _COMMENT.fullmatch(body)
    text = comment[1] if comment is not None else ""
    if _is_state(text):
        return True
    text = _without_name(text)
    if comment is not None and _AS_IT_WAS.search(text) and len(placeholder_words.WORD.findall(text)) <= _FEW:
        return True
    words = placeholder_words.WORD.findall(text.lower())
    if not words or not placeholder_words.ALL_WORDS.issuperset(words) or re.search(r"[()={}\[\]\d]", text):
        return False
    found = frozenset(words)
    return bool(
        found
        & (placeholder_words.ALIKE | placeholder_words.REST | placeholder_words.EXISTING | placeholder_words.EARLIER)
        and found
        & (placeholder_words.CODE | placeholder_words.PARTS | placeholder_words.ALIKE | placeholder_words.FILLERS)
    )


def _is_state(text: str) -> bool:
    return text.strip(" .…()[]<>*-").lower() in placeholder_words.STAYS | {"same", "existing", "rest"} or bool(
        re.fullmatch(placeholder_words.STAYS_CJK, text.strip(" .…()[]*-"))
    )


def _without_name(text: str) -> str:
    """Take REST, which is no rest, out of a text."""
    return re.sub(r"\bREST\b(?! OF)", "http", text)


def _is_dots(text: str) -> bool:
    return bool(re.fullmatch(rf"\s*{_DOTS}\s*", text))


def _shrunk(old: list[str], new: list[str]) -> dict[int, int]:
    """For each new line that is not an old one: how many more lines go around it than come."""
    sizes: dict[int, int] = {}
    for first, last, begin, end in line_diff.changes([body.strip() for body in old], [body.strip() for body in new]):
        gone = sum(bool(body.strip()) and not _COMMENT.fullmatch(body) for body in old[first:last])
        come = sum(bool(body.strip()) for body in new[begin:end])
        for number in range(begin, end):
            sizes[number] = gone - come + 1
    return sizes


def in_comment(new: list[str], number: int) -> bool:
    """Return whether the line belongs to a comment of several lines."""
    mark = re.match(r"\s*(\W+?)(?=\s|\w|$)", new[number])
    beside = [new[at].strip() for at in (number - 1, number + 1) if 0 <= at < len(new)]
    opener = mark[1].strip(".…") if mark else ""
    return bool(opener) and any(body.startswith(opener) and not _BARE.fullmatch(body) for body in beside)
