"""What goes out to each kind of endpoint, whole."""

import gzip
import json
from typing import Any

import pytest

from darner_clients.chat import ChatRequest, FillRequest
from darner_clients.endpoint import Endpoint, Kind
from darner_clients.wire.request import encode

CHAT = ChatRequest(
    (("system", "be brief"), ("user", "hi")), 9, 64, stop=("1", "2", "3", "4", "5"), prediction="old", cache_key="key"
)
FILL = FillRequest("before\n", "\nafter", 5, 32)
ASKED = (
    "Write the text that belongs between the two parts below. Answer with that text only: no explanation, "
    "no code fence, nothing from before or after it.\n\n"
    "<before>\nbefore\n</before>\n<after>\nafter\n</after>"
)
MESSAGES = [{"role": "system", "content": "be brief"}, {"role": "user", "content": "hi"}]
ALWAYS: dict[str, Any] = {"stream": True, "temperature": 0.0}
USAGE = {"stream_options": {"include_usage": True}}
PREDICTION = {"prediction": {"type": "content", "content": "old"}}
STOP = {"stop": ["1", "2", "3", "4"]}
OPENAI = "https://api.openai.com/v1"


def check(
    kind: Kind,
    model: str,
    request: ChatRequest | FillRequest,
    url: str,
    body: dict[str, Any],
    *,
    base_url: str = "http://h/v1",
    predict: bool = True,
) -> None:
    wire = encode(Endpoint("it", kind, base_url, model, api_key="k"), request, model=model, predict=predict)
    assert (wire.url, json.loads(wire.body)) == (url, {"model": model, **ALWAYS, **body})
    assert dict(wire.headers) == {
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Authorization": "Bearer k",
        "Content-Type": "application/json",
        "User-Agent": "darner",
    }


def test_chat() -> None:
    said = {"messages": MESSAGES, **STOP}
    chat = "http://h/v1/chat/completions"
    limit = {"max_completion_tokens": 64}
    low = {"reasoning_effort": "low"}
    check("cerebras", "gpt-oss-120b", CHAT, chat, {**said, **limit, **low, **PREDICTION})
    check("cerebras", "qwen-3.8-27b", CHAT, chat, {**said, **limit, **PREDICTION})
    check("cerebras", "qwen-3.8-27b", CHAT, chat, {**said, **limit}, predict=False)
    check("vllm", "openai/gpt-oss-120b", CHAT, chat, {**said, "max_tokens": 64, **low, **USAGE})
    check("llamacpp", "qwen", CHAT, chat, {**said, "max_tokens": 64, **USAGE, "cache_prompt": True})
    check("openai", "some", CHAT, chat, {**said, "max_tokens": 64, **USAGE})
    own = {**said, **limit, **USAGE, **PREDICTION, "prompt_cache_key": "key"}
    check("openai", "gpt-5", CHAT, f"{OPENAI}/chat/completions", own, base_url=f"{OPENAI}/")


def test_filling_in() -> None:
    asked = {"messages": [{"role": "user", "content": ASKED}]}
    marked = "<fim_prefix>before\n<fim_suffix>\nafter<fim_middle>"
    deep = "<\uff5cfim\u2581begin\uff5c>before\n<\uff5cfim\u2581hole\uff5c>\nafter<\uff5cfim\u2581end\uff5c>"
    parts = {"input_prefix": "before\n", "input_suffix": "\nafter", "n_predict": 32, "cache_prompt": True}
    limit, chat, text = {"max_tokens": 32, **USAGE}, "http://h/v1/chat/completions", "http://h/v1/completions"
    check("cerebras", "qwen-3-coder", FILL, chat, {"max_completion_tokens": 32, **asked})
    check("cerebras", "gpt-oss-120b", FILL, chat, {"max_completion_tokens": 32, "reasoning_effort": "low", **asked})
    check("vllm", "bigcode/starcoder2-15b", FILL, text, {**limit, "prompt": marked})
    check("vllm", "deepseek-ai/DeepSeek-Coder-V2", FILL, text, {**limit, "prompt": deep})
    check("vllm", "mistralai/Codestral-22B", FILL, text, {**limit, "prompt": "[SUFFIX]\nafter[PREFIX]before\n"})
    check("vllm", "meta-llama/Llama-4", FILL, chat, {**limit, **asked})
    check("llamacpp", "qwen2.5-coder", FILL, "http://h/infill", parts)
    check("llamacpp", "llama-3", FILL, chat, {**limit, "cache_prompt": True, **asked})
    own = {"max_completion_tokens": 32, **USAGE, "prompt": "before\n", "suffix": "\nafter"}
    check("openai", "gpt-5", FILL, f"{OPENAI}/completions", own, base_url=OPENAI)


@pytest.mark.parametrize(
    ("kind", "length", "packed"), [("cerebras", 10_000, True), ("cerebras", 10, False), ("vllm", 10_000, False)]
)
def test_packed_where_it_is_taken_and_worth_it(kind: Kind, length: int, packed: bool) -> None:
    request = ChatRequest((("user", "ä" * length),), length, 8)
    endpoint = Endpoint("it", kind, "http://h/v1", "m")
    one, two = (encode(endpoint, request, model="m", predict=True) for _ in range(2))
    assert one == two, "the same request is the same bytes"
    assert (("Content-Encoding", "gzip") in one.headers) == packed
    body = json.loads(gzip.decompress(one.body) if packed else one.body)
    assert body["messages"] == [{"role": "user", "content": "ä" * length}]
    assert "Authorization" not in dict(one.headers)


def test_half_a_surrogate_pair_does_not_stop_a_request() -> None:
    request = ChatRequest((("user", "a\ud83cb"),), 3, 8)
    wire = encode(Endpoint("it", "vllm", "http://h/v1", "m"), request, model="m", predict=True)
    assert json.loads(wire.body)["messages"][0]["content"] == "a?b"
