"""The checkers that a project has set up for itself, and which of them look at a patch.

A checker counts as the project's own if the project configures it; its program is the one in the project's environment,
else the one on the PATH.
"""

import os
import re
import shutil
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

_Scope = Callable[[Sequence[str]], Sequence[str]]  # from changed files to arguments

_PYTHON = (".py", ".pyi")
_ECMASCRIPT = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
_ENVIRONMENTS = (".venv/bin", "venv/bin", "node_modules/.bin")
_LARGEST = 1_000_000  # bytes of a settings file that are looked at


@dataclass(frozen=True, slots=True)
class Checker:
    """A program that reports diagnostics. Called for the files that a patch concerns, or for the whole project."""

    name: str
    program: str
    arguments: tuple[str, ...]
    endings: tuple[str, ...]
    scope: _Scope

    def looks_at(self, paths: Iterable[str]) -> bool:
        """Whether one of the files is this checker's."""
        return any(each.endswith(self.endings) for each in paths)

    def command(self, paths: Iterable[str]) -> list[str] | None:
        """The command for these files; None if none of them is this checker's."""
        own = sorted({each for each in paths if each.endswith(self.endings)})
        return [self.program, *self.arguments, *self.scope(own)] if own else None

    @property
    def shown(self) -> str:
        """The command as the user is asked to trust it."""
        return " ".join([self.program, *self.arguments])


def find_checkers(workspace: Path, search_path: str) -> list[Checker]:
    """Those that the project configures and that are installed, the fastest first."""
    settings = _Settings(workspace)
    table: Sequence[tuple[bool, str, str, tuple[str, ...], tuple[str, ...], _Scope]] = (
        (settings.has("ruff.toml", ".ruff.toml", table="ruff"), "ruff", "ruff",
         ("check", "--output-format=concise", "--no-cache", "--force-exclude"), _PYTHON, _files),
        (settings.has("ty.toml", table="ty"), "ty", "ty",
         ("check", "--output-format=concise", "--no-progress"), _PYTHON, _files),
        (settings.has("pyrightconfig.json", table="pyright"), "pyright", "pyright", (), _PYTHON, _files),
        (settings.has("tsconfig.json"), "tsc", "tsc", _typescript(settings), _ECMASCRIPT, _whole_project),
        (settings.has("go.mod"), "go vet", "go", ("vet",), (".go",), _folders),
        (settings.has("Cargo.toml"), "cargo check", "cargo",
         ("check", "--workspace", "--offline", "--quiet", "--message-format=short"), (".rs",), _whole_project),
    )  # fmt: skip
    found: list[Checker] = []
    for is_own, name, program, arguments, endings, scope in table:
        path = find_program(workspace, program, search_path) if is_own else None
        if path is not None:
            found.append(Checker(name, path, arguments, endings, scope))
    return found


def find_program(workspace: Path, name: str, search_path: str) -> str | None:
    """Where a program is: in the project's own environment, else on the PATH."""
    for folder in _ENVIRONMENTS:
        path = workspace / folder / name
        if path.is_file() and os.access(path, os.X_OK):
            return str(path)
    absolute = [each for each in search_path.split(os.pathsep) if os.path.isabs(each)]
    return shutil.which(name, path=os.pathsep.join(absolute))


def is_python_project(workspace: Path) -> bool:
    """Whether the project has settings of pytest, or the usual files of a Python project."""
    return _Settings(workspace).has("pytest.ini", "tox.ini", "setup.cfg", "setup.py", "pyproject.toml", "conftest.py")


class _Settings:
    """Which settings the top folder of a project holds."""

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace
        self._names: Collection[str] = frozenset(os.listdir(workspace)) if workspace.is_dir() else frozenset()

    def has(self, *names: str, table: str = "") -> bool:
        """Whether one of the files is there, or the table of the tool in pyproject.toml."""
        if any(each in self._names for each in names):
            return True
        return bool(table) and re.search(rf"^\[tool\.{table}[\].]", self._pyproject(), re.MULTILINE) is not None

    def _pyproject(self) -> str:
        return self.text("pyproject.toml")

    def text(self, name: str) -> str:
        """The text of a file; "" if it is not there."""
        if name not in self._names:
            return ""
        try:
            with open(self._workspace / name, "rb") as file:
                return file.read(_LARGEST).decode(errors="replace")
        except OSError:
            return ""


def _typescript(settings: _Settings) -> tuple[str, ...]:
    """A project that only refers to others has no files of its own: these are built, without writing."""
    build = ("-b",) if re.search(r'^\s*"references"\s*:', settings.text("tsconfig.json"), re.MULTILINE) else ()
    return (*build, "--noEmit", "--pretty", "false")


def _files(paths: Sequence[str]) -> Sequence[str]:
    return ["--", *paths] if any(each.startswith("-") for each in paths) else paths


def _whole_project(_: Sequence[str]) -> Sequence[str]:
    return ()


def _folders(paths: Sequence[str]) -> Sequence[str]:
    return sorted({f"./{PurePosixPath(each).parent}" for each in paths})
