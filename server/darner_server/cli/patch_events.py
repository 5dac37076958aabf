"""The events of a patch as the command line shows them: words and progress on stderr, hunks or JSON on stdout."""

from collections.abc import Callable
from dataclasses import dataclass

from darner_server.cli import output
from darner_server.engine import (
    ContextReady,
    Decoding,
    Done,
    EditReady,
    EditRefused,
    Engine,
    Failed,
    FirstToken,
    PatchEvent,
    Repairing,
    Routed,
    Stage,
    Task,
    Warned,
)
from darner_server.patch import FinishedHunks


@dataclass(frozen=True, slots=True)
class Display:
    """How the events of a task are shown. `draft`: its number, if there are several, and what follows their events."""

    progress: output.Progress
    json: bool
    shows_done: bool = True  # as JSON; a patch that is checked is shown after that
    finished: FinishedHunks | None = None  # takes the hunks that are finished
    draft: int = 0
    follow: Callable[[PatchEvent], None] | None = None


async def show_events(engine: Engine, task: Task, display: Display) -> Done | Failed:
    """Run a task, and show its events; its hunks too, where `finished` takes them."""
    progress = display.progress
    waits = ""
    async with engine.patch(task) as events:
        async for event in events:
            if display.follow is not None:
                display.follow(event)
            ends = not display.shows_done if isinstance(event, Done) else isinstance(event, Failed) and display.draft
            if display.json and not (isinstance(event, (Stage, FirstToken, Decoding)) or ends):
                output.emit(event.as_json() | ({"draft": display.draft} if display.draft else {}))
            if isinstance(event, Warned):
                output.say(f"darner: {event.message}", "yellow")
            elif isinstance(event, Stage) and event.name == "wait" and not progress.is_seen:
                waits = _say_wait(event, waits)
            elif not display.json:
                _show(event, progress, f"draft {display.draft}: " if display.draft else "")
                if isinstance(event, EditReady) and display.finished is not None:
                    hunk = display.finished.add(
                        event.path, event.kind, event.splices, snapshot=event.snapshot, new_path=event.new_path
                    )
                    if output.is_on_terminal():
                        output.show_diff(hunk)
            if isinstance(event, (Done, Failed)):
                return event
    raise AssertionError("a task ends with Done or Failed")


def _say_wait(wait: Stage, before: str) -> str:
    """Report once what the command waits for, and how long."""
    if wait.reason != before:
        output.say(f"waiting: {wait.detail}", "dim")
    return wait.reason


def _show(event: PatchEvent, progress: output.Progress, draft: str) -> None:
    match event:
        case Stage():
            share = f" {event.share:.0%}" if event.share is not None else ""
            progress.show(f"{draft}{event.name}: {event.detail}{share}")
        case ContextReady():
            _show_context(event, progress)
        case Routed():
            output.say(
                f"{draft}route: {event.endpoint} ({event.prompt_tokens} of {event.window} tokens): {event.reason}",
                "dim",
            )
            progress.show(f"{draft}{event.endpoint}: waiting for the first token")
        case Decoding():
            progress.show(f"{draft}{event.endpoint}: {event.tokens} tokens, {event.tokens_per_second:.0f}/s")
        case EditReady() if event.bridges:
            output.say(f"{draft}{event.path}: applied with differences in {', '.join(event.bridges)}", "dim")
        case EditRefused() if event.final:
            output.say(f"{draft}rejected: {event.refused.path or '(no file named)'}: {event.refused.reason}", "yellow")
        case Repairing():
            what = (
                f"{event.refused} rejected edit{'s' if event.refused > 1 else ''}"
                if event.refused
                else "an unchanged reply"
            )
            output.say(f"{draft}repair {event.attempt}: {event.endpoint} retries {what}", "dim")
        case _:
            pass


def _show_context(event: ContextReady, progress: output.Progress) -> None:
    if event.requested:
        _show_requested(event)
        return
    count = len(event.snippets)
    progress.show(f"context: {count} snippet{'s' if count != 1 else ''}, {event.tokens + event.focus_tokens} tokens")
    for path, first, last, tokens, reasons in event.snippets:
        output.detail(f"context: {path}:{first}-{last}, {tokens} tokens: {', '.join(reasons)}")
    for each in event.withheld:
        output.say(each, "yellow")
    for left_out, reason in event.left_out:
        if left_out is None:
            output.say(f"context: {reason}", "yellow")
    if event.dropped:
        output.say(f"context: {event.dropped} less likely snippets were left out", "dim")


def _show_requested(event: ContextReady) -> None:
    """Show what the model requested, and what of it is not shown."""
    for code, reason in event.requested:
        output.say(
            f"not shown to the model: {code}: {reason}" if reason else f"also: {code}, requested by the model", "dim"
        )
