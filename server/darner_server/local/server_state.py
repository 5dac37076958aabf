"""What one command leaves behind for the next: which servers run, on which port, with which key."""

import dataclasses
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from darner_context.system.private_files import private_folder, private_opener


@dataclass(frozen=True, slots=True)
class ServerState:
    """A running server as its own process wrote it down when it was ready."""

    pid: int
    port: int
    model: str
    n_ctx: int
    version: str  # darner's
    api_key: str = dataclasses.field(repr=False)


@dataclass(frozen=True, slots=True)
class Files:
    """The files of one named server in the state folder."""

    folder: Path
    name: str

    @property
    def state(self) -> Path:
        """The running server. Its time of change is when a command last needed the server."""
        return self.folder / f"{self.name}.json"

    @property
    def start(self) -> Path:
        """Locked while some command starts the server."""
        return self.folder / f"{self.name}.start.lock"

    @property
    def alive(self) -> Path:
        """Locked by the server's process as long as it lives."""
        return self.folder / f"{self.name}.alive.lock"

    @property
    def log(self) -> Path:
        """llama.cpp's output: loading, one line a request with its token counts, faults. No prompts."""
        return self.folder / f"{self.name}.log"


def server_files(state_dir: Path, name: str) -> Files:
    """The files of the server of that name; their folder is made, for the user alone. Raises OSError."""
    folder = private_folder(state_dir / "servers")
    private_folder(state_dir)
    return Files(folder, name)


def write_state(path: Path, state: ServerState) -> None:
    """Replace the file at once, readable by the user alone (it holds the key)."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with open(draft, "w", encoding="utf-8", opener=private_opener) as file:
        json.dump(dataclasses.asdict(state), file)
    draft.replace(path)


def read_state(path: Path) -> ServerState | None:
    """The state, or None if there is none or it is not one."""
    try:
        found: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict):
        return None
    entries = cast("dict[str, object]", found)
    match entries:
        case {
            "pid": int(pid),
            "port": int(port),
            "model": str(model),
            "n_ctx": int(n_ctx),
            "version": str(version),
            "api_key": str(api_key),
        }:
            return ServerState(pid, port, model, n_ctx, version, api_key)
        case _:
            return None
