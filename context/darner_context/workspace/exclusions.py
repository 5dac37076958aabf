"""What is left out below a root: what git ignores, by git itself, and what darner's own rules add.

If git cannot be called (there is no repository, no git, or git does not look into the repository) its rules are
read as git would read them. The own rules, those of the settings and of `.darnerignore`, can only add to git's.
"""

import os
import sys
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import RLock
from time import monotonic

from darner_context.git import command
from darner_context.git.blocking_files import blocks_git
from darner_context.git.ignore_rules import EVERYTHING, Rules, as_bytes, ignored, lines_of, parse_rules
from darner_context.git.repository import MOST, Repository, outer_rules, repository_at, repository_of
from darner_context.git.tracked_files import tracked_files
from darner_context.request import Unreadable
from darner_context.system.regular_file import read_plain

RULES, OWN_RULES = ".gitignore", ".darnerignore"
_SECONDS, _SLOW = 5.0, 2.0  # for git to list a work tree; one that takes longer is not listed again
_LISTED = 400_000_000  # bytes of such a list
_AGAIN = 16  # paths for which git is called again
_ALONE = 2  # paths for which git is called one by one before it lists all: a command's file, before a scan
_ODD = sys.platform in {"darwin", "win32"}  # file names of another form, or in other letters, are the same there

Chain = tuple[tuple[str, Rules], ...]  # outermost first, each with the prefix of its folder


@dataclass(frozen=True, slots=True)
class FolderRules:
    """Which entries of a folder are left out. `listed` is git's answer; without it `rules` and `tracked` decide."""

    top: str  # the prefix of the repository within the root
    listed: "Listed | None"
    rules: Chain
    own: Chain
    fold: bool  # capital letters are as good as small ones
    tracked: "Listed"


class Listed:
    """The files that git tracks, or would, below a folder, and the folders that they are in."""

    def __init__(self, paths: Iterable[str]) -> None:
        files, folders = set[int](), set[int]()
        within = ""
        for path in paths:
            folder = path.rpartition("/")[0]
            if folder != within:
                within = folder
                while folder and (key := _key(folder)) not in folders:
                    folders.add(key)
                    folder = folder.rpartition("/")[0]
            files.add(_key(path))
        self._files, self._folders = array("q", sorted(files)), array("q", sorted(folders))

    def file(self, path: str) -> bool:
        """Whether git has a file, or would take it."""
        return _holds(self._files, _key(path))

    def folder(self, path: str) -> bool:
        """Whether there is such a file in a folder."""
        return _holds(self._folders, _key(path))

    def either(self, path: str) -> bool:
        """Whether a folder has such a file, or is a submodule: git lists that as a file."""
        return self.folder(path) or self.file(path)


_NONE = Listed(())


