"""Which files of the workspace are source, and their text. Nothing outside the roots is ever read."""

import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path

from darner_context.bundle import LeftOut, Unreadable
from darner_context.charset import MARK, decode
from darner_context.ignore import FILES, Rules, global_rules, ignored, read_rules
from darner_context.languages import language_of
from darner_context.plain import read_plain
from darner_context.secrets import secret_name

SIZE_LIMIT = 1_500_000  # bytes of a file that is parsed
READ_LIMIT = 64_000_000  # bytes of a file that is read at all
_NEVER_NAMES = (
    ".git .hg .svn .jj .bzr CVS __pycache__ node_modules bower_components site-packages .tox .nox .venv .mypy_cache "
    ".ruff_cache .pytest_cache .hypothesis .gradle .idea .vscode-test .next .nuxt .svelte-kit .terraform .eggs "
    ".yarn .pnpm-store .cache .direnv .bundle Pods DerivedData jspm_packages"
)
_NEVER = frozenset(_NEVER_NAMES.split())
_MINIFIED = re.compile(r"[.-]min\.(?:js|css|mjs|cjs)$|\.bundle\.js$")
_LOCKS = frozenset(
    {"package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "composer.lock", "packages.lock.json"}
)
_DATA_LIMIT = 100_000  # bytes of a file of a data format
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

    def __init__(self, roots: Sequence[Path], ignore: Sequence[Sequence[str]] = ()) -> None:
        self.roots: dict[str, Path] = {}
        self._extra: dict[Path, Sequence[str]] = {}
        for root, extra in zip(roots, chain(ignore, repeat(())), strict=False):
            base = root.resolve()
            self._extra[base] = (*self._extra.get(base, ()), *extra)
            name = base.name if len(roots) > 1 else ""
            if base in self.roots.values():
                continue
            unique, number = name, 2
            while unique in self.roots:
                unique, number = f"{name}-{number}", number + 1
            self.roots[unique] = base
        self._rules: dict[Path, Rules | None] = {}
        self._global: dict[Path, Rules] = {}
        self._above: dict[tuple[Path, str], list[tuple[str, Rules]] | None] = {}

    def forget_rules(self) -> None:
        """Read the ignore files anew from now on."""
        self._rules, self._global = {}, {}
        self._above = {}  # last, and whoever is asking keeps the one it began with: what is old goes into no new one

    def scan(self, left_out: list[LeftOut]) -> Iterator[Source]:
        """All source files in the order of their paths, a folder at a time; what is passed over goes to `left_out`."""
        for name, root in self.roots.items():
            base = self._top(root)
            yield from self._folder(root, f"{name}/" if name else "", "", [("", base)], left_out)

    def find(self, path: str) -> Path | Unreadable:
        """The file of a workspace-relative path, if darner may read it."""
        located = self._located(path)
        if isinstance(located, Unreadable):
            return located
        root, inner = located
        if secret_name(inner):
            return Unreadable("it may hold secrets")
        if self._ignored(root, inner):
            return Unreadable("it is ignored")
        return _real(root, inner)

    def ignores(self, path: str) -> bool:
        """Whether the ignore files leave a path out, be there a file or not."""
        located = self._located(path)
        return not isinstance(located, Unreadable) and self._ignored(*located)

    def hidden(self, path: str) -> bool:
        """Whether a path is secret, ignored or in a folder that never is source."""
        located = self._located(path)
        if isinstance(located, Unreadable):
            return True
        root, inner = located
        return secret_name(inner) or not _NEVER.isdisjoint(inner.split("/")[:-1]) or self._ignored(root, inner)

    def _located(self, path: str) -> tuple[Path, str] | Unreadable:
        if not path or "\0" in path:
            return Unreadable("it has no name")
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
            return Unreadable("it lies outside the workspace")
        return root, "/".join(part for part in parts if part not in {"", "."})

    def _top(self, root: Path) -> Rules:
        held = self._global
        found = held.get(root)
        if found is None:
            found = held[root] = global_rules(root, self._extra[root])
        return found

    def _rules_of(self, folder: Path) -> Rules | None:
        held = self._rules
        if folder not in held:
            held[folder] = read_rules(folder)
        return held[folder]

    def _ignored(self, root: Path, inner: str) -> bool:
        rules = self._rules_for(root, inner.rpartition("/")[0])
        return rules is None or ignored(inner, rules)

    def _rules_for(self, root: Path, folder: str) -> list[tuple[str, Rules]] | None:
        """List what says whether a file in a folder is ignored; None where the folder is."""
        held = self._above
        above = [("", self._top(root))]
        prefix = ""
        for part in ("", *folder.split("/")) if folder else ("",):
            prefix += f"{part}/" if part else ""
            key = (root, prefix)
            if key not in held:
                gone = bool(part) and ignored(prefix, above)
                own = None if gone else self._rules_of(root / prefix)
                held[key] = None if gone else [*above, (prefix, own)] if own else above
            found = held[key]
            if found is None:
                return None
            above = found
        return above

    def _folder(
        self, folder: Path, shown: str, inner: str, rules: list[tuple[str, Rules]], left_out: list[LeftOut]
    ) -> Iterator[Source]:
        stack = [(str(folder), inner, rules)]
        while stack:
            place, prefix, above = stack.pop()
            try:
                with os.scandir(place) as listing:
                    entries = sorted(_named(listing, shown + prefix, left_out), key=lambda entry: entry.name)
            except OSError as error:
                left_out.append(LeftOut(shown + prefix, f"cannot be listed: {error.strerror}"))
                continue
            here = self._with_own(place, prefix, entries, above)
            below: list[tuple[str, str, list[tuple[str, Rules]]]] = []
            for entry in entries:
                path = prefix + entry.name
                try:
                    if entry.is_symlink():
                        continue  # what it points to is here under its own name, or not ours
                    if entry.is_dir(follow_symlinks=False):
                        if entry.name in _NEVER or _environment(entry.path):
                            continue
                        if ignored(path + "/", here):
                            left_out.append(LeftOut(shown + path + "/", "ignored"))
                        else:
                            below.append((entry.path, path + "/", here))
                        continue
                    found = self._file(entry, shown + path, path, here, left_out)
                except OSError:
                    continue
                if found is not None:
                    yield found
            stack.extend(reversed(below))

    def _with_own(
        self, place: str, prefix: str, entries: list["os.DirEntry[str]"], above: list[tuple[str, Rules]]
    ) -> list[tuple[str, Rules]]:
        """Add the rules of a folder's own ignore files."""
        if all(entry.name not in FILES for entry in entries):
            return above
        own = self._rules_of(Path(place))
        return [*above, (prefix, own)] if own else above

    def _file(
        self,
        entry: "os.DirEntry[str]",
        shown: str,
        path: str,
        rules: list[tuple[str, Rules]],
        left_out: list[LeftOut],
    ) -> Source | None:
        if secret_name(path):
            left_out.append(LeftOut(shown, "may hold secrets"))
            return None
        if language_of(path) is None:
            return None
        if ignored(path, rules):
            left_out.append(LeftOut(shown, "ignored"))
            return None
        info = entry.stat(follow_symlinks=False)
        if not stat.S_ISREG(info.st_mode):
            return None
        if _MINIFIED.search(entry.name):
            left_out.append(LeftOut(shown, "minified"))
            return None
        if entry.name in _LOCKS:
            left_out.append(LeftOut(shown, "a lock file"))
            return None
        if info.st_size > (_DATA_LIMIT if entry.name.endswith(_DATA) else SIZE_LIMIT):
            left_out.append(LeftOut(shown, f"too large ({info.st_size:,} bytes)"))
            return None
        return Source(shown, entry.path, info.st_size, _stamp(info))


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
        return Unreadable("there is no such file")
    if not file.is_relative_to(root):
        return Unreadable("it lies outside the workspace")
    return file if stat.S_ISREG(mode) else Unreadable("it is not a file")


def _named(listing: Iterable["os.DirEntry[str]"], shown: str, left_out: list[LeftOut]) -> Iterator["os.DirEntry[str]"]:
    """The entries whose names are text; the others cannot be stored, sent or named in a reply."""
    for entry in listing:
        said = entry.name if entry.name.isascii() else os.fsencode(entry.name).decode("utf-8", "backslashreplace")
        if said == entry.name:
            yield entry
        else:
            left_out.append(LeftOut(shown + said, "its name is not UTF-8"))


def read_text(file: Path | str) -> str | Unreadable:
    """The text of a file with its line ends as they are, without its byte order mark."""
    data = read_plain(file, READ_LIMIT)
    decoded = data if isinstance(data, Unreadable) else decode(data)
    return decoded if isinstance(decoded, Unreadable) else decoded.text.removeprefix(MARK)


def _environment(folder: str) -> bool:
    return Path(folder, "pyvenv.cfg").exists()
