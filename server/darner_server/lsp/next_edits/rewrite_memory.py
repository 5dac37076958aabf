"""The last replies of models, by the window and the edits that they were for, and the rewrite that is shown now."""

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from darner_server.lsp.next_edits.pending_rewrite import PendingRewrite

_REMEMBERED = 32


class RewriteMemory:
    """In memory only, as long as the session."""

    def __init__(self) -> None:
        self._replies: OrderedDict[object, str] = OrderedDict()
        self.pending: PendingRewrite | None = None

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
