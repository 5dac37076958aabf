"""Passwords: too short to look random, so they are recognised by their name and the form in which they are given."""

import re
from collections.abc import Iterator

from darner_context.secrets.phrases import is_random_letters, passphrase, single_word
from darner_context.secrets.randomness import UUID, entropy, has_words, is_made_up, sequence
from darner_context.secrets.variable_names import is_option, is_something_else, secret_kind
from darner_context.secrets.vocabulary import WEAK_WORDS

Found = tuple[int, int, str]  # start, end, kind
_WORDS = (b"pass", b"pwd", b"secret", b"kennwort", b"contrase", b"mot_de_pass", b"motdepass", b"senha", b"wachtwoord")
_GIVEN = re.compile(
    r"(?i)(?P<name>(?:passw(?:or)?[dt]|passwd|passphrase|passcode|pwd|pass(?![a-z])|kennwort|contrase(?:n|ñ|\\u00f1)a|mot_?de_?passe?|senha|wachtwoord|secret(?:[_-]?key|[_-]?access[_-]?key)?(?!s)"
    r"|token(?!s|iz)|api[_-]?key)[\w-]{0,24}?)"
    r"(?P<between>\\?[\"'`\])]{0,3}\s{0,3}(?:(?::\s{0,2}&?(?:'static\s)?|\s(?i:as)\s)[A-Za-z][\w.<>?\[\]*]{0,24}\s{0,2}(?==))?"
    r"(?:[\"']?\s?[,{]?\s{1,40}[\"']?(?:value|default)[\"']?\s{0,3}[:=]|=>|:=|<-|==|=|:(?:\s?!!str)?|\|\||\?\?|,|\(|>|\{(?=\s?\w{0,2}[\"'])|\s)\s{0,3}(?:\(\s{0,40})?(?:[\w.$\[\]()]{1,60}(?:[\"'`][\w.-]{1,40}[\"'`]\)?)?\s(?:\|\||\?\?|\?|or)\s)?(?:[fFrRbBuULN@&]{0,2}\#{0,3}(?=[\"'`]))?)"
    r"(?:(?P<quote>\\?[\"'`])(?P<quoted>(?:(?!(?P=quote))[^\s\\]){6,400})(?P=quote)"
    r"|(?P<bare>[^\s\"'`,;()\[\]{}<>\\]{6,400}))"
)
_PHRASE = re.compile(
    r"(?i)(?:passw(?:or)?d|passwd|passphrase|passcode|pwd|pass)(?:[\"'\])]{0,3}\s{0,3}(?::\s?&?'?[a-z]\w{0,12}\s{0,2}(?==))?(?:=>|:=|=|:|,|\|\|)\s{0,3}|>)"
    r"(?P<quote>[\"'`])(?-i:(?P<phrase>[a-z]{2,12}(?: [a-z]{2,12}){2,9}))(?P=quote)"
)
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*\Z")
_BEFORE = 24  # characters before a name that make it an option
_TEMPLATE = re.compile(
    r"[$%#@]\{|\{\{|\{[\w.]*\}|%\(|%[sdr]\b|<[\w -]+>|\$\w|\$\(|\[[^\]]*\]|\(.*\)|::|://|->|\\[dws]|^[\w.-]+="
    r"|^[a-z]+:[^0-9]*$|^[./~@#]|^--|^\^"
)
_WEAK = re.compile(f"(?>{WEAK_WORDS})+", re.VERBOSE | re.IGNORECASE)
_IDENTIFIER = re.compile(r"[A-Za-z_$]+(?:[./-][A-Za-z_$]+)*[0-9]{0,2}")
_CAMEL = re.compile(r"(?>[A-Z]?[a-z]+|[A-Z]{2,})(?:[A-Z][a-z]+)*[0-9]{0,2}")
_WORD_AND_NUMBER = re.compile(r"[a-z]{4,}[0-9]{1,4}")
_WORD_AND_MARKS = re.compile(r"[A-Za-z]+[^\w]*")
_MARK = re.compile(r"[^\w\s{}]")
_MANY_MARKS = 6  # of different kinds: chance, and no template
_MARKED = re.compile(r"\w[!@#%^?]\w")
_DOTTED, _PLAIN = re.compile(r"\w+\.[\w.]+"), re.compile(r"\w+")
_SURE = ("pass", "pwd", "kenn", "contra", "mot", "senha", "wacht")  # beginnings of names of nothing but passwords
_LEAST, _LEAST_OTHER = 7, 12  # characters of a password, and of what may be something else
_WHOLE = re.compile(r"=|:[ \t]+|>|[ \t]=[ \t]|[ \t]+")  # between a name and a bare value up to its line's end
_ENDS = ("", "\n", "\r", "<")
_DIGITS = 3  # that make a value without quotes no name
_BITS = 3.0
_LOCAL_LEAST = 8  # characters of a password of letters alone, in a URL

