"""How strictly a check is confined, and what it may use."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Level = Literal["namespaces", "landlock", "limits"]

LEVELS: tuple[Level, ...] = ("namespaces", "landlock", "limits")  # strictest first

MEANING: Mapping[Level, str] = {
    "namespaces": "no network, an empty home, no other process in sight, read-only outside the copy",
    "landlock": "no network, no reading of the home, no writing outside the copy; other processes can be seen, "
    "and signalled on Linux before 6.12",
    "limits": "only limits of time, memory, processes and output; the check can read, write and connect as you can",
}


@dataclass(frozen=True, slots=True)
class ResourceLimits:
    """What one command may use; beyond it, it is ended with all that it started."""

    seconds: float
    memory: int = 4_000_000_000  # bytes, of all its processes together
    processes: int = 512
    output: int = 64_000_000  # bytes of stdout and stderr
    file: int = 4_000_000_000  # bytes of one file that it writes


@dataclass(frozen=True, slots=True)
class Unisolated:
    """A level that this machine does not offer, or a check that was not run for want of one, with the reason."""

    reason: str
