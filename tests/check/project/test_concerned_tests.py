"""Which tests concern a patch, and how they are run."""

from pathlib import Path

import pytest

from darner_server.check.project.concerned_tests import changed_names, concerned
from darner_server.check.project.runners import find_runners

OLD = """import os


def first():
    return 1


class Box:
    def open_it(self):
        return 2

    def shut_it(self):
        return 3
"""


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        ("a.py", OLD, OLD.replace("return 1", "return 9"), {"first"}),
        ("a.py", OLD, OLD.replace("return 3", "return 9"), {"Box", "shut_it"}),
        ("a.py", OLD, OLD.replace("def first", "def second"), {"first", "second"}),
        ("a.py", OLD, OLD + "\n\ndef added():\n    pass\n", {"added"}),
        ("a.py", OLD, None, {"first", "Box", "open_it", "shut_it"}),
        ("new.py", None, "def made():\n    pass\n", {"made"}),
        ("a.py", OLD, OLD.replace("import os", "import re"), set[str]()),
        ("a.py", "def f():\n    return 1\n", "def f():\n    return 2\n", set[str]()),  # too short to be looked for
        ("a.go", "package a\n\nfunc Add(a int) int { return a }\n", "package a\n\nfunc Add(a int) int { return 1 }\n", {"Add"}),
        ("a.ts", "export function add() { return 1 }\n", "export function add() { return 2 }\n", {"add"}),
        ("a.txt", "one\n", "two\n", set[str]()),
    ],
)  # fmt: skip
def test_the_names_that_a_patch_changes(path: str, old: str | None, new: str | None, expected: set[str]) -> None:
    assert changed_names({path: old}, {path: new}) == expected


def test_tests_that_name_a_change_come_in_order_without_those_of_the_patch() -> None:
    texts = {
        "tests/test_one.py": "from a import first",
        "tests/test_both.py": "first() and Box()",
        "tests/test_own.py": "first()",
        "tests/test_other.py": "first_of_all() and MailBox()",
        "tests/data.json": "first",
    }
    found = concerned({"first", "Box"}, texts, texts.get, without=["tests/test_own.py"])
    assert found == ["tests/test_both.py", "tests/test_one.py"]
    assert concerned(set(), texts, texts.get, without=[]) == []
    assert concerned({"ab"}, {"tests/test_ab.py": "ab()"}, {"tests/test_ab.py": "ab()"}.get, without=[]) == []


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["pyproject.toml", ".venv/bin/pytest"], [".venv/bin/pytest -q --junitxml=.darner-test-report.xml tests/test_a.py"]),
        ([".venv/bin/pytest"], []),
        (["go.mod", ".venv/bin/go"], [".venv/bin/go test ./pkg ./tests"]),
        (["Cargo.toml", ".venv/bin/cargo"], [".venv/bin/cargo test --offline --quiet"]),
        (["node_modules/.bin/vitest", "node_modules/.bin/jest"], ["node_modules/.bin/vitest run tests/a.test.ts"]),
        (["node_modules/.bin/jest"], ["node_modules/.bin/jest --runTestsByPath tests/a.test.ts"]),
        (["package.json"], []),
    ],
)  # fmt: skip
def test_how_tests_are_run(tmp_path: Path, files: list[str], expected: list[str]) -> None:
    for each in files:
        (tmp_path / each).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / each).touch(0o755)
    tests = ["tests/test_a.py", "pkg/a_test.go", "tests/b_test.go", "src/a.rs", "tests/a.test.ts"]
    commands = [
        runner.command([each for each in tests if each.endswith(runner.takes)])
        for runner in find_runners(tmp_path, "/nowhere")
    ]
    assert [" ".join(each).removeprefix(f"{tmp_path}/") for each in commands] == expected
