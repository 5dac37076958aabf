"""Running one command to its end, or ending it with all that it started where it passes a limit.

It runs in a process of its own: the first one of a namespace, whose end is the end of all in it; elsewhere the one
that all orphans are given to.
"""

import os
import select
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import FrameType
from typing import NoReturn

from darner_server.check.isolation import Limits, reason_of

if sys.platform != "win32":
    import resource  # now: in a sandbox Python's own library may be out of sight

_LOOK = 0.05  # seconds between looks at memory, processes and output
_CONFINED = b"\0"
_ENDING = 10.0  # seconds in which processes that were killed are gone, also on a machine with much to do


def supervise(
    arguments: Sequence[str],
    *,
    folder: str,
    environment: Mapping[str, str],
    limits: Limits,
    output: int,
    lifeline: int,
    confine: Callable[[], None],
    begun: Callable[[], None],
) -> dict[str, object]:
    """
    Run a command with its output in the file `output`; say how it ended, once nothing that it started is left.

    `code` is its exit code (negative: the signal), None where it was ended for passing the limit in `limit`, or where
    `lifeline` was closed ("cancelled"). `confine` is called in the command's own process, `begun` once it has worked.
    Raises OSError where it has not.
    """
    woken, waker = os.pipe()
    for each in (woken, waker):
        os.set_blocking(each, False)
    signal.signal(signal.SIGCHLD, _wake)  # without a handler it wakes nobody
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    deadline = time.monotonic() + limits.seconds
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
    code: int | None = None
    limit: str | None = None
    while code is None and limit is None:
        left = deadline - time.monotonic()
        heard = _heard([lifeline, woken], woken, max(0.0, min(_LOOK, left)))
        code = _reap(command)
        if code is None:
            limit = "cancelled" if lifeline in heard else "time" if left <= 0 else _passed(limits, output)
    _end_descendants(command, woken)
    if _size(output) > limits.output:
        code, limit = None, "output"
    return {"code": code, "limit": limit}


def _heard(handles: list[int], woken: int, seconds: float) -> list[int]:
    """Wait for one of the handles, or the end of a process, for so long at most."""
    found = select.select(handles, [], [], seconds)[0]
    if woken in found:
        with suppress(BlockingIOError):
            os.read(woken, 4_096)
    return found


def _wake(number: int, frame: FrameType | None) -> None:
    """Do nothing: the wakeup descriptor says it."""


def _become(
    arguments: Sequence[str],
    *,
    folder: str,
    environment: Mapping[str, str],
    limits: Limits,
    output: int,
    confined: int,
    confine: Callable[[], None],
) -> NoReturn:
    """The command's process: never returns. It writes to `confined` whether it is."""
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGPIPE, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
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
        os.execvpe(arguments[0], list(arguments), dict(environment))
    except OSError as error:
        os.write(2, f"{arguments[0]}: {error.strerror}\n".encode())
    finally:
        os._exit(127)


def _await_confined(ready: int) -> None:
    said = os.read(ready, 4_096)
    os.close(ready)
    if said != _CONFINED:
        raise OSError(0, said.decode() or "the command could not be started")


def _limit(limits: Limits) -> None:
    for kind, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, limits.file),
        (resource.RLIMIT_DATA, limits.memory),
        (resource.RLIMIT_CPU, int(limits.seconds * (os.cpu_count() or 1)) + 1),
    ):
        with suppress(OSError, ValueError):
            hard = resource.getrlimit(kind)[1]
            limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (limit, limit))


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


def _passed(limits: Limits, output: int) -> str | None:
    if _size(output) > limits.output:
        return "output"
    if sys.platform != "linux":
        return None
    processes = _descendants()
    if len(processes) > limits.processes:
        return "processes"
    return "memory" if sum(map(_memory, processes)) > limits.memory else None


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
            with suppress(OSError, ValueError, IndexError), open(f"/proc/{name}/stat", "rb") as file:
                state, parent = file.read().rpartition(b")")[2].split()[:2]
                if state not in {b"Z", b"X"}:
                    children.setdefault(int(parent), []).append(int(name))
    found: list[int] = []
    waiting = [os.getpid()]
    while waiting:
        waiting += (below := children.get(waiting.pop(), []))
        found += below
    return found


def _end_descendants(command: int, woken: int) -> None:
    """End what is left of the command. The first process of a namespace need not: the kernel does, when it ends."""
    if os.getpid() == 1:
        return
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(command, signal.SIGKILL)
    until = time.monotonic() + _ENDING
    while sys.platform == "linux" and (left := _descendants()) and time.monotonic() < until:
        for process in left:  # stopped first, so that none starts another while the list is gone through
            _send(process, signal.SIGSTOP)
        for process in left:
            _send(process, signal.SIGKILL)
        _heard([woken], woken, _LOOK)
        _reap(command)


def _send(process: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(process, number)
