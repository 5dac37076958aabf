"""The command lines that are parsed without typer, and what a command does not import."""

import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from darner_server.cli.arguments import commands
from darner_server.cli.arguments.plain import FLAGS, VALUES, Parsed, parse


@pytest.mark.parametrize("command", sorted(FLAGS))
def test_the_options_are_those_that_typer_knows(command: str) -> None:
    group = typer.main.get_command(commands.app)
    options = [each for each in group.commands[command].params if each.param_type_name == "option"]  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
    flags = {name for each in options if each.is_flag for name in each.opts if name != "--help"}  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    values = {name for each in options if not each.is_flag for name in each.opts}  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    assert (flags, values) == (set(FLAGS[command]), set(VALUES[command]))


def check(line: str, flags: str, values: dict[str, str], arguments: str) -> None:
    found = parse(line.split())
    assert found == Parsed(line.split(maxsplit=1)[0], frozenset(flags.split()), values, tuple(arguments.split()))


def test_what_is_certain() -> None:
    check("patch a b.py c.py:1-2", "", {}, "a b.py c.py:1-2")
    check("patch --apply a b.py --json", "--apply --json", {}, "a b.py")
    check("patch --root=x a --budget 0", "", {"--root": "x", "--budget": "0"}, "a")
    check("patch a --budget auto", "", {"--budget": "auto"}, "a")
    check("patch --budget 5 --budget=7 a", "", {"--budget": "7"}, "a")
    check("patch - a.py", "", {}, "- a.py")
    check("patch -- --apply -x", "", {}, "--apply -x")
    check("patch", "", {}, "")
    check("context a.py --instruction x=y --jsonl", "--jsonl", {"--instruction": "x=y"}, "a.py")
    check("context --instruction=a=b", "", {"--instruction": "a=b"}, "")


@pytest.mark.parametrize(
    "line",
    [
        "", "doctor", "serve", "--version", "--help", "-h", "patch --help", "patch -h", "patch --app a", "patch --apply=1 a", "patch a --root",
        "patch a --root --json", "patch --root= a", "patch --budget x a", "patch --budget -1 a", "patch --budget 1e3", "patch --budget ² a",
        "patch --budget +5 a", "patch --budget 1_000 a", "patch -x a", "patch --no-apply a", "patch --instruction a", "context --apply a",
    ],
)  # fmt: skip
def test_what_is_left_to_typer(line: str) -> None:
    assert parse(line.split()) is None


SLOW = {
    "typer",
    "click",
    "rich",
    "pygments",
    "keyring",
    "tiktoken",
    "tree_sitter",
    "darner_server.local",
    "darner_server.lsp",
    "h2",
}


def imported(folder: Path, *arguments: str) -> set[str]:
    program = (
        "import sys\nfrom darner_server.cli import main\n"
        f"sys.argv = ['darner', *{arguments!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\nsys.stderr.write('\\n' + ' '.join(sys.modules))\n"
    )
    config = folder / "config.toml"
    config.write_text(
        '[[endpoints]]\nname = "a"\nkind = "vllm"\nbase_url = "http://127.0.0.1:9/v1"\nmodel = "m"\nwindow = 9000\n'
    )
    environ = {"HOME": str(folder), "DARNER_CONFIG": str(config), "DARNER_DAEMON": "0"}
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, env=environ, capture_output=True, text=True, check=True
    )
    return set(ran.stderr.rpartition("\n")[2].split())


def test_the_version_imports_nothing(tmp_path: Path) -> None:
    heavy = {"asyncio", "httpx", "pydantic", "darner_server.engine", "darner_server.patch", "darner_context.index"}
    assert imported(tmp_path, "--version") & (SLOW | heavy) == set()


def test_a_patch_imports_no_help_pages_and_no_keyring(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    slow = SLOW | {"pydantic"}
    assert imported(tmp_path, "patch", "count", "a.py") & (slow - {"tree_sitter", "h2"}) == set()


def test_a_context_imports_nothing_that_sends(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    heavy = {"httpx", "httpcore", "pydantic", "darner_server.patch"}
    assert imported(tmp_path, "context", "a.py") & (SLOW | heavy) == {"tree_sitter"}
