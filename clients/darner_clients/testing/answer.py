"""A script's answer to one request: status, headers, events and the fault that strikes. No I/O."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from darner_clients.testing import dialects
from darner_clients.testing.quota import SimulatedQuota
from darner_clients.testing.script import Fault, Script, ScriptedReply, pieces

_BROKEN = {"requests", "tokens", "tokens-day", "queue"}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is ready to be sent: a whole body, or events. The first `lead` events are no tokens."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    events: tuple[bytes, ...] = ()
    chunked: bool = False
    fault: Fault | None = None
    prompt_tokens: int = 0
    rate: float = 0.0
    first_token: float = 0.0
    lead: int = 0
    bytewise: bool = False

    @classmethod
    def of(
        cls, status: int, body: object, headers: Iterable[tuple[str, str]] = (), fault: Fault | None = None
    ) -> "Answer":
        """JSON."""
        told = (("Content-Type", "application/json"), *headers)
        return cls(status, told, json.dumps(body).encode(), fault=fault)

    def head(self) -> bytes:
        """Status line and headers."""
        length = ("Transfer-Encoding", "chunked") if self.chunked else ("Content-Length", str(len(self.body)))
        lines = [f"HTTP/1.1 {self.status} Scripted", *(f"{name}: {value}" for name, value in (*self.headers, length))]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def parts(self, data: bytes) -> Iterable[bytes]:
        """An event as it is written: whole, or byte by byte."""
        if self.bytewise:
            return (data[at : at + 1] for at in range(len(data)))
        return (data,) if data else ()


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """One request. Header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]


_PUBLIC = {"/health", "/public/v1/models"}  # answered without a key


def answer(
    script: Script, quota: SimulatedQuota, asked: ReceivedRequest, take: Callable[[Fault | ScriptedReply], bool]
) -> Answer:
    """The answer to one request. `take` returns whether a fault or reply may still be used, and counts it."""
    path, body, headers = asked.path, asked.body, asked.headers
    if script.key and headers.get("authorization") != f"Bearer {script.key}" and path not in _PUBLIC:
        return Answer.of(401, dialects.refusal(script.dialect, 401))
    if asked.method == "GET" or path == "/tokenize":
        return _facts(script, path, body)
    prompt = _prompt(body)
    fault = next((each for each in script.faults if each.when in prompt and take(each)), None)
    if (refused := _refused(script, asked)) is not None:
        return refused
    tokens = _count(script, body)
    limit = body.get("max_completion_tokens") or body.get("max_tokens") or body.get("n_predict") or script.max_output
    output = int(limit or max(1, script.window - tokens))
    if script.dialect == "llamacpp":  # reserves nothing: only a prompt that fills the window is rejected
        output = min(output, max(1, script.window - tokens))
    if tokens + output > script.window or (fault and fault.kind == "overflow"):
        told = dialects.overflow(script, tokens, output)
        if script.dialect == "sglang" and body.get("stream"):
            return _events(script, [told], tokens)
        return Answer.of(400, told)
    if fault and (failed := _failed(script, fault)) is not None:
        return failed
    if (over := quota.admit(tokens + output)) is not None:
        bucket, wait = over
        kind = "requests" if bucket.startswith("requests") else "tokens-day" if bucket.endswith("day") else "tokens"
        return Answer.of(
            429, dialects.over_quota(script.dialect, kind), [*quota.headers(), ("retry-after", str(int(wait) + 1))]
        )
    said = next(
        (each for each in script.replies if each.when in prompt and take(each)), ScriptedReply("", script.otherwise)
    )
    return _reply(script, quota, asked, said, sizes=(tokens, output), fault=fault)


def _facts(script: Script, path: str, body: Mapping[str, Any]) -> Answer:
    match script.dialect, path:
        case _, "/v1/models":
            return Answer.of(200, dialects.models(script))
        case "cerebras", "/public/v1/models":
            return Answer.of(200, dialects.catalogue(script))
        case "cerebras", "/v1/tcp_warming":
            return Answer.of(200, {})
        case "llamacpp", "/props":
            return Answer.of(200, dialects.props(script))
        case _, "/health" if script.dialect != "cerebras":
            return Answer.of(200, {"status": "ok"})
        case _, "/tokenize":
            count = _count(script, body)
            return Answer.of(200, {"count": count, "max_model_len": script.window, "tokens": list(range(count))})
        case _:
            return Answer.of(404, dialects.refusal(script.dialect, 404, f"no such path: {path}"))


