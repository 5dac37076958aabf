"""Streams as servers and what lies before them really send them."""

import asyncio
import gzip
import json
import zlib
from typing import Any

import pytest
from tests.clients.raw_server import Asked, answer, chunk, event, raw, stream

from darner_clients.chat import ChatRequest, Finish, Reasoning, Text
from darner_clients.client import Client
from darner_clients.endpoint import Deadlines
from darner_clients.errors import EndpointError, Interrupted, Late, Malformed, Overloaded

REQUEST = ChatRequest((("user", "hi"),), 1, 20)
CHAT = "POST /v1/chat/completions"
TEXT = "def grüße():\n    return '🎈'\n"
PIECES = [event(chunk(TEXT[at : at + 5])) for at in range(0, len(TEXT), 5)]
STOP, DONE = event(chunk(finish="stop")), event(b"[DONE]")
WHOLE = [*PIECES, STOP, DONE]
MESSAGE = {"choices": [{"index": 0, "message": {"role": "assistant", "content": TEXT}, "finish_reason": "stop"}]}
LINES = b"".join(json.dumps(each).encode() + b"\n" for each in (*map(chunk, TEXT), chunk(finish="stop")))


def delta(**fields: object) -> bytes:
    return event({"choices": [{"index": 0, "delta": fields, "finish_reason": None}]})


async def items_of(sent: Any, **settings: Any) -> list[Text | Reasoning | Finish]:  # noqa: ANN401 - an answer, fields
    async with (
        raw({CHAT: sent}) as server,
        Client(server.endpoint(**settings)) as client,
        client.stream(REQUEST) as items,
    ):
        return [item async for item in items]


async def check(sent: Any, *, thought: str = "", reason: str = "stop", **settings: Any) -> None:  # noqa: ANN401 - as above
    """The text arrives, whole and with its end."""
    items = await items_of(sent, **settings)
    assert "".join(each.text for each in items if isinstance(each, Text)) == TEXT
    assert "".join(each.text for each in items if isinstance(each, Reasoning)) == thought
    finish = items[-1]
    assert isinstance(finish, Finish)
    assert finish.reason == reason


