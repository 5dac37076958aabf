"""Values that look random: whether their name marks them as secret."""

import re
from itertools import pairwise

from darner_context.secrets.randomness import UUID, is_made_up, looks_random, sequence
from darner_context.secrets.vocabulary import OTHER_WORDS, SECRET_WORDS, SERVICES, WORDS_BETWEEN

_ABOVE = 200  # characters before a value that may name it
_BEFORE = 64  # characters before a name that may make it an option
_LINES = 2  # line ends between a name and its value
_KEY = 20  # characters of what is merely called a key
_UNQUOTED = 0.55  # see looks_random: what is not quoted may well be code
_MARKS = r"[\s\"'`=:><(,)\[\]{}|&?@$*;!\\+%-]"
_NAME = re.compile(  # read backwards from the value
    rf"(?i){_MARKS}{{1,24}}(?:(?:{'|'.join(word[::-1] for word in WORDS_BETWEEN)}){_MARKS}{{1,16}}){{0,4}}"
    r"([\w.$-]{2,64})"
)
_SERVICES = {each.replace("_", "") for each in SERVICES.split()}
_SAID = re.compile("|".join(SECRET_WORDS))
_UNSAID = re.compile(OTHER_WORDS, re.VERBOSE)
_SCHEMES = frozenset({"bearer", "basic", "token", "apikey"})
_WHOLE_NAMES = frozenset({"encrypt", "auth", "basic", "cookie", "creds"})
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_CALLS = re.compile(r"\s?[(\[{]|[A-Za-z0-9]|::")  # behind what is no value
_FILE = re.compile(r"\.[a-z]{1,5}$|^[./]|^[\w.-]+=[^=]")
_CODE = re.compile(r"^[A-Za-z_]\w*\.[A-Za-z_]|^[A-Za-z]+[0-9]{1,4}$")
_PUBLIC = re.compile(r"PUBLIC KEY|CERTIFICATE|ssh-(?:rsa|ed25519|dss)|ecdsa-sha2")
_OPTION = re.compile(
    r"(?:-{1,2}|\b(?:set|env|setx|export|define|def|defconst|let|val|machine|login|user)\b[ \w.@-]{1,20}|^)[\w-]*$",
    re.IGNORECASE | re.MULTILINE,
)
_KINDS = (
    ("passw", "password"), ("pwd", "password"), ("passphrase", "password"), ("passcode", "password"),
    ("apikey", "API key"), ("token", "token"), ("secret", "secret"),
)  # fmt: skip


def kind_by_name(text: str, start: int, end: int) -> str | None:
    """The kind of a value by its name, in words; None if nothing marks it as secret."""
    before = text[max(0, start - _ABOVE) : start]
    if before.endswith(("@", "::", "0x")):
        return None
    found = _NAME.match(before[::-1])
    if found is None:
        return None
    name, value, between = found[1][::-1], text[start:end], before[len(before) - found.start(1) :]
    quoted = between[-1:] in {'"', "'", "`"}
    kind = _kind(name, value) if _gives(before, name, between, quoted=quoted) else None
    if kind is None or is_made_up(value) or sequence(value) or _CALLS.match(text, end) or _FILE.search(value):
        return None
    alone = quoted or end == len(text) or text[end] in "\r\n"  # else it may be code
    code = not alone and (_CODE.search(value) or not looks_random(value, often=_UNQUOTED))
    return None if code or _PUBLIC.search(before) else kind


def secret_kind(name: str) -> str:
    """The kind of secret in a name, which is in small letters without its marks."""
    return next((kind for said, kind in _KINDS if said in name), ("pass" in name and "password") or "key")


def is_something_else(name: str) -> bool:
    """Whether a name means something else; in small letters without its marks."""
    return _UNSAID.search(name) is not None


def is_option(text: str, start: int, end: int) -> bool:
    """Whether a word at the end of a part of a text is one that a value follows without a sign."""
    return _OPTION.search(text, start, end) is not None


def _gives(before: str, name: str, between: str, *, quoted: bool) -> bool:
    """Whether the text between a name and a value assigns it to the name."""
    told = quoted or any(each in between for each in "=:>") or name.lower() in _SCHEMES
    end = len(before) - len(between)
    if not told and not is_option(before, max(0, end - len(name) - _BEFORE), end):
        return False
    ends = between.count("\n")
    return not ends or (ends <= _LINES and any(each in between for each in "=:({[,>|"))


def _kind(name: str, value: str) -> str | None:
    parts = _PARTS.findall(name)
    plain = "".join(parts).lower()
    if is_something_else(plain):
        return None
    small = [each.lower() for each in parts]
    service = next((each for each in (*small, *map("".join, pairwise(small))) if each in _SERVICES), None)
    if service is not None:
        return f"{service} key"
    uuid = UUID.fullmatch(value) is not None
    if plain in _WHOLE_NAMES or _SAID.search(plain):
        return secret_kind(plain) if not uuid or any(said in plain for said in ("secret", "passw", "apikey")) else None
    named = plain.endswith(("key", "keys")) or plain == "salt"
    return "key" if named and not uuid and len(value) >= _KEY else None
