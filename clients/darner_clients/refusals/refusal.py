"""An endpoint's error response, in any of its shapes, as one of our errors."""

import re
from collections.abc import Mapping
from typing import Any, cast

from darner_clients.endpoint import Endpoint
from darner_clients.errors import (
    EndpointError,
    ErrorDetails,
    Loading,
    Overflow,
    Overloaded,
    OverQuota,
    QuotaKind,
    Rejected,
    Unauthorised,
)
from darner_clients.refusals.error_text import content_of, fields_of, message_of, object_of, quoted
from darner_clients.refusals.rate_limit_headers import reset_after, retry_after
from darner_clients.transport.failure_advice import ADVICE
from darner_clients.transport.proxies import shown_proxy


def from_response(endpoint: Endpoint, status: int, headers: Mapping[str, str], body: bytes) -> EndpointError:
    """The error of a response that is not 200. `headers` have lower-case names."""
    error = classify(endpoint, status, content_of(body), headers)
    proxy = shown_proxy(endpoint.base_url) if status in _MAY_BE_A_PROXY else ""
    if proxy:
        error.message += f", through the proxy {proxy}"
        error.advice = ADVICE["proxy-login"] if status == 407 else error.advice  # noqa: PLR2004 - HTTP
    return error


def is_error(content: Mapping[str, Any]) -> bool:
    """Whether an answer or a chunk with status 200 is an error all the same."""
    error = content.get("error")
    if isinstance(error, Mapping) and not any(cast("Mapping[str, object]", error).values()):
        error = None  # the form for one, without any
    if error or content.get("object") == "error" or content.get("success") is False:
        return True
    if content.get("status") in _FAILED:
        return True
    return "choices" not in content and "content" not in content and "message" in content and "type" in content


def may_be_error(content: Mapping[str, Any]) -> bool:
    """Whether an object that is no part of a reply explains why there is none, or why it ends."""
    inner = object_of(content.get("base_resp"))
    if any(str(fields.get(name)).lower() in _WELL for fields in (content, inner) for name in _CODES):
        return False
    told = bool(inner) or any(content.get(name) for name in _TELLING)
    return told and message_of(content).lower() not in _WELL


def classify(endpoint: Endpoint, status: int, content: object, headers: Mapping[str, str]) -> EndpointError:
    """The error for `content` (an error body or chunk, flat or under "error") and the status."""
    said = _Said(endpoint, status, content)
    error = _classified(endpoint, said, headers)
    error.refusal = ErrorDetails(said.message[:_LEARNED], str(said.fields.get("param") or ""), said.code, said.type)
    return error


def _classified(endpoint: Endpoint, said: "_Said", headers: Mapping[str, str]) -> EndpointError:
    from darner_clients.refusals.retry_signals import is_billing, is_loading  # noqa: PLC0415 - what start-up does not need

    name = endpoint.name
    overflow = _overflow(said)
    if overflow is not None:
        return overflow
    wait = _wait(said, headers)
    patient = headers.get("x-should-retry", "").lower() != "false"
    if said.status == 402 or (  # noqa: PLR2004
        said.status in _MAY_BE_UNPAID and wait is None and is_billing(said.message, said.code, said.type)
    ):
        advice = "check the account's plan and billing; waiting does not help"
        return Unauthorised(name, f"payment is due: {said.words}", advice, status=402)
    if said.status in _MAY_LOAD and is_loading(said.message):
        return Loading(name, f"its model is still loading: {said.words}", retry_after=wait, status=said.status)
    if said.status == 429 or said.code in {"queue_exceeded", "request_quota_exceeded", "token_quota_exceeded"}:  # noqa: PLR2004
        return _over_quota(name, said, wait, patient=patient)
    if said.status in {401, 403} or (said.status == 400 and _is_about_key(said)):  # noqa: PLR2004
        return Unauthorised(name, f"not allowed: {said.words}", _about_key(endpoint), status=said.status)
    if said.status == 404:  # noqa: PLR2004
        advice = "check base_url" + (f" and that it serves the model '{endpoint.model}'" if endpoint.model else "")
        return Rejected(name, f"not found: {said.words}", advice, status=404)
    if said.status >= 500 or said.status in _PASSING:  # noqa: PLR2004
        message = f"failed ({said.status}): {said.words}"
        return Overloaded(name, message, "try again", retry=patient, retry_after=wait, status=said.status)
    if 300 <= said.status < 400:  # noqa: PLR2004
        location = headers.get("location", "").partition("?")[0].rpartition("@")[2]
        where = quoted(location, endpoint.hidden)
        advice = "if you trust it, set base_url to the final address; the key is sent only to the host in your settings"
        return Rejected(name, f"redirects to {where or 'nowhere'} ({said.status})", advice, status=said.status)
    return Rejected(name, f"rejected ({said.status}): {said.words}", status=said.status)


def _wait(said: "_Said", headers: Mapping[str, str]) -> float | None:
    """The seconds that it asks to wait, by its headers or in its words."""
    from darner_clients.refusals.retry_signals import told_wait  # noqa: PLC0415 - see above

    wait = retry_after(headers)
    if wait is None:
        wait = told_wait(said.message) or told_wait(said.whole)
    return reset_after(headers) if wait is None and said.status == 429 else wait  # noqa: PLR2004


