"""The embedded model's own process: llama.cpp's server inside Python (`python -m darner_server.local.server_process`).

It holds the `alive` lock as long as it lives, writes the state file when it is ready, and ends by itself: when idle,
when its state file no longer exists (it could not be found any more), or on SIGTERM.
"""

import dataclasses
import importlib
import json
import os
import secrets
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from darner_server.local.lock import Lock, try_lock
from darner_server.local.server_state import Files, ServerState, write_state

FAILED, ALREADY, OUT_OF_MEMORY = 3, 4, 5  # exit codes; the log has the details


@dataclass(frozen=True, slots=True)
class ServerArgs:
    """What the parent passes down, as JSON in argv."""

    folder: str
    name: str
    model: str
    file: str
    n_ctx: int
    threads: int
    speculate: bool
    idle_seconds: float
    version: str

    def to_argument(self) -> str:
        """The one argument of this program."""
        return json.dumps(dataclasses.asdict(self))


def main(argument: str) -> int:
    """Serve until idle."""
    args = ServerArgs(**json.loads(argument))
    files = Files(Path(args.folder), args.name)
    alive = _take(files.alive)
    if alive is None:
        return ALREADY
    files.state.unlink(missing_ok=True)
    signal.signal(signal.SIGTERM, _end)
    api_key = secrets.token_urlsafe(32)
    try:
        server = _start(args, api_key)
    except (ImportError, MemoryError, RuntimeError) as error:
        sys.stderr.write(f" E {type(error).__name__}: {error}\n")  # as llama.cpp marks its own errors
        return OUT_OF_MEMORY if isinstance(error, MemoryError) else FAILED
    port = int(str(server.listening_address).rpartition(":")[2])
    write_state(files.state, ServerState(os.getpid(), port, args.model, args.n_ctx, args.version, api_key))
    try:
        _serve(files.state, server.handle_metrics, args.idle_seconds, time.monotonic)
    finally:
        files.state.unlink(missing_ok=True)
    # The library's own shutdown waits for requests without a reader.
    os._exit(0)


def _start(args: ServerArgs, api_key: str) -> Any:  # noqa: ANN401 - the library has no types
    library: Any = importlib.import_module("xllamacpp")  # 100 MB, and only this process needs it
    params = library.CommonParams()
    params.model.path = args.file
    params.model_alias = {args.model}
    params.port = 0
    params.api_keys = [api_key]
    params.n_ctx = args.n_ctx
    params.n_parallel = 1  # it would divide n_ctx
    params.n_batch = params.n_ubatch = 256  # a stream that is left in mid-prefill frees the slot after one batch
    params.cache_ram_mib = 256  # of old prompts' states
    params.offline = True
    params.ui = False
    params.endpoint_metrics = params.endpoint_slots = params.endpoint_props = True
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = args.threads
    if args.speculate:
        params.speculative.types = [library.common_speculative_type.COMMON_SPECULATIVE_TYPE_NGRAM_MOD]
    return library.Server(params)


def _serve(state: Path, metrics: Callable[[], str], idle_seconds: float, clock: Callable[[], float]) -> None:
    """Return when nothing has happened for so long: no request, and no command that needed the server."""
    seen: object = None
    since = clock()
    while True:
        time.sleep(min(1.0, idle_seconds / 10))
        try:
            asked = state.stat().st_mtime_ns
        except OSError:
            return
        now = (asked, *_activity(metrics()))
        if now != seen or _busy(now):
            seen, since = now, clock()
        elif clock() - since >= idle_seconds:
            return


def _activity(metrics: str) -> tuple[float, float]:
    """(requests in work, tokens so far) of llama.cpp's metrics page."""
    figures: dict[str, float] = {}
    for line in metrics.split("\n"):
        name, _, value = line.partition(" ")
        if name.startswith("llamacpp:"):
            figures[name.removeprefix("llamacpp:")] = float(value)
    working = figures.get("requests_processing", 0) + figures.get("requests_deferred", 0)
    return working, figures.get("prompt_tokens_total", 0) + figures.get("tokens_predicted_total", 0)


def _busy(now: tuple[float, ...]) -> bool:
    return now[1] > 0


def _take(path: Path) -> Lock | None:
    """The lock, trying for a moment: a command that only looks whether we live holds it for an instant."""
    for _ in range(20):
        lock = try_lock(path)
        if lock is not None:
            return lock
        time.sleep(0.05)
    return None


def _end(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
