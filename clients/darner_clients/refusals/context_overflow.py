"""Whether an error means that the prompt is too long, in any wording, and the figures in it. Pure."""

import re
from dataclasses import dataclass

LEAST = 64  # tokens: a smaller figure is no window
_MOST = 1_000_000_000


@dataclass(frozen=True, slots=True)
class TooLong:
    """Tokens, if reported: what fits (prompt and reply), and the prompt's own size by the endpoint's count.

    `quota`: it is not the window that is too small but what the account may send in a minute.
    """

    window: int | None
    prompt: int | None
    quota: bool = False


def too_long(message: str, *, status: int, code: str = "", kind: str = "") -> TooLong | None:
    """The figures of an error that is about the length; None for any other. `kind` is its type."""
    text = _RATIO.sub(" of ", _GENERIC.sub(" ", message[:_READ]))
    if _PER_TIME.search(text):
        window, used = _window(text), _most_used(text)
        fits_never = window is not None and used is not None and used > window
        return TooLong(window, None, quota=True) if fits_never or (status == 413 and window) else None  # noqa: PLR2004
    if status in _OTHERWISE:
        return None
    named = {code, kind} & _CODES or code.startswith(("context_length", "context_window", "prompt_too_long"))
    if not (named or status == 413 or _says_so(text)):  # noqa: PLR2004
        return None
    return TooLong(_window(text), _prompt(text))


def figures(message: str) -> tuple[int, ...]:
    """The whole numbers of a message, in order; those inside names, versions and dates are none."""
    return tuple(number for number, _, _ in _numbers(message[:_READ]))


def about_output(message: str) -> bool:
    """Whether it is the limit for the reply that is too large, not the prompt."""
    text = _GENERIC.sub(" ", message[:_READ])
    return bool(_OUTPUT.search(text)) and not _PROMPT.search(text)


def _says_so(text: str) -> bool:
    if _NEGATIVE.search(text) or _CHINESE.search(text):
        return True
    if _OTHER_FIELDS.search(text) and not _PROMPT.search(text):
        return False
    if about_output(text):
        return False
    return any(_SUBJECT.search(sentence) and _EXCESS.search(sentence) for sentence in re.split(r"[.!]\s", text))


def _window(text: str) -> int | None:
    """The figure that is a limit: after a comparison, or beside words such as "maximum" and "only"."""
    found: list[tuple[int, int]] = []  # (how sure, figure)
    end = 0
    numbers = [each for each in _numbers(text) if each[0] >= LEAST]
    for at, (number, start, stop) in enumerate(numbers):
        before = text[max(end, start - _NEAR) : start]
        behind = text[stop : numbers[at + 1][1] if at + 1 < len(numbers) else stop + 24]
        end = stop
        if _OTHER_UNIT.match(behind) or _TAKEN.match(behind) or _NO_LIMIT_BEFORE.search(before):
            continue
        limits, used = _last(_LIMIT, before), _last(_USED, before)
        if _COMPARED.search(before) or _OF.fullmatch(before):
            found.append((3, number))
        elif limits > used:
            found.append((2 if _CONTEXT.search(before) or _CONTEXT.match(behind) else 1, number))
        elif _BEHIND.match(behind):
            found.append((2, number))
    surest = max((sure for sure, _ in found), default=0)
    return next((number for sure, number in found if sure == surest), None)


def _most_used(text: str) -> int | None:
    return max((int(match["tokens"]) for match in _REQUESTED.finditer(text)), default=None)


def _prompt(text: str) -> int | None:
    for pattern in _PROMPTS:
        if match := pattern.search(text):
            return _whole(match["tokens"])
    return None


def _numbers(text: str) -> list[tuple[int, int, int]]:
    """(number, start, end) of each."""
    found = [(_whole(match[1]) * (1000 if match[2] else 1), match.start(), match.end()) for match in _N.finditer(text)]
    return [each for each in found if each[0] < _MOST]


def _whole(digits: str) -> int:
    return int(re.sub(r"\D", "", digits))


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((match.end() for match in pattern.finditer(text)), default=-1)


