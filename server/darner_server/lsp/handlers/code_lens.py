"""Keep and undo: code lenses on each hunk, and the commands behind them."""

from collections.abc import Coroutine, Iterable
from itertools import groupby
from typing import Any

from lsprotocol import types

from darner_server.lsp.edits.pending_hunks import PendingHunk, as_json, outermost, undoing
from darner_server.lsp.edits.workspace_edit import FileEdit, text_edits, workspace_edit
from darner_server.lsp.errors import Failure
from darner_server.lsp.patch_check import reviewed
from darner_server.lsp.session import Session
from darner_server.lsp.transport.json_values import at, text_at


def code_lenses(session: Session, params: object) -> list[types.CodeLens]:
    """Keep and undo above each hunk; with several, both for all above the first."""
    uri = text_at(params, "textDocument", "uri")
    document = session.documents.get(uri)
    hunks = session.hunks.of(uri)
    if document is None or not hunks:
        return []
    table = document.snapshot().table(session.mapper)
    lenses: list[types.CodeLens] = []
    checked = session.checks.title(document.uri)
    for number, hunk in enumerate(hunks):
        line = table.line_of(hunk.start)
        place = types.Range(types.Position(line, 0), types.Position(line, 0))
        titles = [("Keep", "darner.keep", [as_json(hunk)]), ("Undo", "darner.undo", [as_json(hunk)])]
        if number == 0 and len(hunks) > 1:
            whole = [{"uri": document.uri}]
            titles += [(f"Keep all {len(hunks)}", "darner.keepAll", whole), ("Undo all", "darner.undoAll", whole)]
        if number == 0 and checked is not None:
            titles.append((*checked, []))
        lenses += [
            types.CodeLens(place, types.Command(title, command, arguments=args)) for title, command, args in titles
        ]
    return lenses


def keep(session: Session, arguments: list[Any]) -> None:
    """Forget a hunk: it stays."""
    session.hunks.keep([_hunk(session, arguments)])
    reviewed(session)


def keep_all(session: Session, arguments: list[Any]) -> None:
    """Forget all hunks, of a document or of all."""
    session.hunks.keep(_hunks(session, arguments))
    reviewed(session)


def undo(session: Session, arguments: list[Any]) -> Coroutine[Any, Any, None]:
    """Restore what a hunk replaced, exactly."""
    return _undo(session, [_hunk(session, arguments)])


def undo_all(session: Session, arguments: list[Any]) -> Coroutine[Any, Any, None]:
    """Restore what all hunks replaced, of a document or of all."""
    return _undo(session, _hunks(session, arguments))


async def _undo(session: Session, hunks: Iterable[PendingHunk]) -> None:
    ordered = sorted(hunks, key=lambda each: (each.uri, each.start))
    changes: list[FileEdit] = []
    for uri, group in groupby(ordered, key=lambda each: each.uri):
        document = session.documents.get(uri)
        if document is None:
            continue
        of_file = outermost(group)
        table = document.snapshot().table(session.mapper)
        edits = text_edits(undoing(of_file), "".join(each.before for each in of_file), table)
        changes.append(FileEdit(document.uri, document.version, edits))
    if not changes:
        return
    params = {"label": "darner: undo", "edit": workspace_edit(changes, session.client)}
    with session.recorder.writing(each.uri for each in changes):
        answer: Any = await session.protocol.send_request_async("workspace/applyEdit", params)
    if not answer.applied:
        raise Failure("the editor did not apply the edit; try again, or undo in the editor")
    session.hunks.keep(ordered)
    reviewed(session)


def _hunk(session: Session, arguments: list[Any]) -> PendingHunk:
    number = at(arguments[0] if arguments else None, "hunk")
    hunk = session.hunks.get(number) if isinstance(number, int) else None
    if hunk is None:
        raise Failure("this hunk no longer exists: it was kept, undone, or edited across its edge")
    return hunk


def _hunks(session: Session, arguments: list[Any]) -> list[PendingHunk]:
    uri = at(arguments[0] if arguments else None, "uri")
    return session.hunks.of(uri) if isinstance(uri, str) else session.hunks.all()
