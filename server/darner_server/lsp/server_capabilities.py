"""The server's capabilities, as raw JSON: `initialize` is answered before any protocol type is imported."""

from typing import Any

from darner_server.lsp.transport.json_values import as_list, at

PATCH = "darner.patch"
COMMANDS = (
    PATCH,
    "darner.keep",
    "darner.undo",
    "darner.keepAll",
    "darner.undoAll",
    "darner.check",
    "darner.repair",
    "darner.explain",
    "darner.explainContext",
    "darner.status",
    "darner.restartIndex",
    "darner.acceptNextEdit",
    "darner.dismissNextEdit",
    "darner.snoozeNextEdits",
)
ENCODINGS = ("utf-8", "utf-16", "utf-32")
_FILES: dict[str, Any] = {"filters": [{"scheme": "file", "pattern": {"glob": "**/*"}}]}


def initialize_result(params: dict[str, Any]) -> dict[str, Any]:
    """The answer to `initialize`; a client without capabilities gets what every client can use."""
    return {
        "capabilities": {
            "positionEncoding": position_encoding(params),
            "textDocumentSync": {"openClose": True, "change": 2, "save": {"includeText": False}},
            "notebookDocumentSync": {"notebookSelector": [{"notebook": "*"}], "save": False},
            "codeActionProvider": {
                "codeActionKinds": ["quickfix", "refactor.rewrite", "source"],
                "resolveProvider": can(params, "textDocument", "codeAction", "resolveSupport"),
            },
            "codeLensProvider": {"resolveProvider": False},
            "hoverProvider": True,
            "inlineCompletionProvider": {},
            "executeCommandProvider": {"commands": list(COMMANDS), "workDoneProgress": True},
            "workspace": {
                "workspaceFolders": {"supported": True, "changeNotifications": True},
                "fileOperations": {"didCreate": _FILES, "didRename": _FILES, "didDelete": _FILES},
            },
            "experimental": {"darnerPatch": True},
        },
        "serverInfo": {"name": "darner"},
    }


def position_encoding(params: dict[str, Any]) -> str:
    """The first encoding the client names that we have; UTF-16 where it names none."""
    offered = as_list(at(params, "capabilities", "general", "positionEncodings"))
    return next((each for each in offered if each in ENCODINGS), "utf-16")


def can(params: dict[str, Any], *path: str) -> bool:
    """Whether the client names a capability, as true or as an object."""
    found = at(params, "capabilities", *path)
    return found is not None and found is not False
