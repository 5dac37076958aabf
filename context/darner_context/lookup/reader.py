"""The index as a reader sees it: stored facts, with the live buffers in the place of their files."""

from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from darner_context.facts.file_facts import FileFacts, digest_of
from darner_context.imports.record import Import
from darner_context.languages.file_language import code_language, may_be_script
from darner_context.lookup.modules import Paths
from darner_context.lookup.qualified_names import NAMESPACED, QualifiedNames
from darner_context.lookup.snapshot import Snapshot
from darner_context.request import Unreadable
from darner_context.store.database import Store
from darner_context.store.entry import words_of
from darner_context.store.postings import Living, Postings
from darner_context.syntax.notebook import unshown_lines
from darner_context.text.lines import Lines
from darner_context.workspace.file_kind import SECRETIVE
from darner_context.workspace.scan import Workspace, read_text

if TYPE_CHECKING:
    from darner_context.facts.live_buffer import LiveFile
    from darner_context.git.changed_lines import Changed

_FACTS, _LENT, _NAMES = 4_000, 16, 50_000  # files, lent texts and names that stay in memory
_PARSED = 1_000_000  # characters of lent texts: each takes up to a hundred bytes with its syntax tree
_TEXTS = 16_000_000  # characters of text that stay in memory, and at most as many more in small letters


