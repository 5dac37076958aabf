"""What stands in the editor at one moment."""

from dataclasses import dataclass

from darner_server.lsp.session import Session


@dataclass(frozen=True, slots=True)
class Buffers:
    """The open documents as they were when the patch was asked for."""

    texts: dict[str, str]
    versions: dict[str, int]
    focus: str


def take_buffers(session: Session, uri: str) -> Buffers:
    """A snapshot of every open document."""
    texts: dict[str, str] = {}
    versions: dict[str, int] = {}
    for document in session.documents:
        path = session.folders.path_of(document.uri, document.language)
        texts[path] = document.text
        versions[path] = document.version
    focused = session.documents.get(uri)
    focus = session.folders.path_of(uri, focused.language if focused else "") if uri else ""
    return Buffers(texts, versions, focus)
