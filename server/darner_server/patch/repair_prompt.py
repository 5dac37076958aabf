"""What a model is sent to correct an edit that was rejected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from darner_server.patch.formats import search_replace

if TYPE_CHECKING:
    from darner_server.patch.edit import Refused


def repair_text(refused: Refused) -> str:
    """Word what a model needs to correct one rejected edit: the edit, the reason and the true lines."""
    edit = refused.edit
    where = f" of {refused.path}" if refused.path else ""
    parts = [f"This edit{where} was not applied: {refused.reason}.\n"]
    if edit.before is not None and edit.kind != "malformed":
        parts.append(search_replace.render(edit))
    if refused.near is not None and refused.line is not None:
        last = refused.line + refused.near.count("\n") - 1
        parts.append(f"Lines {refused.line} to {last} of the file are:\n\n```\n{refused.near}```\n")
    parts.append("Write this one edit again so that it fits the file exactly. Leave out all other edits.\n")
    return "\n".join(parts)
