"""`darner/patch` and the command `darner.patch`: the snapshot is taken here, the work is done in `patch_run.py`."""

from collections.abc import Coroutine
from typing import Any

from darner_server.lsp.edits.buffers import snapshot_buffers
from darner_server.lsp.errors import Failure
from darner_server.lsp.patch_params import PatchParams, read_patch_params
from darner_server.lsp.patch_run import PatchRun
from darner_server.lsp.session import Session
from darner_server.lsp.transport.json_values import as_object


def patch_request(session: Session, params: object) -> Coroutine[Any, Any, dict[str, Any]]:
    """`darner/patch`: sends every event on the partial-result token; the client applies."""
    return patch(session, read_patch_params(as_object(params)), deliver=False)


def patch(session: Session, params: PatchParams, *, deliver: bool) -> Coroutine[Any, Any, dict[str, Any]]:
    """Take the snapshot now and return the work; with `deliver` the hunks go into the editor's buffers."""
    session.require_trust()
    if deliver and not session.client.apply_edit:
        raise Failure("this editor takes no edits from a language server (workspace/applyEdit)")
    buffers = snapshot_buffers(session.documents, session.folders, params.uri)
    return PatchRun(session, params, buffers, deliver=deliver).run()
