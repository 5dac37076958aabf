"""A reply's edits applied to the texts of a workspace, one after another, each at its place or refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from darner_server.patch import paths
from darner_server.patch.edit import Edit, Located, Refusal, Refused, Splice
from darner_server.patch.file_resolver import FileResolver, reserved
from darner_server.patch.match import splices, typography
from darner_server.patch.match.locate import place
from darner_server.patch.protected_paths import is_of_repository
from darner_server.patch.reply.parser import Parser
from darner_server.patch.rewrite import replace_whole, requested_removals
from darner_server.patch.text import abbreviations, byte_order_mark, lines, makefile_tabs
from darner_server.patch.text.diff import unified_diff
from darner_server.patch.text.indexed_text import Document
from darner_server.patch.text.normalize import fold
from darner_server.patch.working_texts import WorkingTexts

Gate = Callable[[str, str, str], str | None]
"""From a path, the text before and the text after: a reason to refuse, or None."""


@dataclass(frozen=True, slots=True)
class Applied:
    """The files after a reply: all of them, a deleted one being None. One rejected edit leaves all unchanged."""

    files: dict[str, str | None]
    refused: tuple[Refused, ...] = ()
    located: tuple[Located, ...] = ()
    changed: dict[str, str | None] = field(
        default_factory=dict[str, "str | None"]
    )  # by the edits that were not rejected


def apply_reply(
    reply: str,
    files: Mapping[str, str],
    *,
    reply_format: str | None = None,
    target: str | None = None,
    request: str | None = None,
) -> Applied:
    """Apply a model's reply, whole or not at all. `target` is the file that a reply naming none is about.

    `request` is the instruction; None takes the words around the reply's edits instead.
    """
    parser = Parser(reply_format, target=target)
    applier = Applier(files, target=target, request=requested_removals.prose(reply) if request is None else request)
    for edit in (*parser.feed(reply), *parser.close()):
        applier.apply(edit)
    refused = applier.refused
    if not refused and not applier.changed and not any("already-applied" in each.bridges for each in applier.located):
        nothing = Refusal("no-edit", "the reply changes no file: it contains no usable edit")
        refused = (Refused(Edit(target, kind="malformed", problem=nothing), target, nothing),)
    whole: dict[str, str | None] = dict(files)
    if not refused:
        whole.update(applier.changed)
    return Applied(whole, refused, applier.located, applier.changed)


class Applier:
    """Places edits one after another and holds the texts as they are after those that had a place."""

    def __init__(
        self,
        files: Mapping[str, str],
        *,
        target: str | None = None,
        gate: Gate | None = None,
        root: str | None = None,
        request: str = "",
        unseen: Callable[[str], bool] | None = None,
    ) -> None:
        """`files` may be lazy: single paths are looked up, and it is iterated only to find a file named in part.

        `root` is the absolute path that is cut off names of new files. `request` are the words that ask
        for the edits or speak of them: a whole text may lose what they name. `unseen` reports the files whose
        text the model has not seen: none of these is edited.
        """
        self._texts = WorkingTexts(files)
        self._resolver = FileResolver(self._texts, target, root)
        self._gate = gate
        self._request = request
        self._unseen = unseen
        self._applied = 0  # edits so far
        self._refused: dict[int, Refused] = {}  # by the number of the edit
        self._unplaced: dict[tuple[Edit, str | None], list[int]] = {}
        self._located: list[Located] = []
        self._placed: set[tuple[Edit, str]] = set()
        self.moves: list[tuple[str, str]] = []

    @property
    def refused(self) -> tuple[Refused, ...]:
        """The edits that have no place now."""
        return tuple(self._refused.values())

    @property
    def located(self) -> tuple[Located, ...]:
        """The edits that were placed, in order."""
        return tuple(self._located)

    @property
    def changed(self) -> dict[str, str | None]:
        """The new text of every file that differs now; None for one that is deleted."""
        return self._texts.changed

    def text(self, path: str) -> str | None:
        """Return a file's current text; None if there is no such file."""
        return self._texts.text(path)

    def diff(self) -> str:
        """Return the changes so far as a unified diff."""
        changed = self.changed
        return unified_diff({path: self._texts.before(path) for path in changed}, changed)

    def apply(self, edit: Edit) -> Located | Refused:
        """Place one edit in the current texts, or return why it has no place."""
        self._applied += 1
        result = self._apply(edit)
        if isinstance(result, Refused):
            result = self._repeated(edit, result)
        if isinstance(result, Refused):
            self._refused[self._applied] = result
            self._unplaced.setdefault((edit, result.path), []).append(self._applied)
        else:
            self._located.append(result)
            self._placed.add((edit, result.path))
        return result

    def _apply(self, edit: Edit) -> Located | Refused:
        if edit.problem is not None:
            return Refused(edit, edit.path, edit.problem)
        path = self._resolver.resolve(edit)
        if isinstance(path, Refused):
            return path
        document = self._texts.document(path)
        if edit.kind == "delete":
            return self._delete(edit, path, document)
        if edit.kind == "move":
            return self._move(edit, path, document)
        if document is None:
            return self._create(edit, path)
        if self._unseen is not None and self._unseen(path):
            return Refused(
                edit, path, Refusal("not-shown", f"{path} was not shown to the model, so the edit is a guess")
            )
        marked = byte_order_mark.change(replace(edit, path=path), document) if edit.kind == "replace" else None
        if marked is not None:
            return self._commit(marked, path, document)
        edit = byte_order_mark.unmarked(edit)
        if edit.kind == "create":
            edit = replace(edit, before="", path=path)
            result = replace_whole.fill(edit, document)
        elif edit.kind == "whole":
            result = replace_whole.place_whole(
                replace_whole.uncommented(replace(edit, path=path), document), document, self._request
            )
        else:
            result = place(edit if edit.path == path else replace(edit, path=path), document)
        return self._commit(result, path, document)

    def _commit(self, result: Located | Refused, path: str, document: Document) -> Located | Refused:
        if isinstance(result, Refused) or not result.splices:
            return result
        if makefile_tabs.is_makefile(path):
            result = replace(result, splices=makefile_tabs.retabbed(document.text, result.splices))
        if self._gate is not None:
            before = document.text
            reason = self._gate(path, before, splices.spliced(before, result.splices))
            if reason is not None:
                return Refused(result.edit, path, Refusal("syntax", reason), line=result.line)
        document.replace(result.splices)
        return result

    def _repeated(self, edit: Edit, refused: Refused) -> Located | Refused:
        """The same edit as often as its search text is in the file: then each place is meant.

        One that had its place already, and whose text is there unchanged, is only a repetition.
        """
        document = self._texts.opened(refused.path or "")
        if document is None or edit.kind != "replace" or not edit.before:
            return refused
        if edit.after and edit.after in document.text and self._is_placed(edit, refused.path):
            return Located(edit, refused.path or "", (), ("already-applied",))
        again = self._unplaced.get((edit, refused.path))
        if not again:
            return refused
        result = place(replace(edit, path=refused.path, every=True), document)
        if isinstance(result, Refused) or result.places != len(again) + 1:
            return refused
        result = self._commit(result, result.path, document)
        if isinstance(result, Located):
            for number in self._unplaced.pop((edit, result.path)):
                del self._refused[number]
        return result

    def _is_placed(self, edit: Edit, path: str | None) -> bool:
        """Return whether an edit removes and adds the same lines as one that was placed in the file."""
        if (edit, path) in self._placed:
            return True
        delta = _delta(edit)
        return any(there == path and delta == _delta(each) for each, there in self._placed if each.kind == edit.kind)

    def _create(self, edit: Edit, path: str) -> Located | Refused:
        if (unfit := paths.unfit_for_new(path)) is not None:
            return Refused(edit, path, Refusal("unfit-name", unfit))
        text = byte_order_mark.once(replace_whole.uncommented(edit, None).after or "")
        if makefile_tabs.is_makefile(path):
            text = "".join(f"{body}\n" for body in makefile_tabs.recipes(lines.bodies(lines.split(text))))
        unmarked = Splice(0, 0, text.lstrip(byte_order_mark.MARK))
        if (stray := typography.stray([unmarked], Document(""), edit)) is not None:
            return Refused(edit, path, stray)
        if (gap := abbreviations.abbreviated(lines.bodies(lines.split(text)), path)) is not None:
            reason = f"{path} is new, but the reply abbreviates its text: `{gap.strip()}`"
            return Refused(edit, path, Refusal("placeholder", reason))
        if self._gate is not None and (error := self._gate(path, "", text)) is not None:
            return Refused(edit, path, Refusal("syntax", error))
        self._texts.put(path, Document(text))
        return Located(replace(edit, path=path), path, (Splice(0, 0, text),))

    def _delete(self, edit: Edit, path: str, document: Document | None) -> Located | Refused:
        if document is None:
            return Refused(edit, path, Refusal("missing-file", f"{path} cannot be deleted: there is no such file"))
        if edit.before is not None and [*map(fold, document.bodies)] != [*map(fold, edit.before.split("\n")[:-1])]:
            reason = f"{path} cannot be deleted: it does not contain the lines that the diff removes"
            return Refused(edit, path, Refusal("missing-text", reason))
        self._texts.put(path, None)
        return Located(replace(edit, path=path), path, ())

    def _move(self, edit: Edit, path: str, document: Document | None) -> Located | Refused:
        new = paths.normal(edit.new_path or "")
        if new is None or paths.is_absolute(new):
            return Refused(edit, path, Refusal("outside", f"{edit.new_path} is outside the workspace"))
        if is_of_repository(new):
            return Refused(edit, path, reserved(new))
        if (unfit := paths.unfit_for_new(new)) is not None:
            return Refused(edit, path, Refusal("unfit-name", unfit))
        if document is None:
            return Refused(edit, path, Refusal("missing-file", f"{path} cannot be moved: there is no such file"))
        if self._texts.exists(new):
            reason = f"{path} cannot be moved: there is already a file {new}"
            return Refused(edit, path, Refusal("existing-file", reason))
        self._texts.put(new, document)
        self._texts.put(path, None)
        self.moves.append((path, new))
        return Located(replace(edit, path=path, new_path=new), path, ())


def _delta(edit: Edit) -> list[tuple[str, str]]:
    """Return the lines that an edit removes and adds."""
    old, new = (lines.bodies(lines.split(text or "")) for text in (edit.before, edit.after))
    return [(op, body) for op, body in splices.script(old, new, fine=True) if op != " "]
