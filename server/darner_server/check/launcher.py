"""The process that prepares a copy, confines a command and watches over it: it reads its order from a file.

The order is a dict that `marshal` wrote; stdin stays open for as long as the starter wants the command to run. The
answers on stdout are lines of a word and a value: `level` as soon as the level holds, or `unisolated` with the reason,
and in the end `code` or `limit`. It imports little and waits for nothing, because every check begins with it: what
`json`, `typing`, `contextlib` or `signal` need would take longer than all else.
"""

from __future__ import annotations

import marshal
import os
import sys

from darner_server.check import patched_copy
from darner_server.check.supervisor import reason_of, supervise, tasks_of_user

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any


def main(path: str) -> None:
    """Carry out one order."""
    with open(path, "rb") as file:
        order = marshal.load(file)  # noqa: S302 - from darner itself, in a folder of its own
    output = os.open(order["output"], os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        if order["level"] == "namespaces":
            _in_namespaces(order, output)
        elif order["level"] == "landlock":
            _under_landlock(order, output)
        else:
            _run(order, output, order["copy"], lambda: None)
    except OSError as error:
        _answer("unisolated", reason_of(error))
    os._exit(0)  # what Python tidies up in the end takes as long as a check that does nothing


def _in_namespaces(order: Mapping[str, Any], output: int) -> None:
    from darner_server.check import linux, namespaces

    parent = os.getppid()
    namespaces.enter()
    _end_with(parent)  # new rights have cleared it
    first = os.fork()  # the first process of the new namespace
    if first:
        os.close(1)
        os.waitpid(first, 0)
        return
    try:
        _end_with(0)
        namespaces.limit_processes(order["limits"]["threads"])
        workspace, home = order["workspace"], order["home"]
        copy = namespaces.mount_overlay(workspace, order["scratch"])
        patched_copy.apply_changes(copy, order["changes"])
        caches = namespaces.cache_overlays(home, order["scratch"])
        namespaces.hide_the_rest(copy, workspace, home=home, search_path=order["programs"], caches=caches)
        _run(order, output, workspace, linux.drop_privileges)
    except OSError as error:
        _answer("unisolated", reason_of(error))
    finally:
        os._exit(0)


def _under_landlock(order: Mapping[str, Any], output: int) -> None:
    from darner_server.check import landlock

    environment = order["environment"]
    writable = (order["copy"], environment["TMPDIR"], environment["HOME"])

    def confine() -> None:
        landlock.restrict(writable, home=order["home"], search_path=order["programs"], readable=order["readable"])

    _run(order, output, order["copy"], confine)


def _run(order: Mapping[str, Any], output: int, folder: str, confine: Callable[[], None]) -> None:
    if order["level"] != "namespaces":
        patched_copy.apply_changes(order["copy"], order["changes"])
    limits = dict(order["limits"])
    if sys.platform == "linux":
        _be_closed()
        if order["level"] != "namespaces":
            limits["threads"] += tasks_of_user()
    word, value = supervise(
        order["arguments"],
        folder=folder,
        environment=order["environment"],
        limits=limits,
        output=output,
        lifeline=0,
        confine=confine,
        begun=lambda: _answer("level", order["level"]),
    )
    _answer(word, value)


def _end_with(parent: int) -> None:
    """End when the parent does, whatever it is that ends it."""
    from darner_server.check import linux

    linux.prctl(linux.PR_SET_PDEATHSIG, 9)
    if os.getppid() != parent:
        os._exit(1)


def _be_closed() -> None:
    """Be nobody's to look into, and take in what is orphaned."""
    from darner_server.check import linux

    linux.prctl(linux.PR_SET_DUMPABLE, 0)
    linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)


def _answer(word: str, value: str) -> None:
    os.write(1, f"{word} {value}\n".encode(errors="backslashreplace"))


if __name__ == "__main__":
    main(sys.argv[1])
