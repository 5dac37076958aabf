"""Whether git would block in a folder: at a pipe among its own files it waits for ever, and a device has no end.

Looked at are the files that git reads when it finds a repository, lists its files or compares them with a commit.
"""

import os
from pathlib import Path

from darner_context.git.repository import Repository, git_folders, outer_rules, pointer, repository_of
from darner_context.request import Unreadable
from darner_context.system.regular_file import holds_up, read_plain

_HUGE = 500_000_000  # bytes of a file that git reads whole
_ANY = 1 << 62  # bytes of a pack, of which git reads parts
# Looked for in every folder on the way up, the last two as signs of a bare repository; whether a link is followed.
_FOLLOWED = {".gitignore": False, ".gitattributes": False, ".gitmodules": True, "HEAD": True, "commondir": True}
_ALTERNATES, _LENDERS = 100_000, 50  # bytes of a list of further object folders, and how many are looked into


def blocks_git(folder: Path) -> bool:
    """Whether git, called in a folder, would wait at a file for ever or take it whole though it is too large."""
    repository = repository_of(folder)
    top = repository.top if repository is not None else Path(folder.anchor)
    between = [each for each in (folder, *folder.parents) if each.is_relative_to(top)]
    in_tree = ((each / name, follow) for each in between for name, follow in _FOLLOWED.items())
    if any(holds_up(file, _HUGE, follow=follow) for file, follow in in_tree):
        return True
    if any(holds_up(file, _HUGE, follow=True) for file in outer_rules(repository, os.environ).files):
        return True
    found = (Repository(each, *git_folders(each / ".git")) for each in between if os.path.lexists(each / ".git"))
    return any(map(_blocks, found))


def _blocks(repository: Repository) -> bool:
    for folder in {repository.private, repository.common}:
        if any(_special(folder / inner, _HUGE) for inner in ("", "info")):
            return True
        reference = pointer(folder / "HEAD").removeprefix("ref:").strip()
        if holds_up(repository.common / reference, _HUGE, follow=True):
            return True
    objects = _object_folders(repository.common / "objects")
    return any(_special(each / "info", _HUGE) or _special(each / "pack", _ANY) for each in objects)


def _object_folders(first: Path) -> list[Path]:
    """A repository's folder of objects and those that it borrows from; git follows such lists, too."""
    found = [first]
    for folder in found:
        named = read_plain(folder / "info/alternates", _ALTERNATES)
        lines = b"" if isinstance(named, Unreadable) else named
        more = [
            folder / os.fsdecode(line) for line in lines.split(b"\n", _LENDERS) if line and not line.startswith(b"#")
        ]
        found += [each for each in more if each not in found][: _LENDERS - len(found)]
    return found


def _special(folder: Path, most: int) -> bool:
    """Whether a folder has an entry at which a reader waits, or that has more than `most` bytes."""
    try:
        with os.scandir(folder) as listing:
            return any(
                not entry.is_dir(follow_symlinks=False) and holds_up(entry, most, follow=True) for entry in listing
            )
    except (OSError, ValueError):  # of a path with a zero in it
        return False
