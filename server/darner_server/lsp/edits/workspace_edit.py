"""The JSON of workspace edits, in the richest form that the client understands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from darner_server.lsp.client_capabilities import ClientCapabilities
from darner_server.lsp.edits.alignment import PendingRegion
from darner_server.lsp.text.positions import LineTable, Point

_BRIDGED = "darner.bridged"
_FILES = "darner.files"
_RUN = "darner.run"
_ANNOTATIONS: dict[str, dict[str, Any]] = {
    _BRIDGED: {
        "label": "darner: applied with small differences",
        "needsConfirmation": True,
        "description": "The search text differed from the file in blanks or quotes. No other place matches.",
    },
    _RUN: {
        "label": "darner: files that are run or obeyed automatically",
        "needsConfirmation": True,
        "description": "Workflows, hooks, editor settings, rc files, agent instructions: review them first.",
    },
    _FILES: {
        "label": "darner: files created, renamed or deleted",
        "needsConfirmation": True,
        "description": "The patch needs these files to be created, renamed or deleted.",
    },
}


@dataclass(frozen=True, slots=True)
class FileEdit:
    """The text edits of one document; `version` is None for a file that is not open."""

    uri: str
    version: int | None
    edits: tuple[dict[str, Any], ...]
    bridged: bool = False
    runs: bool = False  # something runs or obeys the file by itself


@dataclass(frozen=True, slots=True)
class FileOperation:
    """A file to create, rename or delete."""

    kind: Literal["create", "rename", "delete"]
    uri: str
    new_uri: str = ""
    runs: bool = False


def text_edits(regions: Iterable[PendingRegion], model: str, table: LineTable) -> tuple[dict[str, Any], ...]:
    """Our edits as TextEdits of the document that `table` is of."""
    return tuple(
        {"range": range_json(table.point(each.d0), table.point(each.d1)), "newText": model[each.m0 : each.m1]}
        for each in regions
    )


def workspace_edit(changes: Sequence[FileEdit | FileOperation], client: ClientCapabilities) -> dict[str, Any]:
    """A WorkspaceEdit; operations only for a client that has them (see `unsupported`)."""
    if not client.versioned_edits:
        return {"changes": {each.uri: list(each.edits) for each in changes if isinstance(each, FileEdit)}}
    used: set[str] = set()
    parts = [_part(each, client, used) for each in changes]
    edit: dict[str, Any] = {"documentChanges": parts}
    return edit | {"changeAnnotations": {name: _ANNOTATIONS[name] for name in sorted(used)}} if used else edit


def unsupported(operation: FileOperation, client: ClientCapabilities) -> str | None:
    """Why the client cannot do this, with what to do instead; None if it can."""
    if operation.kind in client.resource_operations:
        return None
    name = client.name or "this editor"
    return f"{name} cannot {operation.kind} files for a language server; use `darner patch --apply` in a terminal"


def range_json(first: Point, last: Point) -> dict[str, Any]:
    """A Range."""
    return {
        "start": {"line": first.line, "character": first.character},
        "end": {"line": last.line, "character": last.character},
    }


def _part(change: FileEdit | FileOperation, client: ClientCapabilities, used: set[str]) -> dict[str, Any]:
    if isinstance(change, FileEdit):
        edits = list(change.edits)
        name = _RUN if change.runs else _BRIDGED if change.bridged else None
        if name is not None and client.change_annotations:
            used.add(name)
            edits = [each | {"annotationId": name} for each in edits]
        return {"textDocument": {"uri": change.uri, "version": change.version}, "edits": edits}
    place = {"oldUri": change.uri, "newUri": change.new_uri} if change.kind == "rename" else {"uri": change.uri}
    part: dict[str, Any] = {"kind": change.kind, **place}
    if client.change_annotations:
        name = _RUN if change.runs else _FILES
        used.add(name)
        part["annotationId"] = name
    return part
