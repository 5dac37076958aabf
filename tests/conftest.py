import asyncio
import os
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from darner_server.local.download import PullFailed, pull
from darner_server.user_directories import cache_folder

os.environ["DARNER_DAEMON"] = "0"  # no command of a test leaves a process behind, but for those about it
signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background is started with it ignored

# The same examples in each run: what fails, fails for everybody. `make test-long` tries many more.
settings.register_profile(
    "suite",
    derandomize=True,
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],  # a busy machine is no fault of a test
)
settings.register_profile("long", settings.get_profile("suite"), max_examples=1000)
settings.load_profile("suite")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest: real editors and the model, so that no process is left alone with one at the end."""
    items.sort(key=lambda item: not any(item.iter_markers("editor")) and not any(item.iter_markers("model")))


@pytest.fixture(scope="session")
def embedded_model() -> Path:
    """The small model's file in the user's own cache folder, fetched once: what tests marked `model` run."""
    found = asyncio.run(pull("qwen2.5-coder-0.5b", cache_dir=cache_folder()))
    if isinstance(found, PullFailed):
        pytest.fail(f"the model could not be fetched: {found}. {found.advice}")
    return found
