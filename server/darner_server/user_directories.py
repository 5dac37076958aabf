"""Where the user's settings, model files and the state of running servers are stored: never where darner is started.

Somebody who has no home (in a container, in a service) has a folder of his own among the temporary ones; there are no
settings then.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import platformdirs

from darner_context.system.child_environment import NEUTRAL


def config_folder() -> Path:
    """The platform's folder for the user's settings."""
    return _absolute(platformdirs.user_config_path) or Path(NEUTRAL, "darner")


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder that holds `models/`: `$DARNER_CACHE_DIR`, or the platform's cache folder of the user."""
    return _chosen(environ, "DARNER_CACHE_DIR") or _somewhere(platformdirs.user_cache_path, "cache")


def state_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder that holds `servers/`: `$DARNER_STATE_DIR`, or the platform's state folder of the user."""
    return _chosen(environ, "DARNER_STATE_DIR") or _somewhere(platformdirs.user_state_path, "state")


def _chosen(environ: Mapping[str, str], variable: str) -> Path | None:
    value = environ.get(variable)
    return Path(os.path.expanduser(value)).absolute() if value else None  # noqa: PTH111 - raises nothing without a home


def _somewhere(platform: Callable[[str], Path], kind: str) -> Path:
    if (found := _absolute(platform)) is not None:
        return found
    from tempfile import gettempdir  # noqa: PLC0415 - seldom needed

    return Path(gettempdir(), f"darner-{kind}-{os.getuid() if os.name == 'posix' else 'user'}")


def _absolute(platform: Callable[[str], Path]) -> Path | None:
    """The platform's folder; None for one that depends on where darner is started, or for somebody without a home."""
    try:
        found = platform("darner")
    except RuntimeError:
        return None
    return found if found.is_absolute() else None
