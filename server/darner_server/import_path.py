"""Where this program imports from: not from the folder that it is started in, whatever PYTHONPATH contains.

Only what a Python has loaded anyway when it runs its first line may be imported here.
"""

import os
import sys

_PACKAGES = ("site-packages", "dist-packages")


def forget_python_path() -> None:
    """Take out of `sys.path` what PYTHONPATH put there, but folders of installed packages and darner's own."""
    beside = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120
    named = "" if sys.flags.ignore_environment else os.environ.get("PYTHONPATH", "")
    dropped = {"", os.curdir}
    for folder in named.split(os.pathsep) if named else ():
        installed = os.path.isabs(folder) and os.path.basename(folder) in _PACKAGES  # noqa: PTH117, PTH119
        try:
            place = os.path.abspath(folder)  # noqa: PTH100
        except OSError:  # the working folder no longer exists
            place = folder
        if not installed and os.path.dirname(place) != beside:  # noqa: PTH120
            dropped |= {folder, place}
    sys.path[:] = [each for each in sys.path if each not in dropped]