class Excludes:
    """
    The verdicts of one moment on what is below one root; found on use, by any thread.

    `never` are names of folders that are not looked into; `slow` is shared by all moments: repositories in which git
    took too long and is not called again.
    """

    def __init__(
        self, root: Path, extra: Sequence[str], never: Iterable[str], slow: set[str], only: str | None = None
    ) -> None:
        self._root, self._extra, self._never, self._slow = root, extra, never, slow
        self._only = only  # the one path for which git is called
        repository = repository_of(root)
        self._base = repository.top if repository is not None else root
        lead = root.relative_to(self._base).as_posix()
        self._lead = "" if lead == "." else f"{lead}/"  # rules see paths as from the top of the repository
        self._lock = RLock()
        self._places: dict[str, FolderRules | None] = {}  # by the prefix of the folder
        self._checked: dict[str, bool] = {}
        self._alone: dict[str, bool] = {}

    def renewed(self) -> "Excludes":
        """The verdicts of this moment, with git's answers."""
        fresh = Excludes(self._root, self._extra, self._never, self._slow)
        fresh.top()
        with self._lock:
            asked = list(self._checked)[-_AGAIN:]
        for inner in asked:
            fresh.file(inner)
        return fresh

    def top(self) -> FolderRules:
        """What holds in the root itself."""
        with self._lock:
            found = self._places.get("")
            if found is None:
                found = self._places[""] = self._first()
            return found

    def below(self, place: FolderRules, prefix: str, has: Callable[[str], bool]) -> FolderRules:
        """The rules of a folder below the root, given those above it; `has` lists its entries."""
        repository = repository_at(self._root / prefix) if has(".git") else None
        if repository is not None:
            place = self._repository(prefix, repository, place.own)
        elif place.listed is None and ignored(self._lead + prefix, place.rules):  # but something in it is tracked
            place = replace(place, rules=(("", parse_rules(EVERYTHING)),))
        elif place.listed is None and has(RULES):
            place = self._with_rules(place, self._lead + prefix, self._root / prefix)
        if has(OWN_RULES):
            own = parse_rules(_lines(self._root / prefix / OWN_RULES, follow=True))
            place = replace(place, own=(*place.own, (self._lead + prefix, own)) if own.runs else place.own)
        return place

    def leaves_out_file(self, place: FolderRules, path: str) -> bool:
        """Whether a file of source that is there is left out."""
        inner = path[len(place.top) :]
        if place.listed is None:
            gone = ignored(self._lead + path, place.rules) and not place.tracked.file(inner)
        else:
            gone = not place.listed.file(inner)
        return gone or ignored(self._lead + path, place.own)

    def leaves_out_folder(self, place: FolderRules, path: str) -> bool:
        """Whether a folder is left out with all that is in it; its path ends in no slash."""
        shown = f"{self._lead}{path}/"
        if ignored(shown, place.own):
            return True
        inner = path[len(place.top) :]
        if place.listed is None:
            return ignored(shown, place.rules) and not place.tracked.either(inner)
        if place.listed.folder(inner):
            return False
        nested = os.path.lexists(self._root / path / ".git")  # git lists nothing of another repository
        return not nested or self._check(place, path)

    def file(self, inner: str) -> bool:
        """Whether a path is left out, be there a file or not; git is called only for what it has not listed."""
        with self._lock:
            if inner in self._alone:
                return self._alone[inner]
            if self._only is None and not self._places and len(self._alone) < _ALONE:
                single = Excludes(self._root, self._extra, self._never, self._slow, inner)
                return self._alone.setdefault(inner, single.file(inner))
            place = self._place(inner.rpartition("/")[0])
            if place is None or ignored(self._lead + inner, place.own):
                return True
            if place.listed is None:
                return ignored(self._lead + inner, place.rules) and not place.tracked.file(inner[len(place.top) :])
            return not place.listed.file(inner[len(place.top) :]) and self._check(place, inner)

    def _check(self, place: FolderRules, inner: str) -> bool:
        """Whether git ignores a path that it did not list: of another kind, made since, or ignored."""
        known = self._checked.get(inner)
        if known is None:
            path = os.fsencode(inner[len(place.top) :])
            folder = self._root / place.top
            said = command.run_git(folder, "check-ignore", "-z", "--stdin", given=path + b"\0", codes=(0, 1))
            known = self._checked[inner] = bool(said) if said is not None else self._against_rules(place, inner)
        return known

    def _against_rules(self, place: FolderRules, inner: str) -> bool:
        rules = self._top_rules(place.top, repository_of(self._root / place.top))
        parts = inner[len(place.top) :].split("/")
        prefix = place.top
        for part in parts[:-1]:
            prefix += f"{part}/"
            if ignored(self._lead + prefix, rules.rules):
                return True
            rules = self._with_rules(rules, self._lead + prefix, self._root / prefix)
        return ignored(self._lead + inner, rules.rules)

    def _place(self, folder: str) -> FolderRules | None:
        """What holds in a folder; None where it is left out."""
        if not folder:
            return self.top()
        prefix = f"{folder}/"
        if prefix not in self._places:
            above = self._place(folder.rpartition("/")[0])
            base = self._root / folder
            if above is not None and self._is_gone(above, folder):
                above = None
            self._places[prefix] = above and self.below(above, prefix, lambda name: os.path.lexists(base / name))
        return self._places[prefix]

    def _is_gone(self, above: FolderRules, folder: str) -> bool:
        """Whether a folder is left out, which may be newer than git's answer."""
        if above.listed is None or above.listed.folder(folder[len(above.top) :]):
            return self.leaves_out_folder(above, folder)
        if ignored(f"{self._lead}{folder}/", above.own):
            return True
        return os.path.lexists(self._root / folder / ".git") and self._check(above, folder)

    def _first(self) -> FolderRules:
        repository = repository_of(self._root)
        place = self._repository("", repository, ())
        own: Chain = ()
        for prefix, folder in self._down():
            if prefix and ignored(prefix, own):
                own = (("", parse_rules(EVERYTHING)),)
                break
            if folder == self._root and self._extra:
                own = (*own, (prefix, parse_rules(map(as_bytes, self._extra))))
            if lines := _lines(folder / OWN_RULES, follow=True):
                own = (*own, (prefix, parse_rules(lines)))
        return replace(place, own=own)

    def _repository(self, prefix: str, repository: Repository | None, own: Chain) -> FolderRules:
        """What holds in the folder where a repository is met."""
        folder = self._root / prefix
        listed = self._listed(prefix, folder) if repository is not None else None
        if listed is not None:
            return FolderRules(prefix, listed, (), own, fold=False, tracked=_NONE)
        return replace(self._top_rules(prefix, repository), own=own)

    def _listed(self, prefix: str, folder: Path) -> Listed | None:
        if str(folder) in self._slow or blocks_git(folder):
            return None
        began = monotonic()
        never = [f"--exclude={name}/" for name in self._never]
        words = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", *never]
        if self._only is not None:
            words += ["--", f":(literal){self._only[len(prefix) :]}"]
        said = command.run_git(folder, *words, seconds=_SECONDS, most=_LISTED)
        if said is None and monotonic() - began > _SLOW:
            self._slow.add(str(folder))
        return Listed(filter(None, os.fsdecode(said).split("\0"))) if said is not None else None

    def _top_rules(self, prefix: str, repository: Repository | None) -> FolderRules:
        """The rules that git would go by in the folder where a repository is met."""
        said = outer_rules(repository, os.environ)
        lines, fold = said.lines, said.fold
        tracked = tracked_files(repository.private / "index", said.digest) if repository is not None else ()
        lead = "" if prefix else self._lead
        below = Listed(path[len(lead) :] for path in tracked if path.startswith(lead)) if tracked else _NONE
        place = FolderRules(prefix, None, (), (), fold, below)
        if prefix:
            place = replace(place, rules=((self._lead + prefix, parse_rules(lines, fold=fold)),))
            return self._with_rules(place, self._lead + prefix, self._root / prefix)
        place = replace(place, rules=(("", parse_rules(lines, fold=fold)),))
        for above, folder in self._down():
            if above and ignored(above, place.rules):
                return replace(place, rules=(("", parse_rules(EVERYTHING)),))
            place = self._with_rules(place, above, folder)
        return place

    def _with_rules(self, place: FolderRules, prefix: str, folder: Path) -> FolderRules:
        lines = _lines(folder / RULES, follow=False)  # as git: a link is none
        return replace(place, rules=(*place.rules, (prefix, parse_rules(lines, fold=place.fold)))) if lines else place

    def _down(self) -> Iterator[tuple[str, Path]]:
        """The folders from the top of the repository to the root, with their prefixes."""
        prefix, folder = "", self._base
        yield prefix, folder
        for part in self._lead.split("/")[:-1]:
            prefix, folder = f"{prefix}{part}/", folder / part
            yield prefix, folder


def _lines(path: Path, *, follow: bool) -> Sequence[str]:
    """The rules of a file; those of a file that is too large are unknown, so all is left out."""
    if not os.path.lexists(path):
        return ()
    data = read_plain(path, MOST, follow=follow)
    if isinstance(data, Unreadable):
        return EVERYTHING if data.kind == "too large" else ()
    return lines_of(data)


def _key(path: str) -> int:
    return hash(unicodedata.normalize("NFC", path).casefold() if _ODD else path)


def _holds(keys: "array[int]", key: int) -> bool:
    place = bisect_left(keys, key)
    return place < len(keys) and keys[place] == key
