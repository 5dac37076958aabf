"""One file of a patch: the patch's text of it, and the document, which may change at the same time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from darner_server.lsp.edits.alignment import Alignment, PendingRegion
from darner_server.lsp.edits.workspace_edit import FileEdit, text_edits
from darner_server.lsp.text.documents import Documents, OpenDocument, TextChange, refined
from darner_server.lsp.text.positions import LineTable, Mapper, split_lines

GONE = "its document was closed, and there is no such file"
THROWN_AWAY = "its document was closed without saving"


@dataclass(frozen=True, slots=True)
class Sent:
    """One of our edits on its way: where it is in the patch's text, and what it replaces."""

    start: int
    end: int
    before: str


class PatchedFile:
    """Follows the document from the snapshot that the patch was made for; `stop` when the patch is over.

    `on_disk` reads the file for a document that has been closed; None: it does not exist. Then the file is `gone`.
    """

    def __init__(
        self,
        path: str,
        uri: str,
        base: str,
        *,
        documents: Documents,
        mapper: Mapper,
        on_disk: Callable[[], str | None],
    ) -> None:
        self.path = path
        self.uri = uri
        self.alignment = Alignment(base)
        self.whole = Alignment(base)  # the patch alone, without the user's typing
        self.bridged = False
        self.runs = False  # something runs or obeys the file by itself
        self.gone = ""  # why nothing more can be put into it
        self._opened = False  # while the patch ran
        self._on_disk = on_disk
        self._documents = documents
        self._mapper = mapper
        self._base_lines = split_lines(base)
        self._document: OpenDocument | None = None
        self._on_change: Callable[[], None] = lambda: None
        self.reattach()

    @property
    def revision(self) -> int | None:
        """How many messages have changed the document; None while the file is not open."""
        return None if self._document is None else self._document.revision

    @property
    def out_of_step(self) -> bool:
        """Whether the document's text is unsure."""
        return self._document is not None and self._document.out_of_step

    def reattach(self) -> None:
        """Attach to the document if it has been opened since, and detach from one that has been closed."""
        document = self._documents.get(self.uri)
        if document is self._document:
            return
        self.stop()
        self._document = document
        if document is None:
            self.closed()
        else:
            self._opened = True
            self._take(document.text)
            document.watchers.append(self._changed)

    def closed(self) -> None:
        """The document is open no longer: from now on the disk's text counts."""
        text = self._on_disk()
        if text is None:
            self.gone = GONE
        elif self._opened and text != self.alignment.live:
            self.gone = THROWN_AWAY
        self._take(text or "")

    def stop(self) -> None:
        """Follow no longer."""
        if self._document is not None:
            self._document.watchers.remove(self._changed)
            self._document = None

    def on_change(self, callback: Callable[[], None]) -> None:
        """Call `callback` whenever a message has changed the document."""
        self._on_change = callback

    def edit(self, regions: tuple[PendingRegion, ...]) -> FileEdit:
        """Our edits of these regions, against the document as it is."""
        lines = self._document.lines if self._document is not None else split_lines(self.alignment.live)
        edits = text_edits(regions, self.alignment.model, LineTable(lines, self._mapper))
        version = None if self._document is None else self._document.version
        return FileEdit(self.uri, version, edits, self.bridged, self.runs)

    def whole_edit(self, version: int | None) -> FileEdit:
        """The whole patch of this file, against the snapshot."""
        edits = text_edits(self.whole.pending, self.whole.model, LineTable(self._base_lines, self._mapper))
        return FileEdit(self.uri, version, edits, self.bridged, self.runs)

    def sent(self, regions: tuple[PendingRegion, ...]) -> list[Sent]:
        """What is sent with `edit`, to be remembered until the document has it."""
        return [Sent(each.m0, each.m1, self.alignment.live[each.d0 : each.d1]) for each in regions]

    def assume_applied(self) -> None:
        """The client has applied our edits to a file that it has not opened: there will be no echo."""
        for region in reversed(self.alignment.pending):
            self.alignment.edit_live(TextChange(region.d0, region.d1, self.alignment.model[region.m0 : region.m1]))

    def place(self, start: int, end: int) -> dict[str, Any]:
        """A range of the patch's text as a range of the document."""
        lines = self._document.lines if self._document is not None else split_lines(self.alignment.live)
        table = LineTable(lines, self._mapper)
        first, last = (table.point(self.alignment.to_live(at)) for at in (start, end))
        return {
            "start": {"line": first.line, "character": first.character},
            "end": {"line": last.line, "character": last.character},
        }

    def _take(self, text: str) -> None:
        for change in refined(0, self.alignment.live, text):
            self.alignment.edit_live(change)

    def _changed(self, change: TextChange | None) -> None:
        if change is not None:
            self.alignment.edit_live(change)
        else:
            self._on_change()
