"""Where model files and the state of running servers lie."""

import os
from collections.abc import Mapping
from pathlib import Path

import platformdirs


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder that holds `models/`: `$DARNER_CACHE_DIR`, or the platform's cache folder of the user."""
    chosen = environ.get("DARNER_CACHE_DIR")
    return Path(chosen).expanduser().absolute() if chosen else platformdirs.user_cache_path("darner")


def state_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder that holds `servers/`: `$DARNER_STATE_DIR`, or the platform's state folder of the user."""
    chosen = environ.get("DARNER_STATE_DIR")
    return Path(chosen).expanduser().absolute() if chosen else platformdirs.user_state_path("darner")
