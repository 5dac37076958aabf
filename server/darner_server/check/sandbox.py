"""Running a command on a draft at the strictest level that holds here, and naming that level."""

import asyncio
import marshal
import os
import stat
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from darner_server.check import landlock, namespaces, plain_copy
from darner_server.check.isolation import LEVELS, Level, ResourceLimits, Unisolated
from darner_server.check.scratch import remove
from darner_server.check.supervisor import reason_of

_BEGIN = "import sys; sys.path.insert(0, sys.argv[1]); from darner_server.check.launcher import main; main(sys.argv[2])"
_PACKAGES = str(Path(__file__).parents[2])
_GRACE = 20.0  # seconds in which a launcher that is to end does so by itself
_SHOWN = 200_000  # bytes of the end of the output that are kept
_MOST_KEPT = 16_000_000  # bytes of a file
_THREADS = 4  # for each process
_PRIVATE = ("DBUS_", "XDG_", "DISPLAY", "WAYLAND_", "DOCKER_", "KUBE", "SSH_", "GPG_", "SESSION_MANAGER", "DARNER_")

Limit = Literal["time", "memory", "processes", "output"]
_LIMITS: Mapping[str, Limit] = {"time": "time", "memory": "memory", "processes": "processes", "output": "output"}


@dataclass(frozen=True, slots=True)
class Draft:
    """A workspace with a patch: the new content of each changed file, None for a deleted one. `scratch` is a folder."""

    workspace: Path
    changes: Mapping[str, bytes | None]
    scratch: Path


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended: its exit code (negative: the signal), or None and the limit that it exceeded."""

    code: int | None
    limit: Limit | None
    output: str  # the end of it
    level: Level
    folder: str = ""  # where it ran: the workspace's own path, or that of the copy
    kept: str | None = None  # the text of the file that `run` was to keep


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A command at one level. `folder` is empty, for what the launcher needs and the copy."""

    arguments: Sequence[str]
    draft: Draft
    environ: Mapping[str, str]
    limits: ResourceLimits
    level: Level
    folder: Path


async def run(
    arguments: Sequence[str],
    draft: Draft,
    *,
    environ: Mapping[str, str],
    limits: ResourceLimits,
    levels: Sequence[Level] = LEVELS,
    keep: str | None = None,
) -> Ended | Unisolated:
    """
    Run a command on a copy of the draft, a new one each time, at the first of `levels` that holds on this machine.

    `environ` must hold no key. `keep` is the name of a file at the top of the copy. Cancelled, the command ends with
    all that it started.
    """
    reasons: list[str] = []
    for level in levels:
        if (missing := _missing(level, draft.workspace)) is not None:
            reasons.append(f"{level}: {missing}")
            continue
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, dir=draft.scratch))
        try:
            ended = await _attempt(_Attempt(arguments, draft, environ, limits, level, folder))
            if isinstance(ended, Ended) and keep is not None:
                ended = replace(ended, kept=_kept(folder / ("upper" if level == "namespaces" else "files") / keep))
        except OSError as error:
            ended = Unisolated(reason_of(error))
        finally:
            await asyncio.shield(asyncio.to_thread(remove, folder))
        if isinstance(ended, Ended):
            return ended
        reasons.append(f"{level}: {ended.reason}")
    return Unisolated("; ".join(reasons) or "no level of isolation was allowed")


def _missing(level: Level, workspace: Path) -> str | None:
    """Why a level need not be tried."""
    if sys.platform == "win32":
        return "checks do not run on Windows yet"
    if sys.platform != "linux":
        return None if level == "limits" else f"there is none on {sys.platform}"
    if level == "namespaces":
        return namespaces.foreign(str(workspace))
    return landlock.missing() if level == "landlock" else None


async def _attempt(attempt: _Attempt) -> Ended | Unisolated:
    refused = await asyncio.to_thread(_prepare, attempt)
    if refused is not None:
        return refused
    folder, level = attempt.folder, attempt.level
    answer = await _launched(folder / "order")
    if "unisolated" in answer:
        return Unisolated(answer["unisolated"])
    limit = _LIMITS.get(answer.get("limit", ""))
    if "code" not in answer and limit is None:
        return Unisolated("the process that watches over the check was ended")
    with (folder / "output").open("rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - _SHOWN))
        shown = file.read(_SHOWN).decode(errors="replace")
    ran_in = attempt.draft.workspace.resolve() if level == "namespaces" else folder / "files"
    return Ended(None if limit else int(answer["code"]), limit, shown, level, str(ran_in))


def _kept(path: Path) -> str | None:
    """The text of a file that a check wrote; None for a link, which may lead to what the check itself cannot read."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        return None
    with open(handle, "rb") as file:
        return file.read(_MOST_KEPT).decode(errors="replace")


def _prepare(attempt: _Attempt) -> Unisolated | None:
    """Write what the launcher is to do to `order`, with what it needs for that beside it. Raises OSError."""
    order = _order(attempt)
    if isinstance(order, Unisolated):
        return order
    (attempt.folder / "order").write_bytes(marshal.dumps(order))
    return None


def _order(attempt: _Attempt) -> dict[str, Any] | Unisolated:
    folder, level = attempt.folder, attempt.level
    workspace, home = attempt.draft.workspace.resolve(), os.path.expanduser("~")
    if not os.path.isdir(home):
        home = "/tmp/home"  # noqa: S108 - its own
    found = {name: value for name, value in attempt.environ.items() if not name.startswith(_PRIVATE)}
    most = {**asdict(attempt.limits), "threads": _THREADS * attempt.limits.processes}
    interpreters = (os.path.realpath(workspace / each / "bin" / "python") for each in (".venv", "venv"))
    programs = [found.get("PATH", ""), *(os.path.dirname(each) for each in interpreters if os.path.isfile(each))]
    order: dict[str, Any] = {
        "level": level, "arguments": list(attempt.arguments), "changes": dict(attempt.draft.changes), "limits": most,
        "workspace": str(workspace), "home": home, "scratch": str(folder), "output": str(folder / "output"),
        "programs": os.pathsep.join(programs),
    }  # fmt: skip
    if level == "namespaces":
        return order | {"environment": {**found, "HOME": home, "TMPDIR": "/tmp"}}  # noqa: S108 - its own
    if (link := plain_copy.leads_back(workspace)) is not None:
        return Unisolated(f"{link} is a link into the workspace, so a check of a copy would not see the patch")
    files = folder / "files"
    dependencies = plain_copy.copy_files(workspace, files)
    for name in ("home", "tmp"):
        (folder / name).mkdir()
    imports = os.pathsep.join([*plain_copy.imports_of(workspace, files), *filter(None, [found.get("PYTHONPATH")])])
    own = {"HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp"), "PYTHONPATH": imports}
    readable = [str(each) for each in dependencies]
    return order | {"copy": str(files), "readable": readable, "environment": {**found, **own}}


async def _launched(order: Path) -> dict[str, str]:
    """Start the launcher, and put together what it says; it and the command have ended then."""
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            sys.executable, "-I", "-S", "-c", _BEGIN, _PACKAGES, order,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            env={"PATH": os.defpath}, start_new_session=True,
        )
    )  # fmt: skip
    said: dict[str, str] = {}
    try:
        process = await asyncio.shield(starting)  # cut short, asyncio would end it and wait for its children
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        for line in (await process.stdout.read()).decode().split("\n"):
            word, _, value = line.partition(" ")
            said[word] = value
        return said
    finally:
        process = await starting
        if process.stdin is not None:
            process.stdin.close()  # which ends the command, and all that it started
        try:
            async with asyncio.timeout(_GRACE):
                await process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
