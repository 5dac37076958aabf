"""What a hostile test would try, run inside a sandbox: it prints which of its attempts worked, as JSON."""

import ctypes
import json
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path


def main(order: dict[str, str]) -> None:
    """Try everything, or what is named in "only"; `order` names the files, sockets and processes outside."""
    outside = Path(order["outside"])
    attempts: dict[str, Callable[[], object]] = {
        "writes outside": lambda: (outside / "written").write_text("x"),
        "changes a file outside": lambda: (outside / "kept").write_text("x"),
        "climbs out": lambda: Path(os.path.relpath(outside), "climbed").write_text("x"),
        "writes through a link": lambda: Path("out", "through").write_text("x"),
        "writes to the system": lambda: Path("/usr/darner-test").write_text("x"),
        "makes a hard link": lambda: os.link(outside / "kept", "hard"),
        "reads a key": lambda: Path(order["key"]).read_text(),
        "connects by TCP": lambda: socket.create_connection(("127.0.0.1", int(order["port"]))),
        "sends by UDP": lambda: _send(int(order["port"])),
        "connects to a socket file": lambda: socket.socket(socket.AF_UNIX).connect(order["socket"]),
        "signals the parent": lambda: os.kill(int(order["parent"]), 0),
        "looks into the parent": lambda: Path(f"/proc/{order['parent']}/environ").read_bytes(),
        "traces the parent": lambda: _called("ptrace", 16, int(order["parent"]), 0, 0),
        "enters a namespace": lambda: _called("unshare", 0x1000_0000),
        "mounts": lambda: _called("mount", b"none", b"/usr", b"tmpfs", 0, None),
        "reads a device": _read_disk,
        "reads stdin": lambda: sys.stdin.read() or 1 / 0,
        "changes the kernel": lambda: os.open("/proc/sys/kernel/core_pattern", os.O_RDWR),
        "stays behind": lambda: _stay(order["marker"]),
    }
    only = order["only"].split(",") if "only" in order else list(attempts)
    sys.stdout.write(json.dumps([name for name in only if _works(attempts[name])]))


def _works(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except (OSError, ZeroDivisionError):
        return False
    return True


def _send(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x", ("192.0.2.1", port))


def _called(name: str, *arguments: object) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), name)


def _read_disk() -> None:
    disks = [each for each in Path("/dev").iterdir() if each.is_block_device()]
    for each in disks:
        with each.open("rb"):
            return
    raise OSError("there is no disk that it may read")


def _stay(marker: str) -> None:
    """Leave a process behind that is in no group of its parents."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execvp("sleep", ["sleep", marker])  # noqa: S606 - what it is for
        os._exit(0)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
