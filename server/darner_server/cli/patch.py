"""`darner patch`: an instruction to a diff, or to changed files with --apply.

On a terminal the hunks are shown as soon as they are finished; a program gets the whole diff at the end.
"""

import sys
from asyncio import CancelledError
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial

from darner_clients.auto_budget import Budget
from darner_context.index import Unreadable
from darner_server.cli import exit_codes, output
from darner_server.cli.autorun_files import writable
from darner_server.cli.command_setup import (
    Place,
    open_engine,
    read_workspace,
    show_endpoint_notices,
    show_instructions,
)
from darner_server.cli.locations import parse_location, refuse_file_as_instruction
from darner_server.cli.patch_events import Display, show_events
from darner_server.cli.recovery import journals, recover_unfinished
from darner_server.cli.undo.history import remember
from darner_server.engine import Done, Engine, Failed, Task
from darner_server.engine.save import save
from darner_server.file_writer import Unwritten
from darner_server.interruptible_read import interruptible
from darner_server.patch import FinishedHunks, unified_diff
from darner_server.validation.draft_count import Drafts


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
    drafts: Drafts | None = None  # None: the settings'


async def patch(place: Place, instruction: str, arguments: list[str], options: PatchOptions) -> int:
    """Run one headless patch and return its exit code."""
    instruction = _instruction(instruction)
    show_instructions(place)
    show_endpoint_notices(place)
    recover_unfinished(place.root, apply=options.apply)
    finished = FinishedHunks()
    failure = None
    number = _number_of_drafts(place, options)
    async with AsyncExitStack() as stack:
        begun = None
        if options.check:
            from darner_server.cli.patch_check import open_patch_check  # only here: the start of a command is felt

            opened = open_patch_check(place, trusted=options.trust, sandboxed=options.sandboxed)
            begun = await stack.enter_async_context(opened)
        engine = await stack.enter_async_context(open_engine(place))
        task = await _task(engine, place, instruction, arguments, options)
        ask = partial(_asked_for, place, task, options)
        seconds = place.settings.check_seconds if options.repair_seconds is None else options.repair_seconds
        checked = begun and begun(engine, task, ask, seconds, json=options.json, apply=options.apply)
        verdict = None
        if checked is not None and number != 1:
            last, verdict = await checked.best_draft(number)
        else:
            last = await _run(engine, task, options, finished)
            last = ask(last) if isinstance(last, Done) else last
        if isinstance(last, Failed):
            output.say(f"darner: {last.message}", "red")
            return exit_codes.OF_FAILURE[last.kind]
        drafted = last
        if checked is not None:
            last, failure = await checked.result(last, verdict)
    if options.apply and failure is None:
        _write(place, last)
    if not options.json and (not _streams(options) or last.changes != finished.changes):
        if _streams(options) and finished.count:
            lacks = "the patch without the edits that were left out:"
            output.say(lacks if last.changes == drafted.changes else "the patch as it was repaired:")
        output.show_diff(last.diff)
    if failure is not None:
        raise exit_codes.Stop(failure, exit_codes.NOTHING)
    if not options.json:
        output.say(summary(last, applied=options.apply), "dim")
    return exit_codes.PATCHED


def _number_of_drafts(place: Place, options: PatchOptions) -> Drafts:
    if options.check:
        return place.settings.drafts if options.drafts is None else options.drafts
    if options.drafts not in {None, 1}:
        raise exit_codes.Stop("--drafts: several drafts need --check, because the project's checks choose between them")
    return 1


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


def _asked_for(place: Place, task: Task, options: PatchOptions, done: Done) -> Done:
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
    written = save(place.root, done.before, done.changes, journals=journals(), remember=remember)
    if isinstance(written, Unwritten):
        raise exit_codes.Stop(f"nothing was written: {written.path}: {written.reason}", exit_codes.NOTHING)


def _instruction(given: str) -> str:
    try:
        with interruptible():
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
            display = Display(progress, json=options.json, shows_done=not options.check, finished=finished)
            return await show_events(engine, task, display)
    except CancelledError:
        if not finished.count:
            raise
        if not _streams(options):
            output.show_diff(finished.diff)
        edits = "1 finished edit is" if finished.count == 1 else f"{finished.count} finished edits are"
        raise exit_codes.Stop(
            f"interrupted; no file is half written: {edits} shown, and nothing was written", exit_codes.INTERRUPTED
        ) from None


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
