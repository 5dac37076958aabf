"""What is left out in folders that are no roots: a file that was opened alone, a root that is none any more."""

from collections.abc import Sequence
from pathlib import Path

from darner_context.git.repository import repository_of
from darner_context.workspace.exclusions import Excludes


def repository_top(folder: Path) -> Path | None:
    """The top of the repository that a folder is in, None where it is in none."""
    found = repository_of(folder)
    return found.top if found is not None else None


def ignored_in(folder: Path, extra: Sequence[str], inner: str) -> bool:
    """Whether the rules of a folder, and `extra` ones, leave out a path below it.

    Git does not list the folder, which may be large: its rules are read.
    """
    return Excludes(folder, tuple(extra), (), {str(folder)}).file(inner)