_URL = re.compile(
    r"://([^\s/:@\"'`<>{}()$%\\]{0,64}(?:%[0-9A-Fa-f]{2}[^\s/:@\"'`<>{}()$%\\]{0,64}){0,4}):((?:[^\s/@\"'`<>{}()$\\]|[@/$](?=[^\s/\"'`<>{}()\\]{1,80}@)){3,400})@(?=[\w\[{%$])([\w.\[-]{0,200})"
)
_MIXED = r"(?=[^\s\"']*[a-z])(?=[^\s\"']*[A-Z])(?=[^\s\"']*[0-9])"  # where words may be too
_SEED = re.compile(r"\W{1,6}((?:[a-z]{3,8} ){11,23}[a-z]{3,8})(?![\w ])")  # twelve words or more that open a wallet
# What commands and drivers take without a name: a part of it in small letters, then all up to the password itself.
_GIVEN_TO = (
    ("curl", r"\bcurl\b[^\n]{0,300}?\s(?:-u|--user)[ =]?[\"']?[^\s:\"'-][^\s:\"']{0,80}:([^\s\"']{6,200})"),
    ("mysql", r"\bmysql(?:dump|admin|import|show)?\b[^\n|;]{0,120}?\s-p([^\s\"'=-][^\s\"']{5,80})"),
    ("openssl", r"\bopenssl\b[^\n|;]{0,120}?\s-(?:k\s|pass(?:in|out)?\s{1,4}pass:)[\"']?([^\s\"']{6,80})"),
    ("sshpass", r"\bsshpass\s{1,4}-p\s?[\"']?([^\s\"']{6,80})"),
    (
        " login",
        r"\b(?:docker|podman|nerdctl|oras|oc|az|cf|registry) login\b[^\n|;]{0,120}?\s-p[ =][\"']?([^\s\"']{6,80})",
    ),
    ("@tcp(", r"[\w.-]{1,40}:([^\s\"'`:@/]{6,80})@tcp\("),
    ("oracle:thin:", r"oracle:thin:\w{1,40}/([^\s\"'`@/]{6,80})@"),
    ("identified by", r"(?i)identified by [\"']([^\s\"']{6,80})[\"']"),
    *((sign, r"(?i)\bpassword\s{0,3}\(?\s?'([^\s']{6,80})'") for sign in ("password '", "password('")),
    ("-asplaintext", r"(?i)ConvertTo-SecureString\s[^\n\"']{0,60}[\"']([^\s\"']{6,80})[\"']"),
    ("bindpw", r"(?m)^[ \t]*bindpw[ \t]+[\"']?([^\s\"']{6,80})[\"']?[ \t]*$"),
    *((sign, rf"(?m)(?:^[ \t]*|--){sign}[ \t]+[\"']?([^\s\"']{{6,80}})") for sign in ("requirepass", "masterauth")),
    ("psk", r"\bpsk\s?[=:]\s?\"([^\s\"]{8,63})\""),
    ("-setcookie", r"-setcookie\s+[\"']?([^\s\"']{10,80})"),
    (".login(", rf"\.login\(\s{{0,40}}[^\n,()]{{1,80}},\s{{0,40}}[\"']({_MIXED}[^\s\"']{{8,80}})[\"']"),
    ("assword |", rf"(?i:\bpassword) \|\s{{0,20}}`?({_MIXED}[^\s|`]{{8,80}})`?\s{{0,20}}\|"),
    ("assword is", rf"(?m)(?i:\bpassword) is:? [`\"']?({_MIXED}[^\s`\"',;-]{{7,80}}[^\s`\"',;.-])[`\"']?\.?\s*$"),
    (
        "ookie: ",
        r"(?i)\bcookie: [^\n]{0,200}?(?:sess\w*|\bsid|connect\.sid|\w*auth\w*|jwt|token)=([\w%.~+/-]{20,400})",
    ),
)
_COMMON = ("pass", "login", "ookie")  # in several of them, so these are searched for only if it is found
_SEARCHED = tuple(
    (sign.encode(), tuple((each.encode(), pattern) for each, pattern in _GIVEN_TO if sign in each))
    for sign in (*_COMMON, *(each for each, _ in _GIVEN_TO if not any(common in each for common in _COMMON)))
)
_LOCAL = re.compile(
    r"(?i)localhost|127\.0\.0\.1|example\.|.*\.example|host$|.*\.(?:test|local|invalid)$|0\.0\.0\.0|\[?::1"
)

