"""Which checkers are a project's own, where their programs are, and what they look at."""

from pathlib import Path

import pytest

from darner_server.check.project.checkers import find_checkers, find_program
from darner_server.check.project.plan import find_plan

PROGRAMS = ("ruff", "ty", "pyright", "tsc", "go", "cargo", "pytest")


def put(path: Path, text: str = "#!/bin/sh\n") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def tools(tmp_path: Path) -> str:
    """A PATH with every program."""
    for each in PROGRAMS:
        put(tmp_path / "bin" / each)
    return str(tmp_path / "bin")


@pytest.mark.parametrize(
    ("file", "text", "path", "names", "arguments"),
    [
        ("ruff.toml", "", "a.py", ["ruff"], ["a.py"]),
        ("pyproject.toml", "[tool.ruff.lint]\n", "a.pyi", ["ruff"], ["a.pyi"]),
        ("pyproject.toml", "[tool.ruffian]\n", "a.py", [], []),
        ("pyproject.toml", "[tool.pyright]\n", "a.py", ["pyright"], ["a.py"]),
        ("pyrightconfig.json", "{}", "-a.py", ["pyright"], ["--", "-a.py"]),
        ("pyproject.toml", "[tool.ty.rules]\n", "a.py", ["ty"], ["a.py"]),
        ("tsconfig.json", "{}", "src/a.tsx", ["tsc"], []),
        ("go.mod", "module m\n", "pkg/a.go", ["go vet"], ["./pkg"]),
        ("Cargo.toml", "", "src/a.rs", ["cargo check"], []),
        ("README.md", "", "a.py", [], []),
    ],
)
def test_a_checker_is_the_projects_own_if_it_is_set_up(  # noqa: PLR0917 - a table's row
    tmp_path: Path, tools: str, file: str, text: str, path: str, names: list[str], arguments: list[str]
) -> None:
    put(tmp_path / "work" / file, text)
    found = find_checkers(tmp_path / "work", tools)
    assert [each.name for each in found] == names
    for each in found:
        assert each.command(["other.txt"]) is None
        command = each.command([path, "other.txt"])
        assert command == [f"{tools}/{each.name.partition(' ')[0]}", *each.arguments, *arguments]


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("tsconfig.json", '{"compilerOptions": {}}', ("--noEmit", "--pretty", "false")),
        ("tsconfig.json", '{\n  "files": [],\n  "references": [{"path": "./a"}]\n}', ("-b", "--noEmit", "--pretty", "false")),
        ("tsconfig.json", '{ // "references": []\n}', ("--noEmit", "--pretty", "false")),
        ("Cargo.toml", "[workspace]\n", ("check", "--workspace", "--offline", "--quiet", "--message-format=short")),
    ],
)  # fmt: skip
def test_all_parts_of_a_project_are_checked(
    tmp_path: Path, tools: str, file: str, text: str, expected: tuple[str, ...]
) -> None:
    put(tmp_path / "work" / file, text)
    assert [each.arguments for each in find_checkers(tmp_path / "work", tools)] == [expected]


def test_the_program_of_the_project_comes_first_and_none_of_the_current_folder(
    tmp_path: Path, tools: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = tmp_path / "work"
    assert find_program(work, "ruff", tools) == f"{tools}/ruff"
    put(work / "node_modules" / ".bin" / "ruff")
    assert find_program(work, "ruff", tools) == str(work / "node_modules/.bin/ruff")
    put(work / ".venv" / "bin" / "ruff")
    assert find_program(work, "ruff", tools) == str(work / ".venv/bin/ruff")
    put(work / "only")
    monkeypatch.chdir(work)
    assert find_program(work, "only", ".") is None
    assert find_program(work, "absent", tools) is None


def test_what_trust_is_for_names_every_command(tmp_path: Path, tools: str) -> None:
    work = tmp_path / "work"
    put(work / "pyproject.toml", "[tool.ruff]\n[tool.pyright]\n")
    put(work / ".venv" / "bin" / "ruff")
    shown = find_plan(work, "make test", tools).shown
    assert shown == (
        ".venv/bin/ruff check --output-format=concise --no-cache --force-exclude; "
        f"{tools}/pyright; {tools}/pytest -q --junitxml=.darner-test-report.xml; make test"
    )
    assert not find_plan(tmp_path / "empty", None, tools).shown
