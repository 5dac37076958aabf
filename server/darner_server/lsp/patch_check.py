"""The check of a patch in the editor: in the background, on a copy, and only with commands that the user trusts."""

import asyncio
import os
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from darner_server.display_text import in_line, plain, plain_words
from darner_server.lsp.edits.checked_patches import CheckedPatch, State
from darner_server.lsp.session import Session

if TYPE_CHECKING:
    from darner_server.check.verdict import NoEvidence, Verdict
    from darner_server.engine import Done, Engine, Task
    from darner_server.verification.patch_check import Begun

_LONGEST = 4_000  # characters of output that are shown


async def check_patch(session: Session, task: "Task", done: "Done", instruction: str) -> None:
    """Check a patch that is complete, if its workspace has checks; those that are not trusted are only offered."""
    before = session.checks.latest
    repaired = before is not None and before.repair is not None and before.repair["instruction"] == instruction
    if before is not None and before.running is not None:
        before.running.cancel()
    async with session.engines.use() as engine:
        found = await asyncio.to_thread(_found, session, engine, task, done, before if repaired else None)
    session.checks.latest = found
    if found is None:
        if before is not None:
            before.problems = ()
            session.lenses_changed()
            _publish(session, before)
    elif found.state == "untrusted":
        _show(session, found)
    else:
        start(session, found)


def start(session: Session, found: CheckedPatch) -> "asyncio.Task[None]":
    """Run the checks of a patch, unless they are running."""
    if found.running is None or found.running.done():
        found.running = session.spawn(_run(session, found))
    return found.running


def _found(
    session: Session, engine: "Engine", task: "Task", done: "Done", first: CheckedPatch | None
) -> CheckedPatch | None:
    """The patch with its checks; None if there are none, or it is about several folders. `first` is what it repairs."""
    from darner_server.check.project.plan import find_plan
    from darner_server.check.trusted_commands import is_trusted
    from darner_server.user_directories import state_folder
    from darner_server.verification.repair import merged

    folder = _folder(engine.index.folders, done.changes)
    uris = tuple(uri for path in done.changes if (uri := session.folders.uri_of(path)) is not None)
    if folder is None or not uris:
        return None
    prefix, root = folder
    settings = engine.workspace_of(task)
    plan = find_plan(root, settings.check, os.environ.get("PATH", os.defpath))
    if not plan.shown:
        return None
    base = _base(root, prefix, task, done)
    if first is not None:
        task, done, base = first.task, merged(first.patch, done), {**base, **first.base}
    state: State = "running" if is_trusted(plan.shown, root, state_folder()) else "untrusted"
    words = "checking…" if state == "running" else "Check"
    return CheckedPatch(task, done, root, prefix, uris, plan, base, state, words)


def _folder(folders: Mapping[str, Path], changes: Collection[str]) -> tuple[str, Path] | None:
    """The one folder that the files are in, with what their paths begin with."""
    if "" in folders:
        return "", folders[""]
    names = {path.partition("/")[0] for path in changes}
    name = names.pop() if len(names) == 1 else ""
    return (f"{name}/", folders[name]) if name in folders else None


def _base(root: Path, prefix: str, task: "Task", done: "Done") -> dict[str, bytes | None]:
    """What the changed files held before, and the buffers that are not saved, whatever is on the disk by now."""
    from darner_server.verification.patch_check import as_on_disk

    texts = {**task.texts, **done.before}
    found: dict[str, bytes | None] = {}
    for path, text in texts.items():
        name = path.removeprefix(prefix)
        if not path.startswith(prefix) or (path not in done.before and not (root / name).is_file()):
            continue  # of another folder, or of no file
        if text is not None:
            found[name] = as_on_disk(root, name, text)
        elif (root / name).exists():
            found[name] = None
    return found


