"""A command's side: the work is done by the warm process, if there is one that answers at once and fits."""

import os
import signal
import socket
import sys
from time import monotonic
from typing import TYPE_CHECKING, cast

from darner_server import __version__
from darner_server.cli.daemon import address
from darner_server.cli.daemon.address import GO, PROTOCOL, READY, RUN, STATUS, STOP

if TYPE_CHECKING:
    from io import TextIOWrapper

COMMANDS = ("patch", "context", "doctor")
_COLD = (
    "--no-daemon",
    "--check",
    "--require-sandbox",
    "--trust",
    "--help",
    "-h",
)  # a check runs where the command was started
_EXAMINED = ("PYTHONDEVMODE", "PYTHONPROFILEIMPORTTIME", "PYTHONASYNCIODEBUG", "PYTHONTRACEMALLOC", "PYTHONINSPECT")
_PATIENCE = 10.0  # seconds for somebody who asks about it
_FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP) if os.name == "posix" else ()


def is_wanted(arguments: list[str]) -> bool:
    """Whether a command line may be left to the warm process."""
    return (
        address.is_possible()
        and arguments[:1] != []
        and arguments[0] in COMMANDS
        and os.environ.get("DARNER_DAEMON") != "0"
        and None not in (sys.stdin, sys.stdout, sys.stderr)  # what it was started without
        and not any(each in arguments for each in _COLD)
        and not any(name in _EXAMINED or name.startswith("COVERAGE_") for name in os.environ)
    )


def work(arguments: list[str]) -> int | None:
    """The exit code of a command that the warm process did; None if none took it: then nothing was done."""
    connection = _connect()
    if connection is None:
        return None
    with connection:
        if not _request(connection, RUN, arguments) or not _send_streams(connection):
            return None
        connection.settimeout(None)
        for each in _FORWARDED:
            if signal.getsignal(each) is not signal.SIG_IGN:
                signal.signal(each, lambda number, _frame: _forward(connection, number))
        return _code(connection)


def ask(what: bytes) -> str | None:
    """The answer to STATUS or STOP; None if no process is there, or it does not answer."""
    connection = _connect()
    if connection is None:
        return None
    with connection:
        if not _request(connection, what, [], _PATIENCE):
            return None
        said = b""
        try:
            while more := connection.recv(4096):
                said += more
        except OSError:
            return None
        return said.removesuffix(b"\0").decode()  # the exit code of the fork that answered


def status() -> str | None:
    """A sentence about the running process; None if there is none."""
    return ask(STATUS)


def stop() -> bool:
    """End the running process; False if there is none. What it is doing is finished."""
    return ask(STOP) is not None


def leave_one_behind() -> None:
    """Start a warm process for the next command where none answers, unless a build service runs this one."""
    if os.environ.get("CI") and not os.isatty(0):
        return
    connection = _connect()
    if connection is not None:
        connection.close()
        return
    from darner_context.system import child_environment

    names = ("DARNER_STATE_DIR",)
    command = child_environment.python("darner_server.cli.warm_process.process", "left-behind")
    nothing = os.open(os.devnull, os.O_RDWR)
    try:
        os.posix_spawn(
            command[0],
            command,
            child_environment.environment(names),
            file_actions=[(os.POSIX_SPAWN_DUP2, nothing, number) for number in (0, 1, 2)],
            setsid=True,
        )
    except OSError:
        return  # the next command is as slow as this one
    finally:
        os.close(nothing)


def _connect() -> socket.socket | None:
    path = address.folder()
    handle = address.open_folder(path) if path is not None else None
    if handle is None:
        return None
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(address.WAIT)
    try:
        connection.connect(address.within(handle))
        if address.peer(connection)[1] == os.geteuid():
            return connection
    except OSError:
        pass
    finally:
        os.close(handle)
    connection.close()
    return None


def _request(connection: socket.socket, what: bytes, arguments: list[str], wait: float = address.WAIT) -> bool:
    """Send it all; False unless it is taken in time."""
    until = monotonic() + wait
    try:
        data = _message(what, arguments)
        connection.sendall(data)
        connection.settimeout(max(until - monotonic(), 0.001))
        return connection.recv(1) == READY
    except (OSError, ValueError):
        return False


def _message(what: bytes, arguments: list[str]) -> bytes:
    fields = [PROTOCOL, __version__.encode(), what, *(_process(arguments) if what == RUN else ())]
    data = b"\0".join(fields)
    return len(data).to_bytes(4) + data


def _process(arguments: list[str]) -> list[bytes]:
    """What this process was started with, as `Request` holds it."""
    mask = os.umask(0o077)
    os.umask(mask)
    ignored = [str(int(each)) for each in _FORWARDED if signal.getsignal(each) is signal.SIG_IGN]
    streams: list[str] = []
    for each in cast("list[TextIOWrapper]", [sys.stdin, sys.stdout, sys.stderr]):
        streams += [each.encoding, each.errors or "strict"]
        streams += [str(int(each.line_buffering)), str(int(each.write_through))]
    fields = [sys.executable, __file__, sys.getfilesystemencoding(), str(mask), ",".join(ignored), *streams]
    fields += [str(len(arguments)), *arguments]
    variables = [name + b"=" + value for name, value in os.environb.items()]
    return [*map(os.fsencode, fields), *variables]


def _send_streams(connection: socket.socket) -> bool:
    """Send GO with stdin, stdout, stderr and the working folder. A process that does not answer never holds them."""
    try:
        folder = os.open(os.curdir, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            return socket.send_fds(connection, [GO], [0, 1, 2, folder]) == len(GO)
        finally:
            os.close(folder)
    except OSError:
        return False


def _send(connection: socket.socket, data: bytes) -> bool:
    try:
        connection.sendall(data)
    except OSError:
        return False
    return True


def _forward(connection: socket.socket, number: int) -> None:
    _send(connection, bytes([number]))


def _code(connection: socket.socket) -> int:
    try:
        code = connection.recv(1)
    except OSError:
        code = b""
    if code:
        return code[0]
    sys.stderr.write(
        "darner: the process that did the work was ended; look at the files before you repeat the command\n"
    )
    return 1
