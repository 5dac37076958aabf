"""An endpoint's own words, whatever they come in."""

import gzip
import json
import zlib

import pytest

from darner_clients.endpoint import Endpoint
from darner_clients.refusals.refusal import from_response

ENDPOINT = Endpoint("fast", "openai", "https://api.example/v1", "m", api_key="key-9f27c1", secrets=("blue-31f9ac47",))
WORDS = "the café's cache is full"


def check(body: bytes, *expected: str, status: int = 400) -> None:
    """These words are told, and nothing of what they came in."""
    message = from_response(ENDPOINT, status, {}, body).message
    assert [each for each in expected if each not in message] == [], message
    assert not set(message) & set("{}[]<>\\\x1b"), message
    assert len(message) < 350


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": WORDS, "type": "invalid_request_error", "param": None, "code": None}},
        {"error": WORDS},
        {"error": True, "message": WORDS},
        {"error": {"code": 400, "message": WORDS, "status": "INVALID_ARGUMENT", "details": [{"@type": "x"}]}},
        [{"error": {"code": 400, "message": WORDS, "status": "INVALID_ARGUMENT"}}],
        {"object": "error", "message": WORDS, "type": "BadRequestError", "code": 400},
        {"detail": WORDS},
        {"detail": {"error": WORDS}},
        {"detail": [{"type": "missing", "loc": ["body", "x"], "msg": WORDS, "input": {"a": [1]}}]},
        {"message": {"detail": [{"type": "extra_forbidden", "loc": ["body"], "msg": WORDS}]}},
        {"fault": {"faultstring": WORDS, "detail": {"errorcode": "policies.ratelimit"}}},
        {"code": 20012, "msg": WORDS, "data": None},
        {"code": 20012, "message": WORDS, "data": None},
        {"statusCode": 400, "message": WORDS},
        {"statusCode": 400, "message": [WORDS, "and more"], "error": "Bad Request"},
        {"timestamp": "x", "status": 400, "error": "Bad Request", "message": WORDS, "path": "/v1"},
        {"error": "invalid_request", "error_description": WORDS},
        {"type": "about:blank", "title": "Bad", "status": 400, "detail": WORDS},
        {"title": "Wrong", "errors": {"messages": [WORDS]}},
        {"success": False, "errors": [{"code": 7003, "message": WORDS}], "messages": [], "result": None},
        {"errors": [WORDS]},
        {"__type": "ValidationException", "message": WORDS},
        {"Message": WORDS},
        {"errorMessage": WORDS, "errorType": "X"},
        {"error_msg": WORDS, "error_code": 17},
        {"base_resp": {"status_code": 1004, "status_msg": WORDS}},
        {"error": {"message": "Provider returned error", "code": 400,
                   "metadata": {"raw": json.dumps({"error": {"message": WORDS}}), "provider_name": "P"}}},
        {"error": {"message": "Provider returned error", "metadata": {"raw": WORDS}}},
        {"error": {"message": json.dumps({"error": {"message": WORDS}})}},
        {"error": {"message": f"litellm.BadRequestError: X - Error code: 400 - {{'error': {{'message': \"{WORDS}\"}}}}"}},
        {"error": {"message": "litellm.APIError: b'" + json.dumps({"error": {"message": WORDS}}) + "'"}},
        {"message": "[{'type': 'missing', 'loc': ('body',), 'msg': \"" + WORDS + "\", 'input': {'a': 1}}]"},
        json.dumps({"error": {"message": WORDS}}),
        WORDS,
        {"outer": {"inner": {"why": WORDS}}},
        {"error": {"error": {"error": {"message": WORDS}}}},
        {"response": {"error": {"message": WORDS}}},
        {"error": {"message": f"\x1b[31m{WORDS}\x07\u202e", "type": "x"}},
        {"error": {"message": f"<b>{WORDS}</b>"}},
    ],
)  # fmt: skip  # bodies as they come
def test_every_shape_of_json(body: object) -> None:
    for text in (json.dumps(body), json.dumps(body, ensure_ascii=False)):
        check(text.encode(), WORDS)


@pytest.mark.parametrize(
    "body",
    [
        f"<html>\r\n<head><title>{WORDS}</title></head>\r\n<body><center><h1>x</h1></center></body></html>",
        f"<!DOCTYPE html><html><head><style>a {{}}</style><script>let a = 1 < 2;</script></head><h1>{WORDS}</h1>",
        f"<html><body><p>{WORDS}</p></body></html>",
        f"<?xml version='1.0'?><Error><Code>X</Code><Message>{WORDS}</Message></Error>",
        f"<title>{WORDS.replace(chr(39), '&#39;')}</title>",
        WORDS,
        f"  {WORDS}\r\n",
        f"data: {json.dumps({'error': {'message': WORDS}})}\n\n",
        f"event: error\ndata: {json.dumps({'message': WORDS})}\n\n",
        '{"error": {"message": "' + WORDS,
    ],
)
@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "gzip", "deflate"])
def test_every_shape_of_text(body: str, coding: str) -> None:
    match coding:
        case "gzip":
            check(gzip.compress(body.encode()), WORDS, status=502)
        case "deflate":
            check(zlib.compress(body.encode()), WORDS, status=502)
        case _:
            check(body.encode(coding), WORDS, status=502)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"null", b"3", b'""', b"\x00\x01\x02" * 50, b"\x1f\x8bnonsense", b'{"error": {}}']
)
def test_no_words_at_all(body: bytes) -> None:
    assert from_response(ENDPOINT, 400, {}, body).message == "rejected (400): the endpoint gave no reason"


def test_no_key_is_in_the_words() -> None:
    said = {"error": {"message": f"key-9f27c1 and blue-31f9ac47 and sk-{'x' * 20}"}}
    assert from_response(ENDPOINT, 400, {}, json.dumps(said).encode()).message == "rejected (400): … and … and …"


@pytest.mark.parametrize(
    "body",
    [b"x" * 9_000_000, b"a <b " * 900_000, b"<html>" + b"<h1>" * 900_000, b"<html>" + b"<script" * 900_000, b"{" * 900_000,
     b"<title>" * 900_000, gzip.compress(b"<h1>x" * 3_000_000), json.dumps({"error": "<h1>{" * 50_000}).encode()],
)  # fmt: skip  # a row each
def test_what_has_no_end_is_looked_at_from_its_beginning(body: bytes) -> None:
    assert len(from_response(ENDPOINT, 502, {}, body).message) < 350
