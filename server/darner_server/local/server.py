"""The embedded model as a server in a process of its own: started on first use, found again, stopped."""

import asyncio
import importlib.util
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from darner_context.system import child_environment
from darner_context.system.private_files import private_opener
from darner_server import __version__
from darner_server.local.cancellable_thread import Progress
from darner_server.local.download import PullFailed, no_progress, no_stage, pull
from darner_server.local.health import answers
from darner_server.local.lock import is_held, locked
from darner_server.local.models import MODELS, LocalModel
from darner_server.local.server_process import OUT_OF_MEMORY, ServerArgs
from darner_server.local.server_state import Files, ServerState, read_state, server_files

_HARDWARE = ("CUDA_", "HIP_", "ROCR_", "VK_", "GGML_VK_", "OMP_", "GOMP_", "KMP_")  # which devices, how many threads
_LOOK_SECONDS = 0.05
_KILL = 9  # as a signal, and negated as an exit code
_NO_WINDOW = 0x08000000 if sys.platform == "win32" else 0


@dataclass(frozen=True, slots=True)
class Running:
    """A healthy server of one model, on this machine only."""

    base_url: str  # with /v1
    model: str
    window: int  # tokens, prompt and answer together
    api_key: str = field(repr=False)
    pid: int
    log: Path  # llama.cpp's; each request leaves a line "launch_slot_ … processing task"


@dataclass(frozen=True, slots=True)
class StartFailed:
    """Why there is no server, and what the user can do."""

    reason: str
    advice: str

    def __str__(self) -> str:
        return f"{self.reason}. {self.advice}"


async def ensure_server(
    model: str,
    *,
    state_dir: Path,
    cache_dir: Path,
    n_ctx: int | None = None,
    name: str | None = None,
    given: Path | None = None,
    idle_seconds: float = 600.0,
    speculate: bool = True,
    start_seconds: float = 120.0,
    progress: Progress = no_progress,
    stage: Callable[[str], None] = no_stage,
    models: Mapping[str, LocalModel] = MODELS,
) -> Running | StartFailed:
    """The server of that model and window, started (and its model fetched) if it does not run yet.

    Servers with different names live side by side; without a name there is one for each model and window. It survives
    this process and ends by itself after `idle_seconds` without a request. `progress` and `stage` are those of `pull`;
    `start_seconds` bounds the start alone: a slow disk takes a minute to read a gigabyte.
    """
    known = models.get(model)
    if known is None:
        return StartFailed(f"{model} is not a known model", f"The models are: {', '.join(sorted(models))}.")
    window = n_ctx or known.n_ctx
    try:
        files = server_files(state_dir, name or f"{model}-{window}")
    except OSError as error:
        return StartFailed(
            f"{error.filename} cannot be created: {error.strerror}", "Set DARNER_STATE_DIR to another folder."
        )
    found = await _running(files, model, window)
    if found is not None:
        return found
    if importlib.util.find_spec("xllamacpp") is None:
        return StartFailed(
            "The embedded model needs xllamacpp, which is not installed",
            "Install it (`uv tool install 'darner[local]'` or `pip install 'darner[local]'`), or set up an endpoint.",
        )
    file = await pull(model, cache_dir=cache_dir, given=given, progress=progress, stage=stage, models=models)
    if isinstance(file, PullFailed):
        return StartFailed(f"{model} could not be fetched ({file})", file.advice)
    async with locked(files.start, lambda: stage(f"waiting for another command that starts {model}")):
        found = await _running(files, model, window)
        if found is not None:
            return found
        stage(f"starting {model}")
        args = ServerArgs(
            folder=str(files.folder.absolute()),
            name=files.name,
            model=model,
            file=str(file.absolute()),
            n_ctx=window,
            threads=_cores(),
            speculate=speculate,
            idle_seconds=idle_seconds,
            version=__version__,
        )
        return await _start(files, args, known, start_seconds)


async def running(state_dir: Path, name: str) -> Running | None:
    """The server of that name ("<model>-<window>" where none was given) if it runs and answers."""
    files = server_files(state_dir, name)
    state = read_state(files.state)
    return _as_running(files, state) if state is not None and await answers(files, state) else None


