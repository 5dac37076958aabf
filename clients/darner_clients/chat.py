"""Requests to an endpoint, and the parts of its reply."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Literal

Ending = Literal["complete", "limit", "other"]


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A chat prompt as (role, content) pairs, counted before it is sent; `max_output` is reserved for the reply.

    `prediction` is text that the reply will mostly repeat. `cache_key` names requests that share a prompt's beginning.
    `task_tokens` is the size of the task that `max_output` was predicted from; 0: it was not.
    `count` gives tokens of the reply, never more than the endpoint counts: a longer reply is cut off at `max_output`.
    A request with `interactive=False` has no user waiting for it, and never comes before one that has.
    """

    messages: tuple[tuple[str, str], ...]
    prompt_tokens: int
    max_output: int
    temperature: float = 0.0
    stop: tuple[str, ...] = ()
    prediction: str | None = None
    cache_key: str | None = None
    interactive: bool = True
    task_tokens: int = 0
    count: Callable[[str], int] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class FillRequest:
    """Text to be filled in between `prefix` and `suffix`."""

    prefix: str
    suffix: str
    prompt_tokens: int
    max_output: int
    stop: tuple[str, ...] = ()
    interactive: bool = True


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of the reply."""

    text: str


@dataclass(frozen=True, slots=True)
class Reasoning:
    """A piece of what the model thinks before it replies; it counts as output, and is no part of the reply."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the endpoint counted them. `completion_tokens` holds the reasoning and the rejected prediction too."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    accepted_prediction_tokens: int = 0
    rejected_prediction_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        """The tokens of both."""
        counts = {each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(Usage)}
        return Usage(**counts)


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds. `connect` is 0.0 on a connection that was open already; `queue` is the endpoint's own waiting time.

    `first_token` runs from sending the request, `decode` from the first piece to the last. `prefill` is no time, but
    the endpoint's word on how many tokens of the prompt it read in a second.
    """

    connect: float | None = None
    queue: float | None = None
    first_token: float | None = None
    decode: float | None = None
    prefill: float | None = None


@dataclass(frozen=True, slots=True)
class Finish:
    """The end of a reply, and the last item of a stream. `endpoint` names who answered (a hedge may have).

    `reason` is the endpoint's own word. `refusal` is the model's text in place of an answer, `tool_call` the tool that
    it wanted to call.
    """

    reason: str
    usage: Usage | None = None
    timings: Timings | None = None
    endpoint: str = ""
    refusal: str = ""
    tool_call: str = ""

    @property
    def ending(self) -> Ending:
        """Whether the model was done, was cut at a limit, or ended for any other reason: then part may be missing.

        It was not done if it declined or called a tool, whatever its reason.
        """
        word = _CAPITAL.sub("_", self.reason.strip()).lower().replace("-", "_").replace(" ", "_")
        word = word.removeprefix("finish_reason").lstrip("._")
        if word in _LIMITS:
            return "limit"
        return "complete" if word in _DONE and not self.refusal and not self.tool_call else "other"


_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


_DONE = frozenset(
    {
        *("stop", "model_stop", "natural_stop", "normal_stop", "stop_sequence", "stop_sequences", "stop_str"),
        *("stop_string", "end_id", "endoftext", "<|im_end|>", "<|endoftext|>", "<|return|>", "</s>"),
        *("stop_word", "stop_words", "stop_token", "eos", "eos_token", "eos_found", "eot", "end", "end_turn"),
        *("end_of_turn", "end_of_text", "end_of_sequence", "complete", "completed", "done", "finish", "finished"),
        *("normal", "success"),
    }
)
_LIMITS = frozenset(
    {
        "length",
        "limit",
        "max_length",
        "max_tokens",
        "max_new_tokens",
        "max_output_tokens",
        "max_completion_tokens",
        "token_limit",
        "model_length",
        "context_length",
        "model_context_window_exceeded",
        "incomplete",
    }
)
