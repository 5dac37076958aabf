"""What a refusal teaches of how an endpoint's model wants to be asked: field by field, in the words of many servers."""

from typing import Any

import pytest

from darner_clients.dialect import PLAIN, Dialect, dialect_from
from darner_clients.endpoint import Endpoint
from darner_clients.refusals.refusal import classify
from darner_clients.refusals.rejected_fields import adapt

ENDPOINT = Endpoint("it", "openai", "http://h/v1", "m", window=32_768)
SENT: dict[str, Any] = {
    "model": "m",
    "stream": True,
    "max_tokens": 9000,
    "stream_options": {"include_usage": True},
    "messages": [{"role": "system", "content": "be brief"}, {"role": "user", "content": "hi"}],
    "temperature": 0.0,
    "reasoning_effort": "low",
    "prediction": {"type": "content", "content": "x"},
    "prompt_cache_key": "k",
}
NO_USAGE = Dialect(without=("stream_options",))
NO_HEAT = Dialect(without=("temperature",))
NO_SYSTEM = Dialect(system=False)
BARE = Dialect(without=("stream_options", "reasoning_effort", "prediction", "prompt_cache_key"))
WHOLE = Dialect(streamed=False)
RENAMED = Dialect(limit_field="max_completion_tokens")
PYDANTIC = {"type": "extra_forbidden", "msg": "Extra inputs are not permitted", "input": {"temperature": 0}}


def said(message: str, **fields: object) -> dict[str, object]:
    return {"error": {"message": message, **fields}}


