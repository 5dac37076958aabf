"""The request that goes on after a reply: over the same prompt, so that the endpoint's cache has it."""

from darner_clients.chat import ChatRequest
from darner_server.engine.prompt.prompts import Prompts
from darner_server.engine.reply_stream import Reply

_WORDS = 1_024  # tokens of our own words, and of the marks around code
_FRAMING = 16  # tokens that a chat template puts around two more messages


def room_after(reply: Reply, prompts: Prompts) -> int:
    """Tokens of code that the next turn has room for."""
    request = reply.request
    used = request.prompt_tokens + request.max_output + prompts.count_text(reply.route.endpoint, reply.text)
    return reply.route.window - used - _WORDS


def next_turn(reply: Reply, words: str, prompts: Prompts, *, temperature: float) -> ChatRequest | None:
    """The same messages, the reply, and words of ours; None if that exceeds the window."""
    request, endpoint = reply.request, reply.route.endpoint
    added = prompts.count_text(endpoint, reply.text) + prompts.count_text(endpoint, words)
    tokens = request.prompt_tokens + added + _FRAMING
    if tokens + request.max_output > reply.route.window:
        return None
    return ChatRequest(
        messages=(*request.messages, ("assistant", reply.text), ("user", words)),
        prompt_tokens=tokens,
        max_output=request.max_output,
        temperature=temperature,
        cache_key=request.cache_key,
        interactive=request.interactive,
        count=request.count,
    )
