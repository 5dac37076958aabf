"""Git is asked about a hostile repository: it answers, and nothing of the repository's or of the environment runs."""

import os
import subprocess
from pathlib import Path

import pytest
from tests.context.sample_workspace import write

from darner_context.git import command
from darner_context.system.child_environment import environment


def repository(root: Path) -> Path:
    write(root, {"a.py": "a = 1\n", "b.txt": "b\n"})
    for words in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "one"]):
        subprocess.run(["git", *words], cwd=root, check=True)
    return root


def trap(folder: Path, name: str, mark: Path, then: str = "exec cat") -> Path:
    program = write(folder, {name: f"#!/bin/sh\necho {name} >> {mark}\n{then}\n"}) / name
    program.chmod(0o755)
    return program


def test_what_git_says(tmp_path: Path) -> None:
    root = repository(tmp_path / "one")
    assert command.run_git(root, "ls-files", "-z") == b"a.py\0b.txt\0"
    assert command.run_git(root, "check-ignore", "-z", "--stdin", given=b"a.py\0", codes=(0, 1)) == b""
    assert command.run_git(root, "check-ignore", "-z", "--stdin", given=b"a.py\0") is None
    assert command.run_git(root, "ls-files", most=5) is None
    assert command.run_git(tmp_path, "ls-files") is None
    assert command.run_git(tmp_path / "missing", "ls-files") is None
    assert command.run_git(root, "ls-files\0") is None


@pytest.mark.parametrize(
    "words",
    [
        ["status", "--porcelain"],
        ["ls-files", "--others", "--ignored", "--exclude-standard"],
        ["check-ignore", "-z", "--stdin"],
        ["diff", "--no-ext-diff", "--no-textconv", "HEAD"],
    ],
    ids=lambda words: words[0],
)
def test_nothing_that_a_repository_configures_is_run(tmp_path: Path, words: list[str]) -> None:
    mark, root = tmp_path / "mark", repository(tmp_path / "one")
    program = trap(tmp_path / "traps", "trap", mark)
    for key in (
        *("core.fsmonitor", "core.pager", "core.sshCommand", "core.askPass", "core.editor", "core.gitProxy"),
        *("pager.status", "pager.diff", "diff.external", "diff.x.command", "diff.x.textconv", "gpg.program"),
        *("filter.x.clean", "filter.x.smudge", "filter.x.process", "credential.helper", "merge.x.driver"),
        *("alias.diff", "alias.status", "interactive.diffFilter", "core.alternateRefsCommand"),
    ):
        subprocess.run(["git", "config", key, str(program)], cwd=root, check=True)
    write(root, {".gitattributes": "* filter=x diff=x merge=x\n", "a.py": "b = 2\n", "new.py": "\n"})
    for hook in ("post-index-change", "pre-commit", "post-checkout", "fsmonitor-watchman"):
        trap(root / ".git/hooks", hook, mark)
    off = command.without_filters(root)
    assert off is not None
    assert command.run_git(root, *off, *words, given=b"a.py\0", codes=(0, 1)) is not None
    assert not mark.exists()


@pytest.mark.parametrize("path", ["{here}:.", "{root}:{here}", ":{here}", "{root}/bin:{here}", "./bin:{here}"])
def test_no_git_of_the_repository_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    mark, root = tmp_path / "mark", repository(tmp_path / "one")
    trap(root, "git", mark)
    trap(root / "bin", "git", mark)
    monkeypatch.setenv("PATH", path.format(root=root, here=os.environ["PATH"]))
    monkeypatch.chdir(root)
    assert command.run_git(root, "ls-files") == b"a.py\nb.txt\n"
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/git").symlink_to(root / "git")
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    assert command.run_git(root, "ls-files") is None
    assert not mark.exists()


def test_git_hears_nothing_of_the_environment_but_the_users_own_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark, root = tmp_path / "mark", repository(tmp_path / "one")
    program = str(trap(tmp_path / "traps", "trap", mark))
    for name in ("GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_SSH_COMMAND", "GIT_ASKPASS", "GIT_PROXY_COMMAND", "PAGER"):
        monkeypatch.setenv(name, program)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "another"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "another"))
    monkeypatch.setenv("GIT_TRACE", str(mark))
    write(tmp_path, {"mine": f"[core]\nexcludesFile = {tmp_path}/ignore\n", "ignore": "*.log\n"})
    write(root, {"a.log": "", "mine": "[core]\nexcludesFile = /dev/null\n"})
    others = ("ls-files", "--others", "--ignored", "--exclude-standard")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "mine"))
    assert command.run_git(root, *others) == b"a.log\n"
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "mine")  # what it names would depend on where git stands
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    assert command.run_git(root, *others) == b""
    assert not mark.exists()


def test_one_that_hangs_is_ended(tmp_path: Path) -> None:
    root = repository(tmp_path)
    os.mkfifo(root / "pipe")
    subprocess.run(["git", "config", "core.excludesFile", "pipe"], cwd=root, check=True)
    assert command.run_git(root, "ls-files", "--others", "--exclude-standard", seconds=0.2) is None


@pytest.mark.parametrize("key", ["http.extraHeader", "core.pager", "core.sshCommand", "user.name", "include.path"])
def test_a_child_hears_of_the_environments_settings_only_what_it_needs(key: str) -> None:
    names = ("COUNT", "2"), ("KEY_0", key), ("VALUE_0", "secret"), ("KEY_1", "safe.directory"), ("VALUE_1", "*")
    heard = environment(parent={f"GIT_CONFIG_{name}": value for name, value in names})
    told = {name: value for name, value in heard.items() if name.startswith("GIT_")}
    wanted = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    assert told == wanted


def test_a_huge_file_of_rules_takes_no_memory(tmp_path: Path) -> None:
    root = repository(tmp_path)
    write(root, {"sub/b.py": ""})
    with (root / "sub/.gitignore").open("wb") as file:
        file.truncate(20_000_000_000)
    assert command.run_git(root, "ls-files", "--others", "--exclude-standard", seconds=60) is None
