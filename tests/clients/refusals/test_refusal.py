import json

import pytest

from darner_clients.endpoint import Endpoint
from darner_clients.errors import EndpointError, Overflow, Overloaded, OverQuota, Rejected, Unauthorised
from darner_clients.refusals.refusal import from_response

ENDPOINT = Endpoint("fast", "cerebras", "https://api.example/v1", "gpt-oss-120b", api_key="csk-verysecret", window=2048)

CEREBRAS = {
    "message": "Please reduce the length of the messages or completion. Current length is 8530 while limit is 8192",
    "type": "invalid_request_error",
    "param": "messages",
    "code": "context_length_exceeded",
    "id": "x",
}


def refusal(status: int, body: object, headers: dict[str, str] | None = None) -> EndpointError:
    return from_response(ENDPOINT, status, headers or {}, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("status", "body", "window", "tokens"),
    [
        (400, CEREBRAS, 8192, None),
        (400, {**CEREBRAS, "param": "validation_error"}, 8192, None),
        (400, {"error": CEREBRAS}, 8192, None),
        (
            400,
            {
                "object": "error",
                "message": "This model's maximum context length is 16384 tokens. However, you requested 122946 tokens "
                "(112946 in the messages, 10000 in the completion). Please reduce the length of the messages.",
                "type": "BadRequestError",
                "param": None,
                "code": 400,
            },
            16384,
            112946,
        ),
        (
            400,
            {
                "error": {
                    "message": "This model's maximum context length is 2048 tokens. However, your request has "
                    "2049 input tokens. Please reduce the length of the input messages.",
                    "type": "BadRequestError",
                    "param": "input_tokens",
                    "code": 400,
                }
            },
            2048,
            2049,
        ),
        (
            400,
            {
                "error": {
                    "message": "You passed 1015 input tokens and requested 10 output tokens. However, the model's "
                    "context length is only 1024 tokens, resulting in a maximum input length of 1014 tokens. Please "
                    "reduce the length of the input prompt. (parameter=input_tokens, value=1015)",
                    "type": "BadRequestError",
                    "param": "input_tokens",
                    "code": 400,
                }
            },
            1024,
            1015,
        ),
        (
            400,
            {
                "error": {
                    "message": "You passed 90000 input characters and requested 10 output tokens. However, the model's "
                    "context length is only 1024 tokens, resulting in a maximum input length of 1014 tokens.",
                    "type": "BadRequestError",
                    "param": "input_text",
                    "code": 400,
                }
            },
            1024,
            None,
        ),
        (400, {"error": {"message": "max_tokens must be at least 1, got -186", "code": 400}}, 2048, 2234),
        (
            200,
            {"error": {"message": "The input (9000 tokens) is longer than the model's context length (8192 tokens)."}},
            8192,
            9000,
        ),
        (
            400,
            {"error": {"message": "Requested token count exceeds the model's maximum context length of 8192 tokens. "
                       "You requested a total of 9000 tokens: 8000 tokens from the input messages and 1000 tokens "
                       "for the completion.", "code": 400}},
            8192,
            8000,
        ),
        (
            400,
            {"error": {"message": "request (12031 tokens) exceeds the available context size (4096 tokens)",
                       "type": "exceed_context_size_error", "n_prompt_tokens": 12031, "n_ctx": 4096}},
            4096,
            12031,
        ),
        (400, {"error": {"message": "the request exceeds the available context size"}}, None, None),
        (500, {"error": {"message": "context size exceeded", "type": "exceed_context_size_error"}}, None, None),
        (413, {"message": "This model's maximum context length is 8192 tokens."}, 8192, None),
    ],
)  # fmt: skip  # bodies as they come
def test_overflow_in_every_wording(status: int, body: object, window: int | None, tokens: int | None) -> None:
    error = refusal(status, body)
    assert isinstance(error, Overflow), error
    assert (error.window, error.prompt_tokens, error.retry, error.faulty) == (window, tokens, False, False)


@pytest.mark.parametrize(
    ("body", "headers", "kind", "retry"),
    [
        ({"message": "Requests per second limit exceeded - too many requests sent.", "type": "too_many_requests_error",
          "param": "quota", "code": "request_quota_exceeded"}, {"retry-after": "2"}, "requests", True),
        ({"message": "Tokens per minute limit exceeded - too many tokens processed.", "type": "too_many_tokens_error",
          "param": "quota", "code": "token_quota_exceeded"}, {"retry-after": "2"}, "tokens", True),
        ({"message": "Tokens per day limit exceeded - too many tokens processed.", "type": "too_many_tokens_error",
          "param": "quota", "code": "token_quota_exceeded"}, {"retry-after": "2"}, "tokens-day", False),
        ({"message": "We're experiencing high traffic right now! Please try again soon.", "param": "queue",
          "type": "too_many_requests_error", "code": "queue_exceeded"}, {"x-should-retry": "false", "retry-after": "2"},
         "queue", False),
        ({"error": {"message": "Rate limit", "code": "rate_limit_exceeded"}}, {"retry-after": "2"}, "requests", True),
        ({}, {"retry-after": "2"}, "requests", True),
    ],
)  # fmt: skip  # bodies as they come
def test_the_kinds_of_429(body: object, headers: dict[str, str], kind: str, retry: bool) -> None:
    error = refusal(429, body, headers)
    assert isinstance(error, OverQuota)
    assert (error.kind, error.retry, error.retry_after, error.faulty) == (kind, retry, 2.0, False)


