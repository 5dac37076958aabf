"""Whether another process lives."""

import os
import sys


def alive(process: object) -> bool:
    """Whether the process can be seen; False too where it cannot be asked about without harm."""
    if type(process) is not int or process <= 0 or sys.platform == "win32":
        return False
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
