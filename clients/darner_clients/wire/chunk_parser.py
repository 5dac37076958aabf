"""A streamed reply without I/O: the data of server-sent events in, text and an end or an error out."""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, cast

from darner_clients.chat import Finish, Reasoning, Text, Usage
from darner_clients.endpoint import Endpoint
from darner_clients.errors import EndpointError, Interrupted, Malformed
from darner_clients.refusals.error_text import message_of, quoted, readable
from darner_clients.refusals.refusal import classify, is_error, may_be_error
from darner_clients.wire.chunk_fields import odd_thought, prefill_rate, text_and_thought, text_of, token_count, usage_of
from darner_clients.wire.end_reason import ENDS, SIGNS, end_reason
from darner_clients.wire.event_data import decoded, parsed, several_objects


class ReplyParser:
    """Feed it each event's data. It raises an EndpointError when an event holds one.

    `reason` is set once the model reports its end, `over` once nothing can follow ([DONE]). `sure`: whether the
    reason is the end; some servers give one with every piece. `vague`: text came after it, so it means nothing.
    """

    __slots__ = (
        "_endpoint",
        "_half",
        "_index",
        "_odd",
        "_others",
        "_started",
        "over",
        "prefill",
        "queue",
        "reason",
        "refusal",
        "sure",
        "tool_call",
        "usage",
        "vague",
    )

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._started = False
        self._half = ""  # of a character that two events share
        self._index: object = None  # of the choice that is read
        self._others = False  # whether there were more
        self._odd: dict[str, Any] | None = None  # came, and is no part of a reply
        self.reason: str | None = None
        self.sure = False
        self.vague = False
        self.refusal = ""
        self.tool_call = ""
        self.usage: Usage | None = None
        self.queue: float | None = None
        self.prefill: float | None = None
        self.over = False

    def feed(self, data: bytes) -> Iterable[Text | Reasoning]:
        """The pieces of the reply that an event holds: none, one, or reasoning and text."""
        if self.over or data == b"[DONE]":
            self.over = True
            return ()
        try:
            event = parsed(data)
        except (ValueError, RecursionError):
            return self._no_json(decoded(data))
        return self._event(event)

    def whole(self, body: bytes) -> Iterable[Text | Reasoning]:
        """The same from a 200 that is no stream: one object with the whole reply, or with an error."""
        pieces = tuple(self.feed(body))
        self._see_odd()
        if self.reason is None:
            self.reason = "stop"
        self.over = True
        return pieces

    def plain(self, body: bytes) -> EndpointError:
        """The error that a 200 without any JSON is: a sentence, or a page."""
        text = readable(body)
        words = self._quoted(message_of(text))
        if text.startswith("<"):
            return Malformed(self._endpoint.name, f"answered with a web page: {words or 'an empty one'}")
        return classify(self._endpoint, 200, {"message": text}, {})

    def close(self, last: bytes | None) -> Iterable[Text | Reasoning]:
        """The end of the connection, or of what matters: `last` is an event that lacks its blank line.

        Raises Interrupted if the reply was not at its end.
        """
        pieces: Iterable[Text | Reasoning] = ()
        if last is not None and not self.over:
            with suppress(Malformed):
                pieces = tuple(self.feed(last))
        if self.reason is None:
            self._see_odd()
        if self.reason is None and not (self.over and self._started and not self._others):
            raise Interrupted(
                self._endpoint.name,
                "the reply was cut off" if self._started else "the connection closed before the reply began",
                started=self._started,
            )
        return pieces

    def _event(self, event: object) -> Iterable[Text | Reasoning]:
        if type(event) is list:  # of several events, or around one
            return [piece for each in cast("list[object]", event) for piece in self._event(each)]
        if event is None:  # a sign of life
            return ()
        if type(event) is str:
            return self._no_json(event)
        if type(event) is not dict:
            raise Malformed(self._endpoint.name, "sent an event that is not an object", started=self._started)
        try:
            return self._read(cast("dict[str, Any]", event))
        except (AttributeError, TypeError, LookupError):
            raise Malformed(self._endpoint.name, "sent an event of another shape", started=self._started) from None

    def _no_json(self, text: str) -> Iterable[Text | Reasoning]:
        """[DONE] in any spelling, a sign of life, several objects as one; else it is no event."""
        text = text.strip()
        while text.startswith("data:"):  # wrapped twice
            text = text[5:].strip()
        if text.upper() in {"[DONE]", "DONE"}:
            self.over = True
            return ()
        if not text or _ALIVE.fullmatch(text):
            return ()
        found: list[Text | Reasoning] = []
        for event in several_objects(text):
            if event is None:
                words = self._quoted(text)
                raise Malformed(
                    self._endpoint.name, f"sent an event that is not JSON: {words}", "", started=self._started
                )
            if self.over or event == "[DONE]":
                self.over = True
                break
            found += self._event(event)
        return found

    def _quoted(self, words: str) -> str:
        return quoted(words, self._endpoint.hidden)

    def _see_odd(self) -> None:
        """An object that is no part of a reply explains why nothing else came, or nothing more."""
        if self._odd is not None and self.reason is None:
            error = classify(self._endpoint, 200, self._odd, {})
            error.started = self._started
            raise error

    def _read(self, chunk: dict[str, Any]) -> Iterable[Text | Reasoning]:
        choices = chunk.get("choices")
        if not choices or not _BESIDES.isdisjoint(chunk):
            self._besides(chunk)
            if not choices:
                return self._bare(chunk)
        choice = choices[0]
        if len(choices) > 1 or (choice.get("index") or 0) != self._index:
            choice = self._chosen(choices)
            if choice is None:
                return ()
        return self._choice(choice)

    def _chosen(self, choices: list[dict[str, Any]]) -> dict[str, Any] | None:
        """Of several replies to one request, the one that came first; the others are none of ours."""
        if self._index is None:
            self._index = choices[0].get("index") or 0
        chosen = [each for each in choices if (each.get("index") or 0) == self._index]
        self._others = self._others or len(chosen) < len(choices)
        return chosen[0] if chosen else None

    def _choice(self, choice: dict[str, Any]) -> Iterable[Text | Reasoning]:
        earlier, reason = self.reason, choice.get("finish_reason")
        delta = choice.get("delta") or (None if self._started else choice.get("message"))
        reports = reason or choice.get("stop_reason") or not SIGNS.isdisjoint(choice)
        if reports or (delta and not ENDS.isdisjoint(delta)):
            reason = self._ended(choice, delta)
        if delta is None:
            text, thought = text_of(choice.get("text")), ""
        else:
            text = delta.get("content")
            thought = delta.get("reasoning") or delta.get("reasoning_content")
            if text.__class__ is str and not thought:
                text, thought = self._joined(text, last=bool(reason)), ""
            else:
                text, considered = text_and_thought(text)
                thought = considered + "".join(text_and_thought(thought))
        if not text and not thought:
            thought = odd_thought(delta) if delta else ""
            if not thought:
                self.sure, self.vague = (True, False) if reason else (self.sure, self.vague)
                return ()
        self.vague = earlier is not None
        self.sure = self._started and not self.vague
        self._started = True
        self._odd = None
        if not reason and self.reason and Finish(self.reason).ending == "complete":
            self.reason = None  # text follows: that was not its end
        if not thought:
            return (Text(text),)
        return (Reasoning(thought), Text(text)) if text else (Reasoning(thought),)

    def _joined(self, text: str, *, last: bool) -> str:
        """A piece of text, with the half of a character that the piece before it ended with."""
        if text.isascii() and not self._half:
            return text
        text, self._half = self._half + text, ""
        if not last and text and "\ud800" <= text[-1] <= "\udbff":
            text, self._half = text[:-1], text[-1]
        return text_of(text)

    def _ended(self, *places: dict[str, Any] | None) -> str:
        """The reason that a choice or its delta gives for an end, kept; "" if there is none.

        What replaces an answer, or the rest of one, is kept too: text in the field `refusal`, or a tool call.
        """
        for each in places:
            if each:
                if error := each.get("error"):
                    self._besides({"error": error})
                self.refusal += text_of(each.get("refusal"))
                calls: list[Any] = each.get("tool_calls") or [{"function": each.get("function_call")}]
                function: dict[str, Any] = calls[0].get("function") or {}
                name = text_of(function.get("name")) or ("without a name" if function.get("arguments") else "")
                self.tool_call = self.tool_call or name
        said = end_reason(*places)
        if said:
            self.reason = said
        return said

    def _besides(self, chunk: dict[str, Any]) -> None:
        if is_error(chunk):
            error = classify(self._endpoint, 200, chunk, {})
            error.started = self._started
            raise error
        usage, times = chunk.get("usage"), chunk.get("time_info")
        if usage and isinstance(usage, dict):
            self.usage = usage_of(cast("dict[str, Any]", usage))
        if isinstance(times, dict):
            queue: Any = cast("dict[str, Any]", times).get("queue_time")
            self.queue = float(queue) if isinstance(queue, int | float) and 0 <= queue < _MOST_SECONDS else None
        self.reason = end_reason(chunk) or self.reason
        if "timings" in chunk:  # of llama.cpp
            self.prefill = prefill_rate(chunk["timings"]) or self.prefill

    def _tells(self, chunk: dict[str, Any]) -> bool:
        """Whether an object without text may be why there is none: before the first text, any words do."""
        if may_be_error(chunk):
            return True
        return not self._started and "choices" not in chunk and "content" not in chunk and bool(message_of(chunk))

    def _bare(self, chunk: dict[str, Any]) -> Iterable[Text | Reasoning]:
        """llama.cpp's own form: {"content": "…", "stop": false}; and Ollama's."""
        if chunk.get("stop"):
            self.reason = "length" if chunk.get("stop_type") == "limit" or chunk.get("truncated") else "stop"
            self.over = True
            if counted := token_count(chunk, "tokens_evaluated"):
                cached = min(counted, token_count(chunk, "tokens_cached"))
                self.usage = Usage(counted, token_count(chunk, "tokens_predicted"), cached)
        message: object = chunk.get("message")  # of Ollama's own form
        inner = cast("Mapping[str, object]", message).get("content") if isinstance(message, Mapping) else None
        text = text_of(chunk.get("content") or inner)
        if not text:
            if self._tells(chunk):
                self._odd = chunk
            return ()
        self._started = True
        self._odd = None
        return (Text(text),)


_BESIDES = frozenset(  # fields that are no part of a choice
    {"usage", "time_info", "timings", "status", "success", *ENDS}
)
_MOST_SECONDS = 1e6
_ALIVE = re.compile(
    r":.*|ping|pong|ok|null|true|none|keep[-_ ]?alive|heart ?beat|(?:(?:openrouter )?processing|waiting|queued)\W*|\.+",
    re.IGNORECASE | re.DOTALL,
)