_MANIFEST = re.compile(r"(?m)^kind:[ \t]*[\"']?Secret\b")
_BLOCK = re.compile(r"(?m)^(?:data|stringData):[ \t]*\n((?:[ \t]+[^\n]*\n?|\n)+)")
_ITEM = re.compile(r"(?m)^[ \t]+[\"']?[\w.-]+[\"']?:[ \t]*[\"']?([A-Za-z0-9+/=_.@!#%^&*~-]{8,})[\"']?[ \t]*$")


def passwords(text: str, small: bytes) -> Iterator[Found]:
    """The values given to a name such as `password`. `small` is the text, a byte a character, in small letters."""
    done = 0
    words = _WORDS if _WORDS[0] in small else [word for word in _WORDS if _WORDS[0] not in word]
    places = sorted(at for word in words for at in _places(small, word))
    yield from _in_manifests(text) if places and "kind: Secret" in text else ()
    for at in places:
        if at < done:
            continue
        phrase = _PHRASE.match(text, at)
        if phrase is not None and passphrase(phrase["phrase"]):
            yield (*phrase.span("phrase"), "password")
            continue
        found = _GIVEN.match(text, at)
        if found is None:
            continue
        done = found.end("between")
        group = "quoted" if found["quoted"] is not None else "bare"
        name = re.sub(r"[\W_]", "", found["name"]).lower()
        value = found[group]
        whole = _WHOLE.fullmatch(found["between"]) is not None and text[found.end() : found.end() + 1] in _ENDS
        like = like_password(value, name, quoted=group == "quoted", whole=whole) or (
            whole and name.startswith(_SURE) and _set(text, found, value)
        )
        if is_something_else(name) or not _gives(text, found) or not like:
            continue
        listed = not any(each in found["between"] for each in "=:>|?{")  # beside the name, and not given to it
        if not listed or not has_words(value):
            yield (*found.span(group), secret_kind(name))


def in_urls(text: str, small: bytes) -> Iterator[Found]:
    """The passwords in URLs, and those that commands are given. `small` is as above."""
    for pattern in [each for common, rows in _SEARCHED if common in small for sign, each in rows if sign in small]:
        for found in re.finditer(pattern, text):
            value = found[1]
            if any(map(str.isdigit, value)) and not says_nothing(value) and not _WEAK.fullmatch(value):
                yield (*found.span(1), "password")
    for name in ("nemonic", "phrase"):
        for at in _places_in(text, name):
            seed = _SEED.match(text, at + len(name))
            if seed is not None:
                yield (*seed.span(1), "seed phrase")
    for begin in _places_in(text, "://"):
        given = _URL.match(text, begin)
        if given is None:
            continue
        user, value, host = given[1], given[2], given[3]
        weak = _WEAK.fullmatch(value) or is_made_up(value) or value.lower() == user.lower() or value.isdigit()
        plain = value.isalpha() and (len(value) < _LOCAL_LEAST or _LOCAL.match(host))
        if not weak and not plain and not _TEMPLATE.search(value):
            yield (*given.span(2), "password in a URL")


