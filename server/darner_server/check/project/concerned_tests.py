"""The tests that concern a patch: those that name a definition that it changes, and how they are run."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path, PurePosixPath

from darner_context.syntax.definitions import symbols
from darner_server.check.project.checkers import find_program, is_python_project

REPORT = ".darner-test-report.xml"
MOST_FILES = 20
_LONGEST = 1_000_000  # characters of a test file that are searched
SHORTEST = 3  # characters of a name: shorter ones are in every file
_ENDINGS = {".py": "pytest", ".go": "go test", ".rs": "cargo test"} | dict.fromkeys(
    (".ts", ".tsx", ".mts", ".js", ".jsx", ".mjs", ".cjs"), "node"
)


@dataclass(frozen=True, slots=True)
class Runner:
    """A way to run tests. `takes` is what its test files end with."""

    name: str
    program: str
    arguments: tuple[str, ...]
    takes: tuple[str, ...]

    def command(self, files: Sequence[str]) -> list[str]:
        """The command that runs the tests in these files."""
        if self.name == "go test":
            files = sorted({f"./{PurePosixPath(each).parent}" for each in files})
        return [self.program, *self.arguments, *(() if self.name == "cargo test" else files)]

    @property
    def shown(self) -> str:
        """The command as the user is asked to trust it."""
        return " ".join([self.program, *self.arguments])


def find_runners(workspace: Path, search_path: str) -> list[Runner]:
    """The runners that the project has."""
    scripts = tuple(ending for ending, kind in _ENDINGS.items() if kind == "node")
    found: list[Runner] = []
    table = (
        (is_python_project(workspace), "pytest", "pytest", ("-q", f"--junitxml={REPORT}"), (".py",)),
        ((workspace / "go.mod").is_file(), "go test", "go", ("test",), (".go",)),
        ((workspace / "Cargo.toml").is_file(), "cargo test", "cargo", ("test", "--offline", "--quiet"), (".rs",)),
        ((workspace / "node_modules/.bin/vitest").exists(), "vitest", "vitest", ("run",), scripts),
        ((workspace / "node_modules/.bin/jest").exists(), "jest", "jest", ("--runTestsByPath",), scripts),
    )
    for is_there, name, program, arguments, takes in table:
        path = find_program(workspace, program, search_path) if is_there else None
        if path is not None and not any(set(takes) & set(each.takes) for each in found):
            found.append(Runner(name, path, arguments, takes))
    return found


def changed_names(
    before: Mapping[str, str | None], after: Mapping[str, str | None], *, shortest: int = SHORTEST
) -> set[str]:
    """The names of the definitions that a patch changes, adds or removes, of the innermost ones and what holds them."""
    found: set[str] = set()
    for path in before.keys() | after.keys():
        old, new = before.get(path) or "", after.get(path) or ""
        rows = SequenceMatcher(None, old.split("\n"), new.split("\n"), autojunk=False).get_opcodes()
        changes = [row for row in rows if row[0] != "equal"]
        for text, first, last in ((old, 1, 2), (new, 3, 4)):
            lines = [(int(row[first]) + 1, max(int(row[last]), int(row[first]) + 1)) for row in changes]
            for each in symbols(path, text) if text else ():
                if any(begin <= each.end_line and end >= each.start_line for begin, end in lines):
                    found.add(each.name.rpartition(".")[2])
    return {each for each in found if len(each) >= shortest}


def concerned(
    names: set[str], paths: Iterable[str], read: Callable[[str], str | None], *, without: Iterable[str]
) -> list[str]:
    """The test files among `paths` that use one of the names, those with most of them first."""
    names = {each for each in names if len(each) >= SHORTEST}
    if not names:
        return []
    words = re.compile(rf"(?<![\w])(?:{'|'.join(map(re.escape, sorted(names)))})(?![\w])")
    left = set(without)
    found: list[tuple[int, str]] = []
    for path in sorted(set(paths) - left):
        text = read(path) if PurePosixPath(path).suffix in _ENDINGS else None
        named = len(set(words.findall(text[:_LONGEST]))) if text else 0
        if named:
            found.append((-named, path))
    return [path for _, path in sorted(found)[:MOST_FILES]]
