"""Passwords: too short to look random, so their name and the form in which they are given tell them."""

import re
from collections.abc import Iterator

from darner_context.chance import UUID, entropy, made_up, sequence, worded
from darner_context.secret_rules import WEAK
from darner_context.values import called, is_option, unsaid

Found = tuple[int, int, str]  # start, end, kind
_WORDS = (b"pass", b"pwd", b"secret")
_GIVEN = re.compile(
    r"(?i)(?P<name>(?:passw(?:or)?d|passwd|passphrase|passcode|pwd|pass(?![a-z])|secret(?:[_-]?key|[_-]?access[_-]?key)?(?!s)"
    r"|token(?!s|iz)|api[_-]?key)[\w-]{0,24}?)"
    r"(?P<between>[\"'`\])]{0,3}\s{0,3}(?::\s{0,2}&?(?:'static\s)?[A-Za-z][\w.<>?\[\]*]{0,24}\s{0,2}(?==))?"
    r"(?:[\"']?\s?[,{]?\s{1,40}[\"']?(?:value|default)[\"']?\s{0,3}[:=]|=>|:=|<-|==|=|:(?:\s?!!str)?|\|\||\?\?|,|\(|>|\s)\s{0,3}(?:\(\s{0,40})?(?:[fFrRbBuULN@&]{0,2}(?=[\"'`]))?)"
    r"(?:(?P<quote>\\?[\"'`])(?P<quoted>(?:(?!(?P=quote))[^\s\\]){6,400})(?P=quote)"
    r"|(?P<bare>[^\s\"'`,;()\[\]{}<>\\]{6,400}))"
)
_BEFORE = 24  # characters before a name that make it an option
_TEMPLATE = re.compile(
    r"[$%#@]\{|\{\{|\{[\w.]*\}|%\(|%[sdr]\b|<[\w -]+>|\$\w|\$\(|\[[^\]]*\]|\(.*\)|::|://|->|\\[dws]|^[\w.-]+="
    r"|^[a-z]+:[^0-9]*$|^[./~@#]|^--|^\^"
)
_WEAK = re.compile(f"(?>{WEAK})+", re.VERBOSE | re.IGNORECASE)
_IDENTIFIER = re.compile(r"[A-Za-z_$]+(?:[./-][A-Za-z_$]+)*[0-9]{0,2}")
_CAMEL = re.compile(r"(?>[A-Z]?[a-z]+|[A-Z]{2,})(?:[A-Z][a-z]+)*[0-9]{0,2}")
_WORD_AND_NUMBER = re.compile(r"[a-z]{4,}[0-9]{1,4}")
_WORD_AND_MARKS = re.compile(r"[A-Za-z]+[^\w]*")
_MARKED = re.compile(r"\w[!@#%^?]\w")
_DOTTED, _PLAIN = re.compile(r"\w+\.[\w.]+"), re.compile(r"\w+")
_LEAST, _LEAST_OTHER = 7, 12  # characters of a password, and of what may be something else
_DIGITS = 3  # that make a value without quotes no name
_BITS = 3.0
_LOCAL_LEAST = 8  # characters of a password of letters alone, in a URL

_URL = re.compile(r"://([^\s/:@\"'`<>{}()$%\\]{0,64}):([^\s/@\"'`<>{}()$\\]{3,400})@([\w.\[-]{0,200})")
_CURL = re.compile(r"\bcurl\b[^\n]{0,300}?\s(?:-u|--user)[ =][\"']?[^\s:\"']{1,80}:([^\s\"']{6,200})")
_LOCAL = re.compile(
    r"(?i)localhost|127\.0\.0\.1|example\.|.*\.example|host$|.*\.(?:test|local|invalid)$|0\.0\.0\.0|\[?::1"
)

_MANIFEST = re.compile(r"(?m)^kind:[ \t]*[\"']?Secret\b")
_BLOCK = re.compile(r"(?m)^(?:data|stringData):[ \t]*\n((?:[ \t]+[^\n]*\n?|\n)+)")
_ITEM = re.compile(r"(?m)^[ \t]+[\"']?[\w.-]+[\"']?:[ \t]*[\"']?([A-Za-z0-9+/=_.@!#%^&*~-]{8,})[\"']?[ \t]*$")


