"""Work shared out to processes. One that dies or hangs costs the one piece of work it was at, and nothing else."""

import os
import sys
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from multiprocessing import active_children, get_context
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from typing import Generic, Literal, TypeVar

from darner_context.system.resource_limits import limit_memory

FailureKind = Literal["died", "late"]
REASONS: dict[FailureKind, str] = {
    "died": "its parser died or needed too much time or memory",
    "late": "it takes too long to parse",
}
_MEMORY = 600_000_000  # bytes that a process may take for its work
_AHEAD = 2  # tasks that are ready beside those that are running

_Piece = TypeVar("_Piece")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class FailedTask(Generic[_Piece]):
    """A piece of work that no process survived."""

    piece: _Piece
    kind: FailureKind

    @property
    def reason(self) -> str:
        """The reason in words."""
        return REASONS[self.kind]


class PoolExhausted(OSError):
    """Not even a task that harms no process was done: it is not the work that is to blame."""


def run_in_pool(
    work: Callable[[Sequence[_Piece]], _Result],
    tasks: Iterator[Sequence[_Piece]],
    processes: int,
    patience: float,
    proof: Sequence[_Piece],
) -> Generator[_Result | FailedTask[_Piece], None, None]:
    """
    Do all tasks, each of some pieces, in so many processes; gives the results as they come.

    Where a process dies, or none has finished a task for `patience` seconds, what was under way is done again piece by
    piece, to find the one that is to blame. Before it is blamed, `proof` is done, a task that harms no process: raises
    PoolExhausted if that fails too. The other children of this process must not mind being killed.
    """
    while under_way := (yield from _run_until_death(work, tasks, processes, processes + _AHEAD, patience))[0]:
        pieces = iter([[piece] for piece in under_way])
        while True:
            left, kind = yield from _run_until_death(work, pieces, 1, 1, patience)
            if not left:
                break
            if not list(_run_until_death(work, iter([proof]), 1, 1, patience)):
                raise PoolExhausted("no process that parses survives")
            yield FailedTask(left[0], kind)


def _run_until_death(
    work: Callable[[Sequence[_Piece]], _Result],
    tasks: Iterator[Sequence[_Piece]],
    processes: int,
    most: int,
    patience: float,
) -> Generator[_Result, None, tuple[list[_Piece], FailureKind]]:
    """Take tasks in new processes; returns what `most` tasks at once were under way when one died, and of what."""
    kind: FailureKind = "died"
    context = get_context("fork" if sys.platform == "linux" else "spawn")
    running: dict[Future[_Result], Sequence[_Piece]] = {}
    listener, held = context.Pipe(duplex=False)
    with listener, held, _pool(processes, context, listener, held) as pool:
        while True:
            while len(running) < most and (task := next(tasks, None)) is not None:
                running[_submitted(pool, work, task)] = task
            if not running:
                return [], kind
            finished, _ = wait(running, patience, FIRST_COMPLETED)
            if not finished:
                kind = "late"
                _kill_children(pool)
            whole = [each for each in finished if not isinstance(each.exception(), BrokenProcessPool)]
            for each in whole:
                del running[each]
                yield each.result()
            if len(whole) < len(finished):
                break
    return [*chain.from_iterable(running.values())], kind


@contextmanager
def _pool(
    processes: int, context: BaseContext, listener: Connection, held: Connection
) -> Generator[ProcessPoolExecutor, None, None]:
    """Processes that are killed where an error, or closing the generator, would wait for one that hangs."""
    with ProcessPoolExecutor(processes, context, _begin, (listener, held)) as pool:
        try:
            yield pool
        except BaseException:
            _kill_children(pool)
            raise


def _kill_children(pool: ProcessPoolExecutor) -> None:
    """
    Kill the processes of a pool, and let the pool see it.

    One that dies in the middle of its answer leaves half of it, and the pool's own thread waits for the other half as
    long as anybody could write it: this process too holds that end of the pipe.
    """
    for child in active_children():
        child.kill()
    writer = getattr(getattr(pool, "_result_queue", None), "_writer", None)
    if isinstance(writer, Connection):
        writer.close()


def _submitted(
    pool: ProcessPoolExecutor, work: Callable[[Sequence[_Piece]], _Result], task: Sequence[_Piece]
) -> Future[_Result]:
    try:
        return pool.submit(work, task)
    except BrokenProcessPool as error:  # since the last look
        future = Future[_Result]()
        future.set_exception(error)
        return future


def _begin(listener: Connection, held: Connection) -> None:
    """
    Let a worker end with a parent that was killed: then no process holds the other end of the pipe any more.

    One that hangs where no other thread of it can run does not see that: whoever kills the parent kills its group. Nor
    does it hold the parent's stdout, at whose end somebody may wait.
    """
    limit_memory(_MEMORY)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)
    held.close()
    threading.Thread(target=_end_with, args=(listener,), daemon=True).start()


def _end_with(listener: Connection) -> None:
    listener.poll(None)
    os._exit(1)
