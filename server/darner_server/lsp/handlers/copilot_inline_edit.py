"""`textDocument/copilotInlineEdit`: the next edit for editors that know Copilot's protocol.

The answer holds one edit of the requested document, the nearest to the cursor, or none: `{"edits": []}`, never null and
never an error. Clients apply it themselves and then run its command.
"""

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from darner_server.lsp.handlers.next_edits import Moment, Wish, moment_of, predicted
from darner_server.lsp.next_edits.next_edit_json import NextEditJson
from darner_server.lsp.session import Session
from darner_server.lsp.transport.json_values import integer_at, point_at, text_at

if TYPE_CHECKING:
    from darner_context.next_edits.edit import NextEdit

ACCEPT = "darner.acceptNextEdit"
_MOST = 50  # edits that are predicted
_INVOKED = 1  # the trigger kind of a request that the user made


def copilot_inline_edit(session: Session, params: object) -> dict[str, Any] | Coroutine[Any, Any, dict[str, Any]]:
    """The nearest edit whose text is known."""
    moment, place = moment_of(session, params), point_at(params, "position")
    if moment is None or place is None:
        return {"edits": []}
    asked = integer_at(params, "context", "triggerKind") == _INVOKED
    return _answer(session, moment, text_at(params, "textDocument", "uri"), place[0] + 1, asked=asked)


async def _answer(session: Session, moment: Moment, uri: str, line: int, *, asked: bool) -> dict[str, Any]:
    found = await predicted(session, moment, _MOST, Wish(model=True, asked=asked, own=True))
    context = moment.edits[-1]

    def distance(each: "NextEdit") -> tuple[int, bool]:
        return abs(each.start[0] - line), each.start[0] < line

    own = [each for each in found.edits if each.path == moment.path and each.text is not None]
    own = [each for each in own if not session.shown_edits.dismissed(each, context)]
    if not own:
        return {"edits": []}
    nearest = min(own, key=distance)
    written = NextEditJson(moment.folders, session.mapper, moment.buffers).edit(nearest, found.texts[moment.path])
    if written is None:
        return {"edits": []}
    number = session.shown_edits.add(nearest, context)
    command = {"title": "Accept", "command": ACCEPT, "arguments": [number]}
    document = {**written["textDocument"], "uri": uri}  # as the client wrote it, letter by letter
    return {"edits": [{"text": nearest.text, "textDocument": document, "range": written["range"], "command": command}]}


def accept(session: Session, arguments: list[Any]) -> None:
    """The client has applied an edit."""
    if arguments and isinstance(arguments[0], str):
        session.shown_edits.accept(arguments[0])


def dismiss(session: Session, arguments: list[Any]) -> None:
    """The user does not want an edit; it is not shown again until something else is typed."""
    if arguments and isinstance(arguments[0], str):
        session.shown_edits.dismiss(arguments[0])


def noted(_session: Session, _params: object) -> None:
    """What an editor has shown, or which document it shows: nothing depends on it."""
