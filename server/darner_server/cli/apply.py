"""`darner apply`: a model's reply, from anywhere, applied as a streamed one would be."""

import select
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from darner_context.index import Index
from darner_context.secrets.masks import Masks
from darner_server.cli import exit_codes, output
from darner_server.cli.autorun_files import writable
from darner_server.cli.locations import parse_location
from darner_server.cli.recovery import journals, recover_unfinished
from darner_server.cli.undo.history import remember
from darner_server.engine.events import EditRefused
from darner_server.engine.masking import restored_from_any, without_secrets
from darner_server.engine.patch_state import TaskTexts
from darner_server.engine.save import save
from darner_server.engine.syntax_gate import syntax_gate, whole_gate
from darner_server.file_writer import Unwritten
from darner_server.patch import Applier, Edit, Located, Parser, Refused, prose, unified_diff
from darner_server.patch.paths import normal
from darner_server.settings import SettingsError, load_workspace

_PATIENCE = 1.0  # seconds that stdin may stay silent when it was not named


@dataclass(frozen=True, slots=True)
class ApplyOptions:
    """The flags of `darner apply`."""

    apply: bool
    json: bool
    partial: bool
    target: str | None
    allow: bool


def apply(reply: str | None, root: Path, here: Path, options: ApplyOptions) -> int:
    """Apply a reply to the files below `root`; returns the exit code."""
    text = _reply(reply, here)
    recover_unfinished(root, apply=options.apply)
    try:
        index = Index([root], cache_dir=None, ignore=[load_workspace(root).ignore])
    except SettingsError as error:
        raise exit_codes.Stop(str(error)) from None
    target = parse_location(options.target, root, here).path if options.target else None
    files = TaskTexts(index, {})
    parser = Parser(target=target)
    edits = (*parser.feed(text), *parser.close())
    masks = _masks(files, (target, *(name for each in edits for name in (each.path, each.new_path))))
    edits = tuple(restored_from_any(each, masks) for each in edits)
    applier, results = _place(edits, files, target, prose(text))
    refused: list[Refused] = []
    placed = 0
    for edit, result in zip(edits, results, strict=True):
        if isinstance(result, Refused):
            refused.append(result)
            _show_refused(result, json=options.json)
            continue
        placed += 1
        if options.json:
            output.emit({"event": "edit", "path": result.path, "kind": edit.kind, "bridges": list(result.bridges)})
        elif result.bridges:
            output.say(f"{result.path}: applied with differences in {', '.join(result.bridges)}", "dim")
    late = any(each.kind == "late" for each in refused)  # what is placed are drafts
    changes = {} if late else dict(applier.changed)
    if not changes or (refused and not options.partial):
        return _nothing(len(refused), 0 if late else placed, json=options.json)
    before = {path: files.get(path) for path in changes}
    changes = writable(
        root, before, changes, moves=dict(applier.moves), named=[target] if target else [], allowed=options.allow,
        partial=options.partial, apply=options.apply, json=options.json,
    )  # fmt: skip
    before = {path: before[path] for path in changes}
    diff = unified_diff(before, changes)
    if options.apply:
        written = save(root, before, changes, journals=journals(), remember=remember)
        if isinstance(written, Unwritten):
            raise exit_codes.Stop(f"nothing was written: {written.path}: {written.reason}", exit_codes.NOTHING)
    if options.json:
        output.emit({"event": "done", "diff": diff, "files": sorted(changes), "refused": len(refused)})
    else:
        output.show_diff(diff)
        verb = "changed" if options.apply else "would change (--apply writes)"
        output.say(f"{verb} {len(changes)} file{'s' if len(changes) != 1 else ''}", "dim")
    return exit_codes.PATCHED


def _masks(files: TaskTexts, named: Iterable[str | None]) -> list[Masks]:
    """What stands for the secrets of the files in what `darner context` prints of them, and so in a reply to that."""
    found: list[Masks] = []
    for path in dict.fromkeys(normal(each) for each in named if each):
        masks = Masks()
        if path and (text := files.get(path)):
            masks.learn(path, text)
            found.append(masks)
    return found


def _place(
    edits: tuple[Edit, ...], files: TaskTexts, target: str | None, request: str
) -> tuple[Applier, list[Located | Refused]]:
    """Place the edits. They are checked one by one only in files that have more syntax errors after all of them."""
    masks = Masks()
    faulty: set[str] = set()

    def gate(path: str, before: str, after: str) -> str | None:
        return syntax_gate(path, before, after) if path in faulty else None

    def run() -> tuple[Applier, list[Located | Refused]]:
        applier = Applier(files, target=target, gate=gate, request=request)
        results: list[Located | Refused] = []
        for edit in edits:
            result = files.forbidden_path(edit) or applier.apply(edit)
            if isinstance(result, Refused):
                result = without_secrets(result, applier.text(result.path) if result.path else None, masks)
            results.append(result)
        return applier, results

    placed = run()
    for path, text in placed[0].changed.items():
        if text is not None and whole_gate(path, files.get(path) or "", text) is not None:
            faulty.add(path)
    return run() if faulty else placed


def _reply(argument: str | None, here: Path) -> str:
    if argument is None and not _piped():
        raise exit_codes.Stop("name a file that contains the reply, or - to read it from stdin")
    named = argument if argument and argument != "-" else None
    if argument == "":
        raise exit_codes.Stop("the name of the reply's file is empty; name one, or - to read it from stdin")
    try:
        content = (here / named).read_bytes() if named else sys.stdin.buffer.read()
        return content.decode("utf-8-sig")
    except OSError as error:
        raise exit_codes.Stop(f"{named}: {(error.strerror or 'cannot be read').lower()}") from None
    except UnicodeDecodeError as error:
        raise exit_codes.Stop(
            f"{named or 'stdin'}: is not UTF-8 text (byte {error.start + 1}); save the reply as UTF-8"
        ) from None


def _piped() -> bool:
    """Whether a reply comes on stdin, for somebody who has named no file: a terminal is never waited for."""
    if sys.stdin.isatty():
        return False
    return sys.platform == "win32" or bool(select.select([sys.stdin], [], [], _PATIENCE)[0])


def _show_refused(refused: Refused, *, json: bool) -> None:
    if json:
        output.emit(EditRefused(refused, final=True).as_json())
        return
    output.say(f"rejected: {refused.path or '(no file named)'}: {refused.reason}", "yellow")
    if refused.near:
        output.say(f"  nearest, line {refused.line}:\n{refused.near}", "dim")


def _nothing(refused: int, placed: int, *, json: bool) -> int:
    if refused and placed:
        message = f"{refused} of {refused + placed} edits rejected; nothing was changed (--partial keeps the others)"
    elif refused:
        message = "every edit was rejected; nothing was changed"
    elif placed:
        message = "the files already contain these edits; nothing to change"
    else:
        message = "the reply contains no edit in a known format (search/replace, diff, apply_patch, whole files)"
    if json:
        output.emit({"event": "error", "kind": "nothing", "message": message})
    output.say(f"darner: {message}", "red")
    return exit_codes.NOTHING
