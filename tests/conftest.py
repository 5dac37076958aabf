import asyncio
import signal
from pathlib import Path

import pytest

from darner_server.local.fetch import PullFailed, pull
from darner_server.local.places import cache_folder

signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background is started with it ignored


@pytest.fixture(scope="session")
def embedded_model() -> Path:
    """The small model's file in the user's own cache folder, fetched once: what tests marked `model` run."""
    found = asyncio.run(pull("qwen2.5-coder-0.5b", cache_dir=cache_folder()))
    if isinstance(found, PullFailed):
        pytest.fail(f"the model could not be fetched: {found}. {found.advice}")
    return found