@pytest.mark.parametrize(
    ("status", "body", "kind", "retry"),
    [
        (401, {"message": "Wrong API Key", "code": "wrong_api_key"}, Unauthorised, False),
        (402, {"message": "Payment required", "code": "payment_required"}, Unauthorised, False),
        (403, {}, Unauthorised, False),
        (404, {"error": {"message": "The model `x` does not exist.", "code": 404}}, Rejected, False),
        (400, {"message": "wrong format", "code": "wrong_api_format"}, Rejected, False),
        (307, {}, Rejected, False),
        (500, {"error": "boom"}, Overloaded, True),
        (502, "<html>", Overloaded, True),
        (503, {"message": "Service unavailable"}, Overloaded, True),
        (200, {"error": {"message": "boom", "type": "InternalServerError", "code": 500}}, Overloaded, True),
        (200, {"error": {"message": "bad", "type": "BadRequestError", "code": 400}}, Rejected, False),
        (200, {"error": {"id": "x", "message": "stopped"}, "status_code": 503}, Overloaded, True),
    ],
)
def test_other_refusals(status: int, body: object, kind: type[EndpointError], retry: bool) -> None:
    error = refusal(status, body)
    assert (type(error), error.retry) == (kind, retry)


def test_the_queue_is_told_in_mid_stream_too() -> None:
    error = refusal(200, {"error": {"message": "busy", "type": "too_many_requests_error", "code": "queue_exceeded"}})
    assert isinstance(error, OverQuota)
    assert error.kind == "queue"


def test_no_key_and_no_flood_in_what_is_said() -> None:
    error = refusal(401, {"message": "the key csk-verysecret is wrong; sk-abcdefgh12345 too " + "x" * 5000})
    assert "secret" not in repr(error) + str(error)
    assert "abcdefgh" not in repr(error) + str(error)
    assert len(error.message) < 400
    assert "secret" not in repr(ENDPOINT)


def test_a_body_that_is_no_json_is_quoted() -> None:
    error = from_response(ENDPOINT, 502, {}, b"<html>\n\n  Bad gateway \xff</html>")
    assert error.message == "failed (502): Bad gateway \xff"


@pytest.mark.parametrize("status", [200, 400, 413, 422, 500, 599, 999])
@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "maximum context length is " + "9" * 5000 + " tokens"}},
        {"error": {"message": "request (" + "9" * 5000 + " tokens) exceeds the available context size (1 tokens)"}},
        {"error": {"message": "max_tokens must be at least 1, got -" + "9" * 5000}},
        {"error": {"message": "x", "code": "\u2074\u2070\u2074"}},
        {"error": {"message": "x", "code": "\u0664\u0660\u0664"}},
        {"error": {"message": "x", "code": 10**400}},
        {"error": {"message": "x", "code": True, "status": 1e300}},
        {"error": {"message": "x", "n_ctx": 10**4000, "n_prompt_tokens": -1, "type": "exceed_context_size_error"}},
        {"status_code": "4\u00b29", "message": "x", "type": "y"},
    ],
)
def test_absurd_numbers(status: int, body: object) -> None:
    error = refusal(status, body, {"retry-after": "9" * 5000, "retry-after-ms": "\u00b2"})
    assert len(str(error)) < 500
    assert getattr(error, "window", None) in {None, 1, 2048}
    assert error.retry_after is None


@pytest.mark.parametrize(
    "body",
    [
        [{"error": {"code": 400, "message": "API key not valid. Please pass a valid API key."}}],
        {"code": "Client specified an invalid argument", "error": "Incorrect API key provided: ab***cd."},
        {"error": {"message": "no", "code": "invalid_api_key"}},
        {"error": {"message": "API key expired. Please renew the API key."}},
        {"error": {"message": "Missing API key"}},
    ],
)
def test_a_key_that_is_refused_as_a_wrong_request_is_told_as_a_key(body: object) -> None:
    error = refusal(400, body)
    assert isinstance(error, Unauthorised)
    assert error.advice == "check the key of 'fast'"