FORMS: dict[str, bytes] = {
    "as it should be": stream(*WHOLE),
    "one chunk": stream(b"".join(WHOLE)),
    "[DONE] with a blank": stream(*PIECES, STOP, b"data: [DONE] \n\n"),
    "[DONE] with a CR": stream(*PIECES, STOP, b"data: [DONE]\r\n\r\n"),
    "[DONE] without a blank": stream(*PIECES, STOP, b"data:[DONE]\n\n"),
    "[DONE] without its empty line": stream(*PIECES, STOP, b"data: [DONE]"),
    "[DONE] twice": stream(*WHOLE, DONE),
    "no [DONE]": stream(*PIECES, STOP),
    "empty data": stream(b"data: \n\n", *(each + b"data:\n\n" for each in WHOLE)),
    "comments": stream(b": OPENROUTER PROCESSING\n\n", *(b": ping\n\n" + each for each in WHOLE)),
    "comments as data": stream(b"data: : OPENROUTER PROCESSING\n\n", *(b"data: :\n\n" + each for each in WHOLE)),
    "signs of life": stream(b"data: ping\n\ndata: keep-alive\n\ndata: null\n\ndata: {}\n\ndata: []\n\n", *WHOLE),
    "named signs of life": stream(b'event: ping\ndata: {"type": "ping"}\n\n', *WHOLE),
    "a comment at the beginning only": stream(b":ok\n\n", *WHOLE),
    "a byte order mark": stream(b"\xef\xbb\xbf", *WHOLE),
    "blank lines first": stream(b"\n\r\n\n", *WHOLE),
    "wrapped twice": stream(*(b"data: " + each for each in WHOLE)),
    "one line end between events": stream(*(each.replace(b"\n\n", b"\n") for each in WHOLE), b"\n"),
    "ids and names": stream(*(b"id: 7\nevent: message\nretry: 5\n" + each for each in WHOLE)),
    "two objects in one event": stream(event(PIECES[0][6:-2] + PIECES[1][6:-2]), *PIECES[2:], STOP, DONE),
    "a list of objects": stream(event(b"[" + b",".join(each[6:-2] for each in PIECES) + b"]"), STOP, DONE),
    "called JSON": stream(*WHOLE, kind="application/json; charset=utf-8"),
    "called a page": stream(*WHOLE, kind="text/html"),
    "called text": stream(*WHOLE, kind="text/plain"),
    "called x-ndjson": stream(*WHOLE, kind="application/x-ndjson"),
    "called octets": stream(*WHOLE, kind="application/octet-stream"),
    "called nothing": stream(*WHOLE, kind=""),
    "201": stream(*WHOLE, status=201),
    "202": stream(*WHOLE, status=202),
    "gzip": stream(gzip.compress(b"".join(WHOLE)), Content_Encoding="gzip"),
    "gzip, in pieces": stream(*(bytes([each]) for each in gzip.compress(b"".join(WHOLE))), Content_Encoding="gzip"),
    "gzip, a member an event": stream(*map(gzip.compress, WHOLE), Content_Encoding="GZIP"),
    "deflate": stream(zlib.compress(b"".join(WHOLE)), Content_Encoding="deflate"),
    "gzip, and nothing says so": stream(gzip.compress(b"".join(WHOLE))),
    "gzip in pieces, and nothing says so": stream(*(bytes([each]) for each in gzip.compress(b"".join(WHOLE)))),
    "called gzip and is not": stream(*WHOLE, Content_Encoding="gzip"),
    "packed as none": stream(*WHOLE, Content_Encoding="none"),
    "packed as utf-8": stream(*WHOLE, Content_Encoding="utf-8"),
    "lines of JSON": stream(LINES, kind="application/x-ndjson"),
    "lines of JSON, called a stream": stream(*(bytes([each]) for each in LINES)),
    "one object": answer(200, MESSAGE),
    "one object, called a stream": answer(200, MESSAGE, kind="text/event-stream"),
    "one object over many lines": answer(200, json.dumps(MESSAGE, indent=2).encode()),
    "one object, packed": answer(200, gzip.compress(json.dumps(MESSAGE).encode()), Content_Encoding="gzip"),
    "one object, 201": answer(201, MESSAGE),
    "content as parts": stream(*(delta(content=[{"type": "text", "text": each}]) for each in TEXT), STOP, DONE),
    "content as an object": stream(*(delta(content={"type": "text", "text": each}) for each in TEXT), STOP, DONE),
    "content as parts of strings": stream(*(delta(content=[each, ""]) for each in TEXT), STOP, DONE),
    "pictures among the parts": stream(delta(content=[{"type": "image_url", "image_url": {"url": "x"}}]), *WHOLE),
    "null where text could be": stream(delta(content=None, reasoning=None, tool_calls=None, refusal=None), *WHOLE),
    "the whole message once more": stream(
        *PIECES, event({"choices": [{"delta": {}, "message": {"content": TEXT}, "finish_reason": "stop"}]}), DONE
    ),
    "a stop at every piece": stream(*(each.replace(b"null", b'"stop"') for each in PIECES), DONE),
    "null as a word": stream(*(each.replace(b"null", b'"null"') for each in PIECES), STOP, DONE),
    "filters of content": stream(event({"choices": [], "prompt_filter_results": [{"x": 1}]}), *WHOLE),
    "absurd numbers": stream(event({"choices": [], "time_info": {"queue_time": 10**400}, "usage": {"prompt_tokens": 10**400}}),
                             *WHOLE),
}  # fmt: skip  # a row each


@pytest.mark.parametrize("form", FORMS)
async def test_a_reply_in_every_form(form: str) -> None:
    await check(FORMS[form])


@pytest.mark.parametrize(
    "fields",
    [
        {"reasoning": "hm"},
        {"reasoning_content": "hm"},
        {"reasoning": {"content": "hm"}},
        {"reasoning": {"text": "hm"}},
        {"reasoning": [{"type": "reasoning.text", "text": "hm"}]},
        {"reasoning_content": ["h", "m"]},
        {"content": [{"type": "thinking", "thinking": "hm"}]},
        {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]},
        {"content": {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]}},
        {"content": "", "reasoning": "hm"},
        {"content": [{"text": "hm", "thought": True}]},
        {"reasoning_text": "hm"},
        {"thinking": "hm"},
        {"thoughts": ["h", "m"]},
        {"thinking_content": "hm", "content": None},
        {"reasoning_details": [{"type": "reasoning.text", "text": "hm"}]},
        {"reasoning_details": [{"type": "reasoning.encrypted", "data": "x"}], "thinking": "hm"},
        {"thinking_blocks": [{"type": "thinking", "thinking": "hm", "signature": "x"}]},
        {"analysis": "hm", "role": "assistant"},
    ],
)
async def test_thoughts_in_every_form_are_no_text(fields: dict[str, object]) -> None:
    await check(stream(delta(**fields), *WHOLE), thought="hm")


async def test_a_bad_byte_costs_a_character() -> None:
    broken = event(chunk("a?b")).replace(b"?", b"\xe2\x28")
    items = await items_of(stream(broken, STOP, DONE))
    assert "".join(each.text for each in items if isinstance(each, Text)) == "a\ufffd(b"


