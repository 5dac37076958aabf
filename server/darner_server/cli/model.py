"""`darner model`: fetch and list the embedded model."""

from pathlib import Path

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from darner_server.cli import exits, out
from darner_server.local.fetch import PullFailed
from darner_server.local.fetch import pull as fetch
from darner_server.local.models import DEFAULT_MODEL, MODELS
from darner_server.local.places import cache_folder


async def pull(name: str | None, given: Path | None) -> int:
    """Fetch a model with a bar on a terminal; returns the exit code."""
    model = name or DEFAULT_MODEL
    if model not in MODELS:
        raise exits.Stop(f"{model} is not a known model; known are {', '.join(sorted(MODELS))}")
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=out.stderr, disable=not out.stderr.is_terminal) as bar:
        task = bar.add_task(model, total=MODELS[model].size)
        found = await fetch(
            model,
            cache_dir=cache_folder(),
            given=given,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
            stage=lambda text: bar.update(task, description=text),
        )
    if isinstance(found, PullFailed):
        raise exits.Stop(f"{found}. {found.advice}", exits.NOTHING)
    out.say(f"{model} is at {found}")
    return exits.PATCHED


def show(*, json: bool) -> int:
    """List the known models; returns the exit code."""
    for model in MODELS.values():
        path = cache_folder() / "models" / model.file
        here = path.is_file() and path.stat().st_size == model.size
        default = model.name == DEFAULT_MODEL
        if json:
            facts = {"name": model.name, "bytes": model.size, "here": here, "default": default, "path": str(path)}
            out.emit({"event": "model", **facts, "sha256": model.sha256})
        else:
            state = f"at {path}" if here else f"not fetched (darner model pull {model.name})"
            out.show(f"{model.name:<20} {model.size / 1e6:>6.0f} MB  {state}{'  (default)' if default else ''}")
    return exits.PATCHED
