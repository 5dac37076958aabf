"""The VS Code extension in a real VS Code: units, the extension host's suite, what is on the screen."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).with_name("vscode")
PATIENCE = 600  # seconds; the script has a shorter limit of its own and ends its children first

pytestmark = [
    pytest.mark.editor,
    pytest.mark.model,
    pytest.mark.usefixtures("embedded_model"),
    pytest.mark.timeout(PATIENCE + 660),
]


def run(script: str, seconds: int) -> tuple[int, str]:
    """The exit code and everything that was said; nothing of the script is left after the time."""
    with subprocess.Popen(
        ["bash", str(FOLDER / script)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    ) as process:
        try:
            said, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGTERM)
            said, _ = process.communicate(timeout=30)
            return 124, said
    return process.returncode, said


def test_extension() -> None:
    """What the scripts say is shown when something fails; they say where the screenshots are."""
    for script, seconds in (("prepare.sh", 600), ("run.sh", PATIENCE)):
        code, said = run(script, seconds)
        assert code == 0, f"{script} ended with {code}:\n{said}"