def _refused(script: Script, asked: ReceivedRequest) -> Answer | None:
    """What a real endpoint of this kind would not take."""
    path, body, headers = asked.path, asked.body, asked.headers
    known = path in {"/v1/chat/completions", "/v1/completions"} or (path == "/infill" and script.dialect == "llamacpp")
    said = None
    if not known:
        return Answer.of(404, dialects.refusal(script.dialect, 404, f"no such path: {path}"))
    if body.get("model") not in {None, script.model} and script.dialect != "llamacpp":
        return Answer.of(404, dialects.refusal(script.dialect, 404, f"The model `{body.get('model')}` does not exist."))
    if "content-encoding" in headers and script.dialect != "cerebras":
        said = "the body cannot be parsed: it is packed"
    elif script.dialect == "cerebras" and "max_tokens" in body and "max_completion_tokens" in body:
        said = "max_tokens and max_completion_tokens cannot both be given"
    elif "suffix" in body and script.dialect in {"cerebras", "vllm", "vllm-0.15", "vllm-old"}:
        said = "suffix is not currently supported"
    elif "prediction" in body and script.dialect not in {"cerebras", "openai"}:
        said = "prediction: extra inputs are not permitted"
    elif (name := next((each for each in script.refuses if each in body), None)) is not None:
        said = f"Unrecognized request argument supplied: {name}"
    elif "system" in script.refuses and any(each["role"] == "system" for each in body.get("messages", [])):
        said = "System role not supported"
    elif len(body.get("stop") or []) > 4:  # noqa: PLR2004 - as documented
        said = "stop: at most 4 sequences"
    return None if said is None else Answer.of(400, dialects.refusal(script.dialect, 400, said))


def _failed(script: Script, fault: Fault) -> Answer | None:
    """The answer of a fault that comes before any event; None for those that strike later."""
    wait = [("retry-after", fault.retry_after)] if fault.retry_after else []
    if fault.kind in _BROKEN:
        if fault.kind == "queue":
            wait.append(("x-should-retry", "false"))
        return Answer.of(429, dialects.over_quota(script.dialect, fault.kind), wait)
    match fault.kind:
        case "status":
            return Answer.of(fault.status, dialects.refusal(script.dialect, fault.status, fault.text), wait)
        case "error-200":
            return Answer.of(200, dialects.refusal(script.dialect, fault.status, fault.text))
        case "redirect":
            return Answer(307, (("Location", fault.text),))
        case "html":
            return Answer(200, (("Content-Type", "text/html"),), b"<html><body>Welcome to the portal</body></html>")
        case "packed":
            told = (("Content-Type", "text/event-stream"), ("Content-Encoding", "br"))
            return Answer(200, told, b"\x0b\x06\x80data: [DONE]\n\n\x03")
        case _:
            return None


def _reply(
    script: Script,
    quota: SimulatedQuota,
    asked: ReceivedRequest,
    said: ScriptedReply,
    *,
    sizes: tuple[int, int],
    fault: Fault | None,
) -> Answer:
    path, body = asked.path, asked.body
    tokens, output = sizes
    thought, spoken = pieces(said.reasoning), pieces(said.text)
    whole = len(thought) + len(spoken)
    output = output if script.heeds_limit else whole
    reason = "length" if whole > output else said.reason or ("tool_calls" if said.tool else "stop")
    thought, spoken = thought[:output], spoken[: max(0, output - len(thought))]
    used = dialects.usage(script, tokens, len(thought) + len(spoken), len(thought), _predicted(body, spoken))
    if not body.get("stream"):
        return Answer.of(200, _at_once(script, path, "".join(spoken), reason, used), quota.headers(), fault)
    events: list[dict[str, Any] | bytes] = []
    if path == "/infill":
        events += [dialects.infill(script, piece) for piece in spoken]
        events.append(dialects.infill(script, "", reason, (tokens, len(spoken))))
        return _paced(script, quota, events, tokens, fault, lead=0)
    chat = path.endswith("/chat/completions")
    if chat:
        name = "reasoning" if script.dialect == "cerebras" else "reasoning_content"
        events.append(dialects.opening(script))
        events += [dialects.chunk(script, {name: piece}) for piece in thought]
    events += [dialects.chunk(script, {"content": piece} if chat else piece) for piece in spoken]
    events += [dialects.chunk(script, instead) for instead in dialects.instead(said)]
    lead = 1 if chat else 0
    if fault and fault.kind in {"error-chunk", "not-json"}:
        strike = dialects.error_chunk(script.dialect, fault.status) if fault.kind == "error-chunk" else b"{not json"
        return _paced(script, quota, [*events[: fault.after + lead], strike], tokens, fault, lead=lead)
    if fault and fault.kind == "no-finish":
        return _paced(script, quota, events, tokens, fault, lead=lead)
    events += _end(
        script, body, "" if not chat else {}, reason, used if not (fault and fault.kind == "no-usage") else None
    )
    if not (fault and fault.kind == "no-done"):
        events.append(b"[DONE]")
    return _paced(script, quota, events, tokens, fault, lead=lead)


