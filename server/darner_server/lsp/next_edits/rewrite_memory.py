"""The last replies of models, by the window and the edits that they were for, and the rewrite that is shown now."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from darner_server.lsp.next_edits.pending_rewrite import PendingRewrite

_REMEMBERED = 32
_PATIENCE = 2  # edits that the user begins without taking it


class RewriteMemory:
    """In memory only, as long as the session."""

    def __init__(self) -> None:
        self._replies: OrderedDict[object, str] = OrderedDict()
        self._pending: PendingRewrite | None = None
        self._begun = 0

    def show(self, rewrite: "PendingRewrite | None", begun: int) -> None:
        """Show a rewrite from now on, or none; `begun` counts the edits that the user has begun."""
        self._pending, self._begun = rewrite, begun

    def shown(self, path: str, lines: Sequence[str], begun: int) -> "PendingRewrite | None":
        """What is left of the rewrite of a file; one that no longer fits, or that the user passes over, is gone."""
        pending = self._pending
        if pending is None or pending.path != path:
            return None
        rebased = pending.rebased(lines) if begun - self._begun <= _PATIENCE else None
        self._pending = rebased if rebased is not None and rebased.changes else None
        return self._pending

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
