"""What stands a step behind the names at a place: results of calls, members' results, what modules hand on."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.context.sample_workspace import ask, indexed

_LOGIN = "class Login:\n    def password_for(self, url: str) -> str:\n        return url\n\n\n"
_PLAN = "class Plan:\n    def steps(self) -> list[int]:\n        return []\n"


@pytest.mark.parametrize(
    ("files", "path", "line", "wanted"),
    [
        pytest.param(
            {
                "tool/login.py": _LOGIN + "def usual_login() -> Login:\n    return Login()\n",
                "tool/fetch.py": "from tool.login import usual_login\n\n\ndef fetch(url):\n    usual_login().\n",
            },
            "tool/fetch.py", 5, "def password_for", id="an imported function's result",
        ),
        pytest.param(
            {
                "tool/login.py": _LOGIN + "usual = Login()\n",
                "tool/fetch.py": "from tool.login import usual\n\n\ndef fetch(url):\n    usual.\n",
            },
            "tool/fetch.py", 5, "def password_for", id="what an imported value is made by",
        ),
        pytest.param(
            {
                "tool/plan.py": _PLAN,
                "tool/solver.py": "from tool.plan import Plan\n\n\nclass Solver:\n    def solve(self) -> Plan:\n        return Plan()\n",
                "tool/show.py": "from tool.solver import Solver\n\n\ndef show():\n    solver = Solver()\n    \n",
            },
            "tool/show.py", 6, "def steps", id="what a member of a type at hand gives",
        ),
        pytest.param(
            {
                "tool/__init__.py": "from tool.plan import Plan\n",
                "tool/plan.py": _PLAN,
                "show.py": "import tool\n\n\ndef show():\n    tool.\n",
            },
            "show.py", 5, "class Plan", id="what a package hands on",
        ),
        pytest.param(
            {
                "crates/grip/src/lib.rs": "pub extern crate grip_cli as cli;\n",
                "crates/cli/src/lib.rs": "mod find;\npub use crate::find::find_binary;\n",
                "crates/cli/src/find.rs": "pub fn find_binary(name: &str) -> bool {\n    name.len() > 1\n}\n",
                "crates/core/main.rs": "fn main() {\n    let out = grip::cli::stdout();\n    \n}\n",
            },
            "crates/core/main.rs", 3, "fn find_binary", id="a crate that is another one's module",
        ),
        pytest.param(
            {
                "src/lib.rs": "mod flags;\nmod run;\n",
                "src/flags/mod.rs": "pub mod parse;\n",
                "src/flags/parse.rs": "pub fn split_flag(text: &str) -> bool {\n    text.len() > 1\n}\n",
                "src/run.rs": "fn run() {\n    let all = crate::flags::parse::all();\n    \n}\n",
            },
            "src/run.rs", 3, "fn split_flag", id="a module that is named where it is used",
        ),
    ],
)  # fmt: skip
async def test_a_step_further(tmp_path: Path, files: Mapping[str, str], path: str, line: int, wanted: str) -> None:
    async with indexed(tmp_path, files) as index:
        assert wanted in "".join(each.text for each in ask(index, path, line).snippets)