async def _run(session: Session, found: CheckedPatch) -> None:
    from darner_server.check.verdict import Verdict
    from darner_server.user_directories import cache_folder
    from darner_server.verification.patch_check import CheckedWorkspace, open_check

    found.state, found.words, found.output, found.repair, found.problems = "running", "checking…", "", None, ()
    found.events.clear()
    _show(session, found)

    def report(event: "Begun | Verdict | NoEvidence") -> None:
        if isinstance(event, Verdict):
            found.events.append(event.as_json())

    patch, prefix = found.patch, found.prefix
    local = replace(
        patch,
        before={path.removeprefix(prefix): text for path, text in patch.before.items()},
        changes={path.removeprefix(prefix): text for path, text in patch.changes.items()},
    )
    async with session.engines.use() as engine:

        async def users(names: Collection[str], most: int) -> list[str]:
            paths = await engine.index.run_in_thread(lambda: engine.index.files_using(names, most))
            return [path.removeprefix(prefix) for path in paths if path.startswith(prefix)]

        keys = [key for each in engine.settings.endpoints for key in each.hidden if key]
        workspace = CheckedWorkspace(found.root, found.plan, dict(os.environ), keys, found.base)
        async with open_check(workspace, cache_folder() / "checks", sandboxed=False) as check:
            verdict = await check.verdict(local, report, users)
    _take(session, found, verdict)
    _show(session, found)


def _take(session: Session, found: CheckedPatch, verdict: "Verdict | NoEvidence") -> None:
    """Note what the checks have found, and how it is repaired."""
    from darner_server.check.verdict import NoEvidence
    from darner_server.verification.repair import repair_task

    if isinstance(verdict, NoEvidence):
        found.state, found.words = "unchecked", f"not checked: {verdict.reason}"
        return
    found.output = verdict.output[-_LONGEST:]
    weak = " (without a sandbox)" if verdict.isolation == "limits" else ""
    if verdict.passed:
        found.state, found.words = "passed", f"checked: {verdict.what} passed{weak}"
        return
    found.state, found.words = "failed", f"{verdict.outcome}{weak}"
    if verdict.kind == "checker":
        found.problems = tuple(zip(verdict.places, verdict.output.split("\n"), strict=False))
    again = repair_task(found.task, found.patch, verdict)
    uri = session.folders.uri_of(again.focus.path) if again is not None and again.focus is not None else None
    if again is not None and uri is not None:
        found.repair = {"textDocument": {"uri": uri}, "scope": again.scope, "instruction": again.instruction}


def _show(session: Session, found: CheckedPatch) -> None:
    """Show the state: in lenses, and to a client that wants it by `darner/checked`."""
    found.words = in_line(found.words)
    if session.checks.latest is not found:
        return
    session.lenses_changed()
    with suppress(OSError):
        if session.initial_options.get("checks") is True:
            session.protocol.notify("darner/checked", plain_words(found.as_json()))
        else:
            _publish(session, found)


def reviewed(session: Session) -> None:
    """Take the diagnostics of a patch away when all of its hunks have been kept or undone."""
    found = session.checks.latest
    if found is not None and session.checks.published and not any(session.hunks.of(uri) for uri in found.uris):
        found.problems = ()
        _publish(session, found)


def _publish(session: Session, found: CheckedPatch) -> None:
    """Show new errors as diagnostics, and take those of an earlier check away."""
    shown: dict[str, list[dict[str, Any]]] = {uri: [] for uri in session.checks.published}
    for (path, line), message in found.problems:
        uri = session.folders.uri_of(found.prefix + path)
        if uri is not None:
            place = {"line": line - 1, "character": 0}
            said = plain(message.removeprefix(f"{path}:{line}: "))
            entry = {"range": {"start": place, "end": place}, "severity": 1, "source": "darner", "message": said}
            shown.setdefault(uri, []).append(entry)
    for uri, entries in shown.items():
        session.protocol.notify("textDocument/publishDiagnostics", {"uri": uri, "diagnostics": entries})
    session.checks.published = frozenset(uri for uri, entries in shown.items() if entries)