def _in_manifests(text: str) -> Iterator[Found]:
    """The values of Kubernetes' manifests of secrets."""
    begin = 0
    for part in re.split(r"(?m)^(?=---)", text):
        for block in _BLOCK.finditer(part) if _MANIFEST.search(part) else ():
            for found in _ITEM.finditer(part, block.start(1), block.end(1)):
                if not is_made_up(found[1]) and not _WEAK.fullmatch(found[1]):
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
    """Whether the text between a name and a value assigns it to the name."""
    between, quote = found["between"], found["quote"]
    if found["name"].lower() == "pass" and not quote and text[max(0, found.start() - 1)] not in "_-":
        return False  # the words of a test
    if quote == "`" and "=" not in between and ":" not in between:
        return False  # prose
    signs = "=:>|?,({" if quote else "=:>|?"
    return any(each in between for each in signs) or is_option(text, max(0, found.start() - _BEFORE), found.start())


def _set(text: str, found: re.Match[str], value: str) -> bool:
    """Whether a variable of the environment, as DB_PASSWORD, is set to a word, or an element of XML holds letters."""
    if found["between"] == ">":
        return is_random_letters(value)
    name = text[max(0, found.start() - _BEFORE) : found.end("name")].rsplit(maxsplit=1)[-1]
    return (
        _VARIABLE.match(name) is not None
        and found["between"] in {"=", ": "}
        and (single_word(value) or is_random_letters(value))
    )


def like_password(value: str, name: str, *, quoted: bool, whole: bool) -> bool:
    """Whether a value that a name is given may be a password. `whole`: nothing else is on its line."""
    sure = name.startswith(_SURE)
    if sure and ((quoted and is_random_letters(value)) or ((quoted or whole) and passphrase(value))):
        return not is_made_up(value) and not sequence(value) and not _WEAK.fullmatch(value)
    if len(value) < (_LEAST if sure else _LEAST_OTHER) or says_nothing(value):
        return False
    if not value.isascii():
        return sure and quoted and any(map(str.isdigit, value)) and any(map(str.isalpha, value))
    lower, upper = any(map(str.islower, value)), any(map(str.isupper, value))
    digits = sum(map(str.isdigit, value))
    marks = any(not each.isalnum() and each not in "_-./" for each in value)
    if not quoted:  # in code that would be a name or a call
        mixed = marks or (lower and upper) or digits >= _DIGITS
        if sure and digits and whole:
            return not _DOTTED.fullmatch(value) and not _WORD_AND_NUMBER.fullmatch(value)
        told = digits > 0 or (sure and lower and upper and _MARKED.search(value) is not None)
        return told and mixed and not _DOTTED.fullmatch(value) and (sure or not _PLAIN.fullmatch(value))
    if sure:
        return digits > 0 or (marks and lower and upper and not _WORD_AND_MARKS.fullmatch(value))
    return digits > 0 and (marks or (lower and upper)) and entropy(value) > _BITS and not has_words(value)


def says_nothing(value: str) -> bool:
    """Whether a value is a placeholder, a template, a name or a call."""
    if not any(map(str.isalpha, value)) or is_made_up(value) or sequence(value):
        return True
    if _WORD_AND_NUMBER.fullmatch(value) and not _WEAK.fullmatch(value):
        return False
    shapes = (_WEAK, _IDENTIFIER, _CAMEL, UUID)
    template = _TEMPLATE.search(value) is not None and len(set(_MARK.findall(value))) < _MANY_MARKS
    return template or any(each.fullmatch(value) for each in shapes)
