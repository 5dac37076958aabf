import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darner_clients.chat import Reasoning, Text, Usage
from darner_clients.discovery.model_limits import read as limits_of
from darner_clients.endpoint import Endpoint
from darner_clients.errors import EndpointError, Interrupted, Malformed, Overloaded
from darner_clients.refusals.refusal import from_response
from darner_clients.wire.chunk_parser import ReplyParser

ENDPOINT = Endpoint("fast", "vllm", "http://x/v1", "m")


def delta(finish: str | None = None, **fields: object) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": fields, "finish_reason": finish}]}


def read(*events: object) -> tuple[list[Text | Reasoning], ReplyParser]:
    reply = ReplyParser(ENDPOINT)
    found: list[Text | Reasoning] = []
    for event in events:
        found += reply.feed(b"[DONE]" if event == "[DONE]" else json.dumps(event).encode())
    found += reply.close(None)
    return found, reply


def check(
    *events: object, items: list[Text | Reasoning], reason: str | None = "stop", usage: Usage | None = None
) -> None:
    found, reply = read(*events)
    assert (found, reply.reason, reply.usage) == (items, reason, usage)


def test_chunks_of_every_kind() -> None:
    check(delta(role="assistant", content=None), delta(content="a"), delta("stop"), "[DONE]", items=[Text("a")])
    check(delta(content=""), delta(content="a", role="assistant"), delta("length"), items=[Text("a")], reason="length")
    check(delta(reasoning="hm"), delta(content="a"), delta("stop"), items=[Reasoning("hm"), Text("a")])
    check(delta(reasoning_content="hm", content="a"), delta("stop"), items=[Reasoning("hm"), Text("a")])
    check({"choices": []}, {}, {"choices": None}, delta("stop", content="a"), items=[Text("a")])
    check({"choices": [{"text": "a", "finish_reason": None}]}, {"choices": [{"text": "", "finish_reason": "stop"}]},
          items=[Text("a")])  # fmt: skip
    check({"choices": [{"index": 0, "delta": None, "finish_reason": "stop"}]}, items=[])
    check({"content": "a", "stop": False}, {"content": "", "stop": True, "stop_type": "eos", "tokens_evaluated": 9,
          "tokens_predicted": 1}, items=[Text("a")], usage=Usage(9, 1))  # fmt: skip
    check({"content": "a", "stop": False}, {"content": "b", "stop": True, "stop_type": "limit"},
          items=[Text("a"), Text("b")], reason="length")  # fmt: skip
    check(delta(content="a"), "[DONE]", items=[Text("a")], reason=None)
    check(delta("stop", content="a"), "[DONE]", {"never": "read"}, items=[Text("a")])


def test_usage_and_times() -> None:
    usage = {
        "prompt_tokens": 298,
        "completion_tokens": 18,
        "prompt_tokens_details": {"cached_tokens": 128},
        "completion_tokens_details": {
            "accepted_prediction_tokens": 3,
            "rejected_prediction_tokens": 4,
            "reasoning_tokens": 5,
        },
    }
    found, reply = read(delta("stop", content="a"), {"choices": [], "usage": usage, "time_info": {"queue_time": 0.25}})
    assert (found, reply.usage, reply.queue) == ([Text("a")], Usage(298, 18, 128, 5, 3, 4), 0.25)
    assert read({**delta("stop", content="a"), "usage": None})[1].usage is None
    assert read({**delta("stop"), "usage": {"prompt_tokens": 3, "prompt_tokens_details": None}})[1].usage == Usage(3)


@pytest.mark.parametrize(
    ("events", "kind", "started"),
    [
        ([], Interrupted, False),
        (["[DONE]"], Interrupted, False),
        ([delta(content="a")], Interrupted, True),
        ([delta(content="a"), {"error": {"message": "boom", "code": 500}}], Overloaded, True),
        ([{"error": "boom"}], Overloaded, False),
        ([{"object": "error", "message": "boom", "type": "InternalServerError", "code": 500}], Overloaded, False),
        ([{"message": "boom", "type": "server_error", "code": "x"}], Overloaded, False),
        ([["a list"]], Malformed, False),
    ],
)
def test_replies_that_go_wrong(events: list[object], kind: type[EndpointError], started: bool) -> None:
    with pytest.raises(kind) as caught:
        read(*events)
    assert caught.value.started is started


def test_an_event_that_is_no_json_is_malformed_and_a_cut_one_is_not() -> None:
    with pytest.raises(Malformed):
        ReplyParser(ENDPOINT).feed(b"{nonsense")
    with pytest.raises(Interrupted):
        ReplyParser(ENDPOINT).close(b'{"choices": [{"delta": {"con')
    reply = ReplyParser(ENDPOINT)
    assert list(reply.close(json.dumps(delta("stop", content="a")).encode())) == [Text("a")]


