"""The process that prepares a copy, confines a command and watches over it: it reads its order from stdin.

One JSON object is the order, a line; stdin then stays open for as long as the starter wants the command to run. The
answer on stdout is a line as soon as the level holds, {"level"} or {"unisolated": reason}, and one at the end.
It imports little and waits for nothing, because every check begins with it.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from darner_server.check import changes
from darner_server.check.isolation import Limits, reason_of
from darner_server.check.supervisor import supervise


def main() -> None:
    """Carry out one order."""
    order = json.loads(_line())
    output = os.open(order["output"], os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        if order["level"] == "namespaces":
            _in_namespaces(order, output)
        elif order["level"] == "landlock":
            _under_landlock(order, output)
        else:
            _run(order, output, order["copy"], lambda: None)
    except OSError as error:
        _answer({"unisolated": reason_of(error)})


def _line() -> bytes:
    """One line, and not a byte more: what follows is for the supervisor to see."""
    found = bytearray()
    while not found.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            sys.exit(1)
        found += byte
    return bytes(found)


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
        workspace, home = order["workspace"], order["home"]
        copy = namespaces.mount_overlay(workspace, order["scratch"])
        changes.apply(copy, order["changes"])
        namespaces.hide_the_rest(copy, workspace, home=home, search_path=order["environment"].get("PATH", ""))
        _run(order, output, workspace, linux.drop_privileges)
    except OSError as error:
        _answer({"unisolated": reason_of(error)})
    finally:
        os._exit(0)


def _under_landlock(order: Mapping[str, Any], output: int) -> None:
    from darner_server.check import landlock

    environment = order["environment"]
    confine = partial(
        landlock.restrict, (order["copy"], environment["TMPDIR"], environment["HOME"]), home=order["home"],
        search_path=environment.get("PATH", ""), readable=order["readable"],
    )  # fmt: skip
    _run(order, output, order["copy"], confine)


def _run(order: Mapping[str, Any], output: int, folder: str, confine: Callable[[], None]) -> None:
    if order["level"] != "namespaces":
        changes.apply(order["copy"], order["changes"])
    if sys.platform == "linux":
        _be_closed()
    ended = supervise(
        order["arguments"],
        folder=folder,
        environment=order["environment"],
        limits=Limits(**order["limits"]),
        output=output,
        lifeline=0,
        confine=confine,
        begun=lambda: _answer({"level": order["level"]}),
    )
    _answer(ended)


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


def _answer(said: Mapping[str, object]) -> None:
    os.write(1, json.dumps(said).encode() + b"\n")


if __name__ == "__main__":
    main()