def check(
    body: object, expected: Dialect | None, *, status: int = 400, dialect: Dialect = PLAIN, **sent: object
) -> None:
    error = classify(ENDPOINT, status, body, {})
    assert adapt(dialect, {**SENT, **sent}, error) == expected, error.refusal


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        # a field that is unknown
        (said("Unrecognized request argument supplied: stream_options"), NO_USAGE),
        (said("Unknown parameter: 'stream_options'.", param="stream_options", code="unknown_parameter"), NO_USAGE),
        (said("unsupported_parameter", param="stream_options"), NO_USAGE),
        (said("unsupported", param="temperature"), NO_HEAT),
        (said("unsupported", param="body.temperature"), NO_HEAT),
        (said("unsupported", param=["temperature"]), NO_HEAT),
        (said("unsupported", param="temperatures"), None),
        (said("unsupported", code="temperature"), None),
        (said("bad field, expected one of `temperature`: unknown", param="stream_options"), NO_USAGE),
        ({"detail": [{**PYDANTIC, "loc": ["body", "stream_options"]}]}, NO_USAGE),
        ({"message": {"detail": [{**PYDANTIC, "loc": ["body", "stream_options", "include_usage"]}]}}, NO_USAGE),
        (said("1 validation error for ChatCompletionRequest\nstream_options\n  Extra inputs are not permitted"), NO_USAGE),
        (said("json: unknown field `stream_options`, expected one of `model`, `messages`, `temperature`"), NO_USAGE),
        (said("property 'stream_options' is unsupported"), NO_USAGE),
        (said("Additional properties are not allowed ('stream_options' was unexpected)"), NO_USAGE),
        (said("litellm.UnsupportedParamsError: openai does not support parameters: ['stream_options']"), NO_USAGE),
        (said('Invalid JSON payload received. Unknown name "stream_options": Cannot find field.'), NO_USAGE),
        (said("stream_options.include_usage: this field is not supported by this deployment"), NO_USAGE),
        (said("oneOf at '/' not met: Type mismatch of '/stream_options', 'object' not in 'undefined'"), NO_USAGE),
        (said("Stream options can only be defined when `stream=True`."), NO_USAGE),
        # several at once
        (said("Unrecognized request arguments supplied: prediction, prompt_cache_key"),
         Dialect(without=("prediction", "prompt_cache_key"))),
        ({"detail": [{**PYDANTIC, "loc": ["body", "reasoning_effort"]}, {**PYDANTIC, "loc": ["body", "prediction"]}]},
         Dialect(without=("reasoning_effort", "prediction"))),
        # a value that is not taken
        (said("Unsupported value: 'temperature' does not support 0 with this model.", param="temperature"), NO_HEAT),
        (said("Input validation error: `temperature` must be strictly positive"), NO_HEAT),
        (said("temperature: Input should be greater than 0"), NO_HEAT),
        (said("`temperature` is deprecated for this model."), NO_HEAT),
        (said("Invalid 'temperature': decimal below minimum value.", param="temperature"), NO_HEAT),
        (said("Only temperature=1 is supported by this model"), NO_HEAT),
        (said("temperature is not supported"), NO_HEAT),
        (said("The value of temperature has to be > 0"), NO_HEAT),
        (said("Set temperature to 1 for this model"), NO_HEAT),
        (said("Temperature 0 is not accepted; use 1"), NO_HEAT),
        (said("temperature too low"), NO_HEAT),
        (said("temperature: 0.0 is not one of [1]"), NO_HEAT),
        (said("Extra data: temperature"), NO_HEAT),
        (said("Argument not supported on this model: temperature"), NO_HEAT),
        (said("the temperature feature is unavailable for this model"), NO_HEAT),
        (said("\u53c2\u6570 temperature \u4e0d\u652f\u6301"), NO_HEAT),
        (said("temperature \u53c2\u6570\u975e\u6cd5"), NO_HEAT),
        (said("This model has no `temperature`"), NO_HEAT),
        (said("Unsupported value: 'reasoning_effort' does not support 'low' with this model."),
         Dialect(without=("reasoning_effort",))),
        (said('"qwen2.5-coder" does not support thinking'), Dialect(without=("reasoning_effort",))),
        (said("prediction: prediction is not supported with this model"), Dialect(without=("prediction",))),
        # the limit by another name, or too large
        (said("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens'."),
         RENAMED),
        (said("Unrecognized request argument supplied: max_tokens", param="max_tokens"), RENAMED),
        ({"detail": [{**PYDANTIC, "loc": ["body", "max_tokens"]}]}, RENAMED),
        (said("max_tokens is too large: 9000. This model supports at most 4096 completion tokens, whereas you provided "
              "9000.", param="max_tokens"), Dialect(most_output=4096)),
        (said("Range of max_tokens should be [1, 8192]"), Dialect(most_output=8192)),
        (said("Invalid max_tokens value, the valid range of max_tokens is [1, 8192]"), Dialect(most_output=8192)),
        (said("`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens` is less than the "
              "`context_window` for this model"), Dialect(most_output=8192)),
        (said("max_tokens: 9000 > 8192, which is the maximum allowed number of output tokens for claude-3-5-20241022"),
         Dialect(most_output=8192)),
        (said("The maximum tokens you requested exceeds the model limit of 4096. Try again with a lower value."),
         Dialect(most_output=4096)),
        ({"detail": [{"loc": ["body", "max_tokens"], "msg": "Input should be less than or equal to 4,096"}]},
         Dialect(most_output=4096)),
        (said("integer above maximum value: expected a value <= 2048 for max_tokens, but got 9000 instead.", code=400),
         Dialect(most_output=2048)),
        (said("Unable to submit request because it has a maxOutputTokens value of 9000 but the supported range is from 1 "
              "(inclusive) to 8193 (exclusive)."), Dialect(most_output=8192)),
        (said("max_tokens > 4096 must have stream=true"), Dialect(most_output=4096)),
        (said("max_new_tokens must be <= 512"), Dialect(most_output=512)),
        (said("max_tokens is too large for this model"), Dialect(most_output=4500)),
        (said("max_tokens \u8d85\u8fc7\u6700\u5927\u503c 4096"), Dialect(most_output=4096)),
        (said("max_tokens is limited to 4096 for free accounts"), Dialect(most_output=4096)),
        (said("The max_tokens parameter is capped at 4096"), Dialect(most_output=4096)),
        (said("max_tokens=9000 not allowed, max is 4096"), Dialect(most_output=4096)),
        (said("maximum completion tokens for this model: 4096 (you asked for 9000)"), Dialect(most_output=4096)),
        (said("output token limit is 4096, got 9000"), Dialect(most_output=4096)),
        # no system message
        (said("A conversation must start with a user message."), NO_SYSTEM),
        (said("First message must use the 'user' role"), NO_SYSTEM),
        (said("message role must be one of user, assistant"), NO_SYSTEM),
        (said("System role not supported"), NO_SYSTEM),
        (said("Conversation roles must alternate user/assistant/user/assistant/..."), NO_SYSTEM),
        (said("Only user and assistant roles are supported!"), NO_SYSTEM),
        (said("Developer instruction is not enabled for models/gemma-3-27b-it"), NO_SYSTEM),
        (said("Unsupported value: 'messages[0].role' does not support 'system' with this model."), NO_SYSTEM),
        (said('messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter.'), NO_SYSTEM),
        (said("This model doesn't support system messages."), NO_SYSTEM),
        (said("This model doesn't support the system prompt field"), NO_SYSTEM),
        ({"detail": [{"loc": ["body", "messages", 0, "role"], "msg": "Input should be 'user' or 'assistant'"}]},
         NO_SYSTEM),
        (said("Invalid role: system"), NO_SYSTEM),
        # no stream
        (said("Streaming is not supported for this model"), WHOLE),
        (said("This model does not support streaming."), WHOLE),
        (said("Your organization must be verified to stream this model.", param="stream"), WHOLE),
        (said("Unsupported value: 'stream' does not support true with this model."), WHOLE),
        (said("stream must be false"), WHOLE),
        (said("Only non-streaming requests are allowed"), WHOLE),
        (said("The model is unsupported by ConverseStream operation"), WHOLE),
        # nameless, or without a word: what not everybody knows
        *((each, BARE) for each in (said(""), {}, {"message": "Bad Request"}, {"detail": "Validation error"})),
        ({"message": "<html><head><title>400 Bad Request</title></head><hr>nginx/1.25.1</html>"}, BARE),
        (said("Extra inputs are not permitted"), BARE),
        # nothing to learn
        (said("Invalid model name passed in model=m"), None),
        (said("The request could not be understood"), None),
        (said("Content violates the usage policy"), None),
        (said("messages must not be empty"), None),
        (said("the tool call could not be parsed"), None),
    ],
)  # fmt: skip  # bodies as they come
def test_from_a_400(body: object, expected: Dialect | None) -> None:
    check(body, expected)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (422, {"detail": [{**PYDANTIC, "loc": ["body", "stream_options"]}]}, NO_USAGE),
        (500, said("Jinja Exception: System role not supported"), NO_SYSTEM),
        (500, said("TemplateError: Only user and assistant roles are supported!"), NO_SYSTEM),
        (501, said("streaming is not implemented"), WHOLE),
        (200, said("unknown parameter: 'temperature'", type="invalid_request_error"), NO_HEAT),
        (500, said("Internal server error"), None),
        (500, {}, None),
        (307, {}, None),
        (500, said("A system error occurred, please try again"), None),
        (503, said("The system is not available"), None),
        (401, said("Invalid key for parameter temperature"), None),
        (429, said("temperature of the cluster must fall"), None),
        (404, said("The model m does not support temperature"), None),
    ],
)
def test_other_states(status: int, body: object, expected: Dialect | None) -> None:
    check(body, expected, status=status)


