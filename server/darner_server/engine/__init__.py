"""The engine joins context, clients and patch; it knows no protocol, no arguments and prints nothing."""

from darner_server.engine.engine import Engine
from darner_server.engine.events import (
    ContextReady,
    Decoding,
    Done,
    EditReady,
    EditRefused,
    Failed,
    FirstToken,
    PatchEvent,
    Repairing,
    Routed,
    Stage,
    Warned,
)
from darner_server.engine.task import Scope, Task

__all__ = [
    "ContextReady",
    "Decoding",
    "Done",
    "EditReady",
    "EditRefused",
    "Engine",
    "Failed",
    "FirstToken",
    "PatchEvent",
    "Repairing",
    "Routed",
    "Scope",
    "Stage",
    "Task",
    "Warned",
]
