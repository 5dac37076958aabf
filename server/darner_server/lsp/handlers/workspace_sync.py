"""Folders, settings and files that change while the server runs."""

from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import TYPE_CHECKING, Any, get_args

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from darner_clients.auto_budget import is_budget
from darner_server.lsp.session import Session
from darner_server.lsp.transport.json_values import as_list, as_object, at, text_at
from darner_server.validation.table_rows import NextEditTier

if TYPE_CHECKING:
    import asyncio

_AT_ONCE = 16  # files that are read here and now; where more have changed, as by a checkout, the scan finds them


def did_change_folders(session: Session, params: object) -> None:
    """A root has come or gone: there is another workspace to index."""
    if session.folders.change(_uris(at(params, "event", "added")), _uris(at(params, "event", "removed"))):
        session.engines.restart()


def did_change_configuration(session: Session, params: object) -> Coroutine[Any, Any, None] | None:
    """Settings have changed: they are in the message, or are to be requested."""
    pushed = at(params, "settings", "darner")
    if pushed is not None or not session.client.configuration:
        _take(session, as_object(pushed))
        return None
    return ask_configuration(session)


def ask_configuration(session: Session) -> Coroutine[Any, Any, None]:
    """Request the section `darner` of the client, now; the returned work takes in its answer."""
    answer: asyncio.Future[Any] | None = None
    if session.client.configuration:
        answer = session.protocol.send_request_async("workspace/configuration", {"items": [{"section": "darner"}]})
        session.pending_settings = answer
    return _take_answer(session, answer)


async def _take_answer(session: Session, request: "asyncio.Future[Any] | None") -> None:
    if request is None:
        return
    try:
        answer: Sequence[object] = tuple(await request)
    except JsonRpcException:
        return
    _take(session, as_object(answer[0] if answer else None))


def files_changed(session: Session, params: object) -> None:
    """Files have changed on the disk."""
    _changed(session, _uris(at(params, "changes")))


def files_created(session: Session, params: object) -> None:
    """Files have been created in the editor."""
    _changed(session, _uris(at(params, "files")))


def files_renamed(session: Session, params: object) -> None:
    """Files have been renamed in the editor."""
    files = at(params, "files")
    _changed(session, [*_uris(files, "oldUri"), *_uris(files, "newUri")])


def files_deleted(session: Session, params: object) -> None:
    """Files have been deleted in the editor."""
    _changed(session, _uris(at(params, "files")))


def _uris(items: object, key: str = "uri") -> list[str]:
    return [uri for each in as_list(items) if (uri := text_at(each, key))]


def _changed(session: Session, uris: Iterable[str]) -> None:
    engine = session.engines.current
    paths = [path for uri in uris if (path := session.folders.inside(uri)) is not None]
    if engine is not None and paths:
        engine.index.files_changed(paths[:_AT_ONCE])
        engine.refresh()


def _take(session: Session, settings: dict[str, Any]) -> None:
    """Use what may come this way on top of the settings from `initialize`, in the place of what came this way before.

    A cloned repository can send settings: eglot takes them from its .dir-locals.el, other clients from files like it.
    So no setting for the destination of code and keys counts, and the user is informed.
    """
    given = {name: value for name, value in settings.items() if value is not None}
    foreign = [
        name for name, value in given.items() if name not in _HARMLESS and session.initial_options.get(name) != value
    ]
    if foreign:
        names = ", ".join(f"'{each[:_LONGEST]}'" for each in foreign[:_MOST_NAMED])
        session.show_message_once(_IGNORED.format(names=names), types.MessageType.Warning)
    wrong = [name for name, fits in _HARMLESS.items() if name in given and not fits(given[name])]
    if wrong:
        session.show_message_once(
            _WRONG.format(names=", ".join(f"'{each}'" for each in wrong)), types.MessageType.Warning
        )
    taken = {name: value for name, value in given.items() if name in _HARMLESS and name not in wrong}
    if taken.get("trusted") is True:  # trust is given at the start or not at all
        del taken["trusted"]
        if session.initial_options.get("trusted") is False:
            session.show_message_once(_NOT_TRUSTED, types.MessageType.Warning)
    options = session.initial_options | taken
    if options != session.options:
        session.options = options
        session.engines.restart(options)


def _is_switch(value: object) -> bool:
    return isinstance(value, bool)


def _is_tier(value: object) -> bool:
    return value in get_args(NextEditTier)


_HARMLESS: dict[str, Callable[[object], bool]] = {
    "budget": is_budget,
    "completion": _is_switch,
    "next_edits": _is_tier,
    "trusted": _is_switch,
}
_IGNORED = (
    "the workspace's settings name {names}: ignored, because a cloned repository can set them; "
    "put them in your own settings file (darner doctor names it) or in the client's initializationOptions"
)
_WRONG = (
    "the workspace's settings set {names} to an unusable value: "
    'budget is "auto" or a number of tokens, completion and trusted are true or false, '
    'next_edits is "on", "sure" or "off"'
)
_NOT_TRUSTED = (
    "the workspace's settings set 'trusted': ignored, because the client reported at the start that the workspace is "
    "not trusted; trust it in the editor and start darner's server again"
)
_LONGEST, _MOST_NAMED = 40, 8  # characters of a name, names in a message
