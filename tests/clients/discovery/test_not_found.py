"""A wrong address, a wrong model, an endpoint that has moved: what is told of them."""

from typing import Any

import pytest
from tests.clients.raw_server import Answer, answer, raw, says

from darner_clients.chat import ChatRequest, Text
from darner_clients.client import Client
from darner_clients.errors import EndpointError, Malformed, Rejected, Unauthorised

REQUEST = ChatRequest((("user", "hi"),), 1, 20)
LIST = answer(200, {"object": "list", "data": [{"id": "m"}, {"id": "n"}]})
PAGE = answer(200, b"<!doctype html><html><title>Open WebUI</title></html>", kind="text/html")
KEY = answer(401, {"error": {"message": "Missing key"}})


async def said_of(
    answers: dict[str, Answer],
    path: str,
    model: str = "m",
    **settings: Any,  # noqa: ANN401 - fields
) -> tuple[str, str, list[str]]:
    """(what a request fails with, the server's address, what was asked)."""
    async with raw(answers) as server, Client(server.endpoint(path=path, model=model, **settings)) as client:
        with pytest.raises(EndpointError) as caught:
            async with client.stream(REQUEST) as items:
                assert [item async for item in items] == []
    return str(caught.value), server.url, server.asked


@pytest.mark.parametrize(
    ("path", "answers", "right"),
    [
        ("", {"GET /v1/models": LIST}, "/v1"),
        ("/v1/v1", {"GET /v1/models": LIST}, "/v1"),
        ("/v2", {"GET /v1/models": LIST}, "/v1"),
        ("/api", {"GET /v1/models": LIST}, "/v1"),
        ("/api", {"GET /api/v1/models": LIST}, "/api/v1"),
        ("/v1", {"GET /api/v1/models": LIST}, "/api/v1"),
        ("/v1", {"GET /openai/v1/models": LIST}, "/openai/v1"),
        ("/openai", {"GET /openai/v1/models": LIST}, "/openai/v1"),
        ("", {"GET /v1/models": KEY}, "/v1"),
        ("", {"POST /chat/completions": PAGE, "GET /models": PAGE, "GET /v1/models": LIST}, "/v1"),
        ("", {"POST /chat/completions": answer(405, b"<html><title>405 Not Allowed</title></html>"), "GET /v1/models": LIST},
         "/v1"),
        ("", {"POST /chat/completions": answer(200, {"error": "Unexpected endpoint or method. (POST /chat/completions)"}),
              "GET /v1/models": LIST}, "/v1"),
        ("", {"POST /chat/completions": answer(200, {"error": "no such route"}), "GET /v1/models": LIST}, "/v1"),
        ("", {"POST /chat/completions": answer(302, Location="/login"), "GET /v1/models": LIST}, "/v1"),
        ("/v1/v1", {"POST /v1/v1/chat/completions": answer(301, Location="https://a.example/"), "GET /v1/models": LIST}, "/v1"),
        ("/api", {"POST /api/chat/completions": answer(301, Location="https://a.example/"), "GET /v1/models": LIST}, "/v1"),
        ("/v1/", {"POST /v1/chat/completions": answer(404, b"404 page not found", kind="text/plain"),
                  "GET /api/v1/models": LIST}, "/api/v1"),
    ],
)  # fmt: skip  # a row each
async def test_the_right_address_on_the_same_host_is_found(path: str, answers: dict[str, Answer], right: str) -> None:
    said, url, asked = await said_of(answers, path)
    assert said.endswith(f'; write base_url = "{url}{right}"'), said
    assert len(asked) <= 6


async def test_who_hears_of_a_page_in_mid_stream_hears_what_is_behind_it() -> None:
    async with raw({"POST /chat/completions": PAGE, "GET /v1/models": LIST}) as server:
        endpoint = server.endpoint(path="")
        async with Client(endpoint) as client, client.stream(REQUEST) as items:
            with pytest.raises(Malformed) as caught:
                await anext(items)
    assert caught.value.advice.endswith('/v1"')


async def test_where_none_is_found_v1_is_named() -> None:
    said, _, asked = await said_of({}, "/llm")
    assert said == "not found: Not Found; check base_url: it has no /v1 at its end, where most servers answer"
    assert len(asked) == 6
    said, _, _ = await said_of({}, "/v1")
    assert said == "not found: Not Found; check base_url and that it serves the model 'm'"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, {"error": {"message": "The model `x` does not exist", "code": "model_not_found"}}),
        (404, {"error": {"message": 'model "x" not found, try pulling it first'}}),
        (404, {"object": "error", "message": "The model `x` does not exist.", "code": 404}),
        (404, {"detail": "Not Found"}),
        (400, {"error": {"message": "Invalid model: x"}}),
        (400, {"error": {"message": "Model Not Exist"}}),
        (422, {"error": {"message": "the model is unknown"}}),
        (400, {"error": {"message": "model 'x' is not loaded"}}),
        (410, {"error": {"message": "x has been shut down"}}),
        (422, {"detail": "unknown model x"}),
    ],
)
async def test_a_model_that_is_not_there_is_told_with_those_that_are(status: int, words: object) -> None:
    answers: dict[str, Answer] = {"POST /v1/chat/completions": answer(status, words), "GET /v1/models": LIST}
    said, _, asked = await said_of(answers, "/v1", model="x")
    assert said == "it does not serve the model 'x'; it has m, n"
    assert len(asked) == 2


