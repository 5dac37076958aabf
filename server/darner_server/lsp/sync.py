"""Documents opened, changed and closed, cells of notebooks among them."""

from collections.abc import Sequence

from lsprotocol import types

from darner_server.lsp.documents import Document
from darner_server.lsp.positions import Point
from darner_server.lsp.session import Session


def did_open(session: Session, params: types.DidOpenTextDocumentParams) -> None:
    """Take the text from the client from now on, not from the disk."""
    _open(session, params.text_document)


def did_change(session: Session, params: types.DidChangeTextDocumentParams) -> None:
    """Apply the changes, in order; a document that is not open is not ours to change."""
    document = session.documents.get(params.text_document.uri)
    if document is not None:
        apply_changes(document, params.content_changes, params.text_document.version)
        session.touched(session.folders.path_of(document.uri, document.language))


def did_close(session: Session, params: types.DidCloseTextDocumentParams) -> None:
    """From now on the disk's text counts."""
    _close(session, params.text_document.uri)


def did_save(session: Session, params: types.DidSaveTextDocumentParams) -> None:
    """The index has the live text already."""
    del session, params


def notebook_did_open(session: Session, params: types.DidOpenNotebookDocumentParams) -> None:
    """Each cell is a document."""
    for cell in params.cell_text_documents:
        _open(session, cell)


def notebook_did_change(session: Session, params: types.DidChangeNotebookDocumentParams) -> None:
    """Cells come, go and change."""
    cells = params.change.cells
    if cells is None:
        return
    if cells.structure is not None:
        for opened in cells.structure.did_open or ():
            _open(session, opened)
        for closed in cells.structure.did_close or ():
            _close(session, closed.uri)
    for each in cells.text_content or ():
        document = session.documents.get(each.document.uri)
        if document is not None:
            apply_changes(document, each.changes, each.document.version)


def notebook_did_close(session: Session, params: types.DidCloseNotebookDocumentParams) -> None:
    """All cells go."""
    for cell in params.cell_text_documents:
        _close(session, cell.uri)


def apply_changes(document: Document, changes: Sequence[types.TextDocumentContentChangeEvent], version: int) -> None:
    """Apply one message's changes."""
    for change in changes:
        if isinstance(change, types.TextDocumentContentChangePartial):
            first, last = change.range.start, change.range.end
            document.replace(Point(first.line, first.character), Point(last.line, last.character), change.text)
        else:
            document.replace_all(change.text)
    document.settle(version)


def _open(session: Session, item: types.TextDocumentItem) -> None:
    session.documents.open(item.uri, item.language_id, item.version, item.text)


def _close(session: Session, uri: str) -> None:
    document = session.documents.close(uri)
    if document is not None:
        session.hunks.closed(document.uri)
    session.folders.forget(uri)
