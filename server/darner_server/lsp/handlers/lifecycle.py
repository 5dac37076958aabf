"""From `initialized` to `exit`: what is registered, how the server ends, and what it does without its client."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from lsprotocol import types

from darner_server.lsp.handlers.workspace_sync import ask_configuration
from darner_server.lsp.session import Session
from darner_server.lsp.transport.json_values import at
from darner_server.process_alive import alive

_LOOK_FOR_CLIENT = 2.0  # seconds between two looks whether the client's process still lives


def initialized(session: Session, _params: object) -> Coroutine[Any, Any, None]:
    """Ask the client for its settings, and to watch what it can watch."""
    return _initialized(session, ask_configuration(session))


async def _initialized(session: Session, settings: Coroutine[Any, Any, None]) -> None:
    await asyncio.gather(settings, _watch(session))


async def _watch(session: Session) -> None:
    wanted: list[types.Registration] = []
    if session.client.watch_files:
        everything = types.DidChangeWatchedFilesRegistrationOptions(
            watchers=[types.FileSystemWatcher(glob_pattern="**/*")]
        )
        wanted.append(types.Registration("darner-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, everything))
    if session.client.watch_configuration:
        section = types.DidChangeConfigurationRegistrationOptions(section="darner")
        wanted.append(types.Registration("darner-settings", types.WORKSPACE_DID_CHANGE_CONFIGURATION, section))
    if wanted:
        await session.server.client_register_capability_async(types.RegistrationParams(wanted))


def cancel_progress(session: Session, params: object) -> None:
    """The user has pressed the button of a progress bar."""
    token = at(params, "token")
    if isinstance(token, int | str):
        session.progress.cancelled(token)


def set_trace(_session: Session, _params: object) -> None:
    """`$/setTrace`: taken, and nothing is traced."""


def shutdown(session: Session, _params: object) -> None:
    """End all work; only `exit` is still listened to."""
    session.protocol.cancel_all()
    session.protocol.shut_down = True


def exit_(session: Session, _params: object) -> None:
    """Code 0 only after `shutdown`."""
    session.end(0 if session.protocol.shut_down else 1)


async def watch_client(session: Session) -> None:
    """End when the client's process has ended although the pipe is still open (somebody else holds it)."""
    while alive(session.client.process_id):  # noqa: ASYNC110 - another process's end is no event
        await asyncio.sleep(_LOOK_FOR_CLIENT)
    session.end(1)
