"""`darner patch`: an instruction to a diff, or to changed files with --apply.

On a terminal the hunks are shown as soon as they are finished; a program gets the whole diff at the end.
"""

import re
import sys
from asyncio import CancelledError
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from darner_clients.context_budget import Budget
from darner_context.index import Unreadable
from darner_server.cli import exit_codes, output
from darner_server.cli.autorun_files import writable
from darner_server.cli.command_environment import (
    Place,
    open_engine,
    read_workspace,
    show_endpoint_notices,
    show_instructions,
)
from darner_server.cli.locations import parse_location, refuse_file_as_instruction
from darner_server.cli.recovery import journals, recover_unfinished
from darner_server.engine import (
    ContextReady,
    Decoding,
    Done,
    EditReady,
    EditRefused,
    Engine,
    Failed,
    PatchEvent,
    Repairing,
    Routed,
    Stage,
    Task,
    Warned,
)
from darner_server.engine.save import save
from darner_server.file_writer import Unwritten
from darner_server.patch import FinishedHunks, unified_diff

if TYPE_CHECKING:  # imported where a check is wanted: the start of a command is felt
    from darner_server.cli.patch_check import PatchCheck


@dataclass(frozen=True, slots=True)
class PatchOptions:
    """The flags of `darner patch`."""

    apply: bool
    json: bool
    partial: bool
    check: bool
    trust: bool
    sandboxed: bool
    repair_seconds: float | None  # None: the settings'
    budget: Budget | None
    allow: bool


async def patch(place: Place, instruction: str, arguments: list[str], options: PatchOptions) -> int:
    """Run one headless patch and return its exit code."""
    instruction = _instruction(instruction)
    show_instructions(place)
    show_endpoint_notices(place)
    recover_unfinished(place.root, apply=options.apply)
    finished = FinishedHunks()
    failure = None
    async with AsyncExitStack() as stack:
        check: PatchCheck | None = None
        if options.check:
            from darner_server.cli.patch_check import open_check

            opened = open_check(place, trusted=options.trust, sandboxed=options.sandboxed)
            check = await stack.enter_async_context(opened)
        engine = await stack.enter_async_context(open_engine(place))
        task = await _task(engine, place, instruction, arguments, options)
        last = await _run(engine, task, options, finished)
        if isinstance(last, Failed):
            output.say(f"darner: {last.message}", "red")
            return exit_codes.OF_FAILURE[last.kind]
        last = drafted = _asked_for(place, last, task, options)
        if check is not None:
            last, failure = await _checked(check, engine, last, task, options)
    if options.apply and failure is None:
        _write(place, last)
    if not options.json and (not _streams(options) or last.changes != finished.changes):
        if _streams(options):
            lacks = "the patch without the edits that were left out:"
            output.say(lacks if last.changes == drafted.changes else "the patch as it was repaired:")
        output.show_diff(last.diff)
    if failure is not None:
        raise exit_codes.Stop(failure, exit_codes.NOTHING)
    if not options.json:
        output.say(summary(last, applied=options.apply), "dim")
    return exit_codes.PATCHED


async def _task(engine: Engine, place: Place, instruction: str, arguments: list[str], options: PatchOptions) -> Task:
    """The task, once the index knows the workspace."""
    refuse_file_as_instruction(instruction, place.here)
    focuses = [parse_location(each, place.root, place.here) for each in arguments]
    for focus in focuses:
        text = engine.index.read(focus.path)
        if isinstance(text, Unreadable):
            raise exit_codes.Stop(f"{focus.path}: {text.reason}")
    with output.Progress(wanted=not options.json) as progress:
        await read_workspace(engine, progress, whole=not focuses)
    if not engine.index.state().files and not focuses:
        raise exit_codes.Stop(
            f"{place.root}: contains no source files that darner reads; name a file, or another --root"
        )
    return Task(
        instruction=instruction,
        focus=focuses[0] if focuses else None,
        also=tuple(focuses[1:]),
        scope="workspace" if not focuses else "range" if focuses[0].first_line else "file",
        interactive=sys.stderr.isatty(),
        budget=options.budget,
        partial=options.partial,
    )


