"""The test runners that are known, and those that a project has."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from darner_server.check.project.checkers import find_program, is_python_project

REPORT = ".darner-test-report.xml"


@dataclass(frozen=True, slots=True)
class Runner:
    """A way to run tests. `takes` is what its test files end with; `tests_inside_sources`: or any source file.

    `by_folder`: it takes the folders of the files. A runner with tests inside sources runs all of them at once.
    """

    name: str
    program: str
    arguments: tuple[str, ...]
    takes: tuple[str, ...]
    by_folder: bool = False
    tests_inside_sources: bool = False

    def command(self, files: Sequence[str]) -> list[str]:
        """The command that runs the tests in these files."""
        if self.tests_inside_sources:
            return [self.program, *self.arguments]
        if self.by_folder:
            files = sorted({f"./{PurePosixPath(path).parent}" for path in files})
        return [self.program, *self.arguments, *files]

    @property
    def shown(self) -> str:
        """The command as the user is asked to trust it."""
        return " ".join([self.program, *self.arguments])


def find_runners(workspace: Path, search_path: str) -> list[Runner]:
    """The runners that the project has. Of two for the same files the first."""
    found: list[Runner] = []
    for runner, is_used in _RUNNERS:
        path = find_program(workspace, runner.program, search_path) if is_used(workspace) else None
        if path is not None and not any(set(runner.takes) & set(other.takes) for other in found):
            found.append(replace(runner, program=path))
    return found


_SCRIPTS = (".ts", ".tsx", ".mts", ".js", ".jsx", ".mjs", ".cjs")
_RUNNERS: tuple[tuple[Runner, Callable[[Path], bool]], ...] = (
    (Runner("pytest", "pytest", ("-q", f"--junitxml={REPORT}"), (".py",)), is_python_project),
    (Runner("go test", "go", ("test",), (".go",), by_folder=True), lambda root: (root / "go.mod").is_file()),
    (
        Runner("cargo test", "cargo", ("test", "--offline", "--quiet"), (".rs",), tests_inside_sources=True),
        lambda root: (root / "Cargo.toml").is_file(),
    ),
    (Runner("vitest", "vitest", ("run",), _SCRIPTS), lambda root: (root / "node_modules/.bin/vitest").exists()),
    (Runner("jest", "jest", ("--runTestsByPath",), _SCRIPTS), lambda root: (root / "node_modules/.bin/jest").exists()),
)
SUFFIXES = frozenset(suffix for runner, _ in _RUNNERS for suffix in runner.takes)
