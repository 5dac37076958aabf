"""`darner model`: fetch and list the embedded model."""

from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from darner_server.cli import exit_codes, output
from darner_server.local.download import PullFailed
from darner_server.local.download import pull as fetch
from darner_server.local.models import DEFAULT_MODEL, MODELS
from darner_server.user_directories import cache_folder


async def pull(name: str | None, given: Path | None) -> int:
    """Fetch a model with a bar on a terminal; returns the exit code."""
    model = name or DEFAULT_MODEL
    if model not in MODELS:
        raise exit_codes.Stop(f"{model} is not a known model; known are {', '.join(sorted(MODELS))}")
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(model, total=MODELS[model].size)
        found = await fetch(
            model,
            cache_dir=cache_folder(),
            given=given,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
            stage=lambda text: bar.update(task, description=text),
        )
    if isinstance(found, PullFailed):
        raise exit_codes.Stop(f"{found}. {found.advice}", exit_codes.NOTHING)
    output.say(f"{model} is at {found}")
    return exit_codes.PATCHED


def show(*, json: bool) -> int:
    """List the known models; returns the exit code."""
    for model in MODELS.values():
        path = cache_folder() / "models" / model.file
        here = path.is_file() and path.stat().st_size == model.size
        default = model.name == DEFAULT_MODEL
        if json:
            facts = {"name": model.name, "bytes": model.size, "here": here, "default": default, "path": str(path)}
            output.emit({"event": "model", **facts, "sha256": model.sha256})
        else:
            state = f"at {path}" if here else f"not fetched (darner model pull {model.name})"
            output.show(f"{model.name:<20} {model.size / 1e6:>6.0f} MB  {state}{'  (default)' if default else ''}")
    return exit_codes.PATCHED
