"""What refusals say of time and of money."""

import pytest

from darner_clients.endpoint import Endpoint
from darner_clients.errors import EndpointError, Loading, Overloaded, OverQuota, Unauthorised
from darner_clients.refusals.refusal import classify
from darner_clients.refusals.retry_signals import is_loading, lasting, told_wait

ENDPOINT = Endpoint("it", "openai", "http://h/v1", "m")


def refused(
    status: int, message: str, headers: dict[str, str] | None = None, fields: dict[str, object] | None = None
) -> EndpointError:
    return classify(ENDPOINT, status, {"error": {"message": message, **(fields or {})}}, headers or {})


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ("Rate limit reached. Please try again in 4.2s. Visit the site to learn more.", 4.2),
        ("Please try again in 1m12s.", 72.0),
        ("try again in 120ms", 0.12),
        ("try again in 120 ms", 0.12),
        ("try again in 6m0s", 360.0),
        ("Please retry after 6 seconds.", 6.0),
        ("Please retry after 86400 seconds", 86_400.0),
        ("Please wait 3 minutes", 180.0),
        ("You must wait for at least 2 hours", 7200.0),
        ("Please retry in 59.123s.", 59.123),
        ("{'@type': 'RetryInfo', 'retryDelay': '34s'}", 34.0),
        ("Rate limit resets in 45 seconds", 45.0),
        ("Retry-After: 12", 12.0),
        ("{'error': 'Model m is currently loading', 'estimated_time': 20.0}", 20.0),
        ("Please try again later", None),
        ("it was retried 3 times", None),
        ("You requested 5 tokens", None),
    ],
)
def test_the_time_that_words_name(message: str, seconds: float | None) -> None:
    assert told_wait(message) == pytest.approx(seconds)


def test_headers_go_before_words() -> None:
    assert refused(429, "try again in 9s", {"retry-after": "2"}).retry_after == 2.0
    assert refused(429, "try again in 9s").retry_after == 9.0
    assert refused(429, "busy", fields={"details": [{"retryDelay": "34s"}]}).retry_after == 34.0
    assert refused(429, "busy", {"x-ratelimit-reset": "3"}).retry_after == 3.0
    assert refused(503, "busy", {"x-ratelimit-reset": "3"}).retry_after is None


@pytest.mark.parametrize(
    ("status", "message", "fields"),
    [
        (429, "You exceeded your current quota, please check your plan and billing details.",
         {"code": "insufficient_quota", "type": "insufficient_quota"}),
        (429, "You exceeded your current quota, please check your plan and billing details.", {}),
        (429, "Your account org-x is suspended due to insufficient balance, please recharge",
         {"type": "exceeded_current_quota_error"}),
        (429, "Billing hard limit has been reached", {"code": "billing_hard_limit_reached"}),
        (400, "Your credit balance is too low to access the API.", {"type": "invalid_request_error"}),
        (400, "Access denied, please make sure your account is in good standing.", {"code": "Arrearage"}),
        (402, "Insufficient Balance", {}),
        (402, "This request requires more credits, or fewer max_tokens.", {}),
        (403, "Your newly created team doesn't have any credits yet.", {}),
        (403, "Sorry, your account balance is insufficient", {"code": 30_001}),
        (429, "Budget has been exceeded! Current cost: 10.1, Max budget: 10.0", {}),
        (429, "quota exhausted: your monthly included requests are used up. Upgrade your plan", {}),
        (412, "Account suspended, possibly due to reaching the monthly spending limit", {}),
        (429, "\u4f59\u989d\u4e0d\u8db3", {"code": "1113"}),
    ],
)  # fmt: skip  # bodies as they come
def test_nobody_paid(status: int, message: str, fields: dict[str, object]) -> None:
    error = refused(status, message, fields=fields)
    assert isinstance(error, Unauthorised), error
    assert (error.status, error.retry, "billing" in str(error)) == (402, False, True)


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (429, "You exceeded your current quota, please check your plan and billing details. Please retry in 34s.",
         OverQuota),
        (429, "Rate limit reached for requests", OverQuota),
        (429, "Too many requests", OverQuota),
        (403, "You have insufficient permissions for this operation", Unauthorised),
        (500, "The billing service failed", Overloaded),
    ],
)  # fmt: skip  # bodies as they come
def test_what_has_nothing_to_do_with_money(status: int, message: str, kind: type[EndpointError]) -> None:
    error = refused(status, message)
    assert isinstance(error, kind)
    assert "payment" not in str(error)


@pytest.mark.parametrize(
    ("status", "message", "loading"),
    [
        (503, "Loading model", True),
        (503, "Model meta-llama/Llama-3-8B is currently loading", True),
        (503, "The model is still loading, please wait", True),
        (503, "model m is not ready", True),
        (503, "The server is warming up", True),
        (500, "model is loading, retry later", True),
        (429, "Model is loading", True),
        (503, "Server is initializing", True),
        (503, "The model is being loaded, please retry", True),
        (503, "Model loading in progress", True),
        (503, "Loading weights: 42%", True),
        (500, "llama runner process is still starting", True),
        (424, "model is loading", True),
        (503, "Service unavailable", False),
        (500, "error loading model: out of memory", False),
        (500, "failed to load model", False),
        (400, "the model is loading", False),
        (404, "model not loaded", False),
    ],
)
def test_a_model_that_is_loading(status: int, message: str, loading: bool) -> None:
    assert isinstance(refused(status, message), Loading) == loading
    assert is_loading(message) or not loading


@pytest.mark.parametrize("status", [408, 409, 423, 424, 425, 498, 499, 500, 520, 529, 530])
def test_what_passes_is_worth_asking_again(status: int) -> None:
    error = refused(status, "hiccup")
    assert (type(error), error.retry, "hiccup" in str(error)) == (Overloaded, True, True)


def test_a_month_is_told() -> None:
    assert lasting(8_640_000) == "100 days"
    assert [lasting(each) for each in (5, 119, 120, 7200)] == ["5 seconds", "119 seconds", "2 minutes", "2 hours"]
    assert "100 days" in str(refused(429, "Rate limit reached", {"retry-after": "8640000"}))
