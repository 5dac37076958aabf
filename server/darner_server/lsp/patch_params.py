"""What a client asks for with `darner/patch` or the command `darner.patch`, read into a task's words."""

from dataclasses import dataclass
from typing import Any, Literal, cast

from darner_server.lsp.errors import INVALID_PARAMS, Failure
from darner_server.lsp.progress import Token
from darner_server.lsp.text.positions import Point
from darner_server.lsp.transport.json_values import as_list, as_object, at, text_at

Scope = Literal["range", "file", "workspace"]


@dataclass(frozen=True, slots=True)
class PatchParams:
    """One patch request; `first` and `last` are None for the whole document, `uri` is "" for the whole workspace."""

    instruction: str
    uri: str
    first: Point | None
    last: Point | None
    scope: Scope
    progress: Token | None
    partial: Token | None
    diagnostics: tuple[str, ...] = ()
    remark: int | None = None  # the line of a `darner:` comment that is removed when it has been done

    def overlaps(self, other: "PatchParams") -> bool:
        """Whether both are about the same place."""
        if "workspace" in (self.scope, other.scope):
            return self.scope == other.scope
        if self.uri != other.uri:
            return False
        if self.first is None or self.last is None or other.first is None or other.last is None:
            return True
        return self.first.line <= other.last.line and other.first.line <= self.last.line


def read_patch_params(params: dict[str, Any], progress: Token | None = None) -> PatchParams:
    """Read the parameters. Raises Failure with what is wrong with them."""
    instruction = at(params, "instruction")
    if not isinstance(instruction, str) or not instruction.strip():
        raise Failure("darner.patch needs an instruction: a sentence that describes the change", INVALID_PARAMS)
    uri = text_at(params, "textDocument", "uri")
    place = as_object(params.get("range"))
    scope = params.get("scope") or ("range" if place else "file" if uri else "workspace")
    if scope not in {"range", "file", "workspace"}:
        raise Failure('scope must be "range", "file" or "workspace"', INVALID_PARAMS)
    if not uri and scope != "workspace":
        raise Failure("darner.patch needs a textDocument, or the scope workspace", INVALID_PARAMS)
    remark = params.get("remark")
    first, last = (_point(place.get("start")), _point(place.get("end"))) if place else (None, None)
    return PatchParams(
        instruction=instruction,
        uri=uri,
        first=first if scope != "file" else None,
        last=last if scope != "file" else None,
        scope=cast("Scope", scope if first is not None or scope != "range" else "file"),
        progress=token_at(params, "workDoneToken") if progress is None else progress,
        partial=token_at(params, "partialResultToken"),
        diagnostics=tuple(str(each) for each in as_list(params.get("diagnostics"))),
        remark=remark if isinstance(remark, int) and not isinstance(remark, bool) else None,
    )


def _point(value: object) -> Point:
    line, character = at(value, "line"), at(value, "character")
    if not isinstance(line, int) or not isinstance(character, int) or line < 0 or character < 0:
        raise Failure("a position must have a line and a character, both from 0", INVALID_PARAMS)
    return Point(line, character)


def token_at(params: object, key: str) -> Token | None:
    """A progress token, None where there is none."""
    value = at(params, key)
    return value if isinstance(value, int | str) and not isinstance(value, bool) else None
