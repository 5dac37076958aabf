"""The strictest level: namespaces of Linux, in which a user without rights may arrange a file system of their own.

The copy is an overlay at the workspace's own path: what the check writes goes to a folder of darner's, and programs
that know the path (a virtual environment's) find it. Everything else is read-only, or empty.
"""

from __future__ import annotations

import os
import struct

from darner_server.check import linux
from darner_server.check.visible_files import cache_folders, hidden_folders, tool_folders

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_NEW = (
    linux.CLONE_NEWUSER | linux.CLONE_NEWNS | linux.CLONE_NEWPID | linux.CLONE_NEWNET | linux.CLONE_NEWIPC
    | linux.CLONE_NEWUTS
)  # fmt: skip
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_EVERYBODY = "0 0 4294967295"
_UP = 1
_OWN_NUMBERS = [6, 14]  # the version of Linux
_SIOCGIFFLAGS, _SIOCSIFFLAGS = 0x8913, 0x8914


def enter() -> None:
    """Put this process's children into namespaces of their own, with the user's own number. Raises OSError."""
    user, group = os.geteuid(), os.getegid()
    linux.unshare(_NEW)
    try:
        for name in ("uid", "gid"):
            _write(f"/proc/self/{name}_map", _EVERYBODY)  # root's right: a copy of a file keeps its owner
    except OSError:
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{user} {user} 1")
        _write("/proc/self/gid_map", f"{group} {group} 1")
    try:
        _write("/proc/sys/user/max_user_namespaces", "0")  # none within this one
    except OSError:
        pass
    _raise_loopback()


def limit_processes(most: int) -> None:
    """
    Let the kernel refuse more processes and threads in this namespace, which its first process calls.

    Only since Linux 6.14 is the greatest number of a process the namespace's own; before, it is the machine's. No less
    than 301 is accepted.
    """
    version = [int(each) for each in os.uname().release.replace("-", ".").split(".")[:2]]
    if version >= _OWN_NUMBERS:
        try:
            _write("/proc/sys/kernel/pid_max", str(300 + most))
        except OSError:  # a container whose settings are read-only
            pass


def foreign(workspace: str) -> str | None:
    """Say why an overlay could not be written to: only root's namespace knows the owners of other people's files."""
    found = os.stat(workspace)
    if os.geteuid() == 0 or (found.st_uid, found.st_gid) == (os.geteuid(), os.getegid()):
        return None
    return "the workspace belongs to another user or group"


def mount_overlay(workspace: str, scratch: str) -> str:
    """Mount a copy of the workspace that takes up nothing; return its path, which is inside `scratch`."""
    linux.mount("none", "/", "", linux.MS_REC | linux.MS_PRIVATE)
    return _overlay(workspace, scratch)


def cache_overlays(home: str, scratch: str) -> dict[str, str]:
    """
    Copies of the caches without which a build would begin with its language's own library, by the caches' own paths.

    What a check writes to them is gone when it ends. A cache that cannot be laid under is left out.
    """
    found: dict[str, str] = {}
    for number, path in enumerate(cache_folders(home)):
        folder = os.path.join(scratch, f"cache{number}")
        try:
            os.mkdir(folder, 0o700)
            found[path] = _overlay(path, folder)
        except OSError:
            continue
    return found


def _overlay(lower: str, scratch: str) -> str:
    for name in ("lower", "upper", "work", "merged"):
        os.makedirs(os.path.join(scratch, name), mode=0o700, exist_ok=True)
    linux.mount(lower, os.path.join(scratch, "lower"), "", linux.MS_BIND)
    os.chdir(scratch)  # names without the characters that separate options
    linux.mount("overlay", "merged", "overlay", 0, "lowerdir=lower,upperdir=upper,workdir=work,userxattr")
    return os.path.join(scratch, "merged")


def hide_the_rest(copy: str, workspace: str, *, home: str, search_path: str, caches: Mapping[str, str]) -> None:
    """Show the copy at the workspace's path, and of all else only what is no business of the user's, read-only."""
    overlays = {path: os.open(overlay, os.O_PATH | os.O_CLOEXEC) for path, overlay in caches.items()}
    tools = tool_folders(home, search_path)
    kept = {each: os.open(each, os.O_PATH | os.O_CLOEXEC) for each in tools if not _is_in(each, workspace)}
    devices = {each: os.open(f"/dev/{each}", os.O_PATH | os.O_CLOEXEC) for each in _DEVICES}
    held = os.open(copy, os.O_PATH | os.O_CLOEXEC)
    linux.set_read_only("/", read_only=True, recursive=True)
    for folder in hidden_folders(home):
        linux.mount("tmpfs", folder, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, "mode=0755,size=1g")
    os.makedirs(home, exist_ok=True)
    os.makedirs("/tmp", exist_ok=True)  # noqa: S108 - its own
    _mount_devices(devices)
    os.makedirs(workspace, exist_ok=True)
    _bind(held, workspace)
    linux.set_read_only(workspace, read_only=False, recursive=False)
    for path, handle in kept.items():
        os.makedirs(path, exist_ok=True)
        _bind(handle, path)
        linux.set_read_only(path, read_only=True, recursive=True)
    for path, handle in overlays.items():
        os.makedirs(path, exist_ok=True)
        _bind(handle, path)
        linux.set_read_only(path, read_only=False, recursive=False)
    linux.mount("proc", "/proc", "proc", linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC | linux.MS_RDONLY)
    for handle in (held, *kept.values(), *overlays.values(), *devices.values()):
        os.close(handle)
    os.chdir(workspace)


def _mount_devices(devices: dict[str, int]) -> None:
    linux.mount("tmpfs", "/dev", "tmpfs", linux.MS_NOSUID | linux.MS_NOEXEC, "mode=0755,size=64m")
    for name, handle in devices.items():
        os.close(os.open(f"/dev/{name}", os.O_CREAT | os.O_CLOEXEC, 0o666))
        _bind(handle, f"/dev/{name}")
        linux.set_read_only(f"/dev/{name}", read_only=False, recursive=False)
    for folder in ("shm", "pts"):
        os.mkdir(f"/dev/{folder}", 0o1777)
    linux.mount("tmpfs", "/dev/shm", "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, "mode=1777,size=1g")  # noqa: S108
    try:
        options = linux.MS_NOSUID | linux.MS_NOEXEC
        linux.mount("devpts", "/dev/pts", "devpts", options, "newinstance,ptmxmode=0666,mode=620")
    except OSError:  # without terminals a check still runs
        pass
    for name, target in (("ptmx", "pts/ptmx"), ("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0")):
        os.symlink(target, f"/dev/{name}")
    for number, name in enumerate(("stdout", "stderr"), 1):
        os.symlink(f"/proc/self/fd/{number}", f"/dev/{name}")


def _bind(handle: int, target: str) -> None:
    linux.mount(f"/proc/self/fd/{handle}", target, "", linux.MS_BIND | linux.MS_REC)


def _raise_loopback() -> None:
    """Many tests connect to a server of their own; without an address of its own the network is empty."""
    import fcntl
    from _socket import AF_INET, SOCK_DGRAM, socket  # `socket` itself imports for milliseconds

    any_socket = socket(AF_INET, SOCK_DGRAM)
    try:
        request = struct.pack("16sH22x", b"lo", 0)
        flags = struct.unpack("16sH22x", fcntl.ioctl(any_socket.fileno(), _SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(any_socket.fileno(), _SIOCSIFFLAGS, struct.pack("16sH22x", b"lo", flags | _UP))
    finally:
        any_socket.close()


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
