"""The last replies of models, by the window and the edits that they were for, and the rewrite that is shown now."""

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from darner_context.next_edits.history import LineChange
    from darner_server.lsp.next_edits.pending_rewrite import PendingRewrite
    from darner_server.lsp.text.documents import OpenDocument

_REMEMBERED = 32
_PATIENCE = 2  # edits that the user begins without taking it


class RewriteMemory:
    """In memory only, as long as the session."""

    def __init__(self) -> None:
        self._replies: OrderedDict[object, str] = OrderedDict()
        self._pending: PendingRewrite | None = None
        self._document: OpenDocument | None = None
        self._begun = 0

    def show(self, rewrite: "PendingRewrite | None", document: "OpenDocument | None", begun: int) -> None:
        """Show a rewrite of a document from now on, or none; `begun` counts the edits that the user has begun."""
        if self._pending is not None and self._document is not None:
            self._document.watchers.remove(self._pending.follow)
        self._pending = rewrite if document is not None else None
        self._document = document if rewrite is not None else None
        self._begun = begun
        if self._pending is not None and self._document is not None:
            self._document.watchers.append(self._pending.follow)

    def shown(self, document: "OpenDocument", begun: int) -> "list[LineChange]":
        """What is left of the rewrite of a document; one that no longer fits, or that the user passes over, is gone."""
        if self._pending is None or self._document is not document:
            return []
        changes = self._pending.changes(document.lines) if begun - self._begun <= _PATIENCE else None
        if not changes:
            self.show(None, None, begun)
        return changes or []

    def __contains__(self, key: object) -> bool:
        return key in self._replies

    def get(self, key: object) -> str:
        """The reply for a window and edits; "" for unknown ones."""
        return self._replies.get(key, "")

    def put(self, key: object, reply: str) -> None:
        """Keep a reply."""
        self._replies[key] = reply
        while len(self._replies) > _REMEMBERED:
            self._replies.popitem(last=False)
