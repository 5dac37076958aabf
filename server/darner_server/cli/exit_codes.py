"""The exit codes of the contract, and the error that carries one."""

PATCHED = 0
NOTHING = 1  # no usable edit
USAGE = 2  # the command line or the settings
NO_ENDPOINT = 3
INTERRUPTED = 130

OF_FAILURE = {"nothing": NOTHING, "usage": USAGE, "endpoint": NO_ENDPOINT, "internal": NOTHING}


class Stop(Exception):
    """Ends the command with a sentence for stderr and an exit code."""

    def __init__(self, message: str, code: int = USAGE) -> None:
        super().__init__(message)
        self.code = code
