"""What every command needs first: the folder, the settings, an engine."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from darner_clients.endpoint_warnings import notices
from darner_context.secrets.masks import Masks
from darner_context.text.model_tokenizers import tokenizer_of
from darner_server import settings as user
from darner_server.cli import output
from darner_server.cli.exit_codes import Stop
from darner_server.cli.locations import find_root, working_folder
from darner_server.display_text import instructions_notice
from darner_server.key_store import stored_key
from darner_server.user_directories import cache_folder, state_folder

if TYPE_CHECKING:
    from darner_server.engine.engine import Engine
    from darner_server.engine.events import Stage

_LONGEST = 2_000  # characters


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command runs and with which settings."""

    here: Path
    root: Path
    settings: user.Settings
    workspace: user.WorkspaceSettings


def read_place(root: Path | None, config: Path | None) -> Place:
    """The workspace that --root names, or that the command was started in, with its settings. Raises Stop."""
    here = working_folder()
    return read_settings(find_root(root, here), here, config, dict(os.environ))


def read_settings(root: Path, here: Path, config: Path | None, environ: dict[str, str]) -> Place:
    """Read the user's and the workspace's settings. Raises Stop with what is wrong in them."""
    try:
        return Place(here, root, user.load(config, environ, stored_key, sparing=True), user.load_workspace(root))
    except user.SettingsError as error:
        raise Stop(str(error)) from None


def with_endpoint(place: Place, name: str | None, model: str | None) -> Place:
    """The place with one endpoint only, or with another model at it. Raises Stop for a name that is not there.

    What is known of the endpoint's own model (its tokenizer, its window) does not count for another one.
    """
    if name is None and model is None:
        return place
    endpoints = place.settings.endpoints
    chosen = next((each for each in endpoints if name in {None, each.name}), None)
    if chosen is None and name is not None:
        known = ", ".join(each.name for each in endpoints) or "none is set up"
        raise Stop(f"--endpoint {name}: there is no such endpoint in {place.settings.source} ({known})")
    if chosen is None:
        local = place.settings.local_model if model is None else model
        return replace(place, settings=replace(place.settings, local_model=local))
    if model is not None and model != chosen.model:
        counter = tokenizer_of(model)
        chosen = replace(chosen, model=model, tokenizer=counter, window=None, max_output=None)
    return replace(place, settings=replace(place.settings, endpoints=(chosen,)))


def show_instructions(place: Place) -> None:
    """Show the repository's instructions to the model: the user did not write them."""
    notice = instructions_notice(place.workspace.instructions, hide=Masks().hide, longest=_LONGEST)
    if notice:
        output.say(notice, "yellow")


def show_endpoint_notices(place: Place) -> None:
    """Show who else can read what is sent (a key over plain http, a proxy), and which endpoint is left out."""
    endpoints = place.settings.endpoints
    if all(each.unusable for each in endpoints):
        return  # which is reported as the failure that it is
    for endpoint in endpoints:
        for notice in notices(endpoint):
            output.say(notice, "yellow")


async def read_workspace(engine: "Engine", progress: output.Progress, *, whole: bool) -> None:
    """
    Wait for the index. Unless the `whole` of it is needed, a person is answered after some seconds without the rest.

    Where nobody sees progress the wait is as long as it takes, and is explained once.
    """

    def show(stage: "Stage") -> None:
        progress.show(stage.detail)

    from darner_server.engine.engine import QUESTION_SCAN_WAIT

    if await engine.indexed(show, patience=QUESTION_SCAN_WAIT) or (progress.is_seen and not whole):
        return
    if not progress.is_seen:
        output.say(f"{engine.reading().detail}; later commands read only what has changed", "dim")
    await engine.indexed(show)


@asynccontextmanager
async def open_engine(place: Place, *, connects: bool = True) -> AsyncGenerator["Engine"]:
    """An engine for one command; one that sends nothing opens no connections."""
    from darner_server.engine.engine import Engine

    async with Engine(
        place.settings,
        [place.root],
        workspaces=[place.workspace],
        cache_dir=cache_folder(),
        state_dir=state_folder(),
        connects=connects,
    ) as engine:
        for each in engine.problems:
            output.say(f"darner: {each}; it works, but forgets what would be kept there", "yellow")
        yield engine
