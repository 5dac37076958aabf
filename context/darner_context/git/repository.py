"""Where a git repository keeps its ignore rules, for the cases in which git itself cannot be called.

All of it is read as plain files under a limit; nothing is run.
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from darner_context.git.ignore_rules import as_bytes, lines_of
from darner_context.git.wildmatch import expression
from darner_context.request import Unreadable
from darner_context.system.child_environment import git_settings
from darner_context.system.regular_file import read_plain

MOST = 16_000_000  # bytes of a file of rules
_CONFIG, _POINTER = 1_000_000, 4_096  # bytes of a file of settings, of one that names a folder
_DEPTH = 10  # settings that include others
_SECTION = re.compile(r'\[\s*([\w.-]+)\s*(?:"((?:[^"\\]|\\.)*)")?\s*\]')
_HEAD = re.compile(r"ref:\s*refs/|[0-9a-f]{40}")
_YES = frozenset({"true", "yes", "on", "1", ""})


@dataclass(frozen=True, slots=True)
class Repository:
    """A work tree's folder and the folders that hold its own and all work trees' settings."""

    top: Path
    private: Path
    common: Path


@dataclass(frozen=True, slots=True)
class OuterRules:
    """
    What holds for all of a work tree: `lines` of rules, weakest first; `fold` where capital letters are like small.

    `files` are those that may define the rules; `digest` is the number of bytes of a hash in the repository.
    """

    lines: list[str]
    fold: bool
    files: list[Path]
    digest: int


def repository_of(folder: Path) -> Repository | None:
    """The repository that a folder is in. One that is broken git passes over: it counts where there is no other."""
    broken: Repository | None = None
    for top in (folder, *folder.parents):
        if os.path.lexists(top / ".git"):
            found = Repository(top, *git_folders(top / ".git"))
            if _is_whole(found):
                return found
            broken = broken or found
    return broken


def repository_at(folder: Path) -> Repository | None:
    """The repository whose top a folder is; none where git sees but a folder, as of a submodule copied by itself."""
    found = Repository(folder, *git_folders(folder / ".git"))
    return found if _is_whole(found) else None


def _is_whole(repository: Repository) -> bool:
    head = repository.private / "HEAD"
    return (
        (head.is_symlink() or _HEAD.match(pointer(head)) is not None)
        and (repository.common / "objects").is_dir()
        and (repository.common / "refs").is_dir()
    )


def git_folders(entry: Path) -> tuple[Path, Path]:
    """The folders of an entry `.git`; a linked work tree and a submodule have a file there that names them."""
    private = entry
    if entry.is_file():
        named = pointer(entry).removeprefix("gitdir:").strip()
        private = entry.parent / named
    shared = pointer(private / "commondir").strip()
    return private, private / shared if shared else private


def pointer(path: Path) -> str:
    """The text of a short file that names a folder or a reference; empty if it cannot be read."""
    data = read_plain(path, _POINTER)
    return "" if isinstance(data, Unreadable) else os.fsdecode(data).rstrip("\n")


def outer_rules(repository: Repository | None, environ: Mapping[str, str]) -> OuterRules:
    """The settings of the user, the repository and the environment."""
    home = Path(environ.get("HOME") or os.path.expanduser("~"))  # noqa: PTH111 - raises nothing without a home
    folder = Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "git"
    system = Path(environ.get("GIT_CONFIG_SYSTEM", "/etc/gitconfig"))
    configs = [system] if environ.get("GIT_CONFIG_NOSYSTEM", "").lower() not in _YES - {""} else []
    named = environ.get("GIT_CONFIG_GLOBAL")
    configs += [Path(named)] if named is not None else [folder / "config", home / ".gitconfig"]
    reader = _Reader(repository, home, [])
    said = [entry for file in configs for entry in reader.settings(file)]
    if repository is not None:
        said += reader.settings(repository.common / "config")
        if dict(said).get("extensions.worktreeconfig", "false").lower() in _YES:
            said += reader.settings(repository.private / "config.worktree")
    last = dict([*said, *git_settings(environ)])
    base = repository.top if repository else home
    excludes = last.get("core.excludesfile")
    files = [folder / "ignore" if excludes is None else _path(excludes, home, base)]
    files += [repository.common / "info" / "exclude"] if repository else []
    return OuterRules(
        [line for file in files for line in _rules(file)],
        last.get("core.ignorecase", "false").lower() in _YES,
        [*reader.files, *files],
        32 if last.get("extensions.objectformat", "").lower() == "sha256" else 20,
    )


def _rules(path: Path) -> list[str]:
    data = read_plain(path, MOST)
    return [] if isinstance(data, Unreadable) else lines_of(data)


def _path(value: str, home: Path, base: Path) -> Path:
    if value.startswith("~/"):
        return home / value[2:]
    return base / os.path.expanduser(value)  # noqa: PTH111 - raises nothing for an unknown user


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads settings as they hold for a repository; `files` are those that it has read."""

    repository: Repository | None
    home: Path
    files: list[Path]

    def settings(self, file: Path, depth: int = 0) -> Iterator[tuple[str, str]]:
        """All settings of a file and of those that it includes, in their order."""
        self.files.append(file)
        data = read_plain(file, _CONFIG)
        if isinstance(data, Unreadable) or depth > _DEPTH:
            return
        for section, name, key, value in _entries(data.decode("utf-8", "replace")):
            if key == "path" and (section == "include" or (section == "includeif" and self._meant(name, file))):
                yield from self.settings(_path(value, self.home, file.parent), depth + 1)
            else:
                yield f"{section}.{key}", value

    def _meant(self, condition: str, file: Path) -> bool:
        """Whether a repository is where a condition `gitdir:` requires it, or at the branch that `onbranch:` names."""
        kind, _, pattern = condition.partition(":")
        if self.repository is None or kind not in {"gitdir", "gitdir/i", "onbranch"}:
            return False
        if kind == "onbranch":
            head = pointer(self.repository.private / "HEAD").removeprefix("ref:").strip()
            places = [head.removeprefix("refs/heads/")]
        else:
            places = [str(self.repository.private.resolve()), str(self.repository.private.absolute())]
            if pattern.startswith("~/"):
                pattern = f"{self.home}/{pattern[2:]}"
            elif pattern.startswith("./"):
                pattern = f"{file.parent}/{pattern[2:]}"
            elif not pattern.startswith("/"):
                pattern = f"**/{pattern}"
        source = expression(as_bytes(pattern + "**" if pattern.endswith("/") else pattern), anchored=True)
        flags = re.DOTALL | (re.IGNORECASE if kind == "gitdir/i" else 0)
        return source is not None and any(re.fullmatch(source, as_bytes(place), flags) for place in places)


