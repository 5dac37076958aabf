"""A plain copy of a workspace, with its dependencies as links: where an overlay is not to be had."""

import os
import re
import shutil
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from darner_context.git.command import run_git

DEPENDENCIES = frozenset({".venv", "venv", "node_modules", "target", "vendor", ".tox", ".nox", "bower_components"})
_LISTED = 64_000_000  # bytes of a list of files
_SECONDS = 20.0  # for git to list them


def copy_files(workspace: Path, files: Path) -> tuple[Path, ...]:
    """Copy what git tracks or would, or all files without git; return what the links to the dependencies lead to.

    A link that leads out of the workspace is left out. Raises OSError.
    """
    files.mkdir(mode=0o700)
    folders = {""}
    for path in paths_of(workspace):
        source, target = f"{workspace}/{path}", f"{files}/{path}"  # thousands of them: no Path for each
        try:
            kind = os.lstat(source).st_mode
        except OSError:
            continue  # tracked, and deleted
        if (folder := path.rpartition("/")[0]) not in folders:
            os.makedirs(f"{files}/{folder}", exist_ok=True)
            folders.add(folder)
        if stat.S_ISLNK(kind):
            if Path(source).resolve().is_relative_to(workspace) and not os.path.isabs(os.readlink(source)):
                os.symlink(os.readlink(source), target)
        elif stat.S_ISREG(kind):
            _copy(source, target, kind & 0o777)
    for name in DEPENDENCIES:
        if (workspace / name).is_dir() and not (files / name).exists():
            (files / name).symlink_to((workspace / name).resolve())
    found = [each for each in files.iterdir() if each.is_symlink() and each.name in DEPENDENCIES]
    return tuple(each.resolve() for each in found)


def paths_of(workspace: Path) -> Iterable[str]:
    """What git tracks or would, or all files without git: relative to the workspace."""
    listed = _listed(workspace)
    return listed if listed is not None else _walked(workspace)


def _copy(source: str, target: str, mode: int) -> None:
    with open(source, "rb", buffering=0) as held:
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with open(handle, "wb", buffering=0) as file:
            shutil.copyfileobj(held, file, 1 << 20)


def imports_of(workspace: Path, files: Path) -> list[str]:
    """The folders of the copy from which Python is to import what its environment would import from the workspace.

    An editable install names folders of the workspace, and a check that imports from there would not see the patch.
    """
    found = [files, files / "src"]
    for environment in (".venv", "venv"):
        for packages in (workspace / environment).glob("lib/python*/site-packages"):
            for file in (*packages.glob("*.pth"), *packages.glob("__editable__*_finder.py")):
                found += [files / each for each in _folders_named(file, workspace)]
    return list(dict.fromkeys(str(each) for each in found if each.is_dir()))


def _folders_named(file: Path, workspace: Path) -> Iterator[str]:
    """Folders of the workspace in a file of Python's; a package there stands for the folder around it."""
    text = file.read_text(encoding="utf-8", errors="replace")
    for path, quote in re.findall(rf"{re.escape(str(workspace))}(?:/([^'\"\n]+)|)(['\"]?)", text):
        yield path.rpartition("/")[0] if quote else path


def leads_back(workspace: Path) -> str | None:
    """The dependency that is a link into the workspace, so that a check of a copy would not see the patch in it."""
    modules = workspace / "node_modules"
    for each in (*modules.glob("*"), *modules.glob("@*/*")):
        if each.is_symlink():
            target = each.resolve()
            if target.is_relative_to(workspace) and not target.is_relative_to(modules):
                return f"node_modules/{each.relative_to(modules).as_posix()}"
    return None


def _listed(workspace: Path) -> Iterable[str] | None:
    """The files that git knows or would; None without git."""
    words = ("ls-files", "--cached", "--others", "--exclude-standard", "-z", "--deduplicate")
    said = run_git(workspace, *words, seconds=_SECONDS, most=_LISTED)
    return None if said is None else [os.fsdecode(each) for each in said.split(b"\0") if each]


def _walked(workspace: Path) -> Iterable[str]:
    for folder, below, names in os.walk(workspace):
        below[:] = [each for each in below if each not in DEPENDENCIES and each != ".git"]
        here = Path(folder).relative_to(workspace)
        yield from ((here / each).as_posix() for each in names)
