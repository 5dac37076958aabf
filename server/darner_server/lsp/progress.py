"""Progress in the editor, with a button that cancels."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from darner_server.display_text import plain
from darner_server.lsp.transport.pygls_fixes import QuickProtocol

if TYPE_CHECKING:
    import asyncio

Token = int | str


class Progresses:
    """All progress bars of one session."""

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

    def begin(self, token: Token | None, title: str, cancel: Callable[[], object]) -> "WorkDoneProgress":
        """Show a bar under the client's token, or one of ours once the client has agreed to it."""
        if token is not None:
            progress = WorkDoneProgress(self._protocol, token, title, self._cancels)
            progress.show(cancel)
            return progress
        self._last += 1
        progress = WorkDoneProgress(self._protocol, f"darner/{self._last}", title, self._cancels)
        if self._can_create:
            request = self._protocol.send_request_async("window/workDoneProgress/create", {"token": progress.token})
            request.add_done_callback(lambda answer: progress.show(cancel) if _agreed(answer) else None)
        return progress


class WorkDoneProgress:
    """One bar."""

    def __init__(
        self, protocol: QuickProtocol, token: Token, title: str, cancels: dict[Token, Callable[[], object]]
    ) -> None:
        self.token = token
        self._protocol = protocol
        self._title = title
        self._cancels = cancels
        self._message = ""
        self._shown = False
        self._over = False

    def show(self, cancel: Callable[[], object]) -> None:
        """Begin, with the latest message; one that is over already is not shown."""
        if self._over:
            return
        self._shown = True
        self._cancels[self.token] = cancel
        message = {"message": self._message} if self._message else {}
        self.send({"kind": "begin", "title": self._title, "cancellable": True, **message})

    def report(self, message: str, share: float | None = None) -> None:
        """Show a message, with the share that is done where it is known; the same message is not sent twice."""
        if message != self._message or share is not None:
            self._message = message
            percentage = {} if share is None else {"percentage": round(100 * share)}
            self.send({"kind": "report", "message": plain(message), "cancellable": True, **percentage})

    def end(self, message: str = "") -> None:
        """Take the bar away."""
        self._over = True
        self._cancels.pop(self.token, None)
        self.send({"kind": "end", **({"message": plain(message)} if message else {})})
        self._shown = False

    def send(self, value: dict[str, Any]) -> None:
        """A `$/progress` of this bar, if it is shown."""
        if self._shown:
            self._protocol.notify("$/progress", {"token": self.token, "value": value})


def _agreed(answer: "asyncio.Future[Any]") -> bool:
    return not answer.cancelled() and answer.exception() is None
