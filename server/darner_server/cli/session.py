"""What every command needs first: the folder, the settings, an engine."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from darner_server import settings as user
from darner_server.cli.exits import Stop
from darner_server.engine import Engine
from darner_server.local.places import cache_folder, state_folder


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


@asynccontextmanager
async def open_engine(place: Place) -> AsyncGenerator[Engine]:
    """An engine for one command."""
    async with Engine(
        place.settings, [place.root], workspace=place.workspace, cache_dir=cache_folder(), state_dir=state_folder()
    ) as engine:
        yield engine
