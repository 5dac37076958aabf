import subprocess
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def prepared() -> None:
    """Both versions of Neovim, tmux and Emacs are there."""
    subprocess.run(["bash", str(Path(__file__).with_name("prepare.sh"))], check=True, timeout=600)
