"""What every command needs first: the folder, the settings, an engine."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from darner_clients.endpoint_warnings import notices
from darner_context.secrets.masks import Masks
from darner_server import settings as user
from darner_server.cli import output
from darner_server.cli.exit_codes import Stop
from darner_server.engine import Engine
from darner_server.local.directories import cache_folder, state_folder
from darner_server.settings import WORKSPACE_FILE

_SHOWN = 2_000  # characters


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command runs and with which settings."""

    here: Path
    root: Path
    settings: user.Settings
    workspace: user.WorkspaceSettings


def find_place(root: Path, here: Path, config: Path | None, environ: dict[str, str]) -> Place:
    """Read the user's and the workspace's settings. Raises Stop with what is wrong in them."""
    try:
        return Place(here, root, user.load(config, environ, user.keyring_key), user.load_workspace(root))
    except user.SettingsError as error:
        raise Stop(str(error)) from None


def tell_instructions(place: Place) -> None:
    """Say what the repository tells the model: whoever wrote it is not the user."""
    said = Masks().hide(" ".join(place.workspace.instructions.split()))
    if said:
        rest = f"… ({len(said)} characters; the file has the rest)" if len(said) > _SHOWN else ""
        output.say(f"{WORKSPACE_FILE} tells the model: {said[:_SHOWN]}{rest}", "yellow")


def tell_exposure(place: Place) -> None:
    """Say who else can read what is sent (a key over plain http, a proxy), and which endpoint is left out."""
    endpoints = place.settings.endpoints
    if all(each.unusable for each in endpoints):
        return  # which is told as the failure that it is
    for endpoint in endpoints:
        for notice in notices(endpoint):
            output.say(notice, "yellow")


@asynccontextmanager
async def open_engine(place: Place) -> AsyncGenerator[Engine]:
    """An engine for one command."""
    async with Engine(
        place.settings, [place.root], workspaces=[place.workspace], cache_dir=cache_folder(), state_dir=state_folder()
    ) as engine:
        for each in engine.trouble:
            output.say(f"darner: {each}; it works, but forgets what would be kept there", "yellow")
        yield engine
