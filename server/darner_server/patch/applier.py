from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from darner_server.patch import paths
from darner_server.patch.edit import Edit, Located, Refusal, Refused, Splice
from darner_server.patch.match import splices, typography
from darner_server.patch.match.locate import place
from darner_server.patch.protected_paths import is_of_repository
from darner_server.patch.reply.parser import Parser
from darner_server.patch.rewrite import replace_whole, requested_removals
from darner_server.patch.text import abbreviations, byte_order_mark, lines, makefile_tabs
from darner_server.patch.text.diff import unified_diff
from darner_server.patch.text.indexed_text import Document
from darner_server.patch.text.normalize import fold

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
        self._root = (paths.normal(root) or "") + "/" if root else None
        self._files = files
        self._target = target
        self._gate = gate
        self._request = request
        self._unseen = unseen
        self._documents: dict[str, Document | None] = {}
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
        texts = {path: None if document is None else document.text for path, document in self._documents.items()}
        return {path: text for path, text in texts.items() if text != self._files.get(path)}

    def text(self, path: str) -> str | None:
        """Return a file's current text; None if there is no such file."""
        if path in self._documents:
            document = self._documents[path]
            return None if document is None else document.text
        return self._files.get(path)

    def diff(self) -> str:
        """Return the changes so far as a unified diff."""
        changed = self.changed
        return unified_diff({path: self._files.get(path) for path in changed}, changed)

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
        path = self._resolve(edit)
        if isinstance(path, Refused):
            return path
        document = self._document(path)
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
        document = self._documents.get(refused.path or "")
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

    def _document(self, path: str) -> Document | None:
        if path not in self._documents:
            text = self._files.get(path)
            if text is None:
                return None
            self._documents[path] = Document(text)
        return self._documents[path]

    def _exists(self, path: str) -> bool:
        return self._documents[path] is not None if path in self._documents else path in self._files

    def _resolve(self, edit: Edit) -> str | Refused:
        """Return the file an edit is about, among those that are there or, for a new one, as it is written."""
        named = self._named(edit)
        if isinstance(named, Refused):
            return named
        path = paths.normal(named)
        if path is None:
            return Refused(edit, named, Refusal("outside", f"{named} is outside the workspace"))
        if is_of_repository(path):
            return Refused(edit, path, _reserved(path))
        if self._root is not None:
            path = path.removeprefix(self._root)
        if paths.is_elsewhere(path) and not self._exists(path):
            reason = f"{path} is outside the workspace; name the file below its root"
            return Refused(edit, path, Refusal("outside", reason))
        known = next((each for each in (path, *_shorter(path)) if self._exists(each)), None)
        if known is not None:
            return known
        makes = edit.kind in ("create", "whole") or (edit.kind == "replace" and not edit.before)
        if self._is_about_target(path, makes=makes):
            return self._target or path
        if makes:
            outside = Refusal("outside", f"{path} is outside the workspace")
            return Refused(edit, path, outside) if paths.is_absolute(path) else path
        alike = [each for each in self._files if each.endswith(f"/{path}") and self._exists(each)]
        if len(alike) == 1:
            return alike[0]
        others = f", but {' and '.join(alike)}" if alike else ""
        return Refused(edit, path, Refusal("missing-file", f"there is no file {path}{others}"))

    def _named(self, edit: Edit) -> str | Refused:
        """Return the name of an edit's file: the first reading that is there, else its path, else the target."""
        there = self._there(edit)
        if edit.said in there:
            return edit.said  # the whole line is a file's name
        if edit.said and edit.path not in edit.readings and (len(there) > 1 or edit.path is not None):
            names = list(dict.fromkeys((*there, *(each for each in (edit.path,) if each and self._exists(each)))))
            holding = [each for each in names if self._holds(each, edit.before or "")]
            if len(holding) == 1:
                return holding[0]
            if holding or edit.path is None:
                return Refused(edit, None, _unclear_file(edit.said))
            return edit.path
        if there:
            return there[0]
        if edit.path is None and edit.said:
            return Refused(edit, None, _unclear_file(edit.said))
        named = edit.path or self._target
        names = list(self._files) if named is None else [named]
        if len(names) == 1:
            return names[0]
        if edit.format == "bare":
            return Refused(edit, None, Refusal("no-edit", "the reply contains no edit"))
        return Refused(edit, None, Refusal("unclear-file", "the edit does not name its file"))

    def _there(self, edit: Edit) -> list[str]:
        """Return the readings of an edit's file name that are there."""
        found: list[str] = []
        for reading in edit.readings:
            path = paths.normal(reading)
            if path is None or is_of_repository(path):
                continue
            if self._root is not None:
                path = path.removeprefix(self._root)
            found += [each for each in (path, *_shorter(path)) if self._exists(each)][:1]
        return found

    def _holds(self, path: str, text: str) -> bool:
        """Whether a file has all lines of a text."""
        document = self._document(path)
        wanted = {fold(line) for line in lines.bodies(lines.split(text)) if line.strip()}
        return document is not None and (text in document.text or wanted <= set(map(fold, document.bodies)))

    def _is_about_target(self, path: str, *, makes: bool) -> bool:
        """A name that no file has is taken for the target's if only its folders differ, or it was only an example.

        Models give a buffer that has no real name yet one that they make up.
        """
        if self._target is None or not self._exists(self._target):
            return False
        name = self._target.rsplit("/", 1)[-1]
        unnamed = "." not in name and (not makes or not (self.text(self._target) or "").strip())
        return path.rsplit("/", 1)[-1] == name or paths.is_example(path) or unnamed

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
        self._documents[path] = Document(text)
        return Located(replace(edit, path=path), path, (Splice(0, 0, text),))

    def _delete(self, edit: Edit, path: str, document: Document | None) -> Located | Refused:
        if document is None:
            return Refused(edit, path, Refusal("missing-file", f"{path} cannot be deleted: there is no such file"))
        if edit.before is not None and [*map(fold, document.bodies)] != [*map(fold, edit.before.split("\n")[:-1])]:
            reason = f"{path} cannot be deleted: it does not contain the lines that the diff removes"
            return Refused(edit, path, Refusal("missing-text", reason))
        self._documents[path] = None
        return Located(replace(edit, path=path), path, ())

    def _move(self, edit: Edit, path: str, document: Document | None) -> Located | Refused:
        new = paths.normal(edit.new_path or "")
        if new is None or paths.is_absolute(new):
            return Refused(edit, path, Refusal("outside", f"{edit.new_path} is outside the workspace"))
        if is_of_repository(new):
            return Refused(edit, path, _reserved(new))
        if (unfit := paths.unfit_for_new(new)) is not None:
            return Refused(edit, path, Refusal("unfit-name", unfit))
        if document is None:
            return Refused(edit, path, Refusal("missing-file", f"{path} cannot be moved: there is no such file"))
        if self._exists(new):
            reason = f"{path} cannot be moved: there is already a file {new}"
            return Refused(edit, path, Refusal("existing-file", reason))
        self._documents[new] = document
        self._documents[path] = None
        self.moves.append((path, new))
        return Located(replace(edit, path=path, new_path=new), path, ())


def _reserved(path: str) -> Refusal:
    return Refusal("reserved", f"{path} belongs to the repository itself; a patch never changes it")


def _unclear_file(words: str) -> Refusal:
    return Refusal("unclear-file", f'the words "{words}" do not identify a file')


def _delta(edit: Edit) -> list[tuple[str, str]]:
    """Return the lines that an edit removes and adds."""
    old, new = (lines.bodies(lines.split(text or "")) for text in (edit.before, edit.after))
    return [(op, body) for op, body in splices.script(old, new, fine=True) if op != " "]


def _shorter(path: str) -> list[str]:
    """Return what is left of a path without the a/ or b/ of a diff, or of an absolute one without its first folders."""
    if path.startswith(("a/", "b/")):
        return [path[2:]]
    if not paths.is_absolute(path):
        return []
    parts = path.strip("/").split("/")
    return ["/".join(parts[number:]) for number in range(len(parts))]
