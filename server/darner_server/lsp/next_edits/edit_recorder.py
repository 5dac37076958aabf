"""The edit history of a session, recorded from the changes of its documents. In memory only, and without secrets."""

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from darner_context.next_edits.edit import RecordedEdit
from darner_context.next_edits.history import EditHistory, LineChange
from darner_context.next_edits.recordable import fits, recordable, unfit
from darner_server.lsp.next_edits.line_changes import line_changes
from darner_server.lsp.text.documents import OpenDocument
from darner_server.lsp.text.uris import key_of


@dataclass(frozen=True, slots=True)
class _Offer:
    text: str
    accepted: bool


class EditRecorder:
    """
    Follows the open documents whose edits may be kept.

    A document is judged by its path and its text when it is opened; whether it is ignored is asked before its edits are
    used (`exclude`), because that takes the disk.
    """

    def __init__(self) -> None:
        self._history = EditHistory()
        self._followed: dict[str, OpenDocument] = {}  # by the key of their URI
        self._writing: Counter[str] = Counter()  # keys of the documents that darner itself edits now
        self._offers: dict[str, _Offer] = {}  # what clients may make of documents

    @property
    def begun(self) -> int:
        """How many edits the user has begun to type."""
        return self._history.begun

    def opened(self, document: OpenDocument, path: str) -> None:
        """Follow a document from now on, if its edits may be kept."""
        key = key_of(document.uri)
        self._history.forget(key)
        self._followed.pop(key, None)
        if recordable(path, document.lines):
            self._followed[key] = document

    def closed(self, uri: str) -> None:
        """Drop the edits of a document that was closed."""
        self.exclude(uri)

    def exclude(self, uri: str) -> None:
        """Drop the edits of a document, and record no more of them until it is opened again."""
        self._followed.pop(key_of(uri), None)
        self._offers.pop(key_of(uri), None)
        self._history.forget(key_of(uri))

    def follows(self, document: OpenDocument) -> bool:
        """Whether changes of a document are recorded."""
        return key_of(document.uri) in self._followed

    def changed(self, document: OpenDocument, before: Sequence[str], seconds: float) -> None:
        """Take in what one message changed. `before` are the lines before it, `seconds` a time that only grows."""
        key = key_of(document.uri)
        if key not in self._followed:
            return
        if document.out_of_step or not fits(document.lines):
            self.exclude(document.uri)
            return
        changes = line_changes(before, document.lines)
        lines = document.lines if len(changes) == 1 else list(before)
        for change in changes:
            if len(changes) > 1:
                lines[change.first - 1 : change.first - 1 + len(change.before)] = change.after
            if unfit((*change.before, *change.after)):
                self._history.forget(key)  # what the edits of these lines were joined from may be a secret's beginning
            else:
                offer = self._offer(key, change)
                own = self._writing[key] > 0 or (offer is not None and not offer.accepted)
                accepted = offer is not None and offer.accepted
                self._history.record(key, change, lines, seconds, places=len(changes), own=own, accepted=accepted)

    def offered(self, uri: str, text: str, *, accepted: bool = False) -> None:
        """A client may make this text of a document: a change that brings its lines is a patch's, or was `accepted`."""
        self._offers[key_of(uri)] = _Offer(text, accepted=accepted)

    def _offer(self, key: str, change: LineChange) -> "_Offer | None":
        """The offer that a change is from."""
        offer = self._offers.get(key)
        if offer is None:
            return None
        text, before, after = f"\n{offer.text}", "\n" + "".join(change.before), "\n" + "".join(change.after)
        return offer if after in text and (not change.before or before not in text) else None

    @contextmanager
    def writing(self, uris: Iterable[str]) -> Generator[None]:
        """While this lasts, changes of these documents are darner's own."""
        keys = [key_of(uri) for uri in uris]
        self._writing.update(keys)
        try:
            yield
        finally:
            self._writing.subtract(keys)

    def edits(self, path_of: Callable[[OpenDocument], str]) -> tuple[RecordedEdit, ...]:
        """The edits, oldest first; none after an undo or a redo, until the next change."""
        if self._history.undone:
            return ()
        return tuple(
            replace(each, path=path_of(self._followed[each.path]))
            for each in self._history.edits()
            if not unfit((*each.before, *each.after))
        )
