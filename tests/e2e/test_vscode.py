"""The VS Code extension in a real VS Code: units, the extension host's suite, what is on the screen."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).with_name("vscode")
SCREENS = sorted(path.name.removesuffix(".test.ts") for path in (FOLDER / "screen").glob("*.test.ts"))
PATIENCE = 480  # seconds for one file of tests; the script has a shorter limit of its own and ends its children first

pytestmark = [pytest.mark.editor, pytest.mark.timeout(PATIENCE + 660)]


def run(script: str, *arguments: str, seconds: int) -> tuple[int, str]:
    """The exit code and everything that was said; nothing of the script is left after the time."""
    with subprocess.Popen(
        ["bash", str(FOLDER / script), *arguments],
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


@pytest.fixture(scope="module", autouse=True)
def built() -> None:
    """The extension's package and the tests are built."""
    code, said = run("build.sh", seconds=600)
    assert code == 0, f"build.sh ended with {code}:\n{said}"


def check(pattern: str) -> None:
    """Run the files of tests whose names match; the first line of a failure is the one that matters."""
    code, said = run("run.sh", pattern, seconds=PATIENCE)
    if code:
        # the report says first which tests passed, then once more what failed and why
        failed = said.rpartition("failing tests:")[2].strip()
        first = next((line.strip() for line in failed.split("\n") if "✖" in line), f"run.sh ended with {code}")
        pytest.fail(f"{first}\n{failed}\n\nwhat was said before:\n{said}", pytrace=False)


def test_units() -> None:
    check("/unit/")


@pytest.mark.parametrize("screen", [name for name in SCREENS if name != "embedded"])
def test_screen(screen: str) -> None:
    check(f"/screen/{screen}.test")


@pytest.mark.model
@pytest.mark.usefixtures("embedded_model")
def test_embedded_model() -> None:
    check("/screen/embedded.test")
