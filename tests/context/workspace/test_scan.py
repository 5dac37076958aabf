"""Which files count as source, and what is said about the others."""

import os
import subprocess
from pathlib import Path

import pytest
from tests.context.sample_workspace import Files, write

from darner_context.request import LeftOut, Unreadable
from darner_context.workspace.scan import Workspace, read_text


def check(root: Path, files: Files, expected: dict[str, str], ignore: tuple[str, ...] = ()) -> None:
    """For each source file "source", for each that is left out the reason; files of no language are not named."""
    write(root, files)
    left_out: list[LeftOut] = []
    found = {source.path: "source" for source in Workspace([root], [ignore]).scan(left_out)}
    assert found | {each.path: each.reason for each in left_out} == expected


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = write(tmp_path / "home", {".gitconfig": "[user]\n\tname = x\n"})
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


def test_gitignore_nested_negated_anchored_and_by_folder(tmp_path: Path) -> None:
    files = {
        ".gitignore": "build/\n*.gen.py\n!keep.gen.py\n/only_top.py\n# a comment\n\\#odd.py\ndeep/**/x.py\n",
        "a.py": "", "b.gen.py": "", "keep.gen.py": "", "only_top.py": "", "#odd.py": "",
        "build/out.py": "", "sub/only_top.py": "", "deep/x.py": "", "deep/er/x.py": "", "deep/er/y.py": "",
        "sub/.gitignore": "secret_*.py\n!b.gen.py\n", "sub/secret_1.py": "", "sub/b.gen.py": "",
        "sub/.darnerignore": "only_for_us.py\n", "sub/only_for_us.py": "",
    }  # fmt: skip
    check(
        tmp_path / "work",
        files,
        {
            "a.py": "source", "keep.gen.py": "source", "sub/only_top.py": "source", "deep/er/y.py": "source", "sub/b.gen.py": "source",
            "b.gen.py": "ignored", "only_top.py": "ignored", "#odd.py": "ignored", "build/": "ignored", "deep/x.py": "ignored",
            "deep/er/x.py": "ignored", "sub/secret_1.py": "ignored", "sub/only_for_us.py": "ignored",
        },
    )  # fmt: skip


def test_new_rules_are_taken_in_beside_whoever_asks(tmp_path: Path) -> None:
    work = write(tmp_path / "work", {".gitignore": "a.py\n", "a.py": "", "sub/b.py": ""})
    workspace = Workspace([work])
    assert (workspace.ignores("a.py"), workspace.ignores("sub/b.py")) == (True, False)
    write(work, {".gitignore": "b.py\n"})
    assert (workspace.ignores("a.py"), workspace.ignores("sub/b.py")) == (True, False)
    workspace.renew()
    assert (workspace.ignores("a.py"), workspace.ignores("sub/b.py")) == (False, True)


def test_the_same_files_as_git_lists(tmp_path: Path) -> None:
    rules = "*.log.py\n!important.log.py\n/root.py\nfolder/\n**/any.py\na/*/c.py\nfoo[12].py\nsp\\ ace.py\n!a/\n"
    names = "x.log.py important.log.py root.py a/root.py folder/y.py a/folder/z.py any.py b/any.py a/b/c.py a/b/d/c.py foo1.py foo3.py ok.py"
    work = write(
        tmp_path / "work",
        {".gitignore": rules, "sp ace.py": "", **dict.fromkeys(names.split(), ""), "b/.gitignore": "!any.py\n*.md\n"},
    )
    subprocess.run(["git", "init", "-q", str(work)], check=True)
    listed = subprocess.run(
        ["git", "ls-files", "-o", "--exclude-standard", "-z"], cwd=work, check=True, capture_output=True
    )
    expected = {path for path in listed.stdout.decode().split("\0") if path.endswith(".py")}
    assert {source.path for source in Workspace([work]).scan([])} == expected


