"""What the client can do, read once from `initialize`."""

from dataclasses import dataclass
from typing import Any, Self

from darner_server.lsp.server_capabilities import can, position_encoding
from darner_server.lsp.transport.json_values import as_list, at, text_at


@dataclass(frozen=True, slots=True)
class ClientCapabilities:
    """Everything the server asks of a client before it sends something."""

    name: str
    encoding: str
    process_id: int | None
    apply_edit: bool
    versioned_edits: bool  # workspace edits with documentChanges
    resource_operations: frozenset[str]  # create, rename, delete
    change_annotations: bool
    work_done_progress: bool
    configuration: bool
    watch_files: bool  # by dynamic registration
    watch_configuration: bool  # the same
    refresh_lenses: bool
    action_literals: bool
    resolves_commands: bool  # of code actions

    @classmethod
    def read(cls, params: dict[str, Any]) -> Self:
        """From the parameters of `initialize`."""
        operations = as_list(at(params, "capabilities", "workspace", "workspaceEdit", "resourceOperations"))
        named = frozenset(str(each) for each in operations)
        process = at(params, "processId")
        return cls(
            name=text_at(params, "clientInfo", "name"),
            encoding=position_encoding(params),
            process_id=process if isinstance(process, int) else None,
            apply_edit=can(params, "workspace", "applyEdit"),
            versioned_edits=bool(named) or can(params, "workspace", "workspaceEdit", "documentChanges"),
            resource_operations=named,
            change_annotations=can(params, "workspace", "workspaceEdit", "changeAnnotationSupport"),
            work_done_progress=can(params, "window", "workDoneProgress"),
            configuration=can(params, "workspace", "configuration"),
            watch_files=can(params, "workspace", "didChangeWatchedFiles", "dynamicRegistration"),
            watch_configuration=can(params, "workspace", "didChangeConfiguration", "dynamicRegistration"),
            refresh_lenses=can(params, "workspace", "codeLens", "refreshSupport"),
            action_literals=can(params, "textDocument", "codeAction", "codeActionLiteralSupport"),
            resolves_commands="command"
            in as_list(at(params, "capabilities", "textDocument", "codeAction", "resolveSupport", "properties")),
        )

    @property
    def confirms(self) -> bool:
        """Whether an edit that asks for confirmation gets it: Neovim makes it at once."""
        return self.change_annotations and self.versioned_edits and self.name != "Neovim"

    @property
    def shows_labels(self) -> bool:
        """Whether an edit's label is shown as a label: Neovim prints a line for each."""
        return self.name != "Neovim"
