"""`darner context`: what the model would see for a place or an instruction, and why. Nothing is sent."""

import sys
from collections import Counter
from dataclasses import dataclass
from typing import Any

from darner_clients.auto_budget import AUTO, LONGEST, Budget, effective, limit_of
from darner_context.index import ContextBundle, ContextRequest, Focus, Snippet, Unreadable
from darner_server.cli import exit_codes, output
from darner_server.cli.command_setup import Place, open_engine, read_workspace, show_instructions
from darner_server.cli.locations import parse_location
from darner_server.context_json import snippet_json, summary_json
from darner_server.engine import Engine
from darner_server.interruptible_read import interruptible
from darner_server.settings import Settings

_TOKENIZER = "o200k_base"  # if no endpoint sets another


@dataclass(frozen=True, slots=True)
class ContextOptions:
    """The flags of `darner context`."""

    instruction: str
    budget: Budget | None
    json: bool
    jsonl: bool


async def context(place: Place, argument: str | None, options: ContextOptions) -> int:
    """Answer one request, or with --jsonl each line of stdin; returns the exit code."""
    if argument is None and not options.instruction and not options.jsonl:
        raise exit_codes.Stop("name a place (PATH:LINE), or describe the change with --instruction")
    focus = parse_location(argument, place.root, place.here) if argument else None
    show_instructions(place)
    counter = place.settings.endpoints[0].tokenizer if place.settings.endpoints else _TOKENIZER
    async with open_engine(place, connects=False) as engine:
        if focus is not None:
            text = engine.index.read(focus.path)
            if isinstance(text, Unreadable):
                raise exit_codes.Stop(f"{focus.path}: {text.reason}")
        with output.Progress(wanted=not (options.json or options.jsonl)) as progress:
            await read_workspace(engine, progress, whole=focus is None)
        if options.jsonl:
            with interruptible():
                _answer_lines(engine, place.settings, counter)
            return exit_codes.PATCHED
        budget = effective(options.budget, place.workspace.budget, place.settings.budget)
        request = _request(place.settings, options.instruction, focus, budget)
        bundle = engine.context(request, counter)
        if options.json:
            output.emit(as_json(bundle))
        else:
            _show(bundle, request, counter)
    return exit_codes.PATCHED


def _answer_lines(engine: Engine, settings: Settings, counter: str) -> None:
    number = 0
    while line := sys.stdin.buffer.readline():
        number += 1
        if line.strip():
            output.emit(_answer(engine, settings, line, number, counter))


def _answer(engine: Engine, settings: Settings, line: bytes, number: int, counter: str) -> dict[str, Any]:
    from darner_server.validation.context_request_line import read_context_line

    request = read_context_line(line)
    if isinstance(request, str):
        return {"event": "error", "message": f"request {number}: {request}"}
    hidden = (request.line, request.hide_to_line) if request.line and request.hide_to_line else None
    if request.path is not None:
        text = engine.index.read(request.path)
        if isinstance(text, Unreadable):
            return {"event": "error", "message": f"request {number}: {request.path}: {text.reason}"}
    focus = Focus(request.path, request.line, request.line) if request.path is not None else None
    wanted = _request(settings, request.instruction, focus, request.budget, hidden)
    return as_json(engine.context(wanted, counter))


def _request(
    settings: Settings, instruction: str, focus: Focus | None, budget: Budget, hidden: tuple[int, int] | None = None
) -> ContextRequest:
    """The request as the first endpoint would get its context."""
    limit = limit_of(budget, settings.endpoints[0]) if budget == AUTO and settings.endpoints else limit_of(budget)
    window = settings.endpoints[0].window if settings.endpoints else None
    return ContextRequest(
        instruction, focus, limit, hidden=hidden, selective=budget == AUTO, focus_limit=window or LONGEST
    )


def as_json(bundle: ContextBundle) -> dict[str, Any]:
    """The object of the contract."""
    return {
        "event": "context",
        **summary_json(bundle),
        "focus": snippet_json(bundle.focus) if bundle.focus else None,
        "snippets": [snippet_json(each) for each in bundle.snippets],
    }


def _show(bundle: ContextBundle, request: ContextRequest, counter: str) -> None:
    if bundle.focus is not None:
        _show_snippet(bundle.focus, "bold magenta")
    for snippet in bundle.snippets:
        _show_snippet(snippet, "bold cyan")
    parts: Counter[str] = Counter()
    for snippet in bundle.snippets:
        parts[snippet.kind] += snippet.tokens
    by_kind = ", ".join(f"{kind} {tokens}" for kind, tokens in sorted(parts.items()))
    output.say(
        f"{bundle.tokens} of {'up to ' * request.selective}{request.budget} tokens in snippets ({by_kind or 'none'}), "
        f"{bundle.focus_tokens} in the focus, by {counter}"
    )
    if bundle.dropped:
        output.say(f"{bundle.dropped} less likely snippets were left out", "yellow")
    for each in bundle.left_out:
        output.say(f"left out: {each.path or '.'}: {each.reason}", "yellow")
    for secret in bundle.withheld:
        output.say(str(secret), "yellow")


def _show_snippet(snippet: Snippet, style: str) -> None:
    place = f"{snippet.path}:{snippet.start_line}-{snippet.end_line}"
    output.show((place, style), (f"  {snippet.kind}, {snippet.tokens} tokens: {', '.join(snippet.reasons)}", "dim"))
    output.show(snippet.text.rstrip("\r\n"))
    output.show()