async def test_a_list_that_repeats_the_key_is_told_without_it() -> None:
    key = "sk-test-4e81c07a9b35d2"
    for names in ([key, "m"], [f"a-{key.encode().hex()}", "m"]):
        listed = answer(200, {"data": [{"id": name} for name in names]})
        answers: dict[str, Answer] = {
            "POST /v1/chat/completions": answer(404, {"error": "no"}),
            "GET /v1/models": listed,
        }
        for model in ("x", ""):
            said, _, _ = await said_of(answers, "/v1", model=model, api_key=key)
            assert "…" in said
            assert not any(each in said for each in (key, key.encode().hex()))


@pytest.mark.parametrize("status", [400, 401, 404, 422, 429, 500])
async def test_what_is_no_question_of_address_or_model_is_left_as_it_is(status: int) -> None:
    answers: dict[str, Answer] = {
        "POST /v1/chat/completions": answer(status, {"error": "the cat sleeps"}),
        "GET /v1/models": LIST,
    }
    said, _, _ = await said_of(answers, "/v1")
    assert "the cat sleeps" in said
    assert "it has" not in said


# -- redirections


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize(
    "place", ["/v2/chat/completions", "chat", "?again=1", "{url}/v2/chat/completions", "//{host}/v2/chat/completions"]
)
async def test_a_redirection_on_the_same_host_is_followed(status: int, place: str) -> None:
    async with raw({}) as server:
        location = place.format(url=server.url, host=server.url.removeprefix("http://"))
        server.answers |= {
            "POST /v1/chat/completions": answer(status, Location=location),
            "POST /v2/chat/completions": says("ok"),
            "POST /v1/chat/chat": says("ok"),
        }
        if place == "?again=1":
            return await check_circle(server.url, server.answers)
        async with Client(server.endpoint(api_key="sk-1")) as client, client.stream(REQUEST) as items:
            assert [each.text async for each in items if isinstance(each, Text)] == ["ok"]
        assert [each.body["messages"][0]["content"] for each in server.log] == ["hi", "hi"]
        assert [each.headers["authorization"] for each in server.log] == ["Bearer sk-1", "Bearer sk-1"]
    return None


async def check_circle(url: str, answers: dict[str, Answer]) -> None:
    """Round and round is an end too."""
    async with raw(answers) as server, Client(server.endpoint()) as client:
        with pytest.raises(Rejected, match="redirects to "):
            async with client.stream(REQUEST):
                pass
        assert len(server.log) == 4
    assert url


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("https://other.example/v1/chat/completions", "redirects to https://other.example/v1/chat/completions (307)"),
        ("http://127.0.0.1:1/v1/chat/completions", "redirects to http://127.0.0.1:1/v1/chat/completions (307)"),
        ("https://login.example/sso?token=abc", "redirects to https://login.example/sso (307)"),
        ("ftp://x/", "redirects to ftp://x/ (307)"),
        ("http://[::1/", "redirects to http://[::1/ (307)"),
        ("", "redirects to nowhere (307)"),
        ("https://other.example/sk-secret-key-1", "redirects to https://other.example/… (307)"),
    ],
)
async def test_any_other_redirection_is_named_and_gets_no_key(location: str, told: str) -> None:
    answers: dict[str, Answer] = {"POST /v1/chat/completions": answer(307, Location=location)}
    said, _, asked = await said_of(answers, "/v1", api_key="sk-secret-key-1")
    assert said.startswith(f"{told}; if you trust it, set base_url to the final address")
    assert len(asked) == 1


# -- the probe of doctor


@pytest.mark.parametrize(
    ("sent", "kind", "said"),
    [
        (KEY, Unauthorised, "not allowed: Missing key"),
        (answer(403, {"error": {"message": "this key may only list"}}), Unauthorised, "this key may only list"),
        (answer(402, {"error": {"message": "Insufficient credits"}}), EndpointError, "Insufficient credits"),
        (answer(404, {"error": {"message": "no such model"}}), Rejected, "no such model"),
        (answer(500, {"error": {"message": "out of memory"}}), EndpointError, "out of memory"),
        (PAGE, Malformed, "answered with a web page: Open WebUI"),
        (answer(200, {"error": {"message": "no GPU"}}), EndpointError, "no GPU"),
        (answer(200, b"hello", kind="text/plain"), EndpointError, "hello"),
    ],
)
async def test_a_probe_finds_what_a_public_list_hides(sent: bytes, kind: type[EndpointError], said: str) -> None:
    answers: dict[str, Answer] = {"POST /v1/chat/completions": sent, "GET /v1/models": LIST}
    async with raw(answers) as server, Client(server.endpoint()) as client:
        await client.warm()
        with pytest.raises(kind) as caught:
            await client.probe()
    assert said in str(caught.value)


async def test_a_probe_asks_for_one_token_and_no_more() -> None:
    async with raw({"POST /v1/chat/completions": says("OK")}) as server, Client(server.endpoint()) as client:
        await client.probe()
        assert client.open_sockets == 0
    assert [(each.body["max_tokens"], each.body["stream"]) for each in server.log] == [(1, True)]


async def test_a_probe_of_what_says_nothing_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("darner_clients.client.PROBE_SECONDS", 0.05)
    from tests.clients.discovery.test_model_info import hang  # noqa: PLC0415 - a handler

    async with raw({"POST /v1/chat/completions": hang}) as server, Client(server.endpoint()) as client:
        with pytest.raises(EndpointError, match=r"no token within 0\.05 s; the model may still be loading"):
            await client.probe()
