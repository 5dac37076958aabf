"""Files of a patch that are run or obeyed automatically and that the user did not name: reported, not written."""

import re
from collections.abc import Collection, Mapping
from pathlib import Path

from darner_server.cli import output
from darner_server.cli.exit_codes import NOTHING, Stop
from darner_server.patch.autorun_files import trigger

Texts = Mapping[str, str | None]


def writable(
    root: Path,
    before: Texts,
    changes: Texts,
    *,
    moves: Mapping[str, str],
    named: Collection[str],
    instruction: str = "",
    allowed: bool,
    partial: bool,
    apply: bool,
    json: bool,
) -> dict[str, str | None]:
    """What of the changes is written. Raises Stop where that is nothing, or not all of it and not `partial`.

    A file counts as named by its path or, in the instruction, by its name. Each other one is reported on stderr, even
    where nothing is written.
    """
    found = {
        path: why
        for path, text in changes.items()
        if path not in named and (why := _why(root, path, before.get(path), text)) is not None
    }
    for path, why in found.items():
        output.say(f"{path}: {why}", "yellow")
    if allowed or not apply:
        return dict(changes)
    unasked = [path for path in found if not _mentions(instruction, path)]
    if not unasked:
        return dict(changes)
    for path in unasked if json else ():
        output.emit({"event": "refused", "path": path, "reason": f"{found[path]}, and it was not named", "final": True})
    tied = {*unasked, *(old for old, new in moves.items() if new in unasked)}
    tied |= {new for old, new in moves.items() if old in tied}
    left = {path: text for path, text in changes.items() if path not in tied}
    listed = ", ".join(sorted(tied & changes.keys()))
    if not partial or not left:
        raise Stop(
            f"nothing was written: the patch changes {listed}, which you did not name; name it in the command, "
            f"or allow it with --allow-run-files",
            NOTHING,
        )
    output.say(f"not written: {listed} (--allow-run-files allows it)", "yellow")
    return left


def _why(root: Path, path: str, before: str | None, after: str | None) -> str | None:
    """By the path, and by where its links lead."""
    found = trigger(path, before, after)
    if found is None:
        real = (root / path).resolve()
        found = trigger(real.relative_to(root).as_posix(), before, after) if real.is_relative_to(root) else None
    return found


def _mentions(instruction: str, path: str) -> bool:
    name = re.escape(path.rpartition("/")[2])
    return re.search(rf"(?<![\w.-]){name}(?![\w-]|\.\w)", instruction) is not None
