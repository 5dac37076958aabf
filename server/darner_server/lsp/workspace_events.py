"""Folders, settings and files that change while the server runs."""

from collections.abc import Coroutine, Iterable
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from darner_server.lsp.raw import as_list, as_object, at
from darner_server.lsp.session import Session

_AT_ONCE = 16  # files that are read here and now; where more have changed, as by a checkout, the scan finds them


def did_change_folders(session: Session, params: types.DidChangeWorkspaceFoldersParams) -> None:
    """A root has come or gone: there is another workspace to index."""
    event = params.event
    if session.folders.change([each.uri for each in event.added], [each.uri for each in event.removed]):
        session.engines.restart()


def did_change_configuration(session: Session, params: object) -> Coroutine[Any, Any, None] | None:
    """Settings have changed: they are in the message, or are to be asked for."""
    pushed = as_object(at(params, "settings", "darner"))
    if pushed or not session.client.configuration:
        _take(session, pushed)
        return None
    return pull_configuration(session)


async def pull_configuration(session: Session) -> None:
    """Ask the client for the section `darner`."""
    if not session.client.configuration:
        return
    try:
        answer = await session.protocol.send_request_async(
            "workspace/configuration", {"items": [{"section": "darner"}]}
        )
    except JsonRpcException:
        return
    _take(session, as_object(next(iter(as_list(list(answer))), None)))


def files_changed(session: Session, params: types.DidChangeWatchedFilesParams) -> None:
    """Files have changed on the disk."""
    _changed(session, (each.uri for each in params.changes))


def files_created(session: Session, params: types.CreateFilesParams) -> None:
    """Files have been created in the editor."""
    _changed(session, (each.uri for each in params.files))


def files_renamed(session: Session, params: types.RenameFilesParams) -> None:
    """Files have been renamed in the editor."""
    _changed(session, (uri for each in params.files for uri in (each.old_uri, each.new_uri)))


def files_deleted(session: Session, params: types.DeleteFilesParams) -> None:
    """Files have been deleted in the editor."""
    _changed(session, (each.uri for each in params.files))


def _changed(session: Session, uris: Iterable[str]) -> None:
    engine = session.engines.now
    paths = [session.folders.path_of(uri) for uri in uris if session.folders.in_a_root(uri)]
    if engine is not None and paths:
        engine.index.changed(paths[:_AT_ONCE])
        engine.refresh()


def _take(session: Session, settings: dict[str, Any]) -> None:
    """Use new settings on top of those from `initialize`; the same again change nothing."""
    options = session.options | {key: value for key, value in settings.items() if value is not None}
    if options != session.options:
        session.options = options
        session.engines.restart(options)