async def stop_server(state_dir: Path, name: str) -> bool:
    """End the server of that name; False if none ran."""
    files = server_files(state_dir, name)
    state = read_state(files.state)
    files.state.unlink(missing_ok=True)
    return state is not None and await _stop(files, state)


async def _running(files: Files, model: str, window: int) -> Running | None:
    """The server if it runs and is the one that is wanted; one of another darner or window is ended."""
    state = read_state(files.state)
    if state is None:
        return None
    if (state.model, state.n_ctx, state.version) != (model, window, __version__):
        await _stop(files, state)
        return None
    try:
        os.utime(files.state)  # asking for it keeps it from going idle before the request comes
    except OSError:
        return None
    return _as_running(files, state) if await answers(files, state) else None


async def _stop(files: Files, state: ServerState) -> bool:
    """End the process. Its pid is surely its own as long as the lock that it took is held."""
    if not is_held(files.alive):
        return False
    try:
        os.kill(state.pid, signal.SIGTERM)
    except OSError:
        return False
    for _ in range(200):
        if not is_held(files.alive):
            return True
        await asyncio.sleep(_LOOK_SECONDS)
    os.kill(state.pid, _KILL)
    return True


async def _start(files: Files, args: ServerArgs, known: LocalModel, seconds: float) -> Running | StartFailed:
    """Start the child, or wait for one that another command has started and left, until it is healthy."""
    process: subprocess.Popen[bytes] | None = None
    try:
        async with asyncio.timeout(seconds):
            while True:
                if process is None and not is_held(files.alive):
                    process = await asyncio.to_thread(_spawn, files, args)
                state = read_state(files.state)
                if state is not None and (process is None or state.pid == process.pid) and await answers(files, state):
                    return _as_running(files, state)
                if process is not None and process.returncode is not None:
                    return _explain(files, process.returncode, known)
                await asyncio.sleep(_LOOK_SECONDS)
    except TimeoutError:
        if process is not None:
            process.kill()
        return StartFailed(
            f"{known.name} was not ready after {seconds:.0f} s", f"The reason may be in its log: {files.log}"
        )


def _spawn(files: Files, args: ServerArgs) -> subprocess.Popen[bytes]:
    """Start the process apart from this one: its own session, its own log, no terminal."""
    with open(files.log, "wb", opener=private_opener) as log:
        process = subprocess.Popen(  # noqa: S603 - our own module
            child_environment.python("darner_server.local.server_process", args.to_argument()),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=files.folder,
            # Threads that spin while they wait take the processor from the parser and from one another.
            env={
                **child_environment.environment(prefixes=_HARDWARE),
                "OMP_WAIT_POLICY": "passive",
                "GOMP_SPINCOUNT": "0",
            },
            start_new_session=True,
            umask=0o077,
            creationflags=_NO_WINDOW,
        )
    # It outlives us or ends before us; either way its exit is collected, without a wait.
    threading.Thread(target=process.wait, daemon=True, name=f"reaper of {args.name}").start()
    return process


def _explain(files: Files, code: int, known: LocalModel) -> StartFailed:
    said = files.log.read_text(encoding="utf-8", errors="replace")
    errors = [line.partition(" E ")[2].strip() for line in said.split("\n") if " E " in line]
    first = errors[0] if errors else f"exit code {code}"
    starved = code in {-_KILL, OUT_OF_MEMORY} or any("allocat" in line for line in errors)  # llama.cpp's own words
    if starved:
        return StartFailed(
            f"There is not enough memory for {known.name}, which needs about {known.memory / 1e9:.1f} GB",
            f"Close other programs, or choose the smaller model. Its log: {files.log}",
        )
    return StartFailed(
        f"{known.name} could not be started: {first}",
        f"If the file is broken, delete it and run `darner model pull {known.name}`. The log: {files.log}",
    )


def _as_running(files: Files, state: ServerState) -> Running:
    return Running(
        base_url=f"http://127.0.0.1:{state.port}/v1",
        model=state.model,
        window=state.n_ctx,
        api_key=state.api_key,
        pid=state.pid,
        log=files.log,
    )


def _cores() -> int:
    """Processors that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