@pytest.mark.parametrize(
    "event",
    [
        {"choices": [None]},
        {"choices": {"a": 1}},
        {"choices": True},
        {"choices": ["x"]},
        {"choices": [{"delta": "x"}]},
        {"choices": [{"delta": {"content": [7]}}]},
        {"choices": [{"text": 7}]},
        {"content": {"x": 1}},
    ],
)
def test_events_of_another_shape(event: object) -> None:
    with pytest.raises(Malformed):
        read(event)


def test_numbers_that_are_none() -> None:
    usage: dict[str, object] = {
        "prompt_tokens": "3",
        "completion_tokens": 4,
        "prompt_tokens_details": [],
        "completion_tokens_details": 1,
    }
    found, reply = read({**delta("stop", content="a"), "usage": usage, "time_info": {"queue_time": "soon"}})
    assert (found, reply.usage, reply.queue) == ([Text("a")], Usage(0, 4), None)
    assert read({**delta("stop"), "usage": 3, "time_info": []})[1].usage is None


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (["a\ud83cb🎈"], "a\ufffdb🎈"),
        (["a\ud83c", "\udf88b"], "a🎈b"),
        (["\ud83c", "", "\udf88"], "🎈"),
        (["\ud83c", "\udf88\ud83c", "\udf88"], "🎈🎈"),
        (["é\ud83c", "b"], "é\ufffdb"),
        (["a\ud83c"], "a\ufffd"),
        (["\udf88", "a"], "\ufffda"),
    ],
)
def test_halves_of_a_character_are_joined_and_one_alone_does_not_reach_a_file(pieces: list[str], text: str) -> None:
    *first, last = pieces
    found = read(*(delta(content=each) for each in first), delta("stop", content=last))[0]
    assert "".join(each.text for each in found) == text


@pytest.mark.parametrize("end", [b"[done]", b'"[DONE]"', b"DONE", b" [Done] ", b'["[DONE]"]', b"data: [DONE]"])
def test_the_end_in_any_spelling(end: bytes) -> None:
    reply = ReplyParser(ENDPOINT)
    found = [*reply.feed(json.dumps(delta(content="a")).encode()), *reply.feed(end), *reply.close(None)]
    assert (found, reply.over) == ([Text("a")], True)


def test_a_number_of_any_length_is_passed_over() -> None:
    event = json.dumps({**delta("stop", content="a"), "created": 1}).replace('"created": 1', f'"created": {"9" * 5000}')
    assert list(ReplyParser(ENDPOINT).feed(event.encode())) == [Text("a")]


_NAMES = st.sampled_from(
    ["choices", "delta", "message", "content", "reasoning", "text", "finish_reason", "usage", "prompt_tokens",
     "prompt_tokens_details", "cached_tokens", "time_info", "queue_time", "error", "code", "type", "status_code",
     "object", "stop", "tokens_evaluated", "tokens_cached", "n_ctx", "limits", "data", "id", "max_model_len"]
)  # fmt: skip  # as they are sent
_PLAIN = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from(["", "x", "stop", "429", "\ud800"])
)
_JSON: st.SearchStrategy[object] = st.recursive(
    _PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4), max_leaves=12
)


@given(_JSON)
def test_whatever_is_sent_is_read_or_refused_with_a_typed_error(content: object) -> None:
    body = json.dumps(content).encode()
    for read_it in (ReplyParser(ENDPOINT).feed, ReplyParser(ENDPOINT).whole):
        with suppress(EndpointError):
            assert all(piece.text.encode() for piece in read_it(body))
    for status in (200, 400, 429, 500):
        assert str(from_response(ENDPOINT, status, {}, body))
    assert limits_of(json.loads(body), "", "there") is None or isinstance(content, dict)


def test_what_is_nested_too_deep_is_no_bug() -> None:
    with pytest.raises(Malformed):
        ReplyParser(ENDPOINT).feed(b'{"choices": ' + b"[" * 100_000)
    assert from_response(ENDPOINT, 400, {}, b"[" * 100_000).message.startswith("rejected (400): [[[")


@pytest.mark.parametrize(
    ("timings", "expected"),
    [
        ({"prompt_n": 800, "prompt_ms": 10_000.0, "predicted_n": 5}, 80.0),
        ({"prompt_n": 1_000, "prompt_ms": 500}, 2_000.0),
        ({"prompt_n": 20, "prompt_ms": 100}, None),  # most of the prompt was in its cache
        ({"prompt_n": 800, "prompt_ms": 0}, None),
        ({"prompt_n": "many", "prompt_ms": 5}, None),
        ({}, None),
        (None, None),
        ([], None),
    ],
)
def test_how_fast_a_prompt_was_read(timings: object, expected: float | None) -> None:
    _, reply = read(delta(content="a"), {**delta("stop"), "timings": timings}, "[DONE]")
    assert reply.prefill == expected