# -- a reply that is complete, and what may happen then


def then(*parts: bytes, end: str) -> Any:  # noqa: ANN401 - an answer
    """These parts, and then an end that no stream should have."""

    async def serve(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(stream(*parts, end=b""))
        await writer.drain()
        match end:
            case "closed":
                writer.close()
            case "silence":
                await asyncio.Event().wait()
            case _:
                writer.write(end.encode())
                writer.close()

    return serve


ENDS = ("closed", "silence", "zz\r\nno chunk", "10\r\nshort")


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("reason", ["stop", "length", "content_filter"])
async def test_what_happens_to_a_complete_reply_does_not_matter(
    end: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("darner_clients.wire.response_stream.SETTLE", 0.05)
    last = event(chunk(finish=reason))
    await check(then(*PIECES, last, end=end), reason=reason, deadlines=Deadlines(5.0, 5.0, 5.0))


REASONS = ("stop", "end_turn", "length", "FINISH_REASON_UNSPECIFIED", "unknown", "none", "not_finished")


def slowly(*parts: bytes, end: str) -> Any:  # noqa: ANN401 - an answer
    """Each part by itself; a connection that is left open or breaks off where `end` says so."""

    async def serve(_: Asked, writer: asyncio.StreamWriter) -> None:
        for at, part in enumerate(parts):
            sent = stream(part, end=b"")
            writer.write(sent if at == 0 else sent.partition(b"\r\n\r\n")[2])
            await writer.drain()
            await asyncio.sleep(0.01)
        if end == "silence":
            await asyncio.Event().wait()
        writer.write(b"zz\r\n" if end == "broken" else b"0\r\n\r\n")
        writer.close()

    return serve


@pytest.mark.parametrize("end", ["", "broken", "silence"])
@pytest.mark.parametrize("reason", REASONS)
async def test_a_reason_at_every_piece_is_no_end(reason: str, end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("darner_clients.wire.response_stream.SETTLE", 0.0)
    begun = [each.replace(b"null", f'"{reason}"'.encode()) for each in PIECES]
    await check(slowly(*begun, STOP, end=end), deadlines=Deadlines(5.0, 5.0, 5.0))
    await check(slowly(*begun, DONE, end=end), reason=reason if REASONS.index(reason) < 3 else "stop")
    if end:
        with pytest.raises((Interrupted, Late)):
            await items_of(slowly(*begun[:-2], end=end), deadlines=Deadlines(5.0, 0.3, 0.3))


@pytest.mark.parametrize("sign", [b": ping\n\n", b"\n", event({"choices": []}), b"data: \n\n"])
async def test_signs_of_life_behind_a_complete_reply_end_with_it(sign: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("darner_clients.wire.response_stream.SETTLE", 0.05)

    async def serve(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(stream(*PIECES, STOP, end=b""))
        while not writer.is_closing():
            writer.write(stream(sign, end=b"").partition(b"\r\n\r\n")[2])
            await writer.drain()
            await asyncio.sleep(0.01)

    await check(serve, deadlines=Deadlines(5.0, 5.0, 5.0))


@pytest.mark.parametrize(
    "junk",
    [
        b"data: {cut",
        b"data: nonsense\n\n",
        b"<html>\n\n",
        b"data: 3\n\n",
        event({"error": {"message": "late"}}),
        b"\xff" * 9,
    ],
)
async def test_junk_behind_a_complete_reply_does_not_matter(junk: bytes) -> None:
    await check(stream(*PIECES, STOP, junk))


async def test_one_object_that_is_complete_when_the_connection_breaks() -> None:
    await check(then(json.dumps(MESSAGE).encode(), end="closed"))


@pytest.mark.parametrize("end", ENDS)
async def test_a_reply_that_is_not_complete_is_not_taken_for_one(end: str) -> None:
    with pytest.raises((Interrupted, Late)) as caught:
        await items_of(then(*PIECES, end=end), deadlines=Deadlines(5.0, 0.3, 0.3))
    assert caught.value.started
    going_on = event(chunk("and on", finish=None))
    with pytest.raises((Interrupted, Late)):
        await items_of(then(*PIECES, STOP, going_on, end=end), deadlines=Deadlines(5.0, 0.3, 0.3))
    with pytest.raises(EndpointError):
        await items_of(then(json.dumps(MESSAGE).encode()[:-9], end=end), deadlines=Deadlines(5.0, 0.3, 0.3))


# -- an error in a 200

WORDS = "the hamster is asleep"


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (stream(b"event: error\n" + event({"message": WORDS})), Overloaded),
        (stream(b"event: error\n" + event({"error": {"message": WORDS}, "message": "x"})), Overloaded),
        (stream(b"event:error\ndata: " + WORDS.encode() + b"\n\n"), Overloaded),
        (stream(b"data: " + WORDS.encode() + b"\n\n"), Malformed),
        (stream(event({"error": WORDS})), Overloaded),
        (stream(event({"error": {"message": WORDS, "code": 502}}), DONE), Overloaded),
        (stream(event({"detail": WORDS})), Overloaded),
        (stream(event({"code": 500, "msg": WORDS}), DONE), Overloaded),
        (stream(event([{"error": {"message": WORDS}}])), Overloaded),
        (stream(WORDS.encode()), Overloaded),
        (answer(200, WORDS.encode(), kind="text/plain"), Overloaded),
        (answer(200, {"detail": WORDS}), Overloaded),
        (answer(200, {"message": WORDS}), Overloaded),
        (answer(200, {"msg": WORDS, "code": "x"}), Overloaded),
        (answer(200, {"error": {"message": WORDS}}), Overloaded),
        (answer(200, [{"error": {"message": WORDS}}]), Overloaded),
        (answer(200, gzip.compress(json.dumps({"error": WORDS}).encode()), Content_Encoding="gzip"), Overloaded),
        (answer(200, f"<html><title>{WORDS}</title></html>".encode(), kind="text/html"), Malformed),
        (answer(200, f"<!doctype html><h1>{WORDS}</h1>".encode(), kind="text/event-stream"), Malformed),
        (answer(201, {"error": {"message": WORDS}}), Overloaded),
    ],
)
async def test_an_error_under_a_200_is_told_in_its_own_words(sent: bytes, kind: type[EndpointError]) -> None:
    with pytest.raises(kind) as caught:
        await items_of(sent)
    assert WORDS in caught.value.message
    assert not set(str(caught.value)) & set("{}[]<>")


async def test_no_word_of_an_endpoint_holds_its_key() -> None:
    key = "sk-test-4e81c07a9b35d2"
    said = f"I will not tell {key}"
    (finish,) = await items_of(stream(delta(refusal=said), event(chunk(finish=f"no_{key}")), DONE), api_key=key)
    assert isinstance(finish, Finish)
    assert (finish.refusal, finish.reason) == ("I will not tell …", "no_…")


@pytest.mark.parametrize(
    "said",
    [
        event({"detail": WORDS}),
        event({"message": WORDS, "code": 500}),
        event({"code": 20012, "msg": WORDS}),
        event({"success": False, "message": WORDS}),
        event({"errors": [{"message": WORDS}]}),
        event({"statusCode": 500, "message": WORDS}),
        event({"base_resp": {"status_code": 1002, "status_msg": WORDS}, "choices": None}),
        event(
            {"choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "error", "error": {"message": WORDS}}]}
        ),
        b'error: {"code": 500, "message": "' + WORDS.encode() + b'"}\n\n',
        json.dumps({"error": {"message": WORDS}}).encode() + b"\n\n",
        WORDS.encode() + b"\n\n",
        f"<html><h1>{WORDS}</h1></html>\n\n".encode(),
        b"event: error\ndata: " + WORDS.encode() + b"\n\n",
    ],
)
@pytest.mark.parametrize("last", [DONE, b""])
@pytest.mark.parametrize("begun", [PIECES, []])
async def test_an_error_in_a_stream_is_no_end_of_a_reply(said: bytes, last: bytes, begun: list[bytes]) -> None:
    with pytest.raises(EndpointError) as caught:
        await items_of(stream(*begun, said, last))
    assert (WORDS in caught.value.message, caught.value.started) == (True, bool(begun))


@pytest.mark.parametrize(
    "beside",
    [
        event({"status": "in progress", "message": WORDS}),
        event({"object": "usage", "status": "completed"}),
        event({"code": 0, "message": "all is well"}),
        event({"base_resp": {"status_code": 0, "status_msg": "all is well"}}),
        event({"success": True, "detail": "all is well"}),
        b"event: ping\ndata: {}\n\n",
        b"x-trace: 7\n\n",
    ],
)
async def test_what_is_said_beside_a_reply_that_goes_on_is_no_error(beside: bytes) -> None:
    await check(stream(PIECES[0], beside, *PIECES[1:], STOP, DONE))


async def test_an_error_after_the_first_hunk_is_no_end() -> None:
    with pytest.raises(Overloaded) as caught:
        await items_of(stream(*PIECES, b"event: error\n" + event({"message": WORDS}), DONE))
    assert caught.value.started
