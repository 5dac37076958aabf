"""The engine's events: its only output, and the objects of `--json` and of the language server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:  # whoever only shows a context reads no reply
    from collections.abc import Mapping

    from darner_clients.chat import Usage
    from darner_server.patch import BridgeName, Kind, Refused, Splice

FailureKind = Literal["endpoint", "usage", "nothing", "internal"]


@dataclass(frozen=True, slots=True)
class Stage:
    """Something slow began or went on; shown as progress, never part of the result. `share` is 0 to 1 where known.

    `reason` of a wait: what is waited for; it stays the same while only the figures in `detail` change.
    """

    name: str
    detail: str = ""
    share: float | None = None
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """The object of the contract."""
        return {"event": "stage", "stage": self.name, "detail": self.detail, "share": self.share}


@dataclass(frozen=True, slots=True)
class ContextReady:
    """What the model will see, and what was left out of it.

    If the model requests code by the map of likely files (`file_map`), it comes again with all that is shown by then;
    `requested` are the new requests, each with the reason why it shows nothing, or "".
    """

    tokens: int
    focus_tokens: int
    snippets: tuple[tuple[str, int, int, int, tuple[str, ...]], ...]  # path, first line, last line, tokens, reasons
    dropped: int
    left_out: tuple[tuple[str | None, str], ...]  # path (None: the workspace as a whole), reason
    withheld: tuple[str, ...] = ()  # a sentence for each secret that is not sent
    requested: tuple[tuple[str, str], ...] = ()
    file_map: str = ""

    def as_json(self) -> dict[str, Any]:
        """The object of the contract."""
        return {
            "event": "context",
            "tokens": self.tokens,
            "focus_tokens": self.focus_tokens,
            "snippets": [
                {"path": path, "start_line": first, "end_line": last, "tokens": tokens, "reasons": list(reasons)}
                for path, first, last, tokens, reasons in self.snippets
            ],
            "dropped": self.dropped,
            "left_out": [{"path": path or ".", "reason": reason} for path, reason in self.left_out],
            "withheld": list(self.withheld),
            "requested": [{"code": code, "reason": reason} for code, reason in self.requested],
            "file_map": self.file_map,
        }


@dataclass(frozen=True, slots=True)
class Routed:
    """The endpoint that was chosen and why; sent again when the work moves to another one."""

    endpoint: str
    kind: str
    model: str
    reason: str
    prompt_tokens: int
    window: int

    def as_json(self) -> dict[str, Any]:
        """The object of the contract."""
        return {
            "event": "route",
            "endpoint": self.endpoint,
            "kind": self.kind,
            "model": self.model,
            "reason": self.reason,
            "prompt_tokens": self.prompt_tokens,
            "window": self.window,
        }


@dataclass(frozen=True, slots=True)
class FirstToken:
    """The endpoint has read the prompt, and its reply begins. Not shown to anybody."""

    endpoint: str


@dataclass(frozen=True, slots=True)
class Decoding:
    """How far the reply has come; at most a few a second."""

    endpoint: str
    tokens: int
    tokens_per_second: float

    def as_json(self) -> dict[str, Any]:
        """The object for a client that shows progress."""
        return {
            "event": "decoding",
            "endpoint": self.endpoint,
            "tokens": self.tokens,
            "tokens_per_second": round(self.tokens_per_second, 1),
        }


@dataclass(frozen=True, slots=True)
class EditReady:
    """One hunk, located and checked.

    `splices` are offsets into the text of `path` with the earlier edits of this task in it (`before`); `original` are
    the same changes as offsets into the snapshot the task was made for. `version` is that snapshot's document version,
    `snapshot` the text of `path` in it, None for a file that is not there.
    """

    path: str
    kind: Kind
    before: str | None
    after: str | None
    splices: tuple[Splice, ...]
    original: tuple[Splice, ...]
    version: int | None
    bridges: tuple[BridgeName, ...]
    new_path: str | None = None
    snapshot: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The object of the contract; the language server adds textDocument and edits."""
        return {
            "event": "edit",
            "path": self.path,
            "kind": self.kind,
            "new_path": self.new_path,
            "bridges": list(self.bridges),
            "edits": [{"start": each.start, "end": each.end, "text": each.text} for each in self.original],
        }


@dataclass(frozen=True, slots=True)
class EditRefused:
    """An edit that has no certain place or would break the syntax; `final` when no repair follows."""

    refused: Refused
    final: bool

    def as_json(self) -> dict[str, Any]:
        """The object of the contract."""
        return {
            "event": "refused",
            "path": self.refused.path,
            "kind": self.refused.kind,
            "reason": self.refused.reason,
            "line": self.refused.line,
            "near": self.refused.near,
            "final": self.final,
        }


@dataclass(frozen=True, slots=True)
class Repairing:
    """Only what failed is retried."""

    attempt: int
    refused: int
    endpoint: str

    def as_json(self) -> dict[str, Any]:
        """The object of the contract."""
        return {"event": "repair", "attempt": self.attempt, "refused": self.refused, "endpoint": self.endpoint}


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that a person should know and that changes nothing about the patch."""

    message: str

    def as_json(self) -> dict[str, Any]:
        """The object of the contract."""
        return {"event": "warning", "message": self.message}


@dataclass(frozen=True, slots=True)
class Done:
    """The patch. `changes` maps each changed path to its new text, a deleted one to None; `before` to its old text."""

    diff: str
    before: Mapping[str, str | None]
    changes: Mapping[str, str | None]
    refused: tuple[Refused, ...]
    usage: Usage
    endpoint: str
    timings_ms: Mapping[str, float]
    moves: Mapping[str, str] = field(default_factory=dict[str, str])

    def as_json(self) -> dict[str, Any]:
        """The object of the contract."""
        usage = self.usage
        return {
            "event": "done",
            "diff": self.diff,
            "files": sorted(self.changes),
            "refused": len(self.refused),
            "endpoint": self.endpoint,
            "usage": {
                "prompt_tokens": usage.prompt_tokens,
                "completion_tokens": usage.completion_tokens,
                "cached_tokens": usage.cached_tokens,
                "reasoning_tokens": usage.reasoning_tokens,
            },
            "timings_ms": {stage: round(ms, 1) for stage, ms in self.timings_ms.items()},
        }


@dataclass(frozen=True, slots=True)
class Failed:
    """No patch, and why: a sentence with what to do. "nothing": an endpoint answered, and there is no patch."""

    kind: FailureKind
    message: str
    tried: tuple[tuple[str, str], ...] = ()  # endpoint, what came of it

    def as_json(self) -> dict[str, Any]:
        """The object of the contract."""
        return {
            "event": "error",
            "kind": self.kind,
            "message": self.message,
            "tried": [{"endpoint": name, "reason": reason} for name, reason in self.tried],
        }


PatchEvent = (
    Stage | ContextReady | Routed | FirstToken | Decoding | EditReady | EditRefused | Repairing | Warned | Done | Failed
)
