"""From a stream of reply text to hunks that are located and checked, against one snapshot of the workspace."""

from collections.abc import Iterator, Mapping

from darner_context.index import Index, Unreadable
from darner_context.secrets.masks import Masks
from darner_server.engine.base_version_offsets import OriginalOffsets
from darner_server.engine.events import EditReady
from darner_server.engine.masking import restored, without_secrets
from darner_server.engine.prompt.rewrite_range import Region
from darner_server.engine.syntax_gate import LARGE, final_gate, syntax_gate
from darner_server.engine.task import Task
from darner_server.patch import Applier, Edit, Located, Refusal, Refused
from darner_server.patch.paths import normal


class TaskTexts(Mapping[str, str]):
    """The workspace as the task found it: live buffers first, then the disk, each file read once."""

    def __init__(self, index: Index, texts: Mapping[str, str]) -> None:
        self._index = index
        self._texts: dict[str, str | None] = dict(texts)
        self._unreadable: dict[str, Unreadable] = {}

    def __getitem__(self, path: str) -> str:
        """The text of a file. Raises KeyError for one that is missing or must not be read."""
        if path not in self._texts:
            found = self._index.read(path)
            self._texts[path] = None if isinstance(found, Unreadable) else found
            if isinstance(found, Unreadable):
                self._unreadable[path] = found
        text = self._texts[path]
        if text is None:
            raise KeyError(path)
        return text

    def forbidden_path(self, edit: Edit) -> Refused | None:
        """A file that exists but must not be read is no place for a new one."""
        for named in (edit.path, edit.new_path):
            path = normal(named) if named else None
            if not path or path in self:
                continue
            found = self._unreadable.get(path)
            if found is not None and found.kind != "missing":
                reason = f"{path} cannot be written: {found.reason}"
                return Refused(edit, path, Refusal("unreadable-file", reason))
        return None

    def __iter__(self) -> Iterator[str]:
        """The requested files: a workspace is not read whole."""
        return (path for path, text in self._texts.items() if text is not None)

    def __len__(self) -> int:
        """How many files `iter` gives."""
        return sum(text is not None for text in self._texts.values())


class Hunks:
    """The edits of one task so far."""

    def __init__(self, task: Task, index: Index, target: str | None, masks: Masks) -> None:
        self._task = task
        self._target = target
        self._index = index
        self._masks = masks
        self.snapshot = TaskTexts(index, task.texts)
        self.shown: frozenset[str] | None = None  # the files that the model has seen; None: it may edit any
        self._applier = Applier(
            self.snapshot, target=target, gate=syntax_gate, request=task.instruction, unseen=self._is_unseen
        )
        self._offsets: dict[str, OriginalOffsets] = {}
        self.ready = 0

    def apply(self, edit: Edit, region: Region | None = None) -> EditReady | Refused:
        """Locate the edit in the text as the earlier ones left it and check it. No splices: it was there already.

        `region` is the part that a whole reply should rewrite.
        """
        edit = restored(edit, self._masks)
        result = self._forbidden_path(edit, region) or self._applier.apply(edit)
        if isinstance(result, Refused):
            return without_secrets(result, self._applier.text(result.path) if result.path else None, self._masks)
        return self._add(result)

    def _is_unseen(self, path: str) -> bool:
        """Whether a file of the snapshot contains something that the model was not shown."""
        return self.shown is not None and path not in self.shown and bool((self.before(path) or "").strip())

    @property
    def changed(self) -> dict[str, str | None]:
        """Every changed file's text; None for a deleted one."""
        return self._applier.changed

    async def syntax_errors(self) -> list[Refused]:
        """The large files that all edits together have broken although each seemed right by its piece of the text."""
        large = {path: text for path, text in self.changed.items() if text is not None and len(text) > LARGE}
        return await self._index.run_in_thread(lambda: self._parse(large)) if large else []

    def _parse(self, texts: Mapping[str, str]) -> list[Refused]:
        found: list[Refused] = []
        for path, text in texts.items():
            reason = final_gate(path, self.before(path) or "", text)
            if reason is not None:
                error = Refusal("syntax", reason)
                found.append(Refused(Edit(path, kind="malformed", problem=error), path, error))
        return found

    @property
    def moves(self) -> dict[str, str]:
        """Old path to new path of the files that were moved."""
        return dict(self._applier.moves)

    def before(self, path: str) -> str | None:
        """The text of the snapshot; None for a file that was not there."""
        return self.snapshot.get(path)

    def _forbidden_path(self, edit: Edit, region: Region | None) -> Refused | None:
        """A function is no place for something else, one file none for another, nor is a file that must not be read."""
        if self._task.scope == "file" and self._target and edit.path and normal(edit.path) != self._target:
            only = f"the patch was requested for {self._target} only; ask for a patch of the workspace"
            alone = f"{edit.path} was not changed: {only}"
            return Refused(edit, edit.path, Refusal("other-file", alone))
        if (
            region is not None
            and edit.kind == "whole"
            and (reason := region.missing_from(edit.after or "", self._task.instruction))
        ):
            return Refused(edit, region.path, Refusal("unclear-definition", reason))
        return self.snapshot.forbidden_path(edit)

    def _add(self, located: Located) -> EditReady:
        edit, path = located.edit, located.path
        offsets = self._offsets.setdefault(path, OriginalOffsets())
        if located.splices or edit.kind != "replace":
            self.ready += 1
        return EditReady(
            path=path,
            kind=edit.kind,
            before=edit.before,
            after=edit.after,
            splices=located.splices,
            original=offsets.add(located.splices),
            version=self._task.versions.get(path),
            bridges=located.bridges,
            new_path=edit.new_path,
            snapshot=self.before(path),
        )
