"""The peer of lsp.py as pygls gives it: a server with hover and synchronised documents, nothing changed."""

from lsprotocol import types
from pygls.lsp.server import LanguageServer

server = LanguageServer("plain", "1")


@server.feature(types.TEXT_DOCUMENT_HOVER)
def hover(_params: types.HoverParams) -> None:
    """Nothing to say: the round trip alone is measured."""


@server.feature(types.TEXT_DOCUMENT_DID_OPEN)
def opened(_params: types.DidOpenTextDocumentParams) -> None:
    """pygls keeps the document."""


@server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
def changed(_params: types.DidChangeTextDocumentParams) -> None:
    """pygls keeps the document."""


server.start_io()
