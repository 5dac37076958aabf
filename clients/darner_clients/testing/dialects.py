"""How each kind of endpoint words its chunks, usage and errors, as JSON objects."""

from typing import Any

from darner_clients.testing.script import Dialect, Script, ScriptedReply, pieces

_ID = "chatcmpl-scripted"


def overflow(script: Script, prompt: int, output: int) -> dict[str, Any]:
    """The rejection of a prompt that is too long, in the wording of that kind and version."""
    window = script.window
    match script.dialect:
        case "cerebras":
            return {
                "message": "Please reduce the length of the messages or completion. "
                f"Current length is {prompt + output} while limit is {window}",
                "type": "invalid_request_error",
                "param": "messages",
                "code": "context_length_exceeded",
                "id": "scripted",
            }
        case "vllm-old":
            return {
                "object": "error",
                "message": f"This model's maximum context length is {window} tokens. However, you requested "
                f"{prompt + output} tokens ({prompt} in the messages, {output} in the completion). "
                "Please reduce the length of the messages or completion.",
                "type": "BadRequestError",
                "param": None,
                "code": 400,
            }
        case "vllm-0.15":
            message = (
                f"This model's maximum context length is {window} tokens. However, your request has {prompt} input "
                "tokens. Please reduce the length of the input messages."
            )
            return _bad(message, "input_tokens")
        case "vllm":
            message = (
                f"You passed {prompt} input tokens and requested {output} output tokens. However, the model's context "
                f"length is only {window} tokens, resulting in a maximum input length of {window - output} tokens. "
                f"Please reduce the length of the input prompt. (parameter=input_tokens, value={prompt})"
            )
            return _bad(message, "input_tokens")
        case "sglang":
            message = f"The input ({prompt} tokens) is longer than the model's context length ({window} tokens)."
            return {"error": {"object": "error", "message": message, "type": "BadRequestError", "code": 400}}
        case "llamacpp":
            message = (
                f"request ({prompt} tokens) exceeds the available context size ({window} tokens), try increasing it"
            )
            told = {"code": 400, "message": message, "type": "exceed_context_size_error"}
            return {"error": {**told, "n_prompt_tokens": prompt, "n_ctx": window}}
        case "openai":
            message = (
                f"This model's maximum context length is {window} tokens. However, your messages resulted in {prompt} "
                "tokens. Please reduce the length of the messages."
            )
            told = {"message": message, "type": "invalid_request_error", "param": "messages"}
            return {"error": {**told, "code": "context_length_exceeded"}}


