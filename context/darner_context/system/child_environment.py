"""How a child process starts: nothing of the folder that darner was started in, or of a workspace, is code to it.

It works in a folder that no other user writes to, gets of the environment only what is named here (so no key), and a
Python imports from where this one has its packages, never from the working folder or `PYTHONPATH`.
"""

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

NEUTRAL = Path(sys.executable or os.sep).anchor or os.sep  # the root folder

# Where the user's own files are, what language is spoken, what the system itself cannot start without.
_PLAIN_NAMES = (
    "HOME USER LOGNAME LANG LANGUAGE TZ TMPDIR TMP TEMP XDG_CONFIG_HOME XDG_CACHE_HOME XDG_STATE_HOME XDG_DATA_HOME "
    "LD_LIBRARY_PATH DYLD_LIBRARY_PATH SYSTEMROOT SYSTEMDRIVE WINDIR COMSPEC PATHEXT USERPROFILE HOMEDRIVE HOMEPATH "
    "APPDATA LOCALAPPDATA PROGRAMDATA PROGRAMFILES NUMBER_OF_PROCESSORS PROCESSOR_ARCHITECTURE "
    "GIT_CONFIG_GLOBAL GIT_CONFIG_SYSTEM GIT_CONFIG_NOSYSTEM GIT_CEILING_DIRECTORIES"
)
_PLAIN = frozenset(_PLAIN_NAMES.split())
_GIT_SETTINGS = frozenset({"core.excludesfile", "core.ignorecase", "safe.directory"})
_PACKAGES = ("site-packages", "dist-packages")

_BEGIN = """
import sys
from runpy import run_module
_, packages, module, *arguments = sys.argv
sys.path += [each for each in packages.split("\\n") if each not in sys.path]
sys.argv = [module, *arguments]
run_module(module, run_name="__main__", alter_sys=True)
"""


def python(module: str, *arguments: str) -> list[str]:
    """The command that runs a module as `python -m` does, in a Python of its own."""
    return [sys.executable, "-I", "-c", _BEGIN, "\n".join(_own_packages()), module, *arguments]


def environment(
    more: Iterable[str] = (), *, prefixes: tuple[str, ...] = (), parent: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """The environment of a child: what every one needs, the variables in `more`, and those with one of the prefixes."""
    wanted = _PLAIN.union(more)
    found = {
        name: value
        for name, value in parent.items()
        if (upper := name.upper()) in wanted or name in wanted or upper.startswith(("LC_", *prefixes))
    }
    found["PATH"] = os.pathsep.join(search_path(parent.get("PATH", os.defpath)))
    for number, (key, value) in enumerate(said := git_settings(parent)):
        found |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return {**found, "GIT_CONFIG_COUNT": str(len(said))} if said else found


def git_settings(environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """Git's settings that the environment gives, as that of a container does; others of them may hold keys."""
    total = environ.get("GIT_CONFIG_COUNT", "")
    found: list[tuple[str, str]] = []
    for number in range(min(int(total), 100) if total.isdecimal() else 0):
        key, value = (environ.get(f"GIT_CONFIG_{each}_{number}", "") for each in ("KEY", "VALUE"))
        if key.lower() in _GIT_SETTINGS:
            found.append((key.lower(), value))
    return found


def search_path(path: str, *, without: Iterable[Path] = ()) -> list[str]:
    """The folders of a PATH in which a program may be looked for: none that depends on the current folder."""
    return [
        folder
        for folder in path.split(os.pathsep)
        if Path(folder).is_absolute() and not any(Path(folder).resolve().is_relative_to(root) for root in without)
    ]


def _own_packages() -> list[str]:
    """Where this process has darner and what it rests on: also in the user's own packages, or next to the sources."""
    ours = [
        str(Path(file).absolute().parent.parent)
        for name in ("darner_context", "darner_clients", "darner_server")
        if (module := sys.modules.get(name)) is not None and (file := module.__file__)
    ]
    installed = [each for each in sys.path if Path(each).is_absolute() and Path(each).name in _PACKAGES]
    return list(dict.fromkeys([*installed, *ours]))