def _entries(text: str) -> Iterator[tuple[str, str, str, str]]:
    """Section, its name in quotes, key and value of each setting."""
    section = name = ""
    lines = iter(text.replace("\r\n", "\n").split("\n"))
    for line in lines:
        rest = line.strip()
        if found := _SECTION.match(rest):
            section, name = found[1].lower(), re.sub(r"\\(.)", r"\1", found[2] or "")
            rest = rest[found.end() :].strip()
        key, equals, value = rest.partition("=")
        key = key.strip().lower()
        if not re.fullmatch(r"[a-z][a-z0-9-]*", key):
            continue
        while value.endswith("\\") and not value.endswith("\\\\"):
            value = value[:-1] + next(lines, "")
        yield section, name, key, _value(value) if equals else ""


def _value(written: str) -> str:
    """A value without its quotes, and without the comment behind it."""
    said: list[str] = []
    kept = 0  # letters that are no blanks before a comment
    quoted = False
    letters = iter(written.strip())
    for letter in letters:
        if letter == '"':
            quoted = not quoted
        elif letter in "#;" and not quoted:
            break
        else:
            following = next(letters, "") if letter == "\\" else letter
            said.append({"n": "\n", "t": "\t", "b": "\b"}.get(following, following) if letter == "\\" else letter)
            if quoted or not letter.isspace():
                kept = len(said)
            continue
        kept = len(said) if letter == '"' else kept
    return "".join(said[:kept])
