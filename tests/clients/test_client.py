"""One endpoint, over a real socket."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from darner_clients.chat import ChatRequest, FillRequest, Finish, Reasoning, Text, Usage
from darner_clients.client import Client
from darner_clients.discovery.model_limits import ModelLimits
from darner_clients.endpoint import Deadlines
from darner_clients.errors import (
    EndpointError,
    Interrupted,
    Late,
    Malformed,
    Overflow,
    OverQuota,
    Rejected,
    Unreachable,
)
from darner_clients.testing import Fault, Script, ScriptedEndpoint, ScriptedReply
from darner_clients.testing.script import Dialect, FaultKind, LineEnd, Write, pieces
from darner_clients.wire.response_stream import Item

DIALECTS: tuple[Dialect, ...] = ("cerebras", "vllm", "vllm-0.15", "vllm-old", "sglang", "llamacpp", "openai")
REPLY = "def grüße():\n\treturn 'a — b 🎈'\r\n\u2028\x0c"


def ask(prompt: str = "hi", max_output: int = 200) -> ChatRequest:
    return ChatRequest((("system", "be brief"), ("user", prompt)), 4, max_output)


def said(items: list[Item]) -> str:
    return "".join(item.text for item in items if isinstance(item, Text))


async def reply(client: Client, request: ChatRequest | FillRequest) -> list[Item]:
    async with client.stream(request) as items:
        return [item async for item in items]


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_every_dialect_says_the_same(dialect: Dialect) -> None:
    thought = "" if dialect == "llamacpp" else "let me see"
    script = Script(dialect=dialect, replies=(ScriptedReply("hi", REPLY, reasoning=thought),), key="sk-test")
    async with ScriptedEndpoint(script) as scripted, Client(scripted.endpoint("it")) as client:
        items = await reply(client, ask())
        assert said(items) == REPLY
        assert "".join(each.text for each in items if isinstance(each, Reasoning)) == thought
        finish = items[-1]
        assert isinstance(finish, Finish)
        assert isinstance(finish.usage, Usage)
        assert (finish.reason, finish.endpoint, finish.usage.prompt_tokens) == ("stop", "it", 3)
        assert finish.usage.completion_tokens == len(pieces(thought)) + len(pieces(REPLY))
        assert len(scripted.log) == 1


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("write", ["token", "byte"])
async def test_any_chunking_and_line_end(line_end: LineEnd, write: Write) -> None:
    script = Script(otherwise=REPLY, comments=True, line_end=line_end, write=write)
    async with ScriptedEndpoint(script) as scripted, Client(scripted.endpoint("it")) as client:
        assert said(await reply(client, ask())) == REPLY


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (
            Script(dialect="cerebras", window=65536, max_output=4000),
            ModelLimits(65536, 4000, "/public/v1/models", "scripted", origin="catalogue"),
        ),
        (Script(dialect="vllm", window=16384), ModelLimits(16384, None, "/v1/models", "scripted")),
        (Script(dialect="llamacpp", window=4096), ModelLimits(4096, None, "/props", "scripted")),
        (
            Script(dialect="openai"),
            ModelLimits(8192, None, "assumed: the endpoint does not report it", "scripted", origin="assumed"),
        ),
    ],
)
async def test_limits_are_asked_of_the_endpoint(script: Script, expected: ModelLimits) -> None:
    async with ScriptedEndpoint(script) as scripted, Client(scripted.endpoint("it")) as client:
        assert await client.limits() == expected


async def test_settings_bound_what_the_endpoint_says() -> None:
    async with ScriptedEndpoint(Script(dialect="vllm", window=16384)) as scripted:
        async with Client(scripted.endpoint("it", window=8000, max_output=500)) as client:
            assert await client.limits() == ModelLimits(8000, 500, "your settings", "scripted", origin="settings")
            assert scripted.log == []
        async with Client(scripted.endpoint("it", window=131072)) as client:
            await client.warm()
            assert await client.limits() == ModelLimits(16384, None, "/v1/models", "scripted")


async def test_an_endpoint_without_a_named_model_gets_the_one_it_serves() -> None:
    async with ScriptedEndpoint(Script(model="the-only-one")) as scripted:
        async with Client(scripted.endpoint("it", model="")) as client:
            await reply(client, ask())
        assert scripted.asked[0].body["model"] == "the-only-one"


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_overflow_in_every_dialect(dialect: Dialect) -> None:
    script = Script(dialect=dialect, window=100)
    async with ScriptedEndpoint(script) as scripted, Client(scripted.endpoint("it")) as client:
        with pytest.raises(Overflow) as caught:
            await reply(client, ask("x" * 4000, max_output=50))
        assert caught.value.window == 100


@pytest.mark.parametrize(
    ("fault", "kind", "started"),
    [
        (Fault("cut", after=-1), Interrupted, False),
        (Fault("reset", after=-1), Interrupted, False),
        (Fault("cut", after=0), Interrupted, False),
        (Fault("cut", after=700), Interrupted, True),
        (Fault("reset", after=700), Interrupted, True),
        (Fault("silence", after=0), Late, False),
        (Fault("silence", after=700), Late, True),
        (Fault("slow", seconds=1.0), Late, False),
        (Fault("error-chunk", after=2), EndpointError, True),
        (Fault("error-chunk", after=0), EndpointError, False),
        (Fault("error-200"), EndpointError, False),
        (Fault("not-json", after=2), Malformed, True),
        (Fault("no-finish"), Interrupted, True),
        (Fault("status", status=500), EndpointError, False),
        (Fault("status", status=404), Rejected, False),
        (Fault("requests"), OverQuota, False),
        (Fault("tokens"), OverQuota, False),
        (Fault("tokens-day"), OverQuota, False),
        (Fault("queue"), OverQuota, False),
        (Fault("overflow"), Overflow, False),
        (Fault("redirect", text="http://127.0.0.1:9/v1/chat/completions"), Rejected, False),
        (Fault("html"), Malformed, False),
        (Fault("packed"), Malformed, False),
    ],
)
async def test_every_fault_is_a_typed_error(fault: Fault, kind: type[EndpointError], started: bool) -> None:
    script = Script(otherwise="one two three four", faults=(fault,))
    late = Deadlines(60.0, 60.0 if started else 0.15, 0.15)
    deadlines = late if kind is Late else Deadlines(60.0, 60.0, 60.0)
    async with ScriptedEndpoint(script) as scripted:
        async with Client(scripted.endpoint("it", deadlines=deadlines)) as client:
            with pytest.raises(kind) as caught:
                await reply(client, ask())
            assert (caught.value.endpoint, caught.value.started) == ("it", started)
            assert client.open_sockets <= 1
        await scripted.until(lambda: not scripted.connections)


@pytest.mark.parametrize("kind", ["no-done", "no-usage"])
async def test_what_is_missing_and_not_needed(kind: FaultKind) -> None:
    script = Script(otherwise=REPLY, faults=(Fault(kind),))
    async with ScriptedEndpoint(script) as scripted, Client(scripted.endpoint("it")) as client:
        items = await reply(client, ask())
        assert said(items) == REPLY
        finish = items[-1]
        assert isinstance(finish, Finish)
        assert (finish.usage is None) == (kind == "no-usage")


async def test_a_reply_that_is_too_long_says_so() -> None:
    script = Script(otherwise="one two three four")
    async with ScriptedEndpoint(script) as scripted, Client(scripted.endpoint("it")) as client:
        items = await reply(client, ask(max_output=2))
        assert [said(items), items[-1]] == ["one two", replace(finish(items), reason="length")]


def finish(items: list[Item]) -> Finish:
    last = items[-1]
    assert isinstance(last, Finish)
    return last


async def test_nobody_there() -> None:
    async with ScriptedEndpoint(Script()) as scripted:
        endpoint = scripted.endpoint("it")
    async with Client(endpoint) as client:
        with pytest.raises(Unreachable) as caught:
            await reply(client, ask())
        assert caught.value.message.startswith(f"{endpoint.host} cannot be reached: ")
        with pytest.raises(Unreachable):
            await client.limits()
    async with Client(replace(endpoint, base_url="http://no-such-host.invalid/v1")) as client:
        with pytest.raises(Unreachable):
            await client.warm()


async def test_one_warm_connection_serves_one_request_after_another() -> None:
    async with ScriptedEndpoint(Script(dialect="cerebras")) as scripted, Client(scripted.endpoint("it")) as client:
        await client.warm()
        for _ in range(3):
            items = await reply(client, ask())
            timings = finish(items).timings
            assert timings is not None
            assert timings.connect == 0.0
        await client.warm()
        assert (scripted.accepted, client.open_sockets) == (1, 1)
        assert [each.path for each in scripted.log if not each.asked] == ["/public/v1/models", "/v1/tcp_warming"]


async def test_a_connection_that_died_while_idle_is_replaced() -> None:
    async with ScriptedEndpoint(Script()) as scripted, Client(scripted.endpoint("it")) as client:
        await reply(client, ask())
        for each in tuple(scripted.connections):
            await each.end()
        assert said(await reply(client, ask())) == "ok"
        assert scripted.accepted == 2


async def test_a_request_is_sent_twice_only_if_its_connection_had_died_idle() -> None:
    async with ScriptedEndpoint(Script(faults=(Fault("cut", after=-1),))) as scripted:
        async with Client(scripted.endpoint("it")) as client:
            with pytest.raises(Interrupted):
                await reply(client, ask())
        assert len(scripted.asked) == 1


async def test_predictions_go_where_they_are_taken() -> None:
    request = replace(ask(), prediction="one two", cache_key="k")
    cases: tuple[tuple[Dialect, bool], ...] = (("cerebras", True), ("vllm", False), ("llamacpp", False))
    for dialect, expected in cases:
        script = Script(otherwise="one two three", dialect=dialect)
        async with ScriptedEndpoint(script) as scripted, Client(scripted.endpoint("it")) as client:
            items = await reply(client, request)
            assert ("prediction" in scripted.asked[0].body) is expected
            usage = finish(items).usage
            assert usage is not None
            assert (usage.accepted_prediction_tokens, usage.rejected_prediction_tokens) == (2 * expected, 0)
            client.predict = False
            await reply(client, request)
            assert "prediction" not in scripted.asked[1].body


@pytest.mark.parametrize(
    ("dialect", "model", "path", "sent"),
    [
        ("llamacpp", "qwen2.5-coder", "/infill", {"input_prefix": "a\n", "input_suffix": "\nb"}),
        (
            "vllm",
            "Qwen/Qwen2.5-Coder-7B",
            "/v1/completions",
            {"prompt": "<|fim_prefix|>a\n<|fim_suffix|>\nb<|fim_middle|>"},
        ),
        ("vllm", "mistralai/Codestral-22B", "/v1/completions", {"prompt": "[SUFFIX]\nb[PREFIX]a\n"}),
        ("vllm", "meta-llama/Llama-4", "/v1/chat/completions", {}),
        ("cerebras", "qwen-3-coder", "/v1/chat/completions", {}),
    ],
)
async def test_filling_in(dialect: Dialect, model: str, path: str, sent: dict[str, str]) -> None:
    script = Script(dialect=dialect, model=model, otherwise="middle")
    async with ScriptedEndpoint(script) as scripted, Client(scripted.endpoint("it")) as client:
        items = await reply(client, FillRequest("a\n", "\nb", 3, 20, stop=("\n\n",)))
        assert said(items) == "middle"
        exchange = scripted.asked[0]
        assert (exchange.path, {name: exchange.body[name] for name in sent}) == (path, sent)
        assert exchange.body["stop"] == ["\n\n"]
        assert finish(items).reason == "stop"


async def test_a_large_body_is_packed_where_that_is_taken() -> None:
    cases: tuple[tuple[Dialect, str | None], ...] = (("cerebras", "gzip"), ("vllm", None))
    for dialect, packed in cases:
        script = Script(window=100_000, dialect=dialect)
        async with ScriptedEndpoint(script) as scripted, Client(scripted.endpoint("it")) as client:
            await reply(client, ask("ä" * 20_000))
            exchange = scripted.asked[0]
            assert exchange.headers.get("content-encoding") == packed
            assert exchange.body["messages"][1]["content"] == "ä" * 20_000


async def test_reasoning_is_kept_low_for_models_that_reason() -> None:
    for model, effort in (("gpt-oss-120b", "low"), ("qwen-3.8-27b", "low"), ("qwen-3-coder", None)):
        async with (
            ScriptedEndpoint(Script(dialect="cerebras", model=model)) as scripted,
            Client(scripted.endpoint("it")) as client,
        ):
            await reply(client, ask())
            assert scripted.asked[0].body.get("reasoning_effort") == effort


async def test_a_key_goes_to_its_own_host_only() -> None:
    async with ScriptedEndpoint(Script()) as elsewhere, ScriptedEndpoint(Script(key="sk-secret")) as scripted:
        fault = Fault("redirect", text=f"{elsewhere.url}/chat/completions")
        scripted.script = replace(scripted.script, faults=(fault,))
        async with Client(scripted.endpoint("it")) as client:
            with pytest.raises(Rejected) as caught:
                await reply(client, ask())
        assert "sk-secret" not in repr(caught.value) + repr(client.endpoint)
        assert elsewhere.log == []
        assert scripted.asked[0].headers["authorization"] == "Bearer sk-secret"


async def test_quota_headers_are_passed_on_also_with_a_refusal() -> None:
    script = Script(dialect="cerebras", tokens_per_minute=100)
    async with ScriptedEndpoint(script) as scripted, Client(scripted.endpoint("it")) as client:
        told: list[object] = []
        async with client.stream(ask(max_output=90), on_quota=told.extend) as items:
            assert said([item async for item in items]) == "ok"
        with pytest.raises(OverQuota) as caught:
            async with client.stream(ask(max_output=90), on_quota=told.extend):
                pass
        assert (caught.value.kind, len(told)) == ("tokens", 2)


async def test_streams_of_one_client_do_not_wait_for_one_another() -> None:
    script = Script(replies=(ScriptedReply("slow", "slow", times=0),), faults=(Fault("silence", when="slow", after=0),))
    async with ScriptedEndpoint(script) as scripted, Client(scripted.endpoint("it")) as client:
        async with client.stream(ask("slow")) as waiting:
            assert isinstance(waiting, AsyncIterator)
            assert said(await reply(client, ask("quick"))) == "ok"
        await scripted.until(lambda: scripted.asked[0].done)
        assert scripted.asked[0].closed == "client"
