"""Which files of the workspace are source, and their text. Nothing outside the roots is ever read."""

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from operator import attrgetter
from pathlib import Path

from darner_context.languages.file_language import may_be_script
from darner_context.languages.table import language_of
from darner_context.request import LeftOut, Unreadable
from darner_context.secrets.file_names import secret_name
from darner_context.syntax.notebook import SUFFIX
from darner_context.system.regular_file import read_plain
from darner_context.workspace.encoding import MARK, decode
from darner_context.workspace.exclusions import Excludes, FolderRules
from darner_context.workspace.file_kind import LOCK_FILES, minified

SIZE_LIMIT = 1_500_000  # bytes of a file that is parsed
READ_LIMIT = 64_000_000  # bytes of a file that is read at all
_NEVER_NAMES = (
    ".git .hg .svn .jj .bzr CVS __pycache__ node_modules bower_components site-packages .tox .nox .venv .mypy_cache "
    ".ruff_cache .pytest_cache .hypothesis .gradle .idea .vscode-test .next .nuxt .svelte-kit .terraform .eggs "
    ".yarn .pnpm-store .cache .direnv .bundle Pods DerivedData jspm_packages"
)
_NEVER = frozenset(_NEVER_NAMES.split())
_NAME = attrgetter("name")
_DATA_LIMIT = 100_000  # bytes of a file of a data format
_NOTEBOOK_LIMIT = 4_000_000  # bytes of a notebook, most of which are pictures
_DATA = (".json", ".yaml", ".yml", ".xml", ".sql", ".css", ".html")


@dataclass(frozen=True, slots=True)
class Source:
    """A file worth indexing, as the scan saw it."""

    path: str
    file: str  # absolute
    size: int
    stamp: int  # another one when other content may be there, though size and time be the same
    known: bytes = b""  # the digest of what is stored of it


class Workspace:
    """The roots and their ignore rules; `ignore` holds more of them for each root, in the order of the roots."""

    def __init__(self, roots: Sequence[Path], ignore: Sequence[Sequence[str]] = (), slow: Iterable[str] = ()) -> None:
        self.roots: dict[str, Path] = {}
        extra: dict[Path, Sequence[str]] = {}
        for root, more in zip(roots, chain(ignore, repeat(())), strict=False):
            base = root.resolve()
            extra[base] = (*extra.get(base, ()), *more)
            name = base.name if len(roots) > 1 else ""
            if base in self.roots.values():
                continue
            unique, number = name, 2
            while unique in self.roots:
                unique, number = f"{name}-{number}", number + 1
            self.roots[unique] = base
        self.slow: set[str] = set(slow)  # repositories in which git takes too long
        self._excludes = {
            root: Excludes(root, tuple(extra[root]), sorted(_NEVER), self.slow) for root in self.roots.values()
        }

    def renew(self) -> None:
        """Read the current rules of git and darner; blocks for some hundredths of a second, but no other thread."""
        for root, known in list(self._excludes.items()):
            self._excludes[root] = known.renewed()

    def scan(self, left_out: list[LeftOut]) -> Iterator[Source]:
        """All source files in the order of their paths, a folder at a time; `left_out` gets those passed over."""
        for name, root in self.roots.items():
            yield from self._below(root, f"{name}/" if name else "", left_out)

    def find(self, path: str) -> Path | Unreadable:
        """The file of a workspace-relative path, if darner may read it."""
        located = self._located(path)
        if isinstance(located, Unreadable):
            return located
        root, inner = located
        if secret_name(inner):
            return Unreadable("secret", "it may contain secrets")
        if self._excludes[root].file(inner):
            return Unreadable("ignored", "it is ignored")
        return self._real(root, inner)

    def secret(self, path: str) -> bool:
        """Whether a path, or what it is a link to, is secret by its name; also outside the roots."""
        located = self._located(path)
        if secret_name(path):
            return True
        if isinstance(located, Unreadable):
            return False
        root, inner = located
        try:
            real = (root / inner).resolve()
        except (OSError, RuntimeError, ValueError):
            return False
        return secret_name((real.relative_to(root) if real.is_relative_to(root) else real).as_posix())

    def ignores(self, path: str) -> bool:
        """Whether the ignore files leave a path out, be there a file or not."""
        located = self._located(path)
        return not isinstance(located, Unreadable) and self._excludes[located[0]].file(located[1])

    def hidden(self, path: str) -> bool:
        """Whether a path is secret, ignored or in a folder that never is source."""
        located = self._located(path)
        if isinstance(located, Unreadable):
            return True
        root, inner = located
        return secret_name(inner) or not _NEVER.isdisjoint(inner.split("/")[:-1]) or self._excludes[root].file(inner)

    def _located(self, path: str) -> tuple[Path, str] | Unreadable:
        if not path or "\0" in path:
            return Unreadable("no name", "it has no name")
        name, inner = "", path
        if "" not in self.roots:
            name, _, inner = path.partition("/")
        root = self.roots.get(name)
        parts = inner.split("/")
        if (
            root is None
            or inner.startswith("/")
            or ".." in parts
            or (os.name == "nt" and (":" in inner or "\\" in inner))
        ):
            return Unreadable("outside", "it is outside the workspace")
        return root, "/".join(part for part in parts if part not in {"", "."})

    def _real(self, root: Path, inner: str) -> Path | Unreadable:
        """The file that a path below a root leads to; a link shows nothing that is not shown under its own name."""
        file = _real(root, inner)
        if isinstance(file, Unreadable) or file == root / inner:
            return file
        target = file.relative_to(root).as_posix()
        if secret_name(target):
            return Unreadable("secret", "it may contain secrets")
        return Unreadable("ignored", "it is ignored") if self._excludes[root].file(target) else file

    def _below(self, root: Path, shown: str, left_out: list[LeftOut]) -> Iterator[Source]:
        excludes = self._excludes[root]
        stack: list[tuple[str, str, FolderRules]] = [(str(root), "", excludes.top())]
        while stack:
            folder, prefix, above = stack.pop()
            try:
                entries = _entries(folder, shown + prefix, left_out)
            except OSError as error:
                left_out.append(LeftOut(shown + prefix, f"cannot be listed: {error.strerror}"))
                continue
            names = {entry.name for entry in entries}
            if "pyvenv.cfg" in names and prefix:
                continue  # an environment of Python
            here = excludes.below(above, prefix, names.__contains__) if prefix else above
            below: list[tuple[str, str, FolderRules]] = []
            for entry in entries:
                path = prefix + entry.name
                is_folder = _is_folder(entry)
                if is_folder is False:
                    found = self._file(entry, shown + path, path, (excludes, here), left_out)
                    if found is not None:
                        yield found
                elif is_folder and entry.name not in _NEVER:
                    if not excludes.leaves_out_folder(here, path):
                        below.append((entry.path, path + "/", here))
                    elif _holds_any(entry.path):
                        left_out.append(LeftOut(shown + path + "/", "ignored"))
            stack.extend(reversed(below))

    def _file(
        self,
        entry: "os.DirEntry[str]",
        shown: str,
        path: str,
        excluded: tuple[Excludes, FolderRules],
        left_out: list[LeftOut],
    ) -> Source | None:
        if secret_name(path):
            left_out.append(LeftOut(shown, "may contain secrets"))
            return None
        if language_of(path) is None and not (may_be_script(path) and _is_script(entry)):
            return None
        if excluded[0].leaves_out_file(excluded[1], path):
            left_out.append(LeftOut(shown, "ignored"))
            return None
        try:
            info = entry.stat(follow_symlinks=False)
        except OSError:
            return None
        if not stat.S_ISREG(info.st_mode):
            return None
        if minified(entry.name):
            left_out.append(LeftOut(shown, "minified"))
            return None
        if entry.name in LOCK_FILES:
            left_out.append(LeftOut(shown, "a lock file"))
            return None
        if info.st_size > _limit(entry.name):
            left_out.append(LeftOut(shown, f"too large ({info.st_size:,} bytes)"))
            return None
        return Source(shown, entry.path, info.st_size, _stamp(info))