def _bad(message: str, param: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": "BadRequestError", "param": param, "code": 400}}


_TOO_MANY = "limit exceeded - too many"
_QUOTA = {
    "requests": (f"Requests per second {_TOO_MANY} requests sent.", "requests", "quota", "request_quota_exceeded"),
    "tokens": (f"Tokens per minute {_TOO_MANY} tokens processed.", "tokens", "quota", "token_quota_exceeded"),
    "tokens-day": (f"Tokens per day {_TOO_MANY} tokens processed.", "tokens", "quota", "token_quota_exceeded"),
    "queue": (
        "We're experiencing high traffic right now! Please try again soon.",
        "requests",
        "queue",
        "queue_exceeded",
    ),
}


def over_quota(dialect: Dialect, kind: str) -> dict[str, Any]:
    """The body of a 429."""
    message, unit, param, code = _QUOTA[kind]
    body = {"message": message, "type": f"too_many_{unit}_error", "param": param, "code": code}
    return body if dialect == "cerebras" else {"error": body}


_REASONS = {
    400: ("the request is not valid", "invalid_request_error", "invalid_request"),
    401: ("Wrong API Key", "invalid_request_error", "wrong_api_key"),
    402: ("Payment required", "payment_required_error", "payment_required"),
    404: ("Model does not exist or you do not have access to it.", "not_found_error", "model_not_found"),
    413: ("Request entity too large", "invalid_request_error", "request_too_large"),
    503: ("Service unavailable", "server_error", "service_unavailable"),
}


def refusal(dialect: Dialect, status: int, message: str = "") -> dict[str, Any]:
    """Any other error body."""
    said, type_, code = _REASONS.get(status, ("Encountered a server error, please try again.", "server_error", "error"))
    if dialect in {"cerebras", "openai"}:
        body: dict[str, Any] = {"message": message or said, "type": type_, "param": "", "code": code}
    else:
        body = {"message": message or said, "type": type_, "param": None, "code": status}
    return body if dialect == "cerebras" else {"error": body}


def error_chunk(dialect: Dialect, status: int) -> dict[str, Any]:
    """An error in mid-stream."""
    body = refusal("cerebras", status)
    if dialect == "cerebras":
        return {"error": {"id": "scripted", **body}, "status_code": status}
    return {"error": {"message": body["message"], "type": "InternalServerError", "param": None, "code": status}}


def usage(
    script: Script, prompt: int, output: int, reasoning: int, prediction: tuple[int, int] | None
) -> dict[str, Any]:
    """The usage object."""
    told: dict[str, Any] = {
        "prompt_tokens": prompt,
        "completion_tokens": output,
        "total_tokens": prompt + output,
        "prompt_tokens_details": {"cached_tokens": 0},
    }
    if script.dialect == "cerebras":
        accepted, rejected = prediction or (0, 0)
        told["completion_tokens_details"] = {
            "accepted_prediction_tokens": accepted,
            "rejected_prediction_tokens": rejected,
            "reasoning_tokens": reasoning,
        }
    return told


def chunk(script: Script, delta: dict[str, Any] | str, finish: str | None = None) -> dict[str, Any]:
    """One event of a chat reply, or of a plain completion if `delta` is text."""
    choice: dict[str, Any] = {"index": 0, "finish_reason": finish, "logprobs": None}
    if isinstance(delta, str):
        choice["text"], kind = delta, "text_completion"
    else:
        choice["delta"], kind = delta, "chat.completion.chunk"
    if script.dialect == "cerebras" and finish is None:
        del choice["finish_reason"], choice["logprobs"]
    told = {"id": _ID, "object": kind, "created": 1, "model": script.model, "choices": [choice]}
    return {**told, "system_fingerprint": "fp_scripted"} if script.dialect == "cerebras" else told


def opening(script: Script) -> dict[str, Any]:
    """The first chunk, which holds no text yet."""
    return chunk(script, {"role": "assistant", "content": None if script.dialect == "llamacpp" else ""})


def instead(said: ScriptedReply) -> list[dict[str, Any]]:
    """The deltas that replace content: text in `refusal`, or a tool call with its arguments."""
    deltas: list[dict[str, Any]] = [{"refusal": piece} for piece in pieces(said.refusal)]
    if said.tool:
        call = {"index": 0, "id": "call_1", "type": "function", "function": {"name": said.tool, "arguments": ""}}
        deltas += [{"tool_calls": [call]}, {"tool_calls": [{"index": 0, "function": {"arguments": "{}"}}]}]
    return deltas


def infill(script: Script, text: str, stop: str | None = None, counts: tuple[int, int] = (0, 0)) -> dict[str, Any]:
    """One event of llama.cpp's own form."""
    event: dict[str, Any] = {"index": 0, "content": text, "tokens": [], "stop": stop is not None, "id_slot": -1}
    if stop is not None:
        told = {"model": script.model, "tokens_evaluated": counts[0], "tokens_predicted": counts[1], "tokens_cached": 0}
        event.update(told, stop_type="limit" if stop == "length" else "eos", truncated=False)
    return event


def models(script: Script) -> dict[str, Any]:
    """GET /v1/models."""
    row: dict[str, Any] = {"id": script.model, "object": "model", "created": 1, "owned_by": "scripted"}
    if script.limits_told and script.dialect.startswith(("vllm", "sglang")):
        row["max_model_len"] = script.window
    return {"object": "list", "data": [row]}


def catalogue(script: Script) -> dict[str, Any]:
    """GET /public/v1/models, Cerebras' own."""
    limits: dict[str, Any] = {}
    if script.limits_told:
        limits = {"max_context_length": script.window, "max_completion_tokens": script.max_output or script.window // 2}
        if script.requests_per_minute:
            limits["requests_per_minute"] = script.requests_per_minute
        if script.tokens_per_minute:
            limits["tokens_per_minute"] = script.tokens_per_minute
    return {
        "object": "list",
        "data": [{"id": script.model, "object": "model", "created": 1, "owned_by": "x", "limits": limits}],
    }


def props(script: Script) -> dict[str, Any]:
    """GET /props, llama.cpp's own."""
    settings = {"n_ctx": script.window} if script.limits_told else {}
    return {"default_generation_settings": settings, "total_slots": 1, "model_path": script.model}
