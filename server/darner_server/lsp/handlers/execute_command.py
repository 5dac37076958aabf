"""`workspace/executeCommand`: each command and what does it."""

from collections.abc import Callable
from typing import Any

from darner_server.lsp.errors import INVALID_PARAMS, Failure
from darner_server.lsp.handlers import check, code_lens, copilot_inline_edit, explain, next_edits, status
from darner_server.lsp.handlers.patch import patch
from darner_server.lsp.patch_params import read_patch_params, token_at
from darner_server.lsp.server_capabilities import PATCH
from darner_server.lsp.session import Session
from darner_server.lsp.transport.json_values import as_list, as_object, at, text_at

Command = Callable[[Session, list[Any]], Any]

COMMANDS: dict[str, Command] = {
    "darner.keep": code_lens.keep,
    "darner.undo": code_lens.undo,
    "darner.keepAll": code_lens.keep_all,
    "darner.undoAll": code_lens.undo_all,
    "darner.check": check.check,
    "darner.repair": check.repair,
    "darner.explain": explain.explain,
    "darner.explainContext": status.explain_context,
    "darner.status": status.status,
    "darner.restartIndex": status.restart_index,
    copilot_inline_edit.ACCEPT: copilot_inline_edit.accept,
    "darner.dismissNextEdit": copilot_inline_edit.dismiss,
    "darner.snoozeNextEdits": next_edits.snooze,
}


def execute(session: Session, params: object) -> object:
    """Run a command; its arguments are as in the manual."""
    name, arguments = text_at(params, "command"), as_list(at(params, "arguments"))
    if name == PATCH:
        request = read_patch_params(as_object(arguments[0] if arguments else None), token_at(params, "workDoneToken"))
        return patch(session, request, deliver=True)
    command = COMMANDS.get(name)
    if command is None:
        raise Failure(f"darner has no command {name[:100]}", INVALID_PARAMS)
    return command(session, arguments)
