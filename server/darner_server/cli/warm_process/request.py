"""One request in the fork of the warm process: read, judged, and done as if the command had been started for it."""

import os
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, cast

from darner_server import __version__
from darner_server.cli.daemon import address, client
from darner_server.cli.daemon.address import GO, PROTOCOL, READY, STATUS, STOP

if TYPE_CHECKING:
    from io import TextIOWrapper

_MOST = 16 * 1024 * 1024  # bytes of a request
_GIVEN = 4  # descriptors: stdin, stdout, stderr, the working folder
_SECONDS = 2.0  # that a caller may take to send it
_CONFINED_BY = ("Uid:", "Gid:", "Groups:", "CapEff:", "CapBnd:", "NoNewPrivs:", "Seccomp:", "Seccomp_filters:")
_NAMESPACES = ("cgroup", "ipc", "mnt", "net", "pid", "user", "uts")


@dataclass(frozen=True, slots=True)
class Request:
    """What the caller was started with. The streams are (encoding, errors, line buffering, write through)."""

    executable: str
    code: str  # the file of the caller's side
    encoding: str
    mask: int
    ignored: tuple[int, ...]
    streams: tuple[tuple[str, str, bool, bool], ...]
    arguments: list[str]
    environ: dict[bytes, bytes]


def answer(caller: socket.socket, status: str, run: Callable[[Request], int], end: Callable[[], object]) -> int:
    """Read the request and do it; returns the exit code. The caller sees the connection's end where it is declined.

    `end` tells the warm process to let another one take its place.
    """
    process, user = address.peer(caller)
    if user != os.geteuid() or _confinement(process) != _confinement(os.getpid()):
        return 1
    caller.settimeout(_SECONDS)
    protocol, version, what, *fields = _read(caller).split(b"\0")
    if what in {STATUS, STOP} and protocol == PROTOCOL:
        if what == STOP:
            end()
        caller.sendall(READY + status.encode())
        return 0
    if (protocol, version) != (PROTOCOL, __version__.encode()) or _is_outdated():
        end()  # the caller is an older darner, or a newer one: a later command starts its own
        return 1
    request = _parsed(fields)
    ours = (sys.executable, client.__file__, sys.getfilesystemencoding())
    if (request.executable, request.code, request.encoding) != ours:
        return 1
    _take_limits(process)
    caller.sendall(READY)
    go, given, _, _ = socket.recv_fds(caller, len(GO), _GIVEN)
    if go != GO or len(given) != _GIVEN:
        return 1
    caller.settimeout(None)
    _become(request, given)
    threading.Thread(target=_forward, args=(caller,), daemon=True).start()
    code = run(request)
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
        return code
    return 120  # as Python ends where the last words cannot be written


def _read(caller: socket.socket) -> bytes:
    size = int.from_bytes(_exactly(caller, 4))
    if size > _MOST:
        raise ValueError("no request")
    return _exactly(caller, size)


def _exactly(caller: socket.socket, size: int) -> bytes:
    parts: list[bytes] = []
    while size:
        more = caller.recv(min(size, 65_536))
        if not more:
            raise ValueError("no whole request")
        parts.append(more)
        size -= len(more)
    return b"".join(parts)


def _parsed(fields: list[bytes]) -> Request:
    executable, code, encoding, mask, ignored, *rest = fields
    streams = tuple(
        (rest[n].decode(), rest[n + 1].decode(), rest[n + 2] == b"1", rest[n + 3] == b"1") for n in (0, 4, 8)
    )
    count = int(rest[12])
    return Request(
        executable=os.fsdecode(executable),
        code=os.fsdecode(code),
        encoding=encoding.decode(),
        mask=int(mask),
        ignored=tuple(int(each) for each in ignored.split(b",") if each),
        streams=streams,
        arguments=[os.fsdecode(each) for each in rest[13 : 13 + count]],
        environ=dict(cast("tuple[bytes, bytes]", each.split(b"=", 1)) for each in rest[13 + count :]),
    )


def _confinement(process: int) -> tuple[Any, ...]:
    """What the system lets a process do and see. Raises OSError if it is gone."""
    with open(f"/proc/{process}/status", encoding="utf-8") as file:  # noqa: PTH123 - as the next
        lines = tuple(line for line in file if line.startswith(_CONFINED_BY))
    spaces = tuple(os.readlink(f"/proc/{process}/ns/{each}") for each in _NAMESPACES)  # noqa: PTH115 - no path of files
    root = os.stat(f"/proc/{process}/root")  # noqa: PTH116 - as above
    return lines, spaces, (root.st_dev, root.st_ino)


_files: dict[str, int] = {}  # of darner's code, when it was imported: when they were changed


def remember_files() -> None:
    """Note the files of darner's code that are imported by now."""
    for name, module in sys.modules.items():
        if name.startswith("darner_") and (file := getattr(module, "__file__", None)):
            _files[file] = os.stat(file).st_mtime_ns  # noqa: PTH116 - hundreds of them


def _is_outdated() -> bool:
    """Whether a file of darner's code was changed after it was imported: an installation, or somebody's own work."""
    try:
        return any(os.stat(file).st_mtime_ns != changed for file, changed in _files.items())  # noqa: PTH116 - as above
    except OSError:
        return True


def _take_limits(process: int) -> None:
    """Take over the caller's limits and priority. Raises OSError or ValueError where these cannot be had."""
    for name in dir(resource):
        if name.startswith("RLIMIT_"):
            kind = getattr(resource, name)
            resource.setrlimit(kind, resource.prlimit(process, kind))
    os.setpriority(os.PRIO_PROCESS, 0, os.getpriority(os.PRIO_PROCESS, process))


def _become(request: Request, given: list[int]) -> None:
    """Take over the caller's folder, environment, streams, mask and signals, as a process that it had started."""
    *streams, folder = given
    os.fchdir(folder)
    for number, handle in enumerate(streams):
        os.dup2(handle, number, inheritable=True)
    for each in given:
        os.close(each)
    os.environ.clear()
    os.environb.update(request.environ)
    time.tzset()
    os.umask(request.mask)
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        encoding, errors, line_buffering, write_through = request.streams[number]
        newline = None if number == 0 else "\n"
        stream: IO[Any] = open(number, mode, encoding=encoding, errors=errors, newline=newline, closefd=False)  # noqa: SIM115
        cast("TextIOWrapper", stream).reconfigure(line_buffering=line_buffering, write_through=write_through)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    sys.argv[1:] = request.arguments
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if each in request.ignored:
            signal.signal(each, signal.SIG_IGN)
        elif each == signal.SIGINT:
            signal.signal(each, signal.default_int_handler)
        else:
            signal.signal(each, lambda _signal, _frame: signal.raise_signal(signal.SIGINT))


def _forward(caller: socket.socket) -> None:
    """In a thread: the signals that the caller gets. One that is gone without a word was killed."""
    while True:
        try:
            number = caller.recv(1)
        except OSError:
            number = b""
        os.kill(os.getpid(), number[0] if number else signal.SIGTERM)
        if not number:
            return
