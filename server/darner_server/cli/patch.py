"""`darner patch`: an instruction to a diff, or to changed files with --apply.

On a terminal the hunks are shown as soon as they are finished; a program gets the whole diff at the end.
"""

import os
import re
import sys
from asyncio import CancelledError
from dataclasses import dataclass, replace

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
from darner_server.cli.locations import parse_location
from darner_server.cli.post_patch_check import Kept, keyless, run_check
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
from darner_server.settings import WORKSPACE_FILE


@dataclass(frozen=True, slots=True)
class Options:
    """The flags of `darner patch`."""

    apply: bool
    json: bool
    partial: bool
    check: bool
    budget: Budget | None
    allow: bool


async def patch(place: Place, instruction: str, arguments: list[str], options: Options) -> int:
    """Run one headless patch and return its exit code."""
    instruction = _instruction(instruction)
    check = _check_command(place, options)
    show_instructions(place)
    show_endpoint_notices(place)
    recover_unfinished(place.root, apply=options.apply)
    focuses = [parse_location(each, place.root, place.here) for each in arguments]
    async with open_engine(place) as engine:
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
        task = Task(
            instruction=instruction,
            focus=focuses[0] if focuses else None,
            also=tuple(focuses[1:]),
            scope="workspace" if not focuses else "range" if focuses[0].first_line else "file",
            interactive=sys.stderr.isatty(),
            budget=options.budget,
            partial=options.partial,
        )
        finished = FinishedHunks()
        last = await _run(engine, task, options, finished)
    if isinstance(last, Failed):
        output.say(f"darner: {last.message}", "red")
        return exit_codes.OF_FAILURE[last.kind]
    last = _asked_for(place, last, task, options)
    if options.apply:
        await _write(place, last, check, options)
    if not options.json:
        if not _streams(options):
            output.show_diff(last.diff)
        elif last.changes != finished.changes:
            output.say("the patch without the edits that were left out:")
            output.show_diff(last.diff)
        output.say(summary(last, applied=options.apply), "dim")
    return exit_codes.PATCHED


def _check_command(place: Place, options: Options) -> str | None:
    if not options.check:
        return None
    if not options.apply:
        raise exit_codes.Stop("--check runs the workspace's check on the written files; add --apply")
    if not place.workspace.check:
        where = place.root / WORKSPACE_FILE
        raise exit_codes.Stop(f'{where}: sets no check; add a line such as  check = "pytest -q"  or omit --check')
    return place.workspace.check


def _asked_for(place: Place, done: Done, task: Task, options: Options) -> Done:
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


async def _write(place: Place, done: Done, check: str | None, options: Options) -> None:
    """Write the files; if a check has to run and fails or is interrupted, they are restored."""
    kept = Kept.of(place.root, done.changes)
    written = save(place.root, done.before, done.changes, journals=journals())
    if isinstance(written, Unwritten):
        raise exit_codes.Stop(f"nothing was written: {written.path}: {written.reason}", exit_codes.NOTHING)
    if check is None:
        return
    passed = False
    try:
        output.say(f"check: running {place.root / WORKSPACE_FILE}'s command: {check}", "yellow")
        with output.Progress(wanted=not options.json) as progress:
            progress.show(f"check: {check}")
            keys = [key for each in place.settings.endpoints for key in each.hidden if key]
            checked = await run_check(check, place.root, keyless(os.environ, keys))
        passed = checked.code == 0
    finally:
        unrestored = None if passed else kept.put_back()
    if passed:
        return
    if unrestored is not None:
        raise exit_codes.Stop(f"the check failed, and {unrestored.path} could not be restored: {unrestored.reason}")
    failed = f"the check `{check}` failed with exit code {checked.code}, so the files were restored"
    raise exit_codes.Stop("\n".join(part for part in (checked.output.rstrip(), failed) if part), exit_codes.NOTHING)


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


def _streams(options: Options) -> bool:
    """Whether hunks are shown as they are finished."""
    return not options.json and output.is_on_terminal()


async def _run(engine: Engine, task: Task, options: Options, finished: FinishedHunks) -> Done | Failed:
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
    engine: Engine, task: Task, options: Options, finished: FinishedHunks, progress: output.Progress
) -> Done | Failed:
    waits = ""
    async with engine.patch(task) as events:
        async for event in events:
            if options.json and not isinstance(event, (Stage, Decoding)):
                output.emit(event.as_json())
            if isinstance(event, Warned):
                output.say(f"darner: {event.message}", "yellow")
            elif isinstance(event, Stage) and event.name == "wait" and not progress.is_seen:
                waits = _say_wait(event.detail, waits)
            elif not options.json:
                _show(event, progress)
                if isinstance(event, EditReady):
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
