"""The warm process itself: it has everything imported, and forks for each request. It reads no settings and no keys.

The fork does what a cold command does, by the same code, in the caller's folder, with the caller's environment, streams
and limits; so nothing of one request is left for another. It declines callers that are confined otherwise than it is.
"""

import fcntl
import gc
import os
import selectors
import signal
import socket
import sys
import threading
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from time import monotonic

from darner_context.system.child_environment import NEUTRAL
from darner_context.system.private_files import private_folder
from darner_server import __version__
from darner_server.cli.daemon import address
from darner_server.cli.warm_process.request import Request, answer, remember_files
from darner_server.patch.lazy_pattern import compile_patterns

IDLE = 15 * 60.0  # seconds without a request until it ends
LOOK = 30.0  # seconds between two looks at whether its socket is still there
_MANY = 4096
MOST = 4  # processes that commands of a user left behind: each has a state folder of its own
_PRELOADED = (
    "darner_server.cli.app",
    "darner_server.cli.arguments.plain",
    "darner_server.cli.context",
    "darner_server.cli.doctor",
    "darner_server.cli.patch",
    "darner_server.engine.engine",
    "darner_server.engine.patch_state",
    "darner_server.engine.prompt.prompts",
    "darner_server.engine.run",
    "darner_clients.transport.exchange",
    "darner_clients.discovery.model_info",
    "darner_context.facts.extract",
    "darner_context.git.changed_lines",
    "darner_context.indexing.indexer",
    "darner_context.indexing.updater",
    "anyio._backends._asyncio",
    "concurrent.futures.thread",
    "encodings.utf_8_sig",
)


def main() -> int:
    """Serve until nothing was asked for so long, or a signal comes; 1 if another process serves already."""
    os.closerange(3, min(_MANY, os.sysconf("SC_OPEN_MAX")))  # of the caller's callers
    os.chdir(NEUTRAL)
    os.umask(0o077)
    path = address.folder()
    if not address.is_possible() or path is None or (sys.argv[1:] and not _is_among_few()):
        return 1
    private_folder(Path(path))
    handle = address.open_folder(path)
    if handle is None:
        return 1
    lock = os.open("lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=handle)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return 1
    for each in _PRELOADED:
        import_module(each)
    compile_patterns()
    remember_files()
    if threading.active_count() > 1:
        return 1  # a fork would not have them
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)  # as every command
    with suppress(FileNotFoundError):
        os.unlink(address.NAME, dir_fd=handle)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(address.within(handle))
        listening.listen(16)
        serving = _Serving(listening, handle)
        serving.run()
        serving.leave()
    return 0


_slots: list[socket.socket] = []  # held until the process ends


def _is_among_few() -> bool:
    for number in range(MOST):
        slot = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            slot.bind(f"\0darner-daemon-{os.geteuid()}-{number}")
        except OSError:
            slot.close()
            continue
        _slots.append(slot)
        return True
    return False


class _Serving:
    """The listening socket, and the forks that are at work."""

    def __init__(self, listening: socket.socket, folder: int) -> None:
        self._listening = listening
        self._folder = folder
        self._began = monotonic()
        self._served = 0
        self._ending = False
        self._selector = selectors.DefaultSelector()
        self._woken, self._wakes = os.pipe()
        self._work: dict[int, tuple[int, socket.socket]] = {}  # by the descriptor of a process: its number, the caller

    def run(self) -> None:
        """Return when it was asked to end and all work is done, or when it was idle for long."""
        signal.signal(signal.SIGTERM, lambda _signal, _frame: self._wake())
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._listening.settimeout(0)
        self._selector.register(self._listening, selectors.EVENT_READ)
        self._selector.register(self._woken, selectors.EVENT_READ)
        last = monotonic()
        while self._work or (self._is_reachable() and monotonic() - last < IDLE):
            for key, _ in self._selector.select(LOOK):
                last = monotonic()
                if key.fileobj is self._listening:
                    self._accept()
                elif key.fd == self._woken:
                    os.read(self._woken, 64)
                    self.leave()
                else:
                    self._finish(key.fd)

    def _wake(self) -> None:
        """Have it leave: called by its own handler of a signal, and by its forks."""
        os.write(self._wakes, b"e")

    def leave(self) -> None:
        """Let another process take the place; what is at work is finished."""
        if not self._ending:
            self._ending = True
            self._selector.unregister(self._listening)
            self._listening.close()
            with suppress(OSError):
                os.unlink(address.NAME, dir_fd=self._folder)

    def _is_reachable(self) -> bool:
        if self._ending:
            return False
        try:
            return os.stat(address.NAME, dir_fd=self._folder).st_uid == os.geteuid()
        except OSError:
            return False

    def _accept(self) -> None:
        try:
            caller, _ = self._listening.accept()
        except OSError:
            return
        try:
            process = os.fork()
        except OSError:
            caller.close()
            return
        if process == 0:
            self._serve(caller)
        self._served += 1
        watched = os.pidfd_open(process)
        self._work[watched] = (process, caller)
        self._selector.register(watched, selectors.EVENT_READ)

    def _finish(self, watched: int) -> None:
        self._selector.unregister(watched)
        os.close(watched)
        process, caller = self._work.pop(watched)
        _, code = os.waitpid(process, 0)
        with suppress(OSError), caller:
            caller.sendall(bytes([os.waitstatus_to_exitcode(code) % 256]))  # one that a signal ended has no other

    def _serve(self, caller: socket.socket) -> None:
        """In the fork; it never returns."""
        code = 1
        try:
            self._selector.close()
            self._listening.close()
            for _, other in self._work.values():
                other.close()
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            said = (
                f"{__version__}, process {os.getppid()}, {self._served} requests in {monotonic() - self._began:.0f} s\n"
            )
            code = answer(caller, said, _run, self._wake)
        except BaseException:  # noqa: BLE001 - whatever it is, the fork must not go on as if it were its parent
            code = 1
        finally:
            os._exit(code)


def _run(request: Request) -> int:
    from darner_server.cli.app import run

    return run(request.arguments)


if __name__ == "__main__":
    sys.exit(main())
