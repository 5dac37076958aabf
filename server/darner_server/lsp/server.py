"""The running server: every method with its handler, from the answer to `initialize` to the exit code."""

import asyncio
import gc
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from lsprotocol import types

from darner_clients.transport.exchange import preload
from darner_server.lsp.client_capabilities import ClientCapabilities
from darner_server.lsp.client_log import ClientLog, send_to
from darner_server.lsp.handlers import (
    code_action,
    code_lens,
    copilot_inline_edit,
    execute_command,
    explain,
    inline_completion,
    lifecycle,
    next_edits,
    patch,
    text_sync,
    workspace_sync,
)
from darner_server.lsp.handshake import Opened
from darner_server.lsp.session import Session
from darner_server.lsp.text.workspace_folders import Folders, roots_of
from darner_server.lsp.transport.connection import Connection
from darner_server.lsp.transport.json_values import as_object, at
from darner_server.lsp.transport.pygls_fixes import quick_server

_LAST_WORDS = 0.5  # seconds a leaving client has to read what was written
_LAST_RESORT = 1.0  # seconds after which the process ends, whatever a thread of it waits for: a disk, git, a keyring

Handler = Callable[[Session, Any], Any]

# A handler is called as soon as its message is read, in order. What it returns is the answer; if that is a coroutine,
# it runs in the background on what the handler took (a snapshot), and can be cancelled.
HANDLERS: dict[str, Handler] = {
    types.INITIALIZED: lifecycle.initialized,
    types.SHUTDOWN: lifecycle.shutdown,
    types.EXIT: lifecycle.exit_,
    types.SET_TRACE: lifecycle.set_trace,
    types.WINDOW_WORK_DONE_PROGRESS_CANCEL: lifecycle.cancel_progress,
    types.TEXT_DOCUMENT_DID_OPEN: text_sync.did_open,
    types.TEXT_DOCUMENT_DID_CHANGE: text_sync.did_change,
    types.TEXT_DOCUMENT_DID_CLOSE: text_sync.did_close,
    types.TEXT_DOCUMENT_DID_SAVE: text_sync.did_save,
    types.NOTEBOOK_DOCUMENT_DID_OPEN: text_sync.notebook_did_open,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE: text_sync.notebook_did_change,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE: text_sync.notebook_did_close,
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: workspace_sync.did_change_folders,
    types.WORKSPACE_DID_CHANGE_CONFIGURATION: workspace_sync.did_change_configuration,
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: workspace_sync.files_changed,
    types.WORKSPACE_DID_CREATE_FILES: workspace_sync.files_created,
    types.WORKSPACE_DID_RENAME_FILES: workspace_sync.files_renamed,
    types.WORKSPACE_DID_DELETE_FILES: workspace_sync.files_deleted,
    types.WORKSPACE_EXECUTE_COMMAND: execute_command.execute,
    types.TEXT_DOCUMENT_CODE_ACTION: code_action.code_actions,
    types.CODE_ACTION_RESOLVE: code_action.resolve,
    types.TEXT_DOCUMENT_HOVER: explain.hover,
    types.TEXT_DOCUMENT_CODE_LENS: code_lens.code_lenses,
    types.TEXT_DOCUMENT_INLINE_COMPLETION: inline_completion.inline_completion,
    "darner/patch": patch.patch_request,
    "darner/nextEdits": next_edits.next_edits,
    "textDocument/copilotInlineEdit": copilot_inline_edit.copilot_inline_edit,
    "textDocument/didShowInlineEdit": copilot_inline_edit.noted,
    "textDocument/didFocus": copilot_inline_edit.noted,
}

# The index is many objects without circles: looking at them all is a pause one notices, and so are many at a time.
_COLLECT = (5_000, 2, 50)
_SWITCH = 0.001  # seconds that a thread beside the event loop may keep it waiting


def serve(opened: Opened) -> int:
    """Serve until the client leaves; returns the exit code."""
    gc.freeze()  # what has been imported stays: the collector need not look at it again
    gc.set_threshold(*_COLLECT)
    gc.enable()
    sys.setswitchinterval(_SWITCH)
    return asyncio.run(_serve(opened))


async def _serve(opened: Opened) -> int:
    await preload()
    server, protocol = quick_server("darner", "")
    code = 1
    try:
        async with asyncio.TaskGroup() as tasks:
            session = Session(
                server=server,
                protocol=protocol,
                client=ClientCapabilities.read(opened.params),
                folders=Folders(roots_of(opened.params)),
                tasks=tasks,
                options=as_object(at(opened.params, "initializationOptions")),
            )
            send_to(ClientLog(session.log))
            protocol.attach(session.spawn, session.log_error, partial(text_sync.unreadable, session))
            for method, handler in HANDLERS.items():
                server.feature(method)(partial(handler, session))
            connection = Connection(opened.pipe, opened.framing, protocol.receive, partial(session.end, 1))
            protocol.set_writer(connection)
            connection.start(opened.waiting)
            if opened.client_seen:
                session.spawn(lifecycle.watch_client(session))
            session.engines.start()
            code = await session.exit_code
            _end_soon(code)
            with suppress(TimeoutError):
                await asyncio.wait_for(connection.drain(), _LAST_WORDS)
            connection.close()
            raise _Over  # noqa: TRY301 - the way to end a task group
    except* _Over:
        pass
    return code


def _end_soon(code: int) -> None:
    """End the process in a moment, if it has not ended by itself. Files are only ever replaced as a whole."""
    last_resort = threading.Timer(_LAST_RESORT, os._exit, (code,))
    last_resort.daemon = True
    last_resort.start()


class _Over(Exception):
    pass
