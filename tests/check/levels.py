"""Which levels of isolation a machine offers, found without darner's own code."""

import ctypes
import errno
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Literal

from darner_server.check.isolation import Level

_LANDLOCK_CREATE, _VERSION = 444, 1
_MOUNT_SETATTR = 442
_LEAST = 3
_MOUNTS = """
cd "$1" && mkdir -p lower upper work merged &&
mount -t overlay overlay merged -o lowerdir=lower,upperdir=upper,workdir=work,userxattr &&
mount -t tmpfs tmpfs /tmp && mount -t proc proc /proc
"""


def offered(level: Level, folder: Path) -> bool | Literal["unknown"]:
    """Whether the machine offers a level; `folder` is where copies would be."""
    if level == "limits":
        return True
    return _offers_namespaces(folder) if level == "namespaces" else landlock_version() >= _LEAST


@cache
def landlock_version() -> int:
    """The kernel's version of Landlock; 0 or less where there is none, or a filter denies it."""
    return int(ctypes.CDLL(None).syscall(_LANDLOCK_CREATE, None, 0, _VERSION))


@cache
def _offers_namespaces(folder: Path) -> bool | Literal["unknown"]:
    """Let util-linux make the namespaces and mount an overlay in them."""
    if not _knows_mount_setattr():
        return False
    words = ("--user", "--map-root-user", "--mount", "--pid", "--net", "--ipc", "--uts", "--fork")
    command = ["unshare", *words, "sh", "-c", _MOUNTS, "sh", os.fspath(folder)]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return "unknown"  # no such program here


def _knows_mount_setattr() -> bool:
    """Whether this call is there, which util-linux does not need: asked for nothing, it finds fault with the question."""
    library = ctypes.CDLL(None, use_errno=True)
    return library.syscall(_MOUNT_SETATTR, -1, None, 0, None, 0) < 0 and ctypes.get_errno() == errno.EINVAL
