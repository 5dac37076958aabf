"""`workspace/executeCommand`: each command and what does it."""

from collections.abc import Callable
from typing import Any

from darner_server.lsp import explaining, hunk_commands, inspecting
from darner_server.lsp.asked import read_asked, token_at
from darner_server.lsp.failure import INVALID_PARAMS, Failure
from darner_server.lsp.patching import patch
from darner_server.lsp.raw import as_list, as_object, at, text_at
from darner_server.lsp.session import Session

Command = Callable[[Session, list[Any]], Any]

COMMANDS: dict[str, Command] = {
    "darner.keep": hunk_commands.keep,
    "darner.undo": hunk_commands.undo,
    "darner.keepAll": hunk_commands.keep_all,
    "darner.undoAll": hunk_commands.undo_all,
    "darner.explain": explaining.explain,
    "darner.explainContext": inspecting.explain_context,
    "darner.status": inspecting.status,
    "darner.restartIndex": inspecting.restart_index,
}


def execute(session: Session, params: object) -> object:
    """Run a command; its arguments are as in `capabilities.py` and in the manual."""
    name, arguments = text_at(params, "command"), as_list(at(params, "arguments"))
    if name == "darner.patch":
        asked = read_asked(as_object(arguments[0] if arguments else None), token_at(params, "workDoneToken"))
        return patch(session, asked, deliver=True)
    command = COMMANDS.get(name)
    if command is None:
        raise Failure(f"darner has no command {name[:100]}", INVALID_PARAMS)
    return command(session, arguments)
