"""Where the warm process listens, and what both sides say first. It imports next to nothing: a command waits for it.

A request is one message: its length, then fields separated by NUL (PROTOCOL, the version, what is wanted, then what
`Request` holds). The answer is READY. Nothing is done before the caller sends GO, with its streams and working folder:
one that has waited too long does the work itself, and nobody else holds its pipes. Then the caller sends signals, a
byte for one, and gets the exit code.
"""

import os
import socket
import stat
import struct
import sys

PROTOCOL = b"darner-1"
READY, GO = b"r", b"g"
NAME = "socket"
WAIT = 0.1  # seconds until a process that does not answer is passed over
RUN, STATUS, STOP = b"run", b"status", b"stop"

_ELSEWHERE = 0o077


def is_possible() -> bool:
    """Whether this system has what it takes: forks that are watched, sockets below a folder held open."""
    return sys.platform == "linux" and hasattr(os, "pidfd_open")


def folder() -> str | None:
    """The folder of the socket, as `state_folder` gives it; None where that is out of the ordinary."""
    chosen = os.environ.get("DARNER_STATE_DIR")
    if chosen:
        state = os.path.abspath(os.path.expanduser(chosen))  # noqa: PTH100, PTH111 - pathlib takes long to import
    else:
        home = os.environ.get("XDG_STATE_HOME", "").strip() or os.path.expanduser("~/.local/state")  # noqa: PTH111 - as above
        state = os.path.join(home, "darner")  # noqa: PTH118 - as above
    return os.path.join(state, "daemon") if os.path.isabs(state) else None  # noqa: PTH117, PTH118 - as above


def open_folder(path: str) -> int | None:
    """The folder held open; None if it is not there, is a link, or others can get in."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    found = os.fstat(handle)
    if found.st_uid == os.geteuid() and not stat.S_IMODE(found.st_mode) & _ELSEWHERE:
        return handle
    os.close(handle)
    return None


def within(handle: int) -> str:
    """The socket's path, however long that of its folder is, and wherever its name leads by now."""
    return f"/proc/self/fd/{handle}/{NAME}"


def peer(connection: socket.socket) -> tuple[int, int]:
    """(process, user) at the other end."""
    data = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    process, user, _ = struct.unpack("3i", data)
    return process, user
