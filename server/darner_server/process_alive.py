"""Whether another process lives."""

import os
import sys
from pathlib import Path


def alive(process: object) -> bool:
    """Whether the process can be seen; False too where it cannot be checked without harm."""
    if type(process) is not int or process <= 0 or sys.platform == "win32":
        return False
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return not _ended(process)


def _ended(process: int) -> bool:
    """Whether it has ended and only waits for its parent to collect it; known on Linux."""
    try:
        stat = Path(f"/proc/{process}/stat").read_bytes()
    except OSError:
        return False
    return stat.rpartition(b")")[2].split()[:1] in ([b"Z"], [b"X"])
