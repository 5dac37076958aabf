"""Patches that were cut off while they were written: repaired before the next one, and reported."""

from pathlib import Path

from darner_server.cli import output
from darner_server.journal import settle, unfinished
from darner_server.user_directories import state_folder


def journals() -> Path:
    """Where it is written down what is being written."""
    return state_folder() / "writing"


def recover_unfinished(root: Path, *, apply: bool) -> None:
    """Report what was cut off; with `apply` revert it first. Without it nothing is written."""
    if not apply:
        if unfinished(journals(), root):
            output.say("an earlier patch was interrupted while it was written; the next --apply reverts it", "yellow")
        return
    settled = settle(journals(), root)
    if settled.back:
        names = ", ".join(_short(each, root) for each in settled.back)
        output.say(f"an earlier patch was interrupted while it was written; it was reverted: {names}", "yellow")
    for file, kept in settled.changed:
        output.say(
            f"{_short(file, root)}: an earlier patch was interrupted there, and the file has changed since; "
            f"what it was before that patch is in {_short(kept, root)}",
            "yellow",
        )


def _short(file: str, root: Path) -> str:
    path = Path(file)
    return path.relative_to(root.resolve()).as_posix() if path.is_relative_to(root.resolve()) else file
