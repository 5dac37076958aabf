"""The second level: Landlock takes rights to files, seccomp those to the network. No namespace is needed.

Sources: the kernel's Documentation/userspace-api/landlock.rst; linux/audit.h and linux/filter.h for the filter.
"""

from __future__ import annotations

import os
import struct

from darner_server.check import linux
from darner_server.check.visible_files import hidden_folders, tool_folders

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_LEAST = 3  # truncating a file is covered from there on
_READ = 0b1101  # execute, read a file, read a folder
_OLDEST = (1 << 13) - 1  # execute to make_sym
_REFER, _TRUNCATE, _IOCTL = 1 << 13, 1 << 14, 1 << 15
_NETWORK = 0b11  # binding and connecting TCP
_SCOPES = 0b11  # abstract sockets, signals
_NETWORK_FROM, _IOCTL_FROM, _SCOPES_FROM = 4, 5, 6
_ON_FILE = 0b0111 | _TRUNCATE | _IOCTL  # execute, write, read: what a rule about a file may name
_MACHINE = ("cpuinfo", "filesystems", "loadavg", "meminfo", "stat", "sys", "uptime", "version")  # and of no process
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")

# architecture: its number in the kernel's audit, and of the calls socket, io_uring_setup and ptrace
_CALLS = {"x86_64": (0xC000_003E, 41, 425, 101), "aarch64": (0xC000_00B7, 198, 425, 117)}
_X32 = 0x4000_0000
_ALLOW, _DENY, _KILL = 0x7FFF_0000, 0x0005_0001, 0x8000_0000  # EPERM


def missing() -> str | None:
    """Why this machine does not offer this level; None if it does."""
    if os.uname().machine not in _CALLS:
        return f"no filter of system calls for {os.uname().machine}"
    try:
        version = linux.landlock_version()
    except OSError as error:
        return error.strerror or "no Landlock"
    return None if version >= _LEAST else f"Landlock {version} is too old (at least {_LEAST})"


def restrict(writable: Sequence[str], *, home: str, search_path: str, readable: Sequence[str]) -> None:
    """Confine this process and all that it starts. Raises OSError."""
    version = linux.landlock_version()
    files = _OLDEST | _REFER | _TRUNCATE | (_IOCTL if version >= _IOCTL_FROM else 0)
    rules = linux.landlock_ruleset(
        files, _NETWORK if version >= _NETWORK_FROM else 0, _SCOPES if version >= _SCOPES_FROM else 0
    )
    hidden = hidden_folders(home)
    for path in (*_outside(hidden), *tool_folders(home, search_path), *readable):
        linux.landlock_allow(rules, path, _READ if os.path.isdir(path) else _READ & _ON_FILE)
    for path in writable:
        linux.landlock_allow(rules, path, files)
    for name in _DEVICES:
        try:
            linux.landlock_allow(rules, f"/dev/{name}", files & _ON_FILE)
        except OSError:
            pass
    linux.drop_privileges()
    linux.landlock_restrict(rules)
    os.close(rules)
    linux.filter_calls(_filter())


def _outside(hidden: Sequence[str], folder: str = "/") -> list[str]:
    """All that is in a folder and not hidden: what is hidden in part is entered."""
    found: list[str] = []
    for entry in os.scandir(folder):
        if entry.is_symlink() or entry.path in hidden or entry.path in {"/proc", "/dev"}:
            continue
        if any(each.startswith(f"{entry.path}/") for each in hidden):
            found += _outside(hidden, entry.path)
        else:
            found.append(entry.path)
    return [*found, *(f"/proc/{each}" for each in _MACHINE)] if folder == "/" else found


def _filter() -> bytes:
    """
    Refuses every socket (a pair of connected ones is another call), io_uring, which would open one, and tracing.

    Sockets of the file system are refused too: Landlock does not cover connecting to Docker's. A call in the numbering
    of another architecture ends the process.
    """
    audit, *refused = _CALLS[os.uname().machine]
    load, equal, at_least, answer = 0x20, 0x15, 0x35, 0x06
    steps = [
        (load, 0, 0, 4),  # the architecture
        (equal, 1, 0, audit),
        (answer, 0, 0, _KILL),
        (load, 0, 0, 0),  # the number of the call
        (at_least, len(refused) + 1, 0, _X32),
        *((equal, len(refused) - number, 0, call) for number, call in enumerate(refused)),
        (answer, 0, 0, _ALLOW),
        (answer, 0, 0, _DENY),
    ]
    return b"".join(struct.pack("=HBBI", *each) for each in steps)
