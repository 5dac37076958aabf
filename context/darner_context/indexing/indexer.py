"""Bring a store up to date with the disk, in a process of its own with parsers beside it.

Run as `python -m darner_context.indexing.indexer`: a JSON object on stdin gives the work, JSON lines on stdout
report progress.
"""

import gc
import json
import os
import sqlite3
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

from darner_context.facts.extract import extract
from darner_context.facts.file_facts import digest_of
from darner_context.request import LeftOut, Unreadable
from darner_context.store.database import Row, Store, damaged
from darner_context.store.entry import Entry, empty_entry, make_entry, unchanged_entry
from darner_context.syntax.notebook import SUFFIX
from darner_context.syntax.parser import load_grammar
from darner_context.system.parent_death import lifeline
from darner_context.system.resource_limits import limited_time
from darner_context.text.tokenizer import load
from darner_context.workspace.scan import Source, Workspace, read_text

_BATCH = 400_000  # bytes of source in one task
_COMMIT, _COMMIT_MOST = (
    600,
    8_000,
)  # files in one transaction: a growing number, because each rewrites shared data
_LAST = 200  # files, or fewer, that are stored after the last one is parsed: no parser runs beside that
_PATIENCE = 40.0  # seconds in which some task is done, unless one hangs
_SECONDS, _SPEED = 1.5, 150_000  # processor time for one file: so much, and more for so many bytes each second
_MINIFIED_LINE, _MINIFIED_LEAST = 2_000, 20_000  # characters in a line of average length, and in the file

_HARMLESS = Source("lines.py", str(Path(__file__).parents[1] / "text" / "lines.py"), 0, 0)  # every parser survives it

Done = tuple[list[Entry], list[LeftOut]]
Work = Callable[[Sequence[Source]], Done]


def changes(workspace: Workspace, rows: dict[str, Row], left_out: list[LeftOut]) -> tuple[list[Source], list[str]]:
    """Compare disk and store: files that may have changed, paths that no longer exist."""
    seen: set[str] = set()
    fresh: list[Source] = []
    for source in workspace.scan(left_out):
        seen.add(source.path)
        row = rows.get(source.path)
        if row is None:
            fresh.append(source)
        elif row.size != source.size or row.stamp != source.stamp:
            fresh.append(replace(source, known=row.digest))
        elif not row.digest:
            left_out.append(LeftOut(source.path, "no parser survived it"))
    return fresh, [path for path in rows if path not in seen]


def parse(sources: Sequence[Source]) -> Done:
    """Parse some files; one that cannot be read is left out, and nothing here raises."""
    done: list[Entry] = []
    left_out: list[LeftOut] = []
    for source in sources:
        text = read_text(source.file)
        if isinstance(text, Unreadable):
            left_out.append(LeftOut(source.path, text.reason))
            continue
        is_notebook = source.path.endswith(SUFFIX)  # its pictures are long lines
        if not is_notebook and len(text) > _MINIFIED_LEAST and len(text) > _MINIFIED_LINE * _lines(text):
            left_out.append(LeftOut(source.path, "minified"))
            continue
        try:
            if source.known and source.known == digest_of(text):
                done.append(unchanged_entry(source.path, source.size, source.stamp, source.known))
            else:
                done.append(make_entry(source.path, source.size, source.stamp, extract(source.path, text)))
        except Exception as error:  # noqa: BLE001 - one file never costs the others
            left_out.append(LeftOut(source.path, f"cannot be parsed: {str(error) or type(error).__name__}"))
    return done, left_out


def _lines(text: str) -> int:
    return max(text.count("\n"), text.count("\r")) + 1


def _within_limits(work: Work, sources: Sequence[Source]) -> Done:
    """Do the work on each file in the time that one may take; beyond it the process ends."""
    done: list[Entry] = []
    left_out: list[LeftOut] = []
    for source in sources:
        load_grammar(source.path)  # its time is not the file's
        with limited_time(_SECONDS + source.size / _SPEED):
            some, passed = work([source])
        done += some
        left_out += passed
    return done, left_out


def batches(sources: Iterable[Source]) -> Iterator[list[Source]]:
    """Cut the files into tasks of about equal work."""
    batch: list[Source] = []
    size = 0
    for source in sources:
        batch.append(source)
        size += source.size + 2_000
        if size > _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def update(
    store: Store, workspace: Workspace, processes: int, work: Work = parse
) -> Iterator[tuple[int, int, list[LeftOut]]]:
    """
    Bring the store up to date; yields files done, files to do and what was left out, after each transaction.

    With no processes to parse in, it is done in this one, and a grammar that dies takes it along.
    """
    left_out: list[LeftOut] = []
    fresh, gone = changes(workspace, store.rows(), left_out)
    if gone:
        store.write([], gone)
    done: list[Entry] = []
    count = 0
    yield 0, len(fresh), left_out
    with closing(_parse_all(store, fresh, processes, work)) as parts:  # an error here ends the processes, not later
        for some, passed in parts:
            done += some
            left_out += passed
            lost = {file.path for file in passed if file.path is not None}.difference(entry.path for entry in some)
            if lost:
                store.write((), lost)
            most = min(max(_COMMIT, count), _COMMIT_MOST)
            if len(done) >= most or len(fresh) - count - len(done) < _LAST <= len(done):
                store.write(done)
                count += len(done)
                done = []
                yield count, len(fresh), left_out
    if done:
        store.write(done)
    yield count + len(done), len(fresh), left_out


def _parse_all(store: Store, fresh: list[Source], processes: int, work: Work) -> Generator[Done, None, None]:
    tasks = batches(fresh)
    if not processes or not fresh:
        yield from map(work, tasks)
        return
    from darner_context.indexing.worker_pool import FailedTask, PoolExhausted, run_in_pool  # never in the server

    load("o200k_base")  # before the fork, so that the children share the encoder and none of them builds its own
    processes = 1 if sum(source.size for source in fresh) < 2 * _BATCH else processes
    try:
        for each in run_in_pool(partial(_within_limits, work), tasks, processes, _PATIENCE, [_HARMLESS]):
            if isinstance(each, FailedTask):
                source = each.piece
                if each.kind == "late":
                    store.add_suspects([source.path])
                yield [empty_entry(source.path, source.size, source.stamp)], [LeftOut(source.path, each.reason)]
            else:
                yield each
    except PoolExhausted as error:
        yield [], [LeftOut(None, f"not everything is parsed: {error}")]


def main() -> int:
    """Read the order from stdin and carry it out."""
    order = json.loads(sys.stdin.buffer.readline())
    with lifeline(sys.stdin.fileno()):
        return _carry_out(order)


def _carry_out(order: dict[str, Any]) -> int:
    os.nice(5) if hasattr(os, "nice") else None
    gc.disable()  # here and in workers that are forked: facts refer to nothing that refers to them
    workspace = Workspace([Path(root) for root in order["roots"]], order["ignore"], order["slow"])
    try:
        store = Store(Path(order["store"]), write=True)
        left_out: list[LeftOut] = []
        for done, total, passed in update(store, workspace, max(1, order["workers"])):
            left_out = passed
            sys.stdout.write(json.dumps({"done": done, "total": total}) + "\n")
            sys.stdout.flush()
        store.close()
        sys.stdout.write(json.dumps({"left_out": [asdict(each) for each in left_out]}) + "\n")
    except (sqlite3.Error, OSError) as error:
        replace_store = isinstance(error, sqlite3.DatabaseError) and damaged(error)
        sys.stdout.write(json.dumps({"error": str(error), "damaged": replace_store}) + "\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
