"""From a bundle to messages: what changes least comes first, so that the endpoint's prompt cache hits."""

from dataclasses import dataclass

from darner_context.bundle import ContextBundle, Snippet
from darner_context.tokens import Tokenizer

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
    target: str | None = None,
) -> Prompt:
    """
    Lay the prompt out: rules and project first, then the snippets by path and line, the focus file, the instruction.

    The order of the snippets is not their rank: it stays when the cursor moves a little.
    """
    system = "\n\n".join(part for part in (rules.strip("\n"), project.strip("\n")) if part)
    blocks = [_block(each) for each in sorted(bundle.snippets, key=lambda each: (each.path, each.start_line))]
    snippets = "".join(blocks)
    focus = _block(bundle.focus) if bundle.focus else ""
    goal = f"{_target(target)}{instruction.strip()}\n"
    user = f"{snippets}{focus}{goal}"
    first, whole = tokenizer.count(system), tokenizer.count(user)
    tail, last = tokenizer.count(focus), tokenizer.count(goal)
    messages = tuple(pair for pair in (("system", system), ("user", user)) if pair[1])
    parts = (
        Part("rules", first),
        Part("snippets", max(0, whole - tail - last)),
        Part("focus", tail),
        Part("instruction", last),
    )
    return Prompt(messages, first + whole + _MESSAGE * len(messages) + _REPLY, parts)


def _block(snippet: Snippet) -> str:
    fence = "```"
    while fence in snippet.text:
        fence += "`"
    end = "" if snippet.text.endswith(("\n", "\r")) else "\n"
    return f"{snippet.path}\n{fence}\n{snippet.text}{end}{fence}\n\n"


def _target(target: str | None) -> str:
    if target is None:
        return ""
    fence = "```"
    while fence in target:
        fence += "`"
    end = "" if target.endswith(("\n", "\r")) else "\n"
    return f"The code to rewrite:\n{fence}\n{target}{end}{fence}\n\n"
