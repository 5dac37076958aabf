"""`darner doctor`, and what `darner patch` tells, at endpoints that are not as they should be."""

import json
from pathlib import Path

import pytest
from tests.cli.desk import Desk
from tests.clients.raw_server import Answer, answer, raw, says

CHAT, MODELS = "POST /v1/chat/completions", "GET /v1/models"
LIST = answer(200, {"data": [{"id": "m", "max_model_len": 9000}]})
KEY = "sk-test-4e81c07a9b35d2"
WELL: dict[str, Answer] = {CHAT: says("OK"), MODELS: LIST}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """One small file."""
    desk = Desk(tmp_path)
    desk.put({"a.py": "def one():\n    return 1\n"})
    return desk


def settings(desk: Desk, url: str, *lines: str) -> str:
    """A settings file with one endpoint."""
    path = desk.folder / "c.toml"
    path.write_text("\n".join(['[[endpoints]]\nname = "one"\nkind = "openai"', f'base_url = "{url}"', *lines, ""]))
    return str(path)


NAMED = 'model = "m"'


@pytest.mark.parametrize(
    ("answers", "path", "lines", "problem"),
    [
        (WELL, "/v1", (NAMED,), ""),
        ({CHAT: says("OK")}, "/v1", (NAMED,), ""),
        ({CHAT: says("OK"), MODELS: answer(500)}, "/v1", (NAMED,), ""),
        ({CHAT: says("OK"), MODELS: LIST}, "/v1", (), ""),
        (WELL, "", (NAMED,), 'not found: Not Found; write base_url = "{url}/v1"'),
        (WELL, "/v1/v1", (NAMED,), 'not found: Not Found; write base_url = "{url}/v1"'),
        (WELL, "/api", (NAMED,), 'not found: Not Found; write base_url = "{url}/v1"'),
        ({CHAT: answer(404, {"error": "no such model"}), MODELS: LIST}, "/v1", ('model = "x"',),
         "it does not serve the model 'x'; it has m"),
        ({CHAT: answer(401, {"error": "wrong key"}), MODELS: LIST}, "/v1", (NAMED, 'api_key_env = "SOME_KEY"'),
         "not allowed: wrong key; check the key of 'one', the variable SOME_KEY"),
        ({CHAT: answer(401, {"error": "no key"}), MODELS: LIST}, "/v1", (NAMED,),
         "not allowed: no key; no key was sent; set api_key_env to the name of its variable, or run: darner login one"),
        (WELL, "/v1", (NAMED, 'api_key_env = "NO_KEY"'), "the variable NO_KEY is not set"),
        ({MODELS: answer(200, {"data": [{"id": "a"}, {"id": "b"}]})}, "/v1", (),
         "the settings name no model, and it serves a, b; set model of 'one' to one of them"),
        ({CHAT: answer(200, b"<html><title>Portal</title></html>")}, "/v1", (NAMED,), "answered with a web page: Portal"),
    ],
)  # fmt: skip  # a row each
async def test_doctor_tells_what_is_wrong(
    desk: Desk, answers: dict[str, Answer], path: str, lines: tuple[str, ...], problem: str
) -> None:
    async with raw(answers) as server:
        config = settings(desk, server.url + path, *lines)
        ran = await desk.run("doctor", "--json", "--config", config, SOME_KEY=KEY)
        expected = problem.format(url=server.url)
    (one,) = ran.events[0]["endpoints"]
    assert (expected in one["problem"], bool(one["problem"]), ran.code) == (True, bool(problem), 3 if problem else 0), (
        one
    )
    assert expected in ran.err
    assert KEY not in ran.out + ran.err


async def test_doctor_tells_a_wrong_address_of_the_settings_on_stderr_too(desk: Desk) -> None:
    config = settings(desk, "http://127.0.0.1:9/v1/chat/completions", NAMED)
    ran = await desk.run("doctor", "--json", "--config", config)
    said = "base_url of 'one' ends in /chat/completions, which darner adds itself; write \"http://127.0.0.1:9/v1\""
    assert (ran.code, said in ran.err, said in ran.events[0]["message"]) == (2, True, True)


async def test_who_else_can_read_it_is_told(desk: Desk) -> None:
    root = "http://llm.example"
    async with raw({f"POST {root}/v1/chat/completions": says("no edit"), f"GET {root}/v1/models": LIST}) as proxy:
        config = settings(desk, f"{root}/v1", NAMED, 'api_key_env = "SOME_KEY"')
        environ = {"http_proxy": proxy.url.replace("//", "//ann:secret@"), "SOME_KEY": KEY}
        for command in (("doctor",), ("doctor", "--json"), ("patch", "x", "a.py", "--json"), ("patch", "x", "a.py")):
            ran = await desk.run(*command, "--config", config, **environ)
            said = " ".join((ran.out + ran.err).split())
            assert "its key and your code are sent to llm.example over plain http" in said
            assert f"is sent through the proxy {proxy.url.removeprefix('http://')}" in said
            assert "secret" not in said
            assert KEY not in said
        assert proxy.log


async def test_a_tokenizer_that_is_only_assumed_is_no_exact_one(desk: Desk) -> None:
    async with raw(WELL) as server:
        for model, exact in (("m", False), ("gpt-4o", True)):
            config = settings(desk, f"{server.url}/v1", f'model = "{model}"')
            ran = await desk.run("doctor", "--json", "--config", config)
            assert ran.events[0]["endpoints"][0]["tokenizer_exact"] is exact


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "maximum context length is " + "9" * 5000 + " tokens"}},
        {"error": {"message": "x", "code": "\u2074\u2070\u2074"}},
        {"error": {"message": "x", "n_ctx": 10**4000, "n_prompt_tokens": -1, "type": "exceed_context_size_error"}},
        {"status_code": "4\u00b29", "message": "x", "type": "y"},
        {"error": {"message": "x", "code": 10**400}},
    ],
)
async def test_an_endpoint_of_absurd_numbers_is_passed_over(desk: Desk, body: object) -> None:
    edit = "a.py\n```\n<<<<<<< SEARCH\n    return 1\n=======\n    return 2\n>>>>>>> REPLACE\n```\n"
    absurd: dict[str, Answer] = {CHAT: answer(400, json.dumps(body).encode(), Retry_After="9" * 5000), MODELS: LIST}
    async with raw(absurd) as first, raw({CHAT: says(edit), MODELS: LIST}) as second:
        config = settings(desk, f"{first.url}/v1", NAMED)
        rest = f'\n[[endpoints]]\nname = "two"\nkind = "openai"\nbase_url = "{second.url}/v1"\nmodel = "m"\n'
        (desk.folder / "c.toml").write_text((desk.folder / "c.toml").read_text() + rest)
        ran = await desk.run("patch", "return two", "a.py", "--config", config)
    assert (ran.code, "+    return 2" in ran.out) == (0, True), ran.err
