"""Keys as people paste them: blanks, quotes and a scheme around them, or something else in their place."""

import re

_AROUND = " \t\r\n\x0b\x0c\0\ufeff\u00a0\u200b\u200c\u200d\u2060\u2028\u2029"
_QUOTES = "\"'`\u2018\u2019\u201c\u201d\u00ab\u00bb"
_BEFORE = re.compile(r"^(?:(?:Authorization|x-api-key|api-key)\s*[:=]\s*|Bearer(?:\s+|\s*:\s*|$))", re.IGNORECASE)
_PREFIX = re.compile(
    r"Bearer\s+\S|(?:sk|csk|pk|rk|xai|nvapi|glpat|pplx|fw|tgp|key)[-_]|(?:gsk|hf|gh[a-z]|github_pat|r8)_|AKIA|AIza|ya29\.|eyJ"
)
_KEY_FROM, _DIGITS = 16, 3  # characters of a key, and the digits in one without a known beginning, at least


def cleaned(text: str) -> str:
    """The key without what was copied along: blanks, line ends, quotes, "Bearer", "Authorization:"."""
    before = None
    while before != text:
        before = text
        text = _BEFORE.sub("", text.strip(_AROUND), count=1).strip(_QUOTES)
    return text


def fault(key: str) -> str:
    """Why a key cannot be sent, without the key itself; "" if it can."""
    for at, letter in enumerate(key, 1):
        if letter in "\r\n":
            return "contains a line break"
        if not letter.isascii():
            return f"contains a character that cannot be sent (the {at}{_ending(at)} is not ASCII)"
        if not letter.isprintable():
            return f"contains a control character (the {at}{_ending(at)})"
    return ""


def looks_like_key(text: str) -> bool:
    """Whether it begins as the keys of some services do."""
    text = text.strip(_AROUND + _QUOTES)
    return len(text) >= _KEY_FROM and bool(_PREFIX.match(text)) and len(text.split()) <= 2  # noqa: PLR2004 - Bearer KEY


def may_be_key(text: str) -> bool:
    """Whether it should not be shown: it looks like a key, or like letters and digits by chance."""
    plain = text.strip(_AROUND + _QUOTES)
    if looks_like_key(plain):
        return True
    by_chance = len(plain) >= _KEY_FROM and re.fullmatch(r"[A-Za-z0-9_+=-]+", plain)
    return bool(by_chance) and sum(map(str.isdigit, plain)) >= _DIGITS and len(re.findall(r"[-_]", plain)) <= 2  # noqa: PLR2004 - words


def _ending(number: int) -> str:
    return "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")  # noqa: PLR2004 - English