def _is_script(entry: "os.DirEntry[str]") -> bool:
    """Whether a file begins with the name of the program that runs it."""
    try:
        if not stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode):
            return False
        handle = os.open(entry.path, _SCRIPT_FLAGS)
        try:
            return stat.S_ISREG(os.fstat(handle).st_mode) and os.read(handle, 2) == b"#!"
        finally:
            os.close(handle)
    except OSError:
        return False


_SCRIPT_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def _limit(name: str) -> int:
    if name.endswith(_DATA):
        return _DATA_LIMIT
    return _NOTEBOOK_LIMIT if name.endswith(SUFFIX) else SIZE_LIMIT


def _stamp(info: os.stat_result) -> int:
    """Sum a file's times and its number up in 64 bits: `touch -r` sets back the one time only, a swap neither."""
    return hash((info.st_mtime_ns, info.st_ctime_ns, info.st_ino))  # of numbers it is the same in every process


def _real(root: Path, inner: str) -> Path | Unreadable:
    """The file that a path below a root leads to; the root itself is no link."""
    file = root / inner
    place = str(root)
    try:
        for part in inner.split("/"):
            place = f"{place}{os.sep}{part}"
            # on Windows there are links of other kinds
            if os.name == "nt" or os.path.islink(place):  # noqa: PTH114 - no Path for each of so many folders
                file = file.resolve(strict=True)
                break
        mode = file.stat().st_mode
    except (OSError, RuntimeError, ValueError):
        return Unreadable("missing", "there is no such file")
    if not file.is_relative_to(root):
        return Unreadable("outside", "it is outside the workspace")
    return file if stat.S_ISREG(mode) else Unreadable("no file", "it is not a file")


def _entries(folder: str, shown: str, left_out: list[LeftOut]) -> list["os.DirEntry[str]"]:
    """The entries of a folder in the order of their names."""
    with os.scandir(folder) as listing:
        entries = [each for each in listing if each.name.isascii() or _named(each, shown, left_out)]
    entries.sort(key=_NAME)
    return entries


def _named(entry: "os.DirEntry[str]", shown: str, left_out: list[LeftOut]) -> bool:
    """Whether an entry's name is text; others cannot be stored, sent or named in a reply."""
    said = os.fsencode(entry.name).decode("utf-8", "backslashreplace")
    if said != entry.name:
        left_out.append(LeftOut(shown + said, "its name is not UTF-8"))
    return said == entry.name


def read_text(file: Path | str) -> str | Unreadable:
    """The text of a file with its line ends as they are, without its byte order mark."""
    data = read_plain(file, READ_LIMIT)
    decoded = data if isinstance(data, Unreadable) else decode(data)
    return decoded if isinstance(decoded, Unreadable) else decoded.text.removeprefix(MARK)


def _is_folder(entry: "os.DirEntry[str]") -> bool | None:
    """None for a link: what it points to is here under its own name, or not ours."""
    try:
        return None if entry.is_symlink() else entry.is_dir(follow_symlinks=False)
    except OSError:
        return None


def _holds_any(folder: str) -> bool:
    try:
        with os.scandir(folder) as listing:
            return next(listing, None) is not None
    except OSError:
        return True
