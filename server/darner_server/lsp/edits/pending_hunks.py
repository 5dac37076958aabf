"""The hunks in the editor's buffers, to be kept or undone one by one, wherever typing has moved them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from darner_server.lsp.edits.alignment import PendingRegion
from darner_server.lsp.edits.patched_file import PatchedFile, Sent
from darner_server.lsp.text.documents import Documents, OpenDocument, TextChange


@dataclass(slots=True)
class PendingHunk:
    """Characters start..end of the document were put there by a patch in the place of `before`."""

    number: int
    uri: str
    start: int
    end: int
    before: str
    after: str


class OpenHunks:
    """The hunks of a session that are neither kept nor undone."""

    def __init__(self, documents: Documents, changed: Callable[[], None]) -> None:
        self._documents = documents
        self._changed = changed
        self._hunks: dict[int, PendingHunk] = {}
        self._watched: dict[str, OpenDocument] = {}
        self._last = 0

    def add(self, file: PatchedFile, sent: Iterable[Sent]) -> None:
        """Take what a patch has put into a file that is open."""
        document = self._documents.get(file.uri)
        if document is None:
            return
        text = document.text
        for each in sent:
            start = file.alignment.to_live(each.start)
            end = file.alignment.to_live(each.end, end=each.end > each.start)
            after = file.alignment.model[each.start : each.end]
            if text[start:end] == after:
                self._last += 1
                self._hunks[self._last] = PendingHunk(self._last, document.uri, start, end, each.before, after)
        self._watch(document)
        self._changed()

    def of(self, uri: str) -> list[PendingHunk]:
        """The hunks of a document, from the top; without those that an undo in the editor has reverted."""
        document = self._documents.get(uri)
        if document is None:
            return []
        self._drop_taken_back(document)
        return sorted((each for each in self._hunks.values() if each.uri == document.uri), key=lambda each: each.start)

    def all(self) -> list[PendingHunk]:
        """The hunks of all documents."""
        return [each for document in self._documents for each in self.of(document.uri)]

    def get(self, number: int) -> PendingHunk | None:
        """A hunk by its number."""
        return self._hunks.get(number)

    def keep(self, hunks: Iterable[PendingHunk]) -> None:
        """Forget hunks: they stay as they are."""
        for each in hunks:
            self._hunks.pop(each.number, None)
        self._changed()

    def closed(self, uri: str) -> None:
        """Drop the hunks of a document that no longer exists, and with it the way to undo them."""
        self._hunks = {number: each for number, each in self._hunks.items() if each.uri != uri}
        self._watched.pop(uri, None)

    def _watch(self, document: OpenDocument) -> None:
        if self._watched.get(document.uri) is document:
            return
        self._watched[document.uri] = document
        uri = document.uri

        def follow(change: TextChange | None) -> None:
            if change is not None:
                self._move(uri, change)

        document.watchers.append(follow)

    def _move(self, uri: str, change: TextChange) -> None:
        grown = len(change.text) - (change.end - change.start)
        for each in [each for each in self._hunks.values() if each.uri == uri]:
            if change.start >= each.end and not (change.start == each.end == each.start):
                continue
            if change.end <= each.start:
                each.start += grown
                each.end += grown
            elif each.start <= change.start and change.end <= each.end:
                each.end += grown
            else:
                del self._hunks[each.number]  # typed over its border: what to restore is no longer certain

    def _drop_taken_back(self, document: OpenDocument) -> None:
        text = document.text
        for each in [each for each in self._hunks.values() if each.uri == document.uri]:
            if text[each.start : each.end] == each.before and each.before != each.after:
                del self._hunks[each.number]


def outermost(hunks: Iterable[PendingHunk]) -> list[PendingHunk]:
    """The hunks that hold no part of an older one's lines, from the top: putting the older one back undoes both."""
    chosen: list[PendingHunk] = []
    for each in sorted(hunks, key=lambda each: each.number):
        if not any(other.start <= each.start and each.end <= other.end for other in chosen):
            chosen.append(each)
    return sorted(chosen, key=lambda each: each.start)


def undoing(hunks: Iterable[PendingHunk]) -> tuple[PendingRegion, ...]:
    """The regions to restore, and where each one's text is in `"".join(hunk.before ...)`, in the hunks' order."""
    regions: list[PendingRegion] = []
    at = 0
    for each in hunks:
        regions.append(PendingRegion(at, at + len(each.before), each.start, each.end, own=True))
        at += len(each.before)
    return tuple(regions)


def as_json(hunk: PendingHunk) -> dict[str, Any]:
    """What a command gets to name a hunk by."""
    return {"hunk": hunk.number, "uri": hunk.uri}