def test_one_lesson_after_another() -> None:
    no_limit = said("Unsupported parameter: 'max_completion_tokens' is not supported with this model.")
    renamed = Dialect(limit_field="max_completion_tokens", without=("temperature",))
    error = classify(ENDPOINT, 400, no_limit, {})
    gone = adapt(renamed, renamed.apply(dict(SENT)), error)
    assert gone == Dialect(limit_field="max_completion_tokens", without=("temperature", "max_completion_tokens"))
    assert gone is not None
    assert not {"max_tokens", "max_completion_tokens", "temperature"} & set(gone.apply(dict(SENT)))


@pytest.mark.parametrize(
    ("status", "message", "packed"),
    [
        (415, "Unsupported Media Type", True),
        (400, "", True),
        (400, "We could not parse the JSON body of your request.", True),
        (400, "'utf-8' codec can't decode byte 0x8b in position 1: invalid start byte", True),
        (400, "Unsupported content-encoding: gzip", True),
        (400, "Expecting value: line 1 column 1 (char 0)", True),
        (400, "invalid character '\\x1f' looking for beginning of value", True),
        (400, "you must provide a model parameter", True),
        (400, "Bad Request", True),
        (422, "Field required: messages", True),
        (500, "Unexpected token \x1f in JSON at position 0", True),
        (400, "We could not parse the JSON body of your request.", False),
    ],
)
def test_a_packed_body_is_unpacked(status: int, message: str, packed: bool) -> None:
    error = classify(ENDPOINT, status, said(message), {})
    assert adapt(PLAIN, SENT, error, packed=packed) == (Dialect(packed=False) if packed else None)


def test_a_body_in_a_dialect() -> None:
    body: dict[str, Any] = {
        "model": "m",
        "stream": True,
        "max_tokens": 900,
        "temperature": 0.0,
        "stream_options": {},
        "stop": ["x"],
    }
    messages = [{"role": role, "content": role[:1]} for role in ("system", "user", "assistant", "user")]
    dialect = Dialect(("temperature",), "max_completion_tokens", 256, system=False, packed=False, streamed=False)
    assert PLAIN.apply(body) is body
    assert dialect.apply({**body, "messages": messages}) == {
        "model": "m",
        "stream": False,
        "max_completion_tokens": 256,
        "stop": ["x"],
        "messages": [
            {"role": "user", "content": "s\n\nu"},
            {"role": "assistant", "content": "a"},
            {"role": "user", "content": "u"},
        ],
    }
    assert "messages" not in dialect.apply({"prompt": "x"})
    assert dialect_from(dialect.as_json()) == dialect
    assert dialect_from({"without": ["a"], "of another version": 1}) == Dialect(without=("a",))
