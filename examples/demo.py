"""`make demo`: darner's embedded model writes what a small program lacks, and the program's own tests judge it.

Works on a copy of examples/timesheet. Nothing here knows the answer: the diff is the model's own work.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
DARNER = Path(sys.executable).with_name("darner")
INSTRUCTION = 'Also accept whole minutes such as "90m", with a regular expression _MINUTES like the other two'
PLACE = "timesheet/durations.py"


def main() -> int:
    """Run the demo; returns the exit code of its last step."""
    with tempfile.TemporaryDirectory(prefix="darner-demo-") as folder:
        copy = Path(folder) / "timesheet"
        shutil.copytree(HERE / "timesheet", copy, ignore=shutil.ignore_patterns("__pycache__"))
        say("The tests of the example, before:")
        run_tests(copy)
        say(f'darner patch "{INSTRUCTION}" {PLACE} --apply')
        patch = [str(DARNER), "patch", INSTRUCTION, PLACE, "--root", str(copy), "--apply"]
        code = subprocess.run(patch, cwd=copy, check=False).returncode  # noqa: S603 - our own command
        if code:
            return code
        say("The tests of the example, after:")
        return run_tests(copy)


def say(text: str) -> None:
    """A heading between the steps."""
    sys.stdout.write(f"\n== {text}\n")
    sys.stdout.flush()


def run_tests(copy: Path) -> int:
    """Run the example's own tests."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--no-header",
        "--tb=no",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:asyncio",
        "-c",
        "/dev/null",
    ]
    return subprocess.run([*command, "--rootdir", str(copy), str(copy / "tests")], check=False).returncode  # noqa: S603 - likewise


if __name__ == "__main__":
    sys.exit(main())
