"""What an endpoint says of itself, in all the ways in which servers do, or do not."""

import asyncio
import gzip
import json
from typing import Any

import pytest
from tests.clients.raw_server import Answer, Asked, answer, raw, says

from darner_clients.chat import ChatRequest, Text
from darner_clients.client import Client
from darner_clients.discovery.model_limits import ASSUMED_WINDOW, chat_models, read
from darner_clients.endpoint import Deadlines, Kind
from darner_clients.errors import EndpointError, Rejected, Unauthorised

REQUEST = ChatRequest((("user", "hi"),), 1, 20)
CHAT, MODELS = "POST /v1/chat/completions", "GET /v1/models"
SILENT = "assumed: the endpoint does not report it"
NO_LIST = "assumed: the list of models is not available"


async def hang(_: Asked, writer: asyncio.StreamWriter) -> None:
    """No answer at all."""
    await asyncio.Event().wait()
    writer.close()


async def trickle(_: Asked, writer: asyncio.StreamWriter) -> None:
    """A head, the beginning of a body, and no more."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n{")
    await writer.drain()
    await asyncio.Event().wait()


async def broken(_: Asked, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def check(
    answers: dict[str, Answer],
    window: int,
    source: str,
    *,
    model: str = "m",
    kind: Kind = "openai",
    **settings: Any,  # noqa: ANN401 - fields
) -> None:
    """The window is found, and the patch arrives whatever was said."""
    async with raw({CHAT: says("ok"), **answers}) as server:
        silent = {hang, trickle} & set(answers.values())
        quick = Deadlines(1.0 if silent else 30.0, 30.0, 30.0)
        async with Client(server.endpoint(kind=kind, deadlines=quick, **{"model": model, **settings})) as client:
            limits = await client.limits()
            async with client.stream(REQUEST) as items:
                assert [each.text async for each in items if isinstance(each, Text)] == ["ok"]
            await client.warm()
    assert (limits.window, limits.source) == (window, source)
    assert [each.body["model"] for each in server.log if each.target.endswith("/completions")] == [model]


@pytest.mark.parametrize(
    ("models", "source"),
    [
        (answer(401, {"error": {"message": "no"}}), NO_LIST),
        (answer(403, {"error": {"message": "Missing scopes: api.model.read"}}), NO_LIST),
        (answer(404, {"detail": "Not Found"}), NO_LIST),
        (answer(405, b""), NO_LIST),
        (answer(429, {"error": {"message": "slow down"}}), NO_LIST),
        (answer(500, {"error": {"message": "no"}}), NO_LIST),
        (answer(502, b"<html><title>Bad gateway</title></html>", kind="text/html"), NO_LIST),
        (answer(503, b""), NO_LIST),
        (answer(204), NO_LIST),
        (hang, NO_LIST),
        (broken, NO_LIST),
        (trickle, SILENT),
        (answer(200, b"<html>Welcome</html>", kind="text/html"), SILENT),
        (answer(200, b"ok", kind="text/plain"), SILENT),
        (answer(200, b""), SILENT),
        (answer(200, {"data": None}), SILENT),
        (answer(200, {"data": [{"id": "m"}]}), SILENT),
        (answer(200, {"data": [{"id": "other", "max_model_len": 99}]}), SILENT),
        (answer(200, {"data": [{"id": "m", "max_model_len": 0}]}), SILENT),
        (answer(200, {"data": [{"id": "m", "max_model_len": -5}]}), SILENT),
        (answer(200, {"data": [{"id": "m", "max_model_len": "many"}]}), SILENT),
        (answer(200, {"data": [{"id": "m", "max_model_len": True}]}), SILENT),
        (answer(200, {"data": [{"id": "m", "max_model_len": 10**300}]}), SILENT),
        (answer(200, b'{"data": [{"id": "m", "max_model_len": ' + b"9" * 5000 + b"}]}"), SILENT),
        (answer(200, b'{"data": [{"id": "m", "max_model_len": 1e999}]}'), SILENT),
        (answer(200, b'{"data": [{"id": "m", "max_model_len": NaN}]}'), SILENT),
        (answer(200, {"data": [{"id": "m", "max_model_len": "\u00b2"}]}), SILENT),
        (answer(200, b"[" * 100_000), SILENT),
        (answer(200, b"\x1f\x8bnonsense", Content_Encoding="gzip"), SILENT),
    ],
)
async def test_a_list_that_cannot_be_used_stops_nothing(models: Answer, source: str) -> None:
    await check({MODELS: models}, ASSUMED_WINDOW, source)


MANY = [
    {"id": f"other/model-{number}", "context_length": number, "description": "x" * 900} for number in range(1, 3000)
]


@pytest.mark.parametrize(
    ("content", "window"),
    [
        ({"data": [{"id": "m", "max_model_len": 4000}]}, 4000),
        ({"data": [{"id": "m", "max_model_len": "4000"}]}, 4000),
        ({"data": [{"id": "m", "max_model_len": 4000.0}]}, 4000),
        ([{"id": "other", "context_length": 9}, {"id": "m", "context_length": 4000}], 4000),
        ({"models": [{"name": "models/m", "inputTokenLimit": 4000, "outputTokenLimit": 99}]}, 4000),
        ({"data": {"m": {"context_window": 4000}}}, 4000),
        ({"result": [{"name": "m", "context_length": 4000}]}, 4000),
        ({"data": [{"id": "m", "context_length": 9000, "top_provider": {"context_length": 4000}}]}, 4000),
        ({"data": [{"id": "m", "context_length": 4000, "top_provider": {"context_length": None}}]}, 4000),
        ([{"id": "m", "limits": {"max_input_tokens": 4000, "max_output_tokens": 99}}], 4000),
        ({"data": [{"id": "m", "capabilities": {"limits": {"max_context_window_tokens": 4000}}}]}, 4000),
        ({"data": [{"model_name": "m", "model_info": {"max_input_tokens": 4000}}]}, 4000),
        ({"data": [{"id": "m", "metadata": {"context_length": 4000, "max_tokens": 9}}]}, 4000),
        ({"data": [{"id": "m", "meta": {"n_ctx": 4000, "n_ctx_train": 9000}}]}, 4000),
        ({"data": [{"id": "m", "max_context_length": 9000, "loaded_context_length": 4000}]}, 4000),
        ({"data": [{"id": "alias", "root": "m", "max_model_len": 4000}]}, 4000),
        ({"data": [*MANY, {"id": "m", "context_length": 4000}]}, 4000),
    ],
)
async def test_windows_in_every_list(content: object, window: int) -> None:
    await check({MODELS: answer(200, content)}, window, "/v1/models")
    packed = gzip.compress(json.dumps(content).encode())
    await check({MODELS: answer(200, packed, Content_Encoding="gzip")}, window, "/v1/models")


PLAIN = answer(200, {"data": [{"id": "m"}]})
SHOW = {"model_info": {"general.architecture": "qwen2", "qwen2.context_length": 32768}, "parameters": 'stop "x"'}


@pytest.mark.parametrize(
    ("answers", "window", "source"),
    [
        ({"GET /api/ps": {"models": [{"name": "m", "model": "m", "context_length": 4096}]}}, 4096, "/api/ps"),
        ({"GET /api/ps": {"models": [{"name": "m:latest", "context_length": 6000}]}}, 6000, "/api/ps"),
        ({"GET /api/ps": {"models": []}, "POST /api/show": SHOW}, 4096, "Ollama's own default: the model is not loaded"),
        ({"GET /api/ps": {"models": [{"name": "other", "context_length": 99}]}, "POST /api/show": SHOW}, 4096,
         "Ollama's own default: the model is not loaded"),
        ({"GET /api/ps": {"models": []}, "POST /api/show": {**SHOW, "parameters": "num_ctx    16384\ntop_k 3"}}, 16384,
         "/api/show"),
        ({"GET /api/ps": {"models": []}, "POST /api/show": {**SHOW, "parameters": "num_ctx 65536"}}, 32768, "/api/show"),
        ({"GET /api/ps": {"models": []}, "POST /api/show": {"model_info": {"x.context_length": 2048}}}, 2048,
         "Ollama's own default: the model is not loaded"),
        ({"GET /api/ps": {"models": []}}, ASSUMED_WINDOW, SILENT),
        ({"GET /api/v0/models": {"data": [{"id": "m", "max_context_length": 9000, "loaded_context_length": 4096}]}}, 4096,
         "/api/v0/models"),
        ({"GET /api/v0/models": {"data": [{"id": "m", "state": "not-loaded", "max_context_length": 9000}]}}, 9000,
         "/api/v0/models"),
        ({"GET /info": {"model_id": "x", "max_input_tokens": 3000, "max_total_tokens": 4000}}, 4000, "/info"),
        ({}, ASSUMED_WINDOW, SILENT),
    ],
)  # fmt: skip  # a row each
async def test_servers_of_ones_own_are_asked_for_the_true_window(
    answers: dict[str, object], window: int, source: str
) -> None:
    await check({MODELS: PLAIN, **{path: answer(200, said) for path, said in answers.items()}}, window, source)


async def test_a_window_in_the_settings_needs_no_such_question() -> None:
    async with raw({MODELS: PLAIN}) as server, Client(server.endpoint(model="m", window=5000)) as client:
        await client.warm()
        assert (await client.limits()).window == 5000
    assert server.asked == ["GET /v1/models"]


# -- no model is named


def models(*rows: object) -> Answer:
    return answer(200, {"data": [{"id": row} if isinstance(row, str) else row for row in rows]})


@pytest.mark.parametrize(
    ("listed", "name"),
    [
        (models("only"), "only"),
        (models({"id": "only", "max_model_len": 4000}), "only"),
        (models("only", "text-embedding-nomic-embed-text-v1.5"), "only"),
        (models("whisper-1", "tts-1", "dall-e-3", "bge-m3", "only", "omni-moderation-latest"), "only"),
        (models({"id": "e5", "type": "embeddings"}, {"id": "only", "type": "llm"}), "only"),
        (models({"id": "a", "state": "not-loaded"}, {"id": "only", "state": "loaded"}), "only"),
        (models({"id": "only", "root": "x"}, {"id": "alias", "root": "x"}), "only"),
        (models({"id": "only", "root": "x"}, {"id": "lora", "root": "y", "parent": "only"}), "only"),
        (answer(200, ["only"]), "only"),
        (answer(200, [{"id": "only"}]), "only"),
        (answer(200, {"models": [{"name": "only"}]}), "only"),
    ],
)
async def test_the_one_model_that_is_served_is_meant(listed: Answer, name: str) -> None:
    async with raw({CHAT: says("ok"), MODELS: listed}) as server, Client(server.endpoint(model="")) as client:
        async with client.stream(REQUEST) as items:
            assert [each.text async for each in items if isinstance(each, Text)] == ["ok"]
        assert (await client.limits()).model == name
    assert server.log[-1].body["model"] == name


@pytest.mark.parametrize(
    ("listed", "kind", "said"),
    [
        (
            models("a", "b"),
            Rejected,
            "the settings name no model, and it serves a, b; set model of 'it' to one of them",
        ),
        (models(*"abcdefgh"), Rejected, "it serves a, b, c, d, e, f and 2 more; set model of 'it' to one of them"),
        (models("bge-m3"), Rejected, "the settings name no model, and its list of models contains none that can chat"),
        (models(), Rejected, "the settings name no model, and its list of models contains none that can chat"),
        (answer(404, {"detail": "Not Found"}), Rejected, "its list of models is not available (not found: Not Found)"),
        (answer(401, {"error": "wrong key"}), Unauthorised, "not allowed: wrong key; no key was sent"),
        (answer(500, {"error": "out of order"}), EndpointError, "failed (500): out of order"),
        (answer(200, b"<html>hello</html>", kind="text/html"), Rejected, "set model of 'it'"),
    ],
)
async def test_where_no_one_model_can_be_meant_it_is_said(listed: Answer, kind: type[EndpointError], said: str) -> None:
    async with raw({CHAT: says("ok"), MODELS: listed}) as server, Client(server.endpoint(model="")) as client:
        for ask in (client.limits, client.warm):
            with pytest.raises(kind) as caught:
                await ask()
            assert said in str(caught.value)
    assert CHAT not in server.asked


@pytest.mark.parametrize(
    "content", ["null", "3", '"x"', "[]", "{}", "[null, 3]", '{"data": 3}', '{"data": [[]]}', '{"data": [{"id": 3}]}']
)
def test_lists_that_are_none(content: str) -> None:
    assert (read(json.loads(content), "m", "there"), chat_models(json.loads(content))) == (None, ())
