"""`darner undo`: revert the last patch that `darner patch --apply` or `darner apply --apply` wrote."""

import os
from pathlib import Path

from darner_context.request import Unreadable
from darner_context.system.regular_file import read_plain
from darner_server.cli import exit_codes, output
from darner_server.cli.recovery import journals, recover_unfinished
from darner_server.cli.undo.history import WrittenPatch, forget, last_patch
from darner_server.file_writer import Unwritten, write
from darner_server.journal import digest

_MOST = 200_000_000  # bytes of a file that is compared


def undo(root: Path) -> int:
    """Give every file of the last patch the content that it had before, if none of them has changed since."""
    recover_unfinished(root, apply=True)
    patch = last_patch(root)
    if patch is None:
        raise exit_codes.Stop(f"there is no patch below {root} to revert", exit_codes.NOTHING)
    present = {path: _content(root / path) for path in patch.before}
    changed = [path for path, content in present.items() if not _is_as_written(content, patch, path)]
    if changed:
        raise exit_codes.Stop(
            f"nothing was written: {', '.join(changed)} changed after the last patch; undo that change first, "
            "or use your editor or git",
            exit_codes.NOTHING,
        )
    expected = {path: content for path, content in present.items() if not isinstance(content, Unreadable)}
    written = write(root, patch.before, expected=expected, journals=journals())
    if isinstance(written, Unwritten):
        raise exit_codes.Stop(f"nothing was written: {written.path}: {written.reason}", exit_codes.NOTHING)
    forget(patch)
    for path, content in patch.before.items():
        output.show("removed " if content is None else "restored ", path)
    return exit_codes.PATCHED


def _content(path: Path) -> bytes | Unreadable | None:
    return read_plain(path, _MOST) if os.path.lexists(path) else None


def _is_as_written(content: bytes | Unreadable | None, patch: WrittenPatch, path: str) -> bool:
    return not isinstance(content, Unreadable) and digest(content) == patch.after[path]
