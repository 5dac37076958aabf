"""Where a git repository keeps its ignore rules, for the cases in which git itself cannot be asked.

All of it is read as plain files under a limit; nothing is run.
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from darner_context.bundle import Unreadable
from darner_context.ignore import lines_of
from darner_context.plain import read_plain

MOST = 16_000_000  # bytes of a file of rules
_CONFIG, _POINTER = 1_000_000, 4_096  # bytes of a file of settings, of one that names a folder
_DEPTH = 10  # settings that include others
_SECTION = re.compile(r'\[\s*([\w.-]+)\s*(?:"((?:[^"\\]|\\.)*)")?\s*\]')
_YES = frozenset({"true", "yes", "on", "1", ""})


@dataclass(frozen=True, slots=True)
class Repository:
    """A work tree's folder and the folders that hold its own and all work trees' settings."""

    top: Path
    private: Path
    common: Path


def repository_of(folder: Path) -> Repository | None:
    """The repository that a folder is in."""
    for top in (folder, *folder.parents):
        entry = top / ".git"
        if os.path.lexists(entry):
            return Repository(top, *_folders(entry))
    return None


def _folders(entry: Path) -> tuple[Path, Path]:
    """A linked work tree and a submodule have a file there that names the folder."""
    private = entry
    if entry.is_file():
        named = _pointer(entry).removeprefix("gitdir:").strip()
        private = entry.parent / named
    shared = _pointer(private / "commondir").strip()
    return private, private / shared if shared else private


def _pointer(path: Path) -> str:
    data = read_plain(path, _POINTER)
    return "" if isinstance(data, Unreadable) else os.fsdecode(data).rstrip("\n")


def outer_rules(repository: Repository | None, environ: Mapping[str, str]) -> tuple[list[str], bool]:
    """The lines of rules that hold for all of a work tree, weakest first, and whether capital letters are as small."""
    home = Path(environ.get("HOME") or Path("~").expanduser())
    folder = Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "git"
    files = [Path("/etc/gitconfig")] if environ.get("GIT_CONFIG_NOSYSTEM", "").lower() not in _YES - {""} else []
    named = environ.get("GIT_CONFIG_GLOBAL")
    files += [Path(named)] if named is not None else [folder / "config", home / ".gitconfig"]
    if repository is not None:
        files += [repository.common / "config", repository.private / "config.worktree"]
    excludes, fold = folder / "ignore", False
    for file in files:
        for key, value in _settings(file, repository, home, 0):
            if key == "core.excludesfile":
                excludes = _path(value, home, repository.top if repository else home)
            elif key == "core.ignorecase":
                fold = value.lower() in _YES
    lines = _rules(excludes)
    return (lines + _rules(repository.common / "info" / "exclude") if repository else lines), fold


def _rules(path: Path) -> list[str]:
    data = read_plain(path, MOST)
    return [] if isinstance(data, Unreadable) else lines_of(data)


def _path(value: str, home: Path, base: Path) -> Path:
    if value.startswith("~/"):
        return home / value[2:]
    return Path(value).expanduser() if value.startswith("~") else base / value


def _settings(file: Path, repository: Repository | None, home: Path, depth: int) -> Iterator[tuple[str, str]]:
    """All settings of a file and of those that it includes, in their order."""
    data = read_plain(file, _CONFIG)
    if isinstance(data, Unreadable) or depth > _DEPTH:
        return
    for section, name, key, value in _entries(data.decode("utf-8", "replace")):
        if key == "path" and (section == "include" or (section == "includeif" and _meant(name, repository, home))):
            yield from _settings(_path(value, home, file.parent), repository, home, depth + 1)
        else:
            yield f"{section}.{key}", value


def _meant(condition: str, repository: Repository | None, home: Path) -> bool:
    """Whether a repository lies where a condition `gitdir:` says."""
    kind, _, pattern = condition.partition(":")
    if repository is None or kind not in {"gitdir", "gitdir/i"}:
        return False
    place = str(repository.private.absolute()) + "/"
    if pattern.startswith("~/"):
        pattern = f"{home}/{pattern[2:]}"
    elif not pattern.startswith("/"):
        pattern = f"*/{pattern}"
    pattern += "*" if pattern.endswith("/") else "/"
    if kind.endswith("i"):
        place, pattern = place.lower(), pattern.lower()
    return fnmatchcase(place, pattern)


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
