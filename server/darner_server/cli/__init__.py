"""The command line: a thin skin on the engine. The diff is written to stdout, all else to stderr."""

import gc
import os
import sys

from darner_server.import_path import forget_python_path

forget_python_path()  # before anything is imported that a repository could have a file for
import signal  # noqa: E402 - see above

from darner_server.cli.exit_codes import INTERRUPTED  # noqa: E402 - see above

_OBJECTS = 50_000  # between two garbage collections: imports make hundreds of thousands, and drop few of them


def main() -> None:
    """Run `darner` with the process's arguments and exit with the code of the contract."""
    if sys.argv[1:] in (["serve"], ["serve", "--stdio"]):
        from darner_server.lsp.startup import serve_stdio  # an editor waits: no help pages, no colours

        sys.exit(serve_stdio())
    gc.set_threshold(_OBJECTS)
    at_work = signal.getsignal(signal.SIGINT)
    _quit_on_interrupt(INTERRUPTED)
    warm = sys.argv[1:2] in (["patch"], ["context"], ["doctor"]) and _is_left_to_warm_process()
    from darner_server.cli.app import run  # the editor's path above must not pay for it

    signal.signal(signal.SIGINT, at_work)
    _end_as_if_interrupted()
    code = run(sys.argv[1:])
    _quit_on_interrupt(code)
    if warm and code == 0:
        from darner_server.cli.daemon.client import leave_one_behind

        leave_one_behind()
    sys.exit(code)


def _is_left_to_warm_process() -> bool:
    """Exit with the code of the warm process if there is one; else whether one may be started for the next command."""
    from darner_server.cli.daemon import client

    if not client.is_wanted(sys.argv[1:]):
        return False
    code = client.work(sys.argv[1:])
    if code is not None:
        sys.exit(code)
    return True


def _end_as_if_interrupted() -> None:
    """If a system or a closing terminal ends the command, it cleans up as after an interrupt."""
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        return
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, lambda _signal, _frame: signal.raise_signal(signal.SIGINT))


def _quit_on_interrupt(code: int) -> None:
    """Before and after the command Ctrl-C ends the process at once, with no traceback. One that is ignored stays so."""

    def end(_signal: int, _frame: object) -> None:
        os._exit(code)

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, end)
