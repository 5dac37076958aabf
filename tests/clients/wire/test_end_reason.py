"""An end is read wherever a vendor reports it, and what is no plain end is never taken for one."""

import json
from typing import Any

import pytest

from darner_clients.chat import Ending, Finish, Text
from darner_clients.endpoint import Endpoint
from darner_clients.errors import EndpointError
from darner_clients.wire.chunk_parser import ReplyParser
from darner_clients.wire.sse import Decoder

ENDPOINT = Endpoint("fast", "vllm", "http://x/v1", "m")
CALL = {"function": {"name": "edit", "arguments": "{}"}}


def piece(delta: object, finish: object = None, **more: object) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish} | more]}


def end(*events: object) -> tuple[str, Ending | str]:
    """The text of a stream of these, and how it ends: by an Ending, or the class of an error."""
    reply, text = ReplyParser(ENDPOINT), ""
    stream = b"".join(
        each if isinstance(each, bytes) else f"data: {json.dumps(each)}\n\n".encode()
        for each in (*events, b"data: [DONE]\n\n")
    )
    try:
        for data in Decoder().feed(stream):
            text += "".join(part.text for part in reply.feed(data) if isinstance(part, Text))
        reply.close(None)
    except EndpointError as error:
        return text, type(error).__name__ if error.started else "an error before the reply"
    return text, Finish(reply.reason or "stop", refusal=reply.refusal, tool_call=reply.tool_call).ending


LIMITED: dict[str, object] = {
    "camel case": piece({}, finishReason="MAX_TOKENS"),
    "stop_reason": piece({}, stop_reason="max_tokens"),
    "stopReason": piece({}, stopReason="maxTokens"),
    "done_reason": piece({}, done_reason="length"),
    "in the delta": piece({"finish_reason": "length"}),
    "in the delta, with text": piece({"content": "", "finishReason": "MAX_TOKENS"}),
    "beside the choices": piece({}) | {"finish_reason": "length"},
    "beside no choices": {"choices": [], "stop_reason": "max_tokens"},
    "the vendor's own word": piece({}, "stop", native_finish_reason="MAX_TOKENS"),
    "an enumeration": piece({}, "FinishReason.MAX_TOKENS"),
    "an object": piece({}, {"type": "length", "length": 9}),
    "a list of one": piece({}, ["length"]),
}
OTHER: dict[str, object] = {
    "filtered": piece({}, finishReason="SAFETY"),
    "filtered by the vendor": piece({}, "stop", native_finish_reason="content_filter"),
    "two reasons": piece({}, ["stop", "content_filter"]),
    "a number": piece({}, 2),
    "true": piece({}, finish=True),
    "an object without a reason": piece({}, {"code": 7}),
    "declined": piece({"refusal": "I cannot go on."}),
    "declined, with a stop": piece({"refusal": "I cannot go on."}, "stop"),
    "a tool is called": piece({"tool_calls": [CALL]}, "stop"),
    "a tool without a name is called": piece({"tool_calls": [{"function": {"arguments": "{"}}]}),
    "a function is called": piece({"function_call": {"name": "edit"}}, "stop"),
}
COMPLETE: dict[str, object] = {
    "stop": piece({}, "stop"),
    "vLLM's two": piece({}, "stop", stop_reason=128009),
    "vLLM's string": piece({}, "stop", stop_reason="<|im_end|>"),
    "gateway's two": piece({}, "stop", native_finish_reason="end_turn"),
    "enumeration": piece({}, "FinishReason.STOP"),
    "camel case": piece({}, "stopSequence"),
    "object": piece({}, {"type": "stop", "matched": 2}),
    "a token": piece({}, "</s>"),
    "no call, no refusal": piece({"tool_calls": [], "function_call": None, "refusal": None}, "stop"),
    "no error": piece({}, "stop", error=None) | {"error": {"code": None, "message": ""}},
    "nothing but [DONE]": piece({}),
}
FAILED: dict[str, object] = {
    "in the choice": piece({}, error={"code": 502, "message": "gone"}),
    "in the choice, with a stop": piece({}, "stop", error={"code": 502, "message": "gone"}),
    "in the delta": piece({"error": {"message": "gone"}}),
    "in the delta, a string": piece({"content": "", "error": "gone"}),
    "a status": piece({}, status="x") | {"status": "error", "message": "gone"},
    "no success": piece({}) | {"success": False, "message": "gone"},
    "named": b"event: error\n\n",
    "named, empty": b"event: error\ndata: {}\n\n",
    "aborted": b"event: abort\ndata: {}\n\n",
    "failed": b"event: response.failed\ndata: {}\n\n",
}


@pytest.mark.parametrize(
    ("event", "how"),
    [
        *(pytest.param(event, "limit", id=f"limit {name}") for name, event in LIMITED.items()),
        *(pytest.param(event, "other", id=f"other {name}") for name, event in OTHER.items()),
        *(pytest.param(event, "complete", id=f"complete {name}") for name, event in COMPLETE.items()),
    ],
)
def test_the_end_is_read_wherever_it_is_reported(event: object, how: Ending) -> None:
    assert end(piece({"content": "half"}), event) == ("half", how)


@pytest.mark.parametrize("event", FAILED.values(), ids=FAILED)
def test_an_error_is_one_wherever_it_is_reported(event: object) -> None:
    text, how = end(piece({"content": "half"}), event)
    assert (text, how) == ("half", "Overloaded")


def test_of_several_replies_one_is_read() -> None:
    def of(index: int, text: str, finish: str | None = None) -> dict[str, Any]:
        return piece({"content": text}, finish, index=index)

    both = {"choices": [*of(1, "x", "stop")["choices"], *of(0, "b")["choices"]]}
    assert end(of(0, "a"), of(1, "x", "stop"), of(0, "b", "stop")) == ("ab", "complete")
    assert end(of(0, "a"), both, of(0, "c", "length")) == ("abc", "limit")
    assert end(of(1, "a"), of(0, "x", "length"), of(1, "b", "stop")) == ("ab", "complete")
    assert end(of(0, "a"), of(1, "x", "stop")) == ("a", "Interrupted")
    assert end(of(0, "a"), piece({"content": "b"}, "stop", index=None)) == ("ab", "complete")


@pytest.mark.parametrize("word", ["stop", "STOP", "end_turn", "eos"])
def test_an_end_that_text_follows_was_none(word: str) -> None:
    reply = ReplyParser(ENDPOINT)
    for event in (piece({"content": "a"}), piece({}, word), piece({"content": "b"})):
        list(reply.feed(json.dumps(event).encode()))
    assert reply.reason is None
