"""Progress in the editor, with a button that cancels."""

from collections.abc import Callable
from typing import Any

from pygls.exceptions import JsonRpcException

from darner_server.lsp.pygls_fixes import QuickProtocol
from darner_server.visible import plain

Token = int | str


class ProgressBoard:
    """The progress bars of one session."""

    def __init__(self, protocol: QuickProtocol, *, can_create: bool) -> None:
        self._protocol = protocol
        self._can_create = can_create
        self._cancels: dict[Token, Callable[[], object]] = {}
        self._last = 0

    def cancelled(self, token: Token) -> None:
        """The user has pressed the button; a token that is not known any more is nothing to cancel."""
        cancel = self._cancels.get(token)
        if cancel is not None:
            cancel()

    async def begin(self, token: Token | None, title: str, cancel: Callable[[], object]) -> "Progress":
        """Show a bar under the client's token, or one of ours; a client that shows none gets none."""
        if token is None and self._can_create:
            self._last += 1
            token = f"darner/{self._last}"
            try:
                await self._protocol.send_request_async("window/workDoneProgress/create", {"token": token})
            except JsonRpcException:
                token = None
        if token is not None:
            self._cancels[token] = cancel
        progress = Progress(self._protocol, token, self._cancels)
        progress.send({"kind": "begin", "title": title, "cancellable": True})
        return progress


class Progress:
    """One bar."""

    def __init__(
        self, protocol: QuickProtocol, token: Token | None, cancels: dict[Token, Callable[[], object]]
    ) -> None:
        self._protocol = protocol
        self._token = token
        self._cancels = cancels
        self._said = ""

    def report(self, said: str, share: float | None = None) -> None:
        """Say what goes on now; the same is not said twice."""
        if said != self._said or share is not None:
            self._said = said
            percentage = {} if share is None else {"percentage": round(100 * share)}
            self.send({"kind": "report", "message": plain(said), "cancellable": True, **percentage})

    def end(self, said: str = "") -> None:
        """Take the bar away."""
        if self._token is not None:
            self._cancels.pop(self._token, None)
            self.send({"kind": "end", **({"message": plain(said)} if said else {})})
            self._token = None

    def send(self, value: dict[str, Any]) -> None:
        """A `$/progress` of this bar."""
        if self._token is not None:
            self._protocol.notify("$/progress", {"token": self._token, "value": value})