def test_excludes_of_the_user_of_the_repository_and_of_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = write(tmp_path / "home", {".gitconfig": "[core]\n\texcludesFile = ~/mine\n", "mine": "*.local.py\n"})
    monkeypatch.setenv("HOME", str(home))
    files = {".git/info/exclude": "scratch.py\n", "a.local.py": "", "scratch.py": "", "setting.py": "", "b.py": ""}
    reasons = dict.fromkeys(("a.local.py", "scratch.py", "setting.py"), "ignored")
    check(tmp_path / "work", files, {**reasons, "b.py": "source"}, ignore=("setting.py",))


def test_folders_that_never_are_source(tmp_path: Path) -> None:
    folders = ("node_modules", ".git", "__pycache__", ".venv", "site-packages", ".mypy_cache")
    files = {f"{folder}/a.py": "" for folder in folders}
    check(
        tmp_path / "work", {**files, "env/pyvenv.cfg": "", "env/lib/b.py": "", "src/a.py": ""}, {"src/a.py": "source"}
    )


def test_secrets_sizes_locks_and_minified_files(tmp_path: Path) -> None:
    files = {
        ".env": "", ".env.example": "", "id_rsa": "", "server.pem": "", "credentials.json": "", ".ssh/config.py": "",
        "app.min.js": "", "package-lock.json": "{}", "big.py": "#" * 1_500_001, "big.json": " " * 100_001, "a.js": "",
    }  # fmt: skip
    check(
        tmp_path / "work",
        files,
        {
            ".env": "may contain secrets", "id_rsa": "may contain secrets", "server.pem": "may contain secrets",
            "credentials.json": "may contain secrets", ".ssh/config.py": "may contain secrets", "app.min.js": "minified",
            "package-lock.json": "a lock file", "big.py": "too large (1,500,001 bytes)", "big.json": "too large (100,001 bytes)",
            "a.js": "source",
        },
    )  # fmt: skip


def test_links_are_not_followed_and_nothing_outside_is_read(tmp_path: Path) -> None:
    write(tmp_path / "outside", {"theirs.py": "SECRET = 1\n"})
    work = write(tmp_path / "work", {"a.py": "x = 1\n", "sub/b.py": ""})
    (work / "loop").symlink_to(work)
    (work / "sub" / "up").symlink_to("..")
    (work / "far").symlink_to(tmp_path / "outside")
    (work / "far.py").symlink_to(tmp_path / "outside" / "theirs.py")
    (work / "near.py").symlink_to("a.py")
    (work / "gone.py").symlink_to("nowhere.py")
    os.mkfifo(work / "pipe.py")
    check(work, {}, {"a.py": "source", "sub/b.py": "source"})
    workspace = Workspace([work])
    answers = {
        path: found.reason
        if isinstance(found := workspace.find(path), Unreadable)
        else found.relative_to(work).as_posix()
        for path in (
            "a.py",
            "near.py",
            "loop/a.py",
            "far.py",
            "far/theirs.py",
            "../outside/theirs.py",
            "/etc/passwd",
            "gone.py",
            "pipe.py",
            "sub",
            "",
            "a\0b",
        )
    }
    assert answers == {
        "a.py": "a.py",
        "near.py": "a.py",
        "loop/a.py": "a.py",
        "far.py": "it is outside the workspace",
        "far/theirs.py": "it is outside the workspace",
        "../outside/theirs.py": "it is outside the workspace",
        "/etc/passwd": "it is outside the workspace",
        "gone.py": "there is no such file",
        "pipe.py": "it is not a file",
        "sub": "it is not a file",
        "": "it has no name",
        "a\0b": "it has no name",
    }


def test_several_roots_are_told_apart_by_their_names(tmp_path: Path) -> None:
    roots = [write(tmp_path / name, {"a.py": ""}) for name in ("one/app", "two/app", "lib")]
    workspace = Workspace([*roots, roots[0]])
    assert [source.path for source in workspace.scan([])] == ["app/a.py", "app-2/a.py", "lib/a.py"]
    assert workspace.find("app-2/a.py") == roots[1] / "a.py"
    assert workspace.find("a.py") == Unreadable("outside", "it is outside the workspace")


def test_a_file_that_went_away_is_said_so(tmp_path: Path) -> None:
    assert read_text(tmp_path / "gone.py") == Unreadable("failed", "cannot be read: No such file or directory")
