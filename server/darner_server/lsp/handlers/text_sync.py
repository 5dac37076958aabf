"""Documents opened, changed and closed, cells of notebooks among them.

What clients send is read as it comes: a version or a language may be missing, a range may be null.
"""

import asyncio
from typing import Any

from lsprotocol import types

from darner_server.lsp.session import Session
from darner_server.lsp.text.documents import OUT_OF_STEP, OpenDocument
from darner_server.lsp.text.positions import Point
from darner_server.lsp.transport.json_values import as_list, as_object, at, integer_at, point_at, text_at

_LARGE = 250_000  # characters of a document that leaves megabytes behind


def did_open(session: Session, params: object) -> None:
    """Take the text from the client from now on, not from the disk."""
    _open(session, at(params, "textDocument"))


def did_change(session: Session, params: object) -> None:
    """Apply the changes, in order; a document that is not open is not ours to change."""
    document = session.documents.get(text_at(params, "textDocument", "uri"))
    if document is not None:
        _change(session, document, at(params, "contentChanges"), integer_at(params, "textDocument", "version"))
        session.document_changed(session.folders.path_of(document.uri, document.language))


def did_close(session: Session, params: object) -> None:
    """From now on the disk's text counts."""
    _close(session, text_at(params, "textDocument", "uri"))


def did_save(_session: Session, _params: object) -> None:
    """The index has the live text already."""


def notebook_did_open(session: Session, params: object) -> None:
    """Each cell is a document."""
    for cell in as_list(at(params, "cellTextDocuments")):
        _open(session, cell)


def notebook_did_change(session: Session, params: object) -> None:
    """Cells come, go and change."""
    cells = at(params, "change", "cells")
    for opened in as_list(at(cells, "structure", "didOpen")):
        _open(session, opened)
    for closed in as_list(at(cells, "structure", "didClose")):
        _close(session, text_at(closed, "uri"))
    for each in as_list(at(cells, "textContent")):
        document = session.documents.get(text_at(each, "document", "uri"))
        if document is not None:
            _change(session, document, at(each, "changes"), integer_at(each, "document", "version"))


def notebook_did_close(session: Session, params: object) -> None:
    """All cells go."""
    for cell in as_list(at(params, "cellTextDocuments")):
        _close(session, text_at(cell, "uri"))


def unreadable(session: Session, body: bytes) -> None:
    """A message was no JSON: if it was a change, it is unknown of what, or how many."""
    if b"/didChange" in body or b"/didOpen" in body:
        for document in session.documents:
            document.out_of_step = True


def _change(session: Session, document: OpenDocument, changes: object, version: int | None) -> None:
    """Apply one message's changes; from one that cannot be read on, the text is not the editor's any more."""
    before = document.lines.copy() if session.recorder.follows(document) else None
    told = as_list(changes)
    if not told and changes != []:
        document.out_of_step = True
    for change in told:
        if not _apply(document, change):
            document.out_of_step = True
    if document.out_of_step:
        session.log(f"{document.uri}: {OUT_OF_STEP}", types.MessageType.Warning)
    document.settle(version)
    if before is not None:
        session.recorder.changed(document, before, asyncio.get_running_loop().time())


def _apply(document: OpenDocument, change: object) -> bool:
    """Apply a change of a range, or of all where there is no range. False for one that cannot be read."""
    text, place = at(change, "text"), at(change, "range")
    if not isinstance(text, str):
        return False
    if place is None:
        document.replace_all(text)
        return True
    first, last = point_at(place, "start"), point_at(place, "end")
    if first is None or last is None:
        return False
    document.replace(Point(*first), Point(*last), text)
    return True


def _open(session: Session, item: Any) -> None:  # noqa: ANN401 - JSON
    uri, text = text_at(item, "uri"), as_object(item).get("text")
    if uri and isinstance(text, str):
        document = session.documents.open(uri, text_at(item, "languageId"), integer_at(item, "version"), text)
        path = session.folders.path_of(document.uri, document.language)  # the file is this document from now on
        session.recorder.opened(document, path)


def _close(session: Session, uri: str) -> None:
    document = session.documents.close(uri)
    if document is not None:
        session.hunks.closed(document.uri)
        session.recorder.closed(document.uri)
        if (engine := session.engines.current) is not None:
            engine.index.set_overlay(session.folders.path_of(document.uri, document.language), None)
            if sum(map(len, document.lines)) > _LARGE:
                session.spawn(engine.index.release_memory())
    session.folders.forget(uri)
