import subprocess
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def prepared() -> None:
    """Emacs and eglot are there."""
    subprocess.run(["bash", str(Path(__file__).parents[1] / "nvim/prepare.sh")], check=True, timeout=600)
