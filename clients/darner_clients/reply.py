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

    __slots__ = ("_endpoint", "_started", "over", "queue", "reason", "usage")

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._started = False
        self.reason: str | None = None
        self.usage: Usage | None = None
        self.queue: float | None = None
        self.over = False

    def feed(self, data: bytes) -> Iterable[Text | Reasoning]:
        """The pieces of the reply that an event holds: none, one, or reasoning and text."""
        if self.over or data == b"[DONE]":
            self.over = True
            return ()
        try:
            event: Any = json.loads(data)
        except ValueError:
            raise Malformed(self._endpoint.name, "sent an event that is not JSON", started=self._started) from None
        if type(event) is not dict:
            raise Malformed(self._endpoint.name, "sent an event that is not an object", started=self._started)
        chunk = cast("dict[str, Any]", event)
        choices = chunk.get("choices")
        if not choices or "usage" in chunk or "time_info" in chunk or "error" in chunk:
            self._besides(chunk)
            if not choices:
                return self._bare(chunk)
        return self._choice(choices[0])

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

    def _choice(self, choice: dict[str, Any]) -> Iterable[Text | Reasoning]:
        reason = choice.get("finish_reason")
        if reason:
            self.reason = reason
        delta = choice.get("delta") or choice.get("message")
        if delta is None:
            text = choice.get("text")
            if not text:
                return ()
            self._started = True
            return (Text(text),)
        text = delta.get("content")
        thought = delta.get("reasoning") or delta.get("reasoning_content")
        if thought:
            self._started = True
            return (Reasoning(thought), Text(text)) if text else (Reasoning(thought),)
        if not text:
            return ()
        self._started = True
        return (Text(text),)

    def _besides(self, chunk: dict[str, Any]) -> None:
        if is_error(chunk):
            error = classify(self._endpoint, 200, chunk, {})
            error.started = self._started
            raise error
        usage = chunk.get("usage")
        if usage:
            self.usage = _usage(usage)
        times = chunk.get("time_info")
        if times:
            self.queue = times.get("queue_time")

    def _bare(self, chunk: dict[str, Any]) -> Iterable[Text | Reasoning]:
        """llama.cpp's own form: {"content": "…", "stop": false}."""
        if chunk.get("stop"):
            self.reason = "length" if chunk.get("stop_type") == "limit" or chunk.get("truncated") else "stop"
            self.over = True
            counted = chunk.get("tokens_evaluated")
            if isinstance(counted, int):
                cached = int(chunk.get("tokens_cached") or 0)
                self.usage = Usage(counted, int(chunk.get("tokens_predicted") or 0), min(cached, counted))
        text = chunk.get("content")
        if not isinstance(text, str) or not text:
            return ()
        self._started = True
        return (Text(text),)


def _usage(usage: dict[str, Any]) -> Usage:
    prompt: dict[str, Any] = usage.get("prompt_tokens_details") or {}
    completion: dict[str, Any] = usage.get("completion_tokens_details") or {}
    return Usage(
        prompt_tokens=usage.get("prompt_tokens") or 0,
        completion_tokens=usage.get("completion_tokens") or 0,
        cached_tokens=prompt.get("cached_tokens") or 0,
        reasoning_tokens=completion.get("reasoning_tokens") or 0,
        accepted_prediction_tokens=completion.get("accepted_prediction_tokens") or 0,
        rejected_prediction_tokens=completion.get("rejected_prediction_tokens") or 0,
    )
