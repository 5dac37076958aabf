"""The exit codes of the contract, and the error that carries one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from darner_server.engine.events import FailureKind

PATCHED = 0
NOTHING = 1  # no usable edit
USAGE = 2  # the command line or the settings
NO_ENDPOINT = 3
INTERRUPTED = 130

OF_FAILURE: Mapping[FailureKind, int] = {
    "nothing": NOTHING,
    "usage": USAGE,
    "endpoint": NO_ENDPOINT,
    "internal": NOTHING,
}


class Stop(Exception):
    """Ends the command with a sentence for stderr and an exit code."""

    def __init__(self, message: str, code: int = USAGE) -> None:
        super().__init__(message)
        self.code = code
