"""From a bundle to messages: what changes least comes first, so that the endpoint's prompt cache hits."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from darner_context.request import ContextBundle, Snippet
from darner_context.text.tokenizer import Tokenizer

_MESSAGE = 4  # tokens that a chat template puts around a message
_REPLY = 3  # and in front of the reply


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the prompt and what it costs."""

    name: str
    tokens: int


@dataclass(frozen=True, slots=True)
class Prompt:
    """Messages as (role, content). `tokens` is never below what the endpoint will count."""

    messages: tuple[tuple[str, str], ...]
    tokens: int
    parts: tuple[Part, ...]


def assemble(
    *,
    rules: str,
    project: str,
    bundle: ContextBundle,
    instruction: str,
    tokenizer: Tokenizer,
    hide: Callable[[str], str],
    reverse: bool = False,
    file_map: str = "",
) -> Prompt:
    """
    Lay the prompt out so that the endpoint's cache matches most of it when cursor and instruction change.

    Rules and project come first, then the snippets chosen for the file as a whole, in the order of path and line,
    not of rank; then the file, then the snippets chosen for the cursor's place, the words with the `file_map`, and the
    instruction last. `hide` takes the secrets out of all of it. With `reverse` the snippets after the file come in the
    opposite order: another prompt for the same answer, with the same beginning.
    """
    system = hide("\n\n".join(part for part in (rules.strip("\n"), project.strip("\n")) if part))
    ordered = sorted(bundle.snippets, key=lambda each: (each.path, each.start_line))
    stable = "".join(code_block(each) for each in ordered if each.stable)
    last_first = reversed(ordered) if reverse else ordered
    moving = "".join(code_block(each) for each in last_first if not each.stable)
    focus = code_block(bundle.focus) if bundle.focus else ""
    goal = f"{instruction.strip()}\n"
    listed = f"{file_map}\n\n" if file_map else ""
    user = hide(f"{stable}{focus}{moving}{listed}{goal}")
    first, whole = tokenizer.count(system), tokenizer.count(user)
    tail, last = tokenizer.count(focus), tokenizer.count(goal)
    mapped = tokenizer.count(listed) if listed else 0
    messages = tuple(pair for pair in (("system", system), ("user", user)) if pair[1])
    parts = (
        Part("rules", first),
        Part("snippets", max(0, whole - tail - mapped - last)),
        Part("focus", tail),
        *((Part("file map", mapped),) if mapped else ()),
        Part("instruction", last),
    )
    return Prompt(messages, first + whole + _MESSAGE * len(messages) + _REPLY, parts)


def count_messages(messages: Iterable[tuple[str, str]], tokenizer: Tokenizer) -> int:
    """Tokens of messages, counted as those of a prompt are."""
    return sum(tokenizer.count(content) + _MESSAGE for _, content in messages) + _REPLY


def code_block(snippet: Snippet) -> str:
    """Write a snippet as the prompt shows it: the path above a fence that nothing in the code ends."""
    fence = "```"
    while fence in snippet.text:
        fence += "`"
    end = "" if snippet.text.endswith(("\n", "\r")) else "\n"
    return f"{snippet.path}\n{fence}\n{snippet.text}{end}{fence}\n\n"
