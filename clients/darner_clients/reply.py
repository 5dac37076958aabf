"""A streamed reply without I/O: the data of server-sent events in, text and an end or an error out."""

import json
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, cast

from darner_clients.endpoint import Endpoint
from darner_clients.errors import Interrupted, Malformed
from darner_clients.faults import classify, is_error
from darner_clients.messages import Reasoning, Text, Usage


class Reply:
    """Feed it each event's data. It raises an EndpointError when an event holds one.

    `reason` is set once the model said that it is done, `over` once nothing can follow ([DONE]).
    """

    __slots__ = ("_endpoint", "_started", "called", "over", "queue", "reason", "refusal", "usage")

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._started = False
        self.reason: str | None = None
        self.refusal = ""
        self.called = ""
        self.usage: Usage | None = None
        self.queue: float | None = None
        self.over = False

    def feed(self, data: bytes) -> Iterable[Text | Reasoning]:
        """The pieces of the reply that an event holds: none, one, or reasoning and text."""
        if self.over or data == b"[DONE]":
            self.over = True
            return ()
        try:
            event = _parsed(data)
        except (ValueError, RecursionError):
            raise Malformed(self._endpoint.name, "sent an event that is not JSON", started=self._started) from None
        if type(event) is not dict:
            raise Malformed(self._endpoint.name, "sent an event that is not an object", started=self._started)
        try:
            return self._read(cast("dict[str, Any]", event))
        except (AttributeError, TypeError, LookupError):
            raise Malformed(self._endpoint.name, "sent an event of another shape", started=self._started) from None

    def whole(self, body: bytes) -> Iterable[Text | Reasoning]:
        """The same from a 200 that is no stream: one object with the whole reply, or with an error."""
        pieces = tuple(self.feed(body))
        if self.reason is None:
            self.reason = "stop"
        self.over = True
        return pieces

    def close(self, last: bytes | None) -> Iterable[Text | Reasoning]:
        """The end of the connection, or of what matters: `last` is an event that lacks its blank line.

        Raises Interrupted if the reply was not at its end.
        """
        pieces: Iterable[Text | Reasoning] = ()
        if last is not None and not self.over:
            with suppress(Malformed):
                pieces = self.feed(last)
        if self.reason is None and not (self.over and self._started):
            raise Interrupted(
                self._endpoint.name,
                "the reply broke off" if self._started else "the connection closed before the reply began",
                started=self._started,
            )
        return pieces

    def _read(self, chunk: dict[str, Any]) -> Iterable[Text | Reasoning]:
        choices = chunk.get("choices")
        if not choices or "usage" in chunk or "time_info" in chunk or "error" in chunk:
            self._besides(chunk)
            if not choices:
                return self._bare(chunk)
        return self._choice(choices[0])

    def _choice(self, choice: dict[str, Any]) -> Iterable[Text | Reasoning]:
        reason = choice.get("finish_reason")
        if reason:
            self.reason = str(reason)
        delta = choice.get("delta") or choice.get("message")
        if delta is None:
            text, thought = _text(choice.get("text")), ""
        else:
            text = _text(delta.get("content"))
            thought = _text(delta.get("reasoning") or delta.get("reasoning_content"))
        if not text and not thought:
            if delta:
                self._instead(delta)
            return ()
        self._started = True
        if not thought:
            return (Text(text),)
        return (Reasoning(thought), Text(text)) if text else (Reasoning(thought),)

    def _instead(self, delta: dict[str, Any]) -> None:
        """What comes in the place of an answer: a refusal in a field of its own, or the call of a tool."""
        self.refusal += _text(delta.get("refusal"))
        calls: list[Any] = delta.get("tool_calls") or [{"function": delta.get("function_call")}]
        function: dict[str, Any] = calls[0].get("function") or {}
        self.called = self.called or _text(function.get("name"))

    def _besides(self, chunk: dict[str, Any]) -> None:
        if is_error(chunk):
            error = classify(self._endpoint, 200, chunk, {})
            error.started = self._started
            raise error
        usage, times = chunk.get("usage"), chunk.get("time_info")
        if usage and isinstance(usage, dict):
            self.usage = _usage(cast("dict[str, Any]", usage))
        if isinstance(times, dict):
            queue: Any = cast("dict[str, Any]", times).get("queue_time")
            self.queue = float(queue) if isinstance(queue, int | float) else None

    def _bare(self, chunk: dict[str, Any]) -> Iterable[Text | Reasoning]:
        """llama.cpp's own form: {"content": "…", "stop": false}."""
        if chunk.get("stop"):
            self.reason = "length" if chunk.get("stop_type") == "limit" or chunk.get("truncated") else "stop"
            self.over = True
            if counted := _count(chunk, "tokens_evaluated"):
                cached = min(counted, _count(chunk, "tokens_cached"))
                self.usage = Usage(counted, _count(chunk, "tokens_predicted"), cached)
        text = _text(chunk.get("content"))
        if not text:
            return ()
        self._started = True
        return (Text(text),)


def _parsed(data: bytes) -> Any:  # noqa: ANN401 - JSON
    """JSON, by the shortest way for what nearly always comes: no blanks around it."""
    text = data.decode("utf-8", "surrogatepass")
    if text.startswith("{"):
        event, end = _object(text)
        if end == len(text):
            return event
    return json.loads(text)


_object = json.JSONDecoder().raw_decode


def _text(value: object) -> str:
    """A piece of text that can be written to a file: half of a surrogate pair, which JSON can hold, cannot."""
    if type(value) is not str:
        if value:
            raise TypeError
        return ""
    return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _usage(usage: dict[str, Any]) -> Usage:
    return Usage(
        prompt_tokens=_count(usage, "prompt_tokens"),
        completion_tokens=_count(usage, "completion_tokens"),
        cached_tokens=_count(usage.get("prompt_tokens_details"), "cached_tokens"),
        reasoning_tokens=_count(usage.get("completion_tokens_details"), "reasoning_tokens"),
        accepted_prediction_tokens=_count(usage.get("completion_tokens_details"), "accepted_prediction_tokens"),
        rejected_prediction_tokens=_count(usage.get("completion_tokens_details"), "rejected_prediction_tokens"),
    )


def _count(fields: object, name: str) -> int:
    """A number of tokens; 0 where it is not told."""
    value: Any = cast("dict[str, Any]", fields).get(name) if isinstance(fields, dict) else None
    return int(value) if isinstance(value, int | float) and 0 < value < 1e12 else 0  # noqa: PLR2004 - no infinity