def passwords(text: str, small: bytes) -> Iterator[Found]:
    """The values given to a name such as `password`. `small` is the text, a byte a character, in small letters."""
    done = 0
    places = sorted(at for word in _WORDS for at in _places(small, word))
    yield from _in_manifests(text) if places and "kind: Secret" in text else ()
    for at in places:
        found = _GIVEN.match(text, at) if at >= done else None
        if found is None:
            continue
        done = found.end("between")
        group = "quoted" if found["quoted"] is not None else "bare"
        name = re.sub(r"[\W_]", "", found["name"]).lower()
        value = found[group]
        if unsaid(name) or not _gives(text, found) or not _like_password(value, name, quoted=group == "quoted"):
            continue
        listed = not any(each in found["between"] for each in "=:>|?")  # beside the name, and not given to it
        if not listed or not worded(value):
            yield (*found.span(group), called(name))


def in_urls(text: str) -> Iterator[Found]:
    """The passwords in URLs, and those that `curl` is given."""
    begins = list(_places_in(text, "://"))
    for found in _CURL.finditer(text) if begins and "curl" in text else ():
        if not _WEAK.fullmatch(found[1]) and not made_up(found[1]) and not _TEMPLATE.search(found[1]):
            yield (*found.span(1), "password")
    for begin in begins:
        given = _URL.match(text, begin)
        if given is None:
            continue
        user, value, host = given[1], given[2], given[3]
        weak = _WEAK.fullmatch(value) or made_up(value) or value.lower() == user.lower() or value.isdigit()
        plain = value.isalpha() and (len(value) < _LOCAL_LEAST or _LOCAL.match(host))
        if not weak and not plain and not _TEMPLATE.search(value):
            yield (*given.span(2), "password in a URL")


def _in_manifests(text: str) -> Iterator[Found]:
    """The values of Kubernetes' manifests of secrets."""
    begin = 0
    for part in re.split(r"(?m)^(?=---)", text):
        for block in _BLOCK.finditer(part) if _MANIFEST.search(part) else ():
            for found in _ITEM.finditer(part, block.start(1), block.end(1)):
                if not made_up(found[1]) and not _WEAK.fullmatch(found[1]):
                    yield begin + found.start(1), begin + found.end(1), "Kubernetes secret"
        begin += len(part)


def _places(small: bytes, word: bytes) -> Iterator[int]:
    at = small.find(word)
    while at >= 0:
        yield at
        at = small.find(word, at + len(word))


def _places_in(text: str, sign: str) -> Iterator[int]:
    at = text.find(sign)
    while at >= 0:
        yield at
        at = text.find(sign, at + len(sign))


def _gives(text: str, found: re.Match[str]) -> bool:
    """Whether what stands between a name and a value gives it to the name."""
    between, quote = found["between"], found["quote"]
    if found["name"].lower() == "pass" and not quote and text[max(0, found.start() - 1)] not in "_-":
        return False  # what a test says
    if quote == "`" and "=" not in between and ":" not in between:
        return False  # prose
    signs = "=:>|?,(" if quote else "=:>|?"
    return any(each in between for each in signs) or is_option(text, max(0, found.start() - _BEFORE), found.start())


def _like_password(value: str, name: str, *, quoted: bool) -> bool:
    sure = name.startswith(("pass", "pwd"))
    if len(value) < (_LEAST if sure else _LEAST_OTHER) or not value.isascii() or _says_nothing(value):
        return False
    lower, upper = any(map(str.islower, value)), any(map(str.isupper, value))
    digits = sum(map(str.isdigit, value))
    marks = any(not each.isalnum() and each not in "_-./" for each in value)
    if not quoted:  # in code that would be a name or a call
        mixed = marks or (lower and upper) or digits >= _DIGITS
        told = digits > 0 or (sure and lower and upper and _MARKED.search(value) is not None)
        return told and mixed and not _DOTTED.fullmatch(value) and (sure or not _PLAIN.fullmatch(value))
    if sure:
        return digits > 0 or (marks and lower and upper and not _WORD_AND_MARKS.fullmatch(value))
    return digits > 0 and (marks or (lower and upper)) and entropy(value) > _BITS and not worded(value)


def _says_nothing(value: str) -> bool:
    """Whether a value is a stand-in, a template, a name or a call."""
    if not any(map(str.isalpha, value)) or made_up(value) or sequence(value):
        return True
    if _WORD_AND_NUMBER.fullmatch(value) and not _WEAK.fullmatch(value):
        return False
    shapes = (_WEAK, _IDENTIFIER, _CAMEL, UUID)
    return _TEMPLATE.search(value) is not None or any(each.fullmatch(value) for each in shapes)