def _over_quota(name: str, said: "_Said", wait: float | None, *, patient: bool) -> OverQuota:
    from darner_clients.refusals.retry_signals import lasting  # noqa: PLC0415 - what start-up does not need

    kind = _quota_kind(said)
    advice = {
        "requests": "quota becomes free as time passes",
        "tokens": "quota becomes free within a minute; smaller requests fit sooner",
        "tokens-day": "the day's tokens are used up; use another endpoint or a larger plan",
        "queue": "the endpoint is busy; another endpoint can answer until then",
    }[kind]
    if wait is not None and wait > LONG:
        advice = f"the endpoint requests a wait of {lasting(wait)}; use another endpoint or a larger plan"
    again = patient and kind not in {"tokens-day", "queue"}
    return OverQuota(name, f"over quota: {said.words}", advice, retry=again, retry_after=wait, kind=kind)


class _Said:
    """An error response's code, type and words, whatever its shape."""

    def __init__(self, endpoint: Endpoint, status: int, content: object) -> None:
        outer = object_of(content)
        fields = fields_of(content)
        self.endpoint = endpoint
        self.fields = fields
        self.status = _status(outer, fields, status)
        self.code = str(fields.get("code") or "").lower()
        self.type = str(fields.get("type") or "").lower()
        self.message = message_of(content)
        self.words = quoted(self.message, endpoint.hidden) or "the endpoint gave no reason"
        self.whole = str(content)[:_LEARNED]


def _status(outer: Mapping[str, Any], fields: Mapping[str, Any], status: int) -> int:
    """Under a 200 the true status is in the body; unknown, it counts as a fault of the endpoint."""
    if status != 200:  # noqa: PLR2004
        return status
    for told in (outer.get("status_code"), fields.get("code"), fields.get("status"), outer.get("code")):
        if (isinstance(told, int) and 400 <= told < 600) or (isinstance(told, str) and _CODE.fullmatch(told)):  # noqa: PLR2004
            return int(told)
    if _NO_SUCH_PATH.search(message_of(outer)):
        return 404
    kind = str(fields.get("type") or "").lower()
    if "quota" in str(fields.get("code")).lower() or "too_many" in kind:
        return 429
    return 400 if "invalid" in kind or "badrequest" in kind else 500


def _is_about_key(said: "_Said") -> bool:
    """Some endpoints reject a key with status 400."""
    return said.code == "invalid_api_key" or bool(_BAD_KEY.search(said.message))


def _about_key(endpoint: Endpoint) -> str:
    if endpoint.api_key is None and not endpoint.headers:
        return f"no key was sent; set api_key_env to the name of its variable, or run: darner login {endpoint.name}"
    return f"check the key of '{endpoint.name}'" + (f", {endpoint.key_source}" if endpoint.key_source else "")


def _quota_kind(said: _Said) -> QuotaKind:
    words = said.message.lower()
    if said.code == "queue_exceeded" or said.fields.get("param") == "queue" or "high traffic" in words:
        return "queue"
    if "token" in said.type or "token" in said.code or "token" in words:
        return "tokens-day" if re.search(r"\bper day\b|\bdaily\b|\btpd\b", words) else "tokens"
    return "requests"


def _overflow(said: _Said) -> Overflow | None:
    """Whether it was too long, in any wording; figures are taken from it where it holds some."""
    from darner_clients.refusals.context_overflow import too_long  # noqa: PLC0415 - what start-up does not need

    found = too_long(said.message, status=said.status, code=said.code, kind=said.type)
    if found is None:
        return None
    name, window, tokens = said.endpoint.name, found.window, found.prompt
    if found.quota:
        message = f"the request is larger than the quota of {window} tokens a minute"
        return Overflow(name, message, status=said.status, window=window, quota=True)
    told_window, told_tokens = said.fields.get("n_ctx"), said.fields.get("n_prompt_tokens")
    if isinstance(told_window, int) and isinstance(told_tokens, int) and 0 < told_window < 1e9 > told_tokens > 0:  # noqa: PLR2004
        window, tokens = told_window, told_tokens
    elif match := _NEGATIVE.search(said.message):  # the window less the prompt
        window = said.endpoint.window
        tokens = window - int(match["left"]) if window else None
    size = f" ({tokens} tokens for a window of {window})" if window and tokens else ""
    message = f"the prompt is too long{size}" if size else f"the prompt is too long: {said.words}"
    return Overflow(name, message, status=said.status, window=window, prompt_tokens=tokens)


LONG = 60.0  # seconds of waiting that are worth a mention
_TELLING = ("message", "msg", "detail", "errors", "fault", "error_msg", "error_message", "errorMessage", "status_msg")
_CODES = ("code", "status_code", "statusCode", "error_code", "success")
_WELL = {"0", "200", "true", "ok", "success"}
_FAILED = ("error", "failed", "failure", "aborted", "cancelled", "canceled", "incomplete", "timeout", "expired")
_LEARNED = 4000  # characters of an error that are kept to learn from
_MAY_BE_UNPAID = frozenset({400, 403, 412, 429})
_MAY_BE_A_PROXY = {403, 407, 502, 503, 504}
_PASSING = frozenset({408, 409, 423, 424, 425, 498, 499})  # time-outs, conflicts, no capacity: as those of the 500s
_MAY_LOAD = frozenset({408, 409, 424, 425, 429, 500, 502, 503, 504})
_NO_SUCH_PATH = re.compile(r"unexpected endpoint|(?:no|unknown|invalid) (?:such )?(?:route|path|url)\b", re.IGNORECASE)
_NEGATIVE = re.compile(r"max_tokens must be at least 1, got (?P<left>-[0-9]{1,9})")
_BAD_KEY = re.compile(
    r"(?:incorrect|invalid|wrong|missing|unknown|expired) api[-_ ]?key"
    r"|api[-_ ]?key (?:is )?(?:not (?:valid|found|set)|invalid|missing|expired)",
    re.IGNORECASE,
)
_CODE = re.compile(r"[45][0-9]{2}")
