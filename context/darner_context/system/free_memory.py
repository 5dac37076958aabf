"""Memory that is free, but that the process still holds."""

import sys


def release_free_memory() -> None:
    """
    Return free memory to the system, after much of it was used: the C library keeps what is below a block in use.

    Takes milliseconds, and does nothing where the C library is not glibc.
    """
    if sys.platform != "linux":
        return
    import ctypes  # few processes need it

    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
