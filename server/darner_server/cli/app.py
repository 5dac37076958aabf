"""One command from its arguments to its exit code; every expected failure becomes a sentence on stderr."""

import errno
import logging
import sys
import traceback
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from darner_context.system.private_files import private_file, private_folder
from darner_server import __version__
from darner_server.cli import exit_codes, output
from darner_server.user_directories import state_folder


def run(arguments: list[str]) -> int:
    """Parse and run; every expected failure becomes a sentence on stderr and a code."""
    json_wanted = "--json" in arguments
    output.open_missing()
    _log_to_file()
    try:
        code = app(arguments)
        sys.stdout.flush()
    except exit_codes.Stop as stop:
        return _failed(str(stop), stop.code, json_wanted=json_wanted) if str(stop) else stop.code
    except KeyboardInterrupt:
        code = exit_codes.INTERRUPTED
    except BrokenPipeError:
        output.abandon()
        return exit_codes.PATCHED
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            return _bug(error, json_wanted=json_wanted)
        output.abandon()
        return _failed(
            f"the disk is full: {error.filename or 'the output was cut short'}", exit_codes.NOTHING, json_wanted=False
        )
    except Exception as error:  # noqa: BLE001 - whatever it is, a person gets a sentence
        return _bug(error, json_wanted=json_wanted)
    if code == exit_codes.INTERRUPTED:  # typer makes a wordless exit of an interrupt
        return _failed("interrupted; no file is half written", exit_codes.INTERRUPTED, json_wanted=json_wanted)
    return code if isinstance(code, int) else exit_codes.PATCHED


def app(arguments: list[str]) -> object:
    """Run the command that the arguments name. Those that need no help page are parsed without typer, which is slow."""
    if arguments in (["--version"], ["-V"]):
        sys.stdout.write(f"darner {__version__}\n")
        return exit_codes.PATCHED
    from darner_server.cli.arguments.plain import command_of

    command = command_of(arguments)
    if command is not None:
        import asyncio

        return asyncio.run(command())
    from darner_server.cli.arguments.commands import parse_and_run

    return parse_and_run(arguments)


def _bug(error: Exception, *, json_wanted: bool) -> int:
    """Log where the error happened, without its message, which may contain code; report it in one sentence."""
    where = "".join(traceback.format_tb(error.__traceback__))
    name, log = type(error).__name__, state_folder() / "darner.log"
    logging.getLogger(__name__).critical("%s\n%s", name, where)
    message = f"internal error ({name}); please report it and attach {log}"
    return _failed(message, exit_codes.NOTHING, json_wanted=json_wanted)


def _log_to_file() -> None:
    """Write the trace of a bug to a file; the user gets a sentence."""
    folder = state_folder()
    try:
        handler: logging.Handler = PrivateLog(
            private_folder(folder) / "darner.log", maxBytes=1_000_000, backupCount=1, delay=True
        )
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(name)s %(levelname)s %(message)s"))
    logging.getLogger().addHandler(handler)


class PrivateLog(RotatingFileHandler):
    """A log file that only the user can read."""

    def _open(self) -> TextIOWrapper:
        private_file(Path(self.baseFilename))
        return super()._open()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """On a full disk an entry is lost. Python would print a traceback for it."""


def _failed(message: str, code: int, *, json_wanted: bool) -> int:
    if json_wanted:
        output.emit({"event": "error", "message": message, "exit_code": code})
    output.say(f"darner: {message}", "red")
    return code