_READ = 2000  # characters of a message: what follows repeats what was sent
_NEAR = 90
_FIGURE = r"[0-9]{1,3}(?:[,_ ][0-9]{3})+|[0-9]{1,10}"
_N = re.compile(rf"(?<![\w.\-/])({_FIGURE})(?:([kK])\b|(?=tokens?\b)|(?![\w]))(?!\.[0-9]|-[0-9])")
_CODES = frozenset(
    {
        "context_length_exceeded",
        "context_window_exceeded",
        "exceed_context_size_error",
        "exceeds_context_size",
        "model_max_prompt_tokens_exceeded",
        "tokens_limit_reached",
        "prompt_too_long",
        "request_too_large",
        "string_above_max_length",
        "max_context_length_exceeded",
    }
)
_OTHERWISE = frozenset({401, 402, 403, 404, 405, 408, 415, 429, 502, 503, 504, 529})  # these mean something else
_GENERIC = re.compile(
    r"invalid[_ ]?request(?:[_ ]?error)?|bad ?request(?: ?error)?|input validation error|inputs? should be"
    r"|extra inputs are not permitted|invalid input",
    re.IGNORECASE,
)
_PER_TIME = re.compile(r"\bper[- ](?:min|minute|day|hour)\b|\bTP[MD]\b|rate limit", re.IGNORECASE)
_NEGATIVE = re.compile(
    r"must be (?:at least 1|positive|greater than 0), got -|\(-[0-9]+\) (?:should|must) be (?:at least|greater)",
    re.IGNORECASE,
)
_CHINESE = re.compile(  # too long; beyond the length, the bound, the limit
    r"\u8d85\u957f|\u8fc7\u957f|\u8d85[\u8fc7\u51fa].{0,20}(?:\u957f\u5ea6|\u4e0a\u9650|\u9650\u5236)"
)
_PROMPT = re.compile(
    r"\b(?:prompts?|inputs?|messages|context (?:length|limit|size|window)|sequence length|conversation)\b"
    r"|n_ctx|n_keep|prompt_len",
    re.IGNORECASE,
)
_OUTPUT = re.compile(
    r"max_(?:completion_|output_|new_)?tokens|n_predict|maximum tokens you requested"
    r"|(?:completion|output|generated) tokens?\b|max(?:imum)? output",
    re.IGNORECASE,
)
_OTHER_FIELDS = re.compile(
    r"temperature|top_p|stream_options|reasoning_effort|\bstop\b|prediction|penalty|\bseed\b|\bn\b"
)
_SUBJECT = re.compile(
    r"\b(?:prompts?|inputs?|context|messages|conversation|sequence|payload|tokens?|context_window|text bytes)\b"
    r"|n_ctx|n_keep|\bprompt_length\b"
    r"|\brequest (?:body|entity|size|too|exceed|is too|was too|\()",
    re.IGNORECASE,
)
_EXCESS = re.compile(
    r"too (?:long|large|many|big)|exceed|(?:longer|larger|greater|more|bigger) than|maximum|at most|up to"
    r"|reduce the length|must be <|(?:not|n't) fit|not enough|less than|should be \[|over the limit|above the"
    r"|\bmax (?:input|prompt)|\s[>\u2265]=?\s|shorten|shorter|truncat|overflow"
    r"|context (?:length|size|window) (?:is|of)\b|limit is [0-9]|\)\s*[>\u2265]=?\s",
    re.IGNORECASE,
)
_LIMIT = re.compile(
    r"max\w*|limit\w*|allow\w*|at most|up to|only|support\w*|exceed\w*|(?:long|larg|great|few|small)er than|less than"
    r"|more than|context[ _](?:length|size|window)|n_ctx|model_len\w*|seq_len\w*|model length|range|(?:should|must) be"
    r"|for model with|loaded with",
    re.IGNORECASE,
)
_USED = re.compile(
    r"request(?:ed|s)?\b|given|contains?\b|\bha(?:s|ve|d)\b|passed|resulted in|received|\bgot\b|current length|keep the"
    r"|n_keep|too (?:long|large|many|big)|provided|\bsent\b|\bused\b|token count"
    r"|(?<!maximum )number of (?:input )?tokens|total of",
    re.IGNORECASE,
)
_CONTEXT = re.compile(r"(?:tokens? )?(?:.{0,12})(?:context|window|n_ctx|model_len|seq_len|sequence)", re.IGNORECASE)
_COMPARED = re.compile(r"[<>≤≥]=?\s*`?$")
_TAKEN = re.compile(r"\s*tokens? in (?:the |your )?(?:prompt|messages|input|request|completion)|\s*>", re.IGNORECASE)
_BEHIND = re.compile(r"\s*(?:tokens? )?(?:max(?:imum)?|limit)\b", re.IGNORECASE)
_OTHER_UNIT = re.compile(
    r"\s*(?:input )?(?:char|byte|[kmg]i?b\b|ms\b|s\b|sec|min|hour|day|image|request|messages)", re.IGNORECASE
)
_NO_LIMIT_BEFORE = re.compile(  # an excess, a size in another unit, what is reserved for the reply
    r"\bby(?: about)?\s*$|(?:character|byte)s?\W+(?:is\W*|of\W*|are\W*)?$"
    r"|\bmax_(?:new_|output_|completion_)?tokens['\"`]?[ :=]{0,3}(?:of )?\(?$",
    re.IGNORECASE,
)
_RATIO = re.compile(r"(?<=[0-9]{3})\s?/\s?(?=[0-9]{1,3},?[0-9]{2})")
_OF = re.compile(r"\s(?:tokens )?(?:out )?of (?:the |your )?", re.IGNORECASE)  # between two figures
_REQUESTED = re.compile(r"(?:requested|used|request has)\W{0,3}(?:about )?(?P<tokens>[0-9]{1,9})\b", re.IGNORECASE)
_PROMPTS = tuple(
    re.compile(pattern.replace("#", rf"(?P<tokens>\b(?:{_FIGURE}))\b"), re.IGNORECASE)
    for pattern in (
        r"# (?:tokens )?in (?:the|your) (?:messages|prompt)",
        r"(?:has|passed|with) # (?:input|prompt) tokens",
        r"# tokens from the input",
        r"# of text input",
        r"# `?inputs`? tokens",
        r"# input tokens",
        r"(?:input|prompt|request) \(#(?: tokens)?\)",
        r"(?:input|prompt) token count (?:of |is |\()?#",
        r"number of input tokens:? #",
        r"prompt (?:contains|has) # tokens",
        r"prompt is too long:? #",
        r"(?<!maximum )(?:prompt|input) length (?:of |is )?#",
        r"length #\) is (?:too long|longer)",
        r"keep the first # tokens",
        r"n_keep: #",
        r"messages resulted in # tokens",
    )
)
