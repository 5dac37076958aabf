"""The scripted endpoint speaks as the real ones do: the official clients take it for one."""

import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from cerebras.cloud import sdk as cerebras

from darner_clients.testing import Fault, Script, ScriptedEndpoint, ScriptedReply
from darner_clients.testing.script import Dialect

REPLY = "def grüße():\n    return '🎈'\n"
MESSAGES = [{"role": "user", "content": "hi"}]


def openai_client(scripted: ScriptedEndpoint) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=scripted.url, api_key=scripted.script.key or "x", max_retries=0)


def cerebras_client(scripted: ScriptedEndpoint) -> cerebras.AsyncCerebras:
    return cerebras.AsyncCerebras(
        base_url=scripted.url.removesuffix("/v1"), api_key="x", max_retries=0, warm_tcp_connection=False
    )


@pytest.mark.parametrize("dialect", ["vllm", "sglang", "llamacpp", "openai", "cerebras"])
async def test_openai_streams(dialect: Dialect) -> None:
    async with (
        ScriptedEndpoint(Script(dialect=dialect, otherwise=REPLY)) as scripted,
        openai_client(scripted) as client,
    ):
        stream = await client.chat.completions.create(
            model="scripted",
            messages=[{"role": "user", "content": "hi"}],
            stream=True,
            stream_options={"include_usage": True},
        )
        chunks = [chunk async for chunk in stream]
        said = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
        reasons = [choice.finish_reason for chunk in chunks for choice in chunk.choices if choice.finish_reason]
        usage = [chunk.usage for chunk in chunks if chunk.usage]
        assert (said, reasons, [each.prompt_tokens for each in usage]) == (REPLY, ["stop"], [1])
        whole = await client.chat.completions.create(model="scripted", messages=[{"role": "user", "content": "hi"}])
        assert whole.choices[0].message.content == REPLY
        filled = await client.completions.create(model="scripted", prompt="hi")
        assert filled.choices[0].text == REPLY
        assert [model.id for model in (await client.models.list()).data] == ["scripted"]


async def test_openai_raises_what_it_does_for_real_endpoints() -> None:
    faults = (
        Fault("requests", when="requests", retry_after="3"),
        Fault("status", when="503", status=503),
        Fault("error-chunk", when="chunk", after=2),
        Fault("cut", when="cut", after=500),
    )
    script = Script(window=64, key="sk-right", faults=faults, otherwise=REPLY)
    async with ScriptedEndpoint(script) as scripted, openai_client(scripted) as client:

        async def ask(prompt: str) -> str:
            stream = await client.chat.completions.create(
                model="scripted", messages=[{"role": "user", "content": prompt}], stream=True, max_tokens=30
            )
            return "".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices])

        with pytest.raises(openai.BadRequestError, match="model's context length is only 64 tokens"):
            await ask("x" * 400)
        with pytest.raises(openai.RateLimitError) as limited:
            await ask("requests")
        assert limited.value.response.headers["retry-after"] == "3"
        with pytest.raises(openai.InternalServerError):
            await ask("503")
        with pytest.raises(openai.APIError, match="Encountered a server error"):
            await ask("chunk")
        with pytest.raises(openai.APIConnectionError):
            await ask("cut")
        wrong = client.with_options(api_key="sk-wrong")
        with pytest.raises(openai.AuthenticationError):
            await wrong.models.list()


async def test_the_cerebras_client_takes_it_for_cerebras() -> None:
    script = Script(
        dialect="cerebras",
        replies=(ScriptedReply("hi", REPLY, reasoning="well"),),
        window=400,
        tokens_per_minute=1000,
        faults=(Fault("queue", when="queue"), Fault("error-chunk", when="chunk", after=2, status=503)),
    )
    async with ScriptedEndpoint(script) as scripted, cerebras_client(scripted) as client:
        stream: Any = await client.chat.completions.create(  # a union that no caller can tell apart
            model="scripted",
            messages=[{"role": "user", "content": "hi"}],
            stream=True,
            max_completion_tokens=100,
            prediction={"type": "content", "content": REPLY},
        )
        chunks = [chunk.to_dict() async for chunk in stream]
        deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"]]
        assert "".join(each.get("content") or "" for each in deltas) == REPLY
        assert "".join(each.get("reasoning") or "" for each in deltas) == "well"
        usage = chunks[-1]["usage"]
        assert isinstance(usage, dict)
        assert usage["completion_tokens_details"]["rejected_prediction_tokens"] == 0
        assert "queue_time" in json.dumps(chunks[-1]["time_info"])
        with pytest.raises(cerebras.BadRequestError, match="Current length is 501 while limit is 400"):
            await client.chat.completions.create(
                model="scripted", messages=[{"role": "user", "content": "hi"}], max_completion_tokens=500
            )
        with pytest.raises(cerebras.RateLimitError, match="high traffic"):
            await client.chat.completions.create(
                model="scripted", messages=[{"role": "user", "content": "queue"}], max_completion_tokens=10
            )
        raw = await client.chat.completions.with_raw_response.create(
            model="scripted", messages=[{"role": "user", "content": "hi"}], max_completion_tokens=300
        )
        assert raw.headers["x-ratelimit-limit-tokens-minute"] == "1000"
        assert 590 <= int(raw.headers["x-ratelimit-remaining-tokens-minute"]) <= 620
        failing: Any = await client.chat.completions.create(
            model="scripted", messages=[{"role": "user", "content": "chunk"}], stream=True, max_completion_tokens=9
        )
        with pytest.raises(cerebras.APIError):
            assert [chunk async for chunk in failing]


async def test_a_pause_ends_when_the_test_continues_or_the_client_goes() -> None:
    script = Script(otherwise="one, pause, two", faults=(Fault("pause", text="pause"),))
    async with (
        ScriptedEndpoint(script) as scripted,
        openai_client(scripted) as client,
        httpx.AsyncClient(trust_env=False) as tester,
    ):

        async def begun() -> Any:  # noqa: ANN401 - the client's own kind of stream
            stream = await client.chat.completions.create(
                model="scripted", messages=[{"role": "user", "content": "hi"}], stream=True
            )
            while not (await anext(stream)).choices[0].delta.content:
                pass
            return stream

        left = await begun()
        await left.close()
        await scripted.until(lambda: scripted.asked[0].closed == "client")
        stream = await begun()
        await tester.get(f"{scripted.url.removesuffix('/v1')}/_continue")
        assert "".join([chunk.choices[0].delta.content or "" async for chunk in stream]) == ", pause, two"
        assert len(scripted.log) == 2


async def test_it_runs_as_a_program(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text(
        json.dumps({"replies": [{"when": "hi", "text": "Hello"}], "window": 512, "rate": 3000.0}), encoding="utf-8"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "darner_clients.testing", "--script", str(script), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        url = (await process.stdout.readline()).decode().strip()
        async with httpx.AsyncClient(trust_env=False) as client:
            body = {"model": "scripted", "messages": MESSAGES}
            answer = await client.post(f"{url}/chat/completions", json=body)
            log = await client.get(f"{url.removesuffix('/v1')}/_requests")
        assert answer.json()["choices"][0]["message"]["content"] == "Hello"
        row = log.json()["requests"][0]
        assert (row["path"], row["status"], row["body"]) == ("/v1/chat/completions", 200, body)
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
