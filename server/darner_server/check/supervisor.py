"""Running one command to its end, or ending it with all that it started where it passes a limit.

It runs in a process of its own: the first one of a namespace, whose end is the end of all in it; elsewhere the one
that all orphans are given to.
"""

from __future__ import annotations

import os
import select
import sys
import time

from darner_server.check import linux

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import NoReturn

if sys.platform != "win32":
    import resource  # now: in a sandbox Python's own library may be out of sight

# `signal` itself imports for milliseconds, and every check waits for them.
_SIGINT, _SIGKILL, _SIGPIPE, _SIGSTOP, _SIGXFSZ = 2, 9, 13, 19, 25

_LOOKS = (0.005, 0.05)  # seconds between looks at memory, processes and output, least and most
_PAUSE = 20  # of what a look takes: many processes elsewhere make it slow
_CONFINED = b"\0"
_SOON = 0.002  # seconds between looks at what was killed
_ENDING = 10.0  # seconds in which processes that were killed are gone, also on a machine with much to do


def supervise(
    arguments: Sequence[str],
    *,
    folder: str,
    environment: Mapping[str, str],
    limits: Mapping[str, float],
    output: int,
    lifeline: int,
    confine: Callable[[], None],
    begun: Callable[[], None],
) -> tuple[str, str]:
    """
    Run a command with its output in the file `output`; say how it ended, once nothing that it started is left.

    ("code", its exit code; negative: the signal), or ("limit", the one for passing which it was ended), which is
    "cancelled" where `lifeline` was closed. The program is a path. `limits` are those of `ResourceLimits`, and
    "threads" for the kernel to count. `confine` is called in the command's own process, `begun` once it has worked.
    Raises OSError where it has not.
    """
    deadline = time.monotonic() + limits["seconds"]
    ready, confined = os.pipe()
    command = os.fork()
    if command == 0:
        _become(
            arguments, folder=folder, environment=environment, limits=limits, output=output, confined=confined,
            confine=confine,
        )  # fmt: skip
    os.close(confined)
    _await_confined(ready)
    begun()
    awaited = [lifeline, *_end_of(command)]
    code: int | None = None
    limit: str | None = None
    pause = _LOOKS[0]
    while code is None and limit is None:
        left = deadline - time.monotonic()
        heard = select.select(awaited, [], [], max(0.0, min(pause, left)))[0]
        code = _reap(command)
        if code is None:
            began = time.monotonic()
            limit = "cancelled" if lifeline in heard else "time" if left <= 0 else _passed(limits, output)
            pause = min(_LOOKS[1], max(_LOOKS[0], _PAUSE * (time.monotonic() - began)))
    _end_descendants(command)
    if _size(output) > limits["output"]:
        code, limit = None, "output"
    return ("limit", limit) if limit else ("code", str(code))


def _end_of(command: int) -> list[int]:
    """What can be read from once the process has ended; nothing where there is no such thing: then looks must do."""
    try:
        return [os.pidfd_open(command)]
    except (OSError, AttributeError):
        return []


def reason_of(error: OSError) -> str:
    """What failed, and on which file."""
    return ": ".join(str(each) for each in (error.filename, error.strerror) if each) or str(error)


def tasks_of_user() -> int:
    """How many processes and threads this user has, which is what the kernel counts."""
    found = 0
    for name in os.listdir("/proc"):
        if name.isdecimal():
            try:
                if os.stat(f"/proc/{name}").st_uid == os.geteuid():
                    found += len(os.listdir(f"/proc/{name}/task"))
            except OSError:
                pass
    return found


def _become(
    arguments: Sequence[str],
    *,
    folder: str,
    environment: Mapping[str, str],
    limits: Mapping[str, float],
    output: int,
    confined: int,
    confine: Callable[[], None],
) -> NoReturn:
    """The command's process: never returns. It writes to `confined` whether it is."""
    try:
        for number in (_SIGPIPE, _SIGXFSZ, _SIGINT):
            linux.restore_signal(number)
        os.setsid()
        null = os.open(os.devnull, os.O_RDONLY)
        for target, source in ((0, null), (1, output), (2, output)):
            os.dup2(source, target)
        try:
            os.chdir(folder)
            _limit(limits)
            confine()
        except OSError as error:
            os.write(confined, reason_of(error).encode())
            os._exit(127)
        os.write(confined, _CONFINED)
        os.execve(arguments[0], list(arguments), dict(environment))
    except OSError as error:
        os.write(2, f"{arguments[0]}: {error.strerror}\n".encode())
    finally:
        os._exit(127)


def _await_confined(ready: int) -> None:
    said = os.read(ready, 4_096)
    os.close(ready)
    if said != _CONFINED:
        raise OSError(0, said.decode() or "the command could not be started")


def _limit(limits: Mapping[str, float]) -> None:
    for kind, most in (
        (resource.RLIMIT_NPROC, int(limits["threads"])),  # root is exempt
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, int(limits["file"])),
        (resource.RLIMIT_DATA, int(limits["memory"])),
        (resource.RLIMIT_CPU, int(limits["seconds"] * (os.cpu_count() or 1)) + 1),
    ):
        try:
            hard = resource.getrlimit(kind)[1]
            limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (limit, limit))
        except (OSError, ValueError):
            pass


def _reap(command: int) -> int | None:
    """Take the ends of all that ended; the command's, where it is among them."""
    found: int | None = None
    while True:
        try:
            process, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if process == 0:
            return found
        if process == command:
            found = os.waitstatus_to_exitcode(status)


def _passed(limits: Mapping[str, float], output: int) -> str | None:
    if _size(output) > limits["output"]:
        return "output"
    if sys.platform != "linux":
        return None
    processes = _descendants()
    if len(processes) > limits["processes"]:
        return "processes"
    return "memory" if sum(map(_memory, processes)) > limits["memory"] else None


def _size(output: int) -> int:
    return os.fstat(output).st_size


def _memory(process: int) -> int:
    """Bytes that are its alone; memory that several share is nobody's here."""
    try:
        with open(f"/proc/{process}/statm", "rb") as file:
            resident, shared = file.read().split()[1:3]
    except (OSError, ValueError):
        return 0
    return (int(resident) - int(shared)) * os.sysconf("SC_PAGESIZE")


def _descendants() -> list[int]:
    """All processes that this one started, at any remove, those that have ended left out."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdecimal():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    state, parent = file.read().rpartition(b")")[2].split()[:2]
                    if state not in {b"Z", b"X"}:
                        children.setdefault(int(parent), []).append(int(name))
            except (OSError, ValueError, IndexError):
                pass
    found: list[int] = []
    waiting = [os.getpid()]
    while waiting:
        waiting += (below := children.get(waiting.pop(), []))
        found += below
    return found


def _end_descendants(command: int) -> None:
    """End what is left of the command. The first process of a namespace need not: the kernel does, when it ends."""
    if os.getpid() == 1:
        return
    try:
        os.killpg(command, _SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    until = time.monotonic() + _ENDING
    while sys.platform == "linux" and _has_children() and time.monotonic() < until:
        left = _descendants()  # one that is being born while its parent ends may be missing
        for process in left:  # stopped first, so that none starts another while the list is gone through
            _send(process, _SIGSTOP)
        for process in left:
            _send(process, _SIGKILL)
        time.sleep(_SOON)


def _has_children() -> bool:
    """Whether anything is left. All orphans are given to this process, so where it has no child there is nothing."""
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                return True
        except ChildProcessError:
            return False


def _send(process: int, number: int) -> None:
    try:
        os.kill(process, number)
    except (ProcessLookupError, PermissionError):
        pass