async def _checked(
    check: "PatchCheck", engine: Engine, done: Done, task: Task, options: PatchOptions
) -> tuple[Done, str | None]:
    """
    Check the patch and repair it as long as there is time; the last patch, and why it failed, if it did.

    Raises Stop if it is interrupted.
    """
    from darner_server.cli.patch_repair import checked

    async def draft(again: Task) -> Done | Failed:
        with output.Progress(wanted=not options.json) as progress:
            found = await _show_events(engine, again, options, None, progress)
        return found if isinstance(found, Failed) else _asked_for(check.place, found, task, options)

    def report(message: str) -> None:
        if not options.json:
            output.say(message, "dim")

    seconds = check.place.settings.check_seconds if options.repair_seconds is None else options.repair_seconds
    try:
        done, verdict = await checked(
            done, task, check=partial(check.verdict, json=options.json), draft=draft, seconds=seconds,
            clock=monotonic, report=report,
        )  # fmt: skip
    except CancelledError:
        if not _streams(options) and not options.json:
            output.show_diff(done.diff)
        raise exit_codes.Stop(
            "interrupted: the patch is shown as it was before its check, and nothing was written",
            exit_codes.INTERRUPTED,
        ) from None
    if options.json:
        output.emit(done.as_json())
    if verdict.passed:
        output.say(str(verdict), "green")
        return done, None
    kept = "nothing was written, and the diff is on stdout" if options.apply else "the diff is on stdout"
    return done, "\n".join(part for part in (verdict.output.rstrip(), f"{verdict}; {kept}") if part)


def _asked_for(place: Place, done: Done, task: Task, options: PatchOptions) -> Done:
    """The patch without the files that need consent, if they are left out."""
    named = {each.path for each in (task.focus, *task.also) if each is not None}
    changes = writable(
        place.root, done.before, done.changes, moves=done.moves, named=named, instruction=task.instruction,
        allowed=options.allow, partial=options.partial, apply=options.apply, json=options.json,
    )  # fmt: skip
    if changes == done.changes:
        return done
    before = {path: done.before[path] for path in changes}
    return replace(done, changes=changes, before=before, diff=unified_diff(before, changes))


def _write(place: Place, done: Done) -> None:
    written = save(place.root, done.before, done.changes, journals=journals())
    if isinstance(written, Unwritten):
        raise exit_codes.Stop(f"nothing was written: {written.path}: {written.reason}", exit_codes.NOTHING)


def _instruction(given: str) -> str:
    try:
        text = sys.stdin.buffer.read().decode("utf-8-sig") if given == "-" else given
    except UnicodeDecodeError as error:
        raise exit_codes.Stop(f"stdin: is not UTF-8 text (byte {error.start + 1})") from None
    if not text.strip():
        raise exit_codes.Stop(
            'the instruction is empty; describe the change, as in: darner patch "rename x to count" src/a.py'
        )
    return text


def _streams(options: PatchOptions) -> bool:
    """Whether hunks are shown as they are finished."""
    return not options.json and output.is_on_terminal()


async def _run(engine: Engine, task: Task, options: PatchOptions, finished: FinishedHunks) -> Done | Failed:
    """Show a task's events. Raises Stop if it is interrupted after its first hunks."""
    try:
        with output.Progress(wanted=not options.json) as progress:
            return await _show_events(engine, task, options, finished, progress)
    except CancelledError:
        if not finished.count:
            raise
        if not _streams(options):
            output.show_diff(finished.diff)
        edits = "1 finished edit is" if finished.count == 1 else f"{finished.count} finished edits are"
        raise exit_codes.Stop(
            f"interrupted; no file is half written: {edits} shown, and nothing was written", exit_codes.INTERRUPTED
        ) from None