def _end(
    script: Script, body: Mapping[str, Any], delta: dict[str, Any] | str, reason: str, used: dict[str, Any] | None
) -> list[dict[str, Any] | bytes]:
    """The chunks that close a reply: usage in the same one (Cerebras), or in one of its own if requested."""
    last = dialects.chunk(script, delta, reason)
    if used is None:
        return [last]
    if script.dialect == "cerebras":
        times = {
            "queue_time": 0.001,
            "prompt_time": 0.002,
            "completion_time": 0.003,
            "total_time": 0.01,
            "created": 1.0,
        }
        return [{**last, "usage": used, "time_info": times}]
    options: Mapping[str, Any] = body.get("stream_options") or {}
    if not options.get("include_usage"):
        return [last]
    return [last, {**dialects.chunk(script, delta), "choices": [], "usage": used}]


def _paced(
    script: Script,
    quota: SimulatedQuota,
    events: Iterable[dict[str, Any] | bytes],
    tokens: int,
    fault: Fault | None,
    *,
    lead: int,
) -> Answer:
    made = _events(script, events, tokens)
    return Answer(
        200,
        (*made.headers, *quota.headers()),
        events=made.events,
        chunked=True,
        fault=fault,
        prompt_tokens=tokens,
        rate=script.rate,
        first_token=script.first_token,
        lead=lead,
        bytewise=script.write == "byte",
    )


def _events(script: Script, events: Iterable[dict[str, Any] | bytes], tokens: int) -> Answer:
    end = script.line_end
    remark = f": ping{end}{end}".encode() if script.comments else b""
    made: list[bytes] = []
    for event in events:
        data = (
            event if isinstance(event, bytes) else json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        )
        made.append(remark + b"data: " + data + (end * 2).encode())
    return Answer(200, (("Content-Type", "text/event-stream"),), events=tuple(made), chunked=True, prompt_tokens=tokens)


def _at_once(script: Script, path: str, text: str, reason: str, used: dict[str, Any]) -> dict[str, Any]:
    if path == "/infill":
        return dialects.infill(script, text, reason, (used["prompt_tokens"], used["completion_tokens"]))
    choice: dict[str, Any] = {"index": 0, "finish_reason": reason, "logprobs": None}
    if path.endswith("/chat/completions"):
        choice["message"] = {"role": "assistant", "content": text}
        kind = "chat.completion"
    else:
        choice["text"], kind = text, "text_completion"
    told = {"id": "x", "object": kind, "created": 1, "model": script.model, "choices": [choice], "usage": used}
    return {**told, "system_fingerprint": "fp", "time_info": {}} if script.dialect == "cerebras" else told


def _predicted(body: Mapping[str, Any], spoken: list[str]) -> tuple[int, int] | None:
    """(accepted, rejected) tokens of a prediction: its pieces that the reply has too, and the others."""
    prediction: Mapping[str, Any] | None = body.get("prediction")
    if not prediction:
        return None
    offered = pieces(str(prediction.get("content")))
    there = set(spoken)
    accepted = sum(piece in there for piece in offered)
    return accepted, len(offered) - accepted


def _prompt(body: Mapping[str, Any]) -> str:
    if "messages" in body:
        return "\n".join(str(each.get("content")) for each in body["messages"])
    return "".join(str(body.get(name, "")) for name in ("prompt", "input_prefix", "input_suffix", "suffix"))


def _count(script: Script, body: Mapping[str, Any]) -> int:
    if "messages" in body:
        return sum(script.count(str(each.get("content"))) + script.overhead for each in body["messages"])
    return script.count(_prompt(body)) + script.overhead
