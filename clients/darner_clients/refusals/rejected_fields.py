"""What a rejection teaches: which field is not accepted, its other name, its largest value. Pure."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from darner_clients.dialect import Dialect, limit_field
from darner_clients.errors import EndpointError, Overflow, OverQuota, Rejected, Unauthorised
from darner_clients.refusals.context_overflow import figures

LEAST_OUTPUT = 16  # tokens: no endpoint has a smaller limit for its replies
_READ = 2000  # characters of an error


def adapt(dialect: Dialect, sent: Mapping[str, Any], error: EndpointError, *, packed: bool = False) -> Dialect | None:
    """The dialect after a rejection of `sent`; None if it teaches nothing. Never the same one.

    `sent` is the body without what the user's own settings put into it; `packed`: whether it went out packed.
    """
    refusal = error.refusal
    if isinstance(error, Overflow | OverQuota | Unauthorised) or error.started or refusal is None:
        return None
    if isinstance(error, Rejected) and error.status in {404, 405, 410}:
        return None
    said = f"{refusal.message}; {refusal.param} {refusal.code} {refusal.type}"[:_READ]
    status = getattr(error, "status", 0)
    mute = bool(_SAYS_NOTHING.fullmatch(refusal.message.strip()))
    if packed and (status == 415 or mute or _ABOUT_BODY.search(said)):  # noqa: PLR2004
        return replace(dialect, packed=False)
    mute = mute and status in {400, 422}
    return _about_limit(dialect, sent, said, refusal.param) or _about_rest(
        dialect, sent, said, refusal.param, mute=mute
    )


def _about_limit(dialect: Dialect, sent: Mapping[str, Any], said: str, param: str) -> Dialect | None:
    """The output limit is too large, or has another name there, or none."""
    field = limit_field(sent)
    if field is None or not _ANY_LIMIT.search(said):
        return None
    other = "max_tokens" if field == "max_completion_tokens" else "max_completion_tokens"
    limit = int(sent[field])
    below = 1 if "(exclusive)" in said else 0
    told = [each - below for each in figures(said) if each != limit]
    fits = max((each for each in told if LEAST_OUTPUT <= each < limit), default=None)
    if _names(other, said, param) and _REFUSED.search(said) and not dialect.limit_field and not _TOO_LARGE.search(said):
        return replace(dialect, limit_field=other)
    if fits is not None and (_TOO_LARGE.search(said) or limit in figures(said)):
        return replace(dialect, most_output=fits)
    if re.search(r"too (?:large|big|high)", said, re.IGNORECASE) and limit >= 2 * LEAST_OUTPUT:
        return replace(dialect, most_output=limit // 2)
    if not (_names(field, said, param) and _REFUSED.search(said)):
        return None
    if not dialect.limit_field:
        return replace(dialect, limit_field=other)
    return replace(dialect, without=(*dialect.without, field))


def _about_rest(dialect: Dialect, sent: Mapping[str, Any], said: str, param: str, *, mute: bool) -> Dialect | None:
    if sent.get("stream") and dialect.streamed and _NO_STREAM.search(said):
        return replace(dialect, streamed=False)
    optional = [name for name in sent if name not in _NEEDED and name != limit_field(sent)]
    if _REFUSED.search(said):
        named = [name for name in optional if _names(name, _head(said), param)] or [
            name for name in optional if _names(name, said, param)
        ]
        if "reasoning_effort" in optional and _THINKING.search(said):
            named.append("reasoning_effort")
        if named:
            return replace(dialect, without=(*dialect.without, *dict.fromkeys(named)))
    if dialect.system and _has_system(sent) and _NO_SYSTEM.search(said):
        return replace(dialect, system=False)
    if optional and (mute or _UNKNOWN.search(said)) and (spare := [name for name in optional if name not in _COMMON]):
        return replace(dialect, without=(*dialect.without, *spare))
    return None


def _names(field: str, said: str, param: str) -> bool:
    """Whether an error names a field; a field whose name is a common word only in quotation marks or as a parameter."""
    name = re.escape(field).replace("_", "[_ ]")
    if re.search(rf"\b{name}\b", param):
        return True
    if field in _WORDS:
        listed = (
            rf"(?:supplied|param\w*|arguments?|fields?|keys?|properties|\bset|\u53c2\u6570)\b[^.]{{0,60}}\b{name}\b"
        )
        return bool(re.search(rf"[`'\"]{name}[`'\"]|\b{name}{_AS_A_NAME}|{listed}|: *{name}\W*;", said, re.IGNORECASE))
    return bool(re.search(rf"(?<![\w]){name}(?![\w])", said, re.IGNORECASE))


def _head(said: str) -> str:
    """The error without its list of accepted fields."""
    return _TAKEN.split(said, maxsplit=1)[0]


def _has_system(sent: Mapping[str, Any]) -> bool:
    messages = cast("list[dict[str, Any]]", sent.get("messages") or [])
    return bool(messages) and messages[0].get("role") == "system"


_NEEDED = frozenset({"model", "messages", "prompt", "suffix", "input_prefix", "input_suffix", "stream"})
_COMMON = frozenset({"temperature", "stop"})  # every endpoint knows them: rejected only by name
_WORDS = frozenset({"stop", "prediction", "temperature"})
_AS_A_NAME = (
    r"(?:=|:| ?\u53c2\u6570"  # "parameter" in Chinese
    r"| (?:param\w*|field|option|feature|setting|value|is|are|does|must|should|cannot|can't|has|may|can|too|[0-9.]+)\b)"
)
_SAYS_NOTHING = re.compile(
    r"(?:error:?\s*)?(?:4[0-9]{2}\W*)?(?:bad ?request|unprocessable (?:entity|content)|unknown error"
    r"|invalid (?:request|parameters?|argument)|(?:request )?validation (?:error|failed))?(?:\W*nginx\S*)?\W*",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"not (?:\w+ )?(?:support|permit|allow|accept|recogni|expect|implement|valid|enabled|available|compatible"
    r"|(?:in|one|an?)\b)"
    r"|n't support|unsupported|unrecogni[sz]ed|unknown|unexpected|extra|invalid|forbidden|additional propert|deprecated"
    r"|must|only|should|cannot|can't|does not|no such|instead|disallow|illegal|removed|incorrect|out of range|reject"
    r"|mismatch|disabled|has to|\bset\b|too (?:low|small|high|large)|violat|fixed|unavailable|has no\b|reserved"
    r"|\u4e0d\u652f\u6301|\u975e\u6cd5|\u65e0\u6548|\u4e0d\u5408\u6cd5|\u4e0d\u5141\u8bb8|\u5fc5\u987b|\u53ea\u80fd|\u8303\u56f4|\u9519\u8bef",
    re.IGNORECASE,
)
_UNKNOWN = re.compile(
    r"extra[_ ](?:inputs?|fields?|forbidden)|unrecogni[sz]ed|additional[_ ]?propert|not permitted"
    r"|(?:unknown|unexpected|unsupported)[_ ](?:field|param|arg|name|key|prop)",
    re.IGNORECASE,
)
_ANY_LIMIT = re.compile(
    r"max_?(?:completion_?|output_?|new_?)?tokens|n_predict|maximum tokens|(?:completion|output) tokens?\b"
    r"|max(?:imum)? output",
    re.IGNORECASE,
)
_TOO_LARGE = re.compile(
    r"too (?:large|big|high|many)|at most|exceed|(?:less|lower|greater|larger|higher|more) than|between|up to|limit of"
    r"|max(?:imum)? (?:allowed|value|of|is)|range|must be in\b|<=|> ?\d|upper bound|limit is|limited to|capped"
    r"|\u8d85\u8fc7|\u6700\u5927",
    re.IGNORECASE,
)
_NO_STREAM = re.compile(
    r"\bstream(?:ing)?\b[^.]{0,60}"
    r"(?:not (?:\w+ )?(?:support|allow|permit|availab|enabled|implement)|unsupported|disabled)"
    r"|(?:not|n't) support[^.]{0,30}\bstream(?:ing)?\b|verified to stream|unsupported value: 'stream'"
    r"|unsupported by \w*stream|\bonly non-?stream|\bstream['\"`]? (?:must|should|can only|has to) be ['\"`]?false",
    re.IGNORECASE,
)
_NO_SYSTEM = re.compile(
    r"system[\s'\"`]*(?:role|message|prompt|instruction)[^.]{0,60}(?:not|unsupported|n't|invalid|disallow)"
    r"|(?:not|n't|unsupported|invalid|unexpected|unknown)[^.]{0,60}"
    r"(?:['\"`]system\b|\bsystem (?:role|message|prompt|instruction))"
    r"|developer instruction|\brole\b[^.]{0,80}\bsystem\b|roles? must alternate|only (?:the )?['\"`]?user"
    r"|(?:should|must) be ['\"`]?(?:user|assistant)|\brole must be one of\b"
    r"|(?:first message|conversation)\b[^.]{0,30}\b(?:must|should|has to|needs to)\b[^.]{0,20}\buser\b",
    re.IGNORECASE,
)
_THINKING = re.compile(r"not support (?:thinking|reasoning)|(?:thinking|reasoning) is not", re.IGNORECASE)
_ABOUT_BODY = re.compile(
    r"gzip|encoding|media type|content[- ]type|json|pars(?:e|ing)|decod|utf-?8|malformed|empty body|missing|required"
    r"|could not read|unreadable|compress|expecting value|invalid character|unexpected character|must provide",
    re.IGNORECASE,
)
_TAKEN = re.compile(
    r"expected one of"
    r"|(?:supported|allowed|valid|accepted|permitted) (?:param|field|arg|key|option|propert)\w*\s*(?:are|is|:)",
    re.IGNORECASE,
)
