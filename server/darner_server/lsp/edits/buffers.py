"""The texts of the editor at one moment."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from darner_server.document_origin import Origin
from darner_server.lsp.errors import Failure
from darner_server.lsp.text.documents import OUT_OF_STEP, Documents, OpenDocument
from darner_server.lsp.text.uris import shown_name
from darner_server.lsp.text.workspace_folders import Folders

if TYPE_CHECKING:
    from darner_server.engine import Engine


@dataclass(frozen=True, slots=True)
class Buffers:
    """The open documents as they were when the patch was requested."""

    texts: dict[str, str]
    versions: dict[str, int]
    focus: str
    origins: dict[str, Origin | None]  # of each


def snapshot_buffers(documents: Documents, folders: Folders, uri: str) -> Buffers:
    """A snapshot of every open document. Raises Failure if the requested one is not open, or its text is uncertain."""
    texts: dict[str, str] = {}
    versions: dict[str, int] = {}
    for document in documents:
        path = folders.path_of(document.uri, document.language)
        texts[path] = document.text
        if document.version is not None:
            versions[path] = document.version
    focused = _document(documents, folders, uri)
    if uri and focused is None:
        raise Failure(f"{shown_name(uri)} is not open in the editor; open it, then run the command again")
    if focused is not None and focused.out_of_step:
        raise Failure(f"{folders.path_of(focused.uri, focused.language)}: {OUT_OF_STEP}")
    focus = folders.path_of(focused.uri, focused.language) if focused else ""
    return Buffers(texts, versions, focus, {path: folders.origin(path) for path in texts})


def _document(documents: Documents, folders: Folders, uri: str) -> OpenDocument | None:
    """The open document of a URI, or of the file that it names: links may give a file several names."""
    path = folders.inside(uri)
    return documents.get(uri) or (documents.get(folders.uri_of(path) or "") if path else None)


async def sendable(buffers: Buffers, engine: "Engine") -> Buffers:
    """Without the documents that are ignored or secret. Raises Failure where the request is about one of them."""
    return await engine.index.run_in_thread(lambda: _sendable(buffers, engine))


def _sendable(buffers: Buffers, engine: "Engine") -> Buffers:
    if buffers.focus and (reason := engine.withheld(buffers.focus, buffers.origins.get(buffers.focus))) is not None:
        raise Failure(reason)
    texts = {
        path: text for path, text in buffers.texts.items() if engine.withheld(path, buffers.origins.get(path)) is None
    }
    return replace(buffers, texts=texts)