async def _show_events(
    engine: Engine, task: Task, options: PatchOptions, finished: FinishedHunks | None, progress: output.Progress
) -> Done | Failed:
    """Show a task's events; its hunks too, where `finished` takes them."""
    waits = ""
    async with engine.patch(task) as events:
        async for event in events:
            quiet = isinstance(event, (Stage, Decoding)) or (options.check and isinstance(event, Done))
            if options.json and not quiet:  # the patch is reported once it is checked
                output.emit(event.as_json())
            if isinstance(event, Warned):
                output.say(f"darner: {event.message}", "yellow")
            elif isinstance(event, Stage) and event.name == "wait" and not progress.is_seen:
                waits = _say_wait(event.detail, waits)
            elif not options.json:
                _show(event, progress)
                if isinstance(event, EditReady) and finished is not None:
                    hunk = finished.add(
                        event.path, event.kind, event.splices, snapshot=event.snapshot, new_path=event.new_path
                    )
                    if _streams(options):
                        output.show_diff(hunk)
            if isinstance(event, (Done, Failed)):
                return event
    raise AssertionError("a task ends with Done or Failed")


def _say_wait(why: str, before: str) -> str:
    """Report once what the command waits for, and how long: only its figures differ from one look to the next."""
    reason = re.sub(r"[0-9.]+", "", why)
    if reason != before:
        output.say(f"waiting: {why}", "dim")
    return reason


def _show(event: PatchEvent, progress: output.Progress) -> None:
    match event:
        case Stage():
            share = f" {event.share:.0%}" if event.share is not None else ""
            progress.show(f"{event.name}: {event.detail}{share}")
        case ContextReady():
            _show_context(event, progress)
        case Routed():
            output.say(
                f"route: {event.endpoint} ({event.prompt_tokens} of {event.window} tokens): {event.reason}", "dim"
            )
            progress.show(f"{event.endpoint}: waiting for the first token")
        case Decoding():
            progress.show(f"{event.endpoint}: {event.tokens} tokens, {event.tokens_per_second:.0f}/s")
        case EditReady() if event.bridges:
            output.say(f"{event.path}: applied with differences in {', '.join(event.bridges)}", "dim")
        case EditRefused() if event.final:
            output.say(f"rejected: {event.refused.path or '(no file named)'}: {event.refused.reason}", "yellow")
        case Repairing():
            what = (
                f"{event.refused} rejected edit{'s' if event.refused > 1 else ''}"
                if event.refused
                else "an unchanged reply"
            )
            output.say(f"repair {event.attempt}: {event.endpoint} retries {what}", "dim")
        case _:
            pass


def _show_context(event: ContextReady, progress: output.Progress) -> None:
    count = len(event.snippets)
    progress.show(f"context: {count} snippet{'s' if count != 1 else ''}, {event.tokens + event.focus_tokens} tokens")
    for each in event.withheld:
        output.say(each, "yellow")
    for path, reason in event.left_out:
        if path == ".":  # the workspace as a whole
            output.say(f"context: {reason}", "yellow")
    if event.dropped:
        output.say(f"context: {event.dropped} less likely snippets were left out", "dim")


def summary(done: Done, *, applied: bool) -> str:
    """What was done, in a line: files, endpoint, tokens, milliseconds by stage."""
    times = done.timings_ms
    stages = ", ".join(
        f"{name.replace('_', ' ')} {times[name]:.0f}" for name in times if name != "total" and times[name] >= 1
    )
    files = f"{len(done.changes)} file{'s' if len(done.changes) != 1 else ''}"
    verb = "patched" if applied else "would change (--apply writes)"
    usage = f"{done.usage.prompt_tokens} + {done.usage.completion_tokens} tokens"
    return f"{verb} {files}: {done.endpoint}, {usage}, {times['total']:.0f} ms ({stages})"