class IndexReader:
    """Answers look-ups from the store and the live buffers; caches only what was looked up last."""

    def __init__(self, store: Store, workspace: Workspace) -> None:
        self.store = store
        self.workspace = workspace
        self.git_changes: Changed = {}  # against the last commit
        self.counts: dict[tuple[str, str], array[int]] = {}  # by tokenizer and path: tokens of the first n lines
        self._snapshot = Snapshot()
        self._facts: OrderedDict[str, FileFacts | None] = OrderedDict()
        self._lines: OrderedDict[str, Lines] = OrderedDict()
        self._held = 0  # characters in them
        self._postings: dict[str, Postings] = {}
        self._lent: OrderedDict[str, LiveFile] = OrderedDict()
        self._ids: dict[int, str] = {}
        self._numbers: dict[str, int | None] = {}
        self._paths: Paths | None = None
        self._qualified = QualifiedNames(self.postings, self.facts)
        self._version = -1
        self._state = 0

    @property
    def live(self) -> "Mapping[str, LiveFile]":
        """What is shown instead of stored files, or besides them."""
        return self._snapshot.live

    def reload_if_written(self) -> None:
        """Drop what is cached if another connection has written to the store."""
        version = self.store.version()
        if version != self._version:
            self._version = version
            self.forget_stored()

    def set_overlay(self, path: str, text: str | None) -> None:
        """Show a live buffer instead of a file; None removes the buffer."""
        buffer = self._snapshot.buffers.get(path)
        if text is None:
            self._lent.pop(path, None)
            self._postings = {name: each for name, each in self._postings.items() if each is not _NOWHERE}
            self._show(self._snapshot.without_buffer(path), [path])
        elif buffer is not None:
            buffer.edit(text)
            self._show(self._snapshot, [path])
        else:
            self._show(self._snapshot.with_buffers({path: _buffer(path, text)}), [path])

    def set_git_changes(self, changed: "Changed") -> None:
        """Set which lines differ from the last commit."""
        if changed != self.git_changes:
            self.git_changes = changed
            self._state += 1

    def state_token(self, own: str | None) -> object:
        """A token that changes when any look-up may; what is inside the functions of `own` does not change it."""
        others = sorted((path, file.stamp) for path, file in self._snapshot.live.items() if path != own)
        live = self._snapshot.live.get(own) if own is not None else None
        return self._state, others, (own, live.outside) if live is not None else None

    def overlay_text(self, path: str) -> str | None:
        """The text of a live buffer."""
        buffer = self._snapshot.buffers.get(path)
        return buffer.text if buffer is not None else None

    def files_changed(self, files: "Mapping[str, LiveFile | None]") -> None:
        """Note that files on disk were changed, or deleted (None)."""
        self._state += 1
        self._show(self._snapshot.with_changed(files), files)

    def changed_files(self) -> "Mapping[str, LiveFile | None]":
        """The files on disk that are newer than the store; None for a deleted one."""
        return self._snapshot.changed

    def drop_changed_files(self, stored: "Mapping[str, LiveFile | None]") -> None:
        """Drop the changed files that the store holds by now; what has changed since stays."""
        self._state += 1
        self._show(self._snapshot.without_changed(stored), stored)

    @contextmanager
    def with_overlays(self, texts: Mapping[str, str]) -> Generator[None, None, None]:
        """Show a request's own texts instead of the files while it is answered."""
        before = self._snapshot
        buffers: dict[str, LiveFile] = {}
        for path, text in texts.items():
            live = before.live.get(path)
            if live is not None and live.text == text:
                continue
            lent = self._lent.get(path)
            if lent is None:
                lent = self._lent[path] = _buffer(path, text)
            lent.edit(text)
            self._lent.move_to_end(path)
            buffers[path] = lent
        self._drop_oldest_lent()  # before these are parsed
        self._show(before.with_buffers(buffers) if buffers else before, buffers)
        try:
            yield
        finally:
            self._show(before, buffers)

    def _drop_oldest_lent(self) -> None:
        """Keep of the lent texts those that were lent last, and no more of them than memory is for."""
        parsed = 0
        for number, (path, each) in enumerate(reversed(list(self._lent.items()))):
            parsed += len(each.text)
            if number and (number >= _LENT or parsed > _PARSED):
                del self._lent[path]

    def _show(self, snapshot: Snapshot, paths: Iterable[str]) -> None:
        """Show another snapshot, in which `paths` may have other texts."""
        before, self._snapshot = self._snapshot, snapshot
        paths = set(paths)
        for path in paths:
            dropped = self._lines.pop(path, None)
            self._held -= len(dropped.text) if dropped else 0
        for key in [key for key in self.counts if key[1] in paths]:
            del self.counts[key]
        if self._paths is not None and any(self._comes_or_goes(path, before) for path in paths):
            self._paths = None

    def _comes_or_goes(self, path: str, before: Snapshot) -> bool:
        """Whether the list of all paths gains or loses one of which a snapshot shows something else than `before`."""
        live, gone = path in self._snapshot.live, path in self._snapshot.gone
        if (live, gone) == (path in before.live, path in before.gone):
            return False
        there = live or (not gone and self.store.number_of(path) is not None)
        return (path in self.paths.all) != there

    def forget_stored(self) -> None:
        """Drop everything that was read from the store."""
        self._state += 1
        self._facts.clear()
        self._lines.clear()
        self._held = 0
        self._postings.clear()
        self._ids.clear()
        self._numbers.clear()
        self.counts.clear()
        self._paths = None

    @property
    def paths(self) -> Paths:
        """All paths of the workspace."""
        if self._paths is None:
            rows = self.store.paths()
            self._ids = dict(rows)
            rows = [row for row in rows if row[1] not in self._snapshot.gone]
            known = {path for _, path in rows}
            extra = [path for path in self._snapshot.live if path not in known]
            self._paths = Paths([*(path for _, path in rows), *extra], self.text)
        return self._paths

    def facts(self, path: str) -> FileFacts | None:
        """The facts about a file, None for one that is not indexed."""
        live = self._snapshot.live.get(path)
        if live is not None:
            return live.facts
        if path in self._snapshot.gone:
            return None
        if path in self._facts:
            self._facts.move_to_end(path)
            return self._facts[path]
        found = self.store.load(path)
        self._facts[path] = facts = found[3] if found else None
        if len(self._facts) > _FACTS:
            self._facts.popitem(last=False)
        return facts

    def lines(self, path: str) -> Lines:
        """Give the lines of a file; none where it can no longer be read."""
        live = self._snapshot.live.get(path)
        if live is not None:
            return live.lines
        lines = self._lines.get(path)
        if lines is not None:
            self._lines.move_to_end(path)
            return lines
        lines = self._lines[path] = Lines(self.text(path) or "")
        self._held += len(lines.text)
        while self._held > _TEXTS and len(self._lines) > 1:
            _, oldest = self._lines.popitem(last=False)
            self._held -= len(oldest.text)
        return lines

    def secrets(self, path: str) -> dict[int, str]:
        """Number the lines of a file that hold secrets, each with its kind; outputs of a notebook are of none."""
        text, facts = self.lines(path).text, self.facts(path)
        unshown = dict.fromkeys(unshown_lines(path, text), "")
        clean = facts is not None and not facts.flags & SECRETIVE
        if clean and facts is not None and facts.digest == digest_of(text):
            return unshown  # and it is not another text than the one that was looked at
        from darner_context.secrets.scanner import secret_lines  # few files need it

        return {**unshown, **secret_lines(text)}

    def text(self, path: str) -> str | None:
        """Give the text of a file, the live buffer first."""
        live = self._snapshot.live.get(path)
        if live is not None:
            return live.text
        file = self.workspace.find(path)
        text = file if isinstance(file, Unreadable) else read_text(file)
        return None if isinstance(text, Unreadable) else text

    def resolve(self, path: str, wanted: Import) -> list[str]:
        """List the files that an import in a file means."""
        language = code_language(path, self.lines(path).text if may_be_script(path) else "")
        found = self.paths.resolve(language, path, wanted)
        if language == "rust":
            return self._reexporting(found, wanted)
        return self._qualified.resolve(language, path, wanted, found) if language in NAMESPACED else found

    def _reexporting(self, found: list[str], wanted: Import) -> list[str]:
        """What a crate hands out as its own module comes first: `pub extern crate grep_cli as cli`."""
        named = {wanted.name, wanted.module.rpartition("::")[2]}
        through: dict[str, None] = {}
        for path in found:
            facts = self.facts(path) if path.rpartition("/")[2] in {"lib.rs", "mod.rs"} else None
            for each in facts.imports if facts is not None else ():
                if not each.name and each.alias in named:
                    through.update(dict.fromkeys(self.paths.resolve("rust", path, each)))
        return [*(path for path in through if path not in found), *found] if through else found

    def postings(self, wanted: Sequence[str], own: str | None = None) -> dict[str, Postings]:
        """For each name where it is defined and used; the buffer `own` counts as using what its file on disk uses."""
        if self._paths is None:
            _ = self.paths
        if len(self._postings) > _NAMES:
            self._postings.clear()
        known = self._postings
        unknown = [name for name in wanted if name not in known]
        if unknown:
            found = self.store.names(unknown)
            for name in unknown:
                known[name] = Postings(self._ids, *found[name]) if name in found else _NOWHERE
        if not self._snapshot.live and not self._snapshot.gone:
            return {name: known[name] for name in wanted}
        hidden = self._hidden()
        unused = hidden - {self._numbers.get(own)} if own is not None else hidden
        living = [
            (path, live.facts.definitions.by_name, live.facts.names) for path, live in self._snapshot.live.items()
        ]
        return {
            name: _with_live(
                known[name],
                (hidden, [path for path, defined, _ in living if name in defined]),
                (unused, [path for path, _, used in living if path != own and _holds(used, name)]),
            )
            for name in wanted
        }

    def _hidden(self) -> frozenset[int]:
        """Number the stored files that something else stands for, or nothing."""
        for path in [*self._snapshot.live, *self._snapshot.gone]:
            if path not in self._numbers:
                self._numbers[path] = self.store.number_of(path)
        numbers = (self._numbers[path] for path in (*self._snapshot.live, *self._snapshot.gone))
        return frozenset(number for number in numbers if number is not None)

    def words(self, wanted: Sequence[str], most: int, own: str | None) -> dict[str, tuple[int, list[str]]]:
        """For each word how many files beside `own` have it in a name or in their path, and if not too many, which."""
        if self._paths is None:
            _ = self.paths
        found: dict[str, tuple[int, list[str]]] = {}
        for word, files in self.store.words(wanted).items():
            if len(files) > most:
                found[word] = len(files), []
                continue
            paths = [path for path in self._stored_paths(files) if path != own]
            found[word] = len(paths), paths
        for path in sorted(self._snapshot.live):
            words = words_of(path, self._snapshot.live[path].facts) if path != own else set[str]()
            for word in wanted:
                if word in words:
                    count, paths = found.get(word, (0, []))
                    found[word] = count + 1, [*paths, path]
        return found

    def _stored_paths(self, numbers: "array[int]") -> list[str]:
        ids, live, gone = self._ids, self._snapshot.live, self._snapshot.gone
        return [
            path
            for number in numbers
            if (path := ids.get(number)) is not None and path not in live and path not in gone
        ]


def _buffer(path: str, text: str) -> "LiveFile":
    from darner_context.facts.live_buffer import LiveFile  # parsers: what is stored needs none

    return LiveFile(path, text, kept=True)


def _holds(names: Sequence[str], name: str) -> bool:
    place = bisect_left(names, name)
    return place < len(names) and names[place] == name


def _with_live(stored: Postings, defined: Living, used: Living) -> Postings:
    return stored if stored is _NOWHERE and not defined[1] and not used[1] else stored.with_live(defined, used)


_NOWHERE = Postings({}, array("I"), array("I"))  # one for all names without files: a large buffer has thousands
