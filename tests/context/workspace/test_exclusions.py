"""What git ignores is left out, exactly as git has it, in every layout of repositories; without git by its rules."""

import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.context.sample_workspace import Files, write

from darner_context.git import command
from darner_context.git.changed_lines import changed_lines
from darner_context.git.ignore_rules import ignored, lines_of, parse_rules
from darner_context.request import LeftOut, Unreadable
from darner_context.workspace.scan import Workspace

Make = Callable[[Path], object]
Layout = Callable[[Path], Path]  # makes files below a folder; returns the root that is opened


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("HOME", str(write(tmp_path / "home", {".gitconfig": "[user]\n\tname = x\n\temail = x@y\n"})))


def _no_git(*_words: object, **_more: object) -> None:
    return None


def run(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-c", "protocol.file.allow=always", *words], cwd=folder, check=True, capture_output=True)


def repository(folder: Path, files: Files, *, add: bool = False) -> Path:
    """A new repository; with `add` its files are committed, also those that rules ignore."""
    run(write(folder, files), "init", "-q")
    if add:
        run(folder, "add", "-f", ".")
        run(folder, "commit", "-q", "-m", "one")
    return folder


def home_of(folder: Path) -> Path:
    return folder / "home"


def nested_rules(at: Path) -> Path:
    rules = "build/\n*.gen.py\n!keep.gen.py\n/only_top.py\n# no rule\n\\#odd.py\ndeep/**/x.py\nblank.py \nkept\\ \n"
    names = "a.py b.gen.py keep.gen.py only_top.py #odd.py build/out.py sub/only_top.py deep/x.py deep/er/x.py deep/er/y.py blank.py"
    return repository(at / "work", {".gitignore": rules, **dict.fromkeys(names.split(), ""), "sub/.gitignore": "!b.gen.py\ny.py\n",
        "sub/b.gen.py": "", "sub/y.py": "", "sub/deep/y.py": ""})  # fmt: skip


def a_folder_below_is_opened(at: Path) -> Path:
    files = {
        ".gitignore": "*.gen.py\n/app/out/\n",
        "app/.gitignore": "b.py\n",
        "app/a.py": "",
        "app/b.py": "",
        "app/c.gen.py": "",
    }
    return repository(at / "work", {**files, "app/out/d.py": "", "app/in/out/e.py": ""}) / "app"


def far_below(at: Path) -> Path:
    files = {".gitignore": "/a/b/c/x.py\n", "a/.gitignore": "y.py\n", "a/b/.gitignore": "!y.py\nz.py\n"}
    return repository(at / "work", {**files, **{f"a/b/c/{name}.py": "" for name in "wxyz"}}) / "a/b/c"


def an_ignored_folder_is_opened(at: Path) -> Path:
    return (
        repository(at / "work", {".gitignore": "build/\n", "build/a.py": "", "build/in/b.py": "", "c.py": ""}) / "build"
    )


def below_an_ignored_folder(at: Path) -> Path:
    return an_ignored_folder_is_opened(at) / "in"


def a_repository_in_an_ignored_folder(at: Path) -> Path:
    repository(at / "work", {".gitignore": "vendor/\n"})
    return repository(at / "work/vendor/lib", {".gitignore": "b.py\n", "a.py": "", "b.py": ""})


def tracked_although_ignored(at: Path) -> Path:
    work = repository(at / "work", {"a.gen.py": "", "out/b.py": "", "c.py": ""}, add=True)
    return write(work, {".gitignore": "*.gen.py\nout/\n", "d.gen.py": "", "out/e.py": ""})


def a_linked_worktree(at: Path) -> Path:
    main = repository(at / "main", {"a.py": ""}, add=True)
    run(main, "worktree", "add", "-q", "../work")
    write(main, {".git/info/exclude": "b.py\n"})
    return write(at / "work", {"b.py": "", "c.py": ""})


def a_submodule_by_itself(at: Path) -> Path:
    repository(at / "lib", {"a.py": ""}, add=True)
    run(repository(at / "main", {".gitignore": "c.py\n"}, add=True), "submodule", "add", "-q", "../lib", "lib.js")
    write(at / "main", {".git/modules/lib.js/info/exclude": "b.py\n"})
    return write(at / "main/lib.js", {"b.py": "", "c.py": ""})


def a_submodule_from_above(at: Path) -> Path:
    return a_submodule_by_itself(at).parent


def a_repository_moved_elsewhere(at: Path) -> Path:
    at.mkdir(exist_ok=True)
    run(at, "init", "-q", "--separate-git-dir", str(at / "elsewhere"), str(at / "work"))
    write(at / "elsewhere", {"info/exclude": "b.py\n"})
    return write(at / "work", {"a.py": "", "b.py": ""})


def repositories_within(at: Path) -> Path:
    work = repository(at / "work", {".gitignore": "out/\nx.py\n", "a.py": "", "x.py": ""})
    repository(work / "inner", {".gitignore": "b.py\n", "b.py": "", "x.py": ""}, add=True)
    repository(work / "fresh", {".gitignore": "b.py\n", "b.py": "", "c.py": ""})
    repository(work / "out/inner", {"c.py": ""})
    return work


def exclude_file(at: Path) -> Path:
    work = repository(at / "work", {"a.py": "", "b.py": "", "sub/b.py": "", "sub/c.py": ""})
    return write(work, {".git/info/exclude": "# no\nb.py\r\n/sub/c.py\n"})


def users(at: Path, settings: str, files: Files) -> Path:
    """The user's settings on top, and files in their home."""
    write(home_of(at), {**files, ".gitconfig": "[user]\n\tname = x\n\temail = x@y\n" + settings})
    return repository(at / "work", {"a.py": "", "b.py": "", "C.PY": ""})


def excludes_of_the_user(at: Path) -> Path:
    return users(at, "[core]\n\texcludesFile = ~/mine\n", {"mine": "b.py\n"})


def excludes_with_a_comment(at: Path) -> Path:
    return users(at, "[core] excludesFile = ~/mine # mine alone\n", {"mine": "b.py\n"})


def excludes_in_quotes(at: Path) -> Path:
    return users(at, '[core]\n\tExcludesFile="~/the; # mine" ; mine alone\n', {"the; # mine": "b.py\n"})


def excludes_on_two_lines(at: Path) -> Path:
    return users(at, "[CORE]\nexcludesfile = ~/mi\\\nne\n", {"mine": "b.py\n"})


def excludes_that_are_named_twice(at: Path) -> Path:
    return users(at, "[core]\nexcludesfile = ~/no\n[core]\nexcludesfile = ~/mine\n", {"mine": "b.py\n", "no": "a.py\n"})


def included(at: Path) -> Path:
    return users(
        at, "[include]\n\tpath = more/config\n", {"more/config": "[core]\nexcludesFile = ~/mine\n", "mine": "b.py\n"}
    )


def included_if(at: Path) -> Path:
    settings = f'[includeIf "gitdir:{at}/"]\n\tpath = ~/yes\n[includeIf "gitdir:~/elsewhere/"]\n\tpath = ~/no\n'
    files = {"yes": "[core]\nexcludesFile = ~/mine\n", "no": "[core]\nexcludesFile = ~/none\n", "mine": "b.py\n"}
    return users(at, settings, {**files, "none": "a.py\n"})


def in_the_users_config_folder(at: Path) -> Path:
    return users(at, "", {".config/git/ignore": "b.py\n"})


def settings_in_the_config_folder(at: Path) -> Path:
    return users(at, "", {".config/git/config": "[core]\nexcludesFile = ~/mine\n", "mine": "b.py\n"})


def a_config_folder_of_another_name(at: Path) -> Path:
    os.environ["XDG_CONFIG_HOME"] = str(write(at / "xdg", {"git/ignore": "b.py\n"}))
    return users(at, "", {".config/git/ignore": "a.py\n"})


def settings_of_another_name(at: Path) -> Path:
    os.environ["GIT_CONFIG_GLOBAL"] = str(write(at, {"global": "[core]\nexcludesFile = ~/mine\n"}) / "global")
    return users(at, "[core]\nexcludesFile = ~/none\n", {"mine": "b.py\n", "none": "a.py\n"})


def excludes_of_the_repository(at: Path) -> Path:
    work = users(at, "[core]\nexcludesFile = ~/none\n", {"none": "a.py\n"})
    run(write(work, {".mine": "b.py\n"}), "config", "core.excludesFile", ".mine")
    return work


def capital_letters(at: Path) -> Path:
    work = users(at, "", {})
    run(write(work, {".gitignore": "c.py\nB.py\n"}), "config", "core.ignoreCase", "true")
    return work


def another_repository_in_the_environment(at: Path) -> Path:
    repository(at / "other", {".gitignore": "a.py\n", ".git/info/exclude": "a.py\n"})
    os.environ["GIT_DIR"] = str(at / "other/.git")
    os.environ["GIT_WORK_TREE"] = str(at / "other")
    work = write(at / "work", {".gitignore": "b.py\n", "a.py": "", "b.py": ""})
    subprocess.run(["git", "init", "-q"], cwd=work, check=True, env={"PATH": os.environ["PATH"]})
    return work


def letters_in_brackets(at: Path) -> Path:
    names = ["a.py", "1.py", "B.py", "_.py", "é.py"]
    return repository(
        at / "work", {".gitignore": "[[:alpha:]].py\n[!a-z[:digit:]_B-]?.py\n", **dict.fromkeys(names, "")}
    )


def behind_a_megabyte(at: Path) -> Path:
    return repository(at / "work", {".gitignore": "# nothing\n" * 150_000 + "b.py\n", "a.py": "", "b.py": ""})


def a_mark_at_the_beginning(at: Path) -> Path:
    return repository(at / "work", {".gitignore": b"\xef\xbb\xbfb.py\r\n", "a.py": "", "b.py": ""})


def a_link_is_no_file_of_rules(at: Path) -> Path:
    work = repository(at / "work", {"rules": "a.py\n", "a.py": ""})
    (work / ".gitignore").symlink_to("rules")
    return work


def names_that_are_not_plain(at: Path) -> Path:
    return repository(
        at / "work", {".gitignore": "b ü.py\n\\[x\\].py\n", "b ü.py": "", "[x].py": "", "ü a\n.py": "", "*.py": ""}
    )


def tracked_where_the_index_is_short(at: Path) -> Path:
    work = tracked_although_ignored(at)
    run(work, "update-index", "--index-version", "4")
    return work


def tracked_with_other_hashes(at: Path) -> Path:
    run(at, "init", "-q", "--object-format=sha256", "work")
    return tracked_although_ignored(at)


def tracked_but_marked(at: Path) -> Path:
    work = tracked_although_ignored(at)
    run(work, "update-index", "--skip-worktree", "a.gen.py")
    run(work, "rm", "-q", "--cached", "c.py")
    run(work, "add", "-f", "--intent-to-add", "c.py")
    return write(work, {".gitignore": "*.gen.py\nout/\nc.py\n"})


def tracked_in_the_folder_that_is_opened(at: Path) -> Path:
    return tracked_although_ignored(at) / "out"


def a_merge_under_way(at: Path) -> Path:
    work = repository(at / "work", {"a.gen.py": "1", "out/b.py": ""}, add=True)
    run(work, "checkout", "-q", "-b", "other")
    for branch, text in (("other", "2"), ("-", "3")):
        run(write(work, {"a.gen.py": text}), "commit", "-q", "-a", "-m", text)
        run(work, "checkout", "-q", branch if branch == "-" else "-")
    subprocess.run(["git", "merge", "-q", "-"], cwd=work, check=False, capture_output=True)
    return write(work, {".gitignore": "*.gen.py\nout/\n", "c.py": "", "d.gen.py": "", "out/e.py": ""})


def a_submodule_that_a_rule_matches(at: Path) -> Path:
    return write(a_submodule_from_above(at), {".gitignore": "lib.js\n"})


def a_submodule_whose_repository_is_missing(at: Path) -> Path:
    return repository(at / "work", {".gitignore": "b.py\n", "lib/.git": "gitdir: ../.git/modules/lib\n",
        "lib/.gitignore": "c.py\n", "lib/a.py": "", "lib/b.py": "", "lib/c.py": ""})  # fmt: skip


def an_empty_folder_in_the_place_of_a_repository(at: Path) -> Path:
    work = a_folder_below_is_opened(at)
    (work / ".git").mkdir()
    return work


def a_repository_without_its_head(at: Path) -> Path:
    work = repository(at / "work", {".gitignore": "b.py\n", "in/a.py": "", "in/b.py": "", "in/c.py": ""})
    repository(work / "in", {".gitignore": "c.py\n"})
    return write(work, {"in/.git/HEAD": ""})


def excludes_of_the_system(at: Path) -> Path:
    os.environ["GIT_CONFIG_SYSTEM"] = str(write(at, {"system": "[core]\nexcludesFile = ~/mine\n"}) / "system")
    return users(at, "", {"mine": "b.py\n"})


def excludes_of_the_environment(at: Path) -> Path:
    for name, value in (
        ("COUNT", "2"),
        ("KEY_0", "core.pager"),
        ("VALUE_0", "x"),
        ("KEY_1", "Core.excludesFile"),
        ("VALUE_1", "~/mine"),
    ):
        os.environ[f"GIT_CONFIG_{name}"] = value
    return users(at, "[core]\nexcludesFile = ~/none\n", {"mine": "b.py\n", "none": "a.py\n"})


def included_for_a_branch(at: Path) -> Path:
    work = users(at, '[includeIf "onbranch:rel/**"]\npath = ~/yes\n[includeIf "onbranch:rel"]\npath = ~/no\n', {
        "yes": "[core]\nexcludesFile = ~/mine\n", "no": "[core]\nexcludesFile = ~/none\n", "mine": "b.py\n", "none": "a.py\n",
    })  # fmt: skip
    run(work, "symbolic-ref", "HEAD", "refs/heads/rel/1/2")
    return work


def included_beside_the_settings(at: Path) -> Path:
    settings = '[includeIf "gitdir:./../work/"]\npath = no\n[includeIf "gitdir/i:*/WORK/"]\npath = no\n[includeIf "gitdir/i:WORK/"]\npath = yes\n'
    return users(
        at,
        settings,
        {
            "yes": "[core]\nexcludesFile = ~/mine\n",
            "no": "[core]\nexcludesFile = ~/none\n",
            "mine": "b.py\n",
            "none": "a.py\n",
        },
    )


def a_zero_in_a_rule(at: Path) -> Path:
    return repository(at / "work", {".gitignore": b"b.py\0a.py\n", "a.py": "", "b.py": ""})


def settings_of_one_worktree_that_do_not_count(at: Path) -> Path:
    work = users(at, "[core]\nexcludesFile = ~/mine\n", {"mine": "b.py\n", "none": "a.py\n"})
    return write(work, {".git/config.worktree": "[core]\nexcludesFile = ~/none\n"})


TABLE: list[tuple[Layout, str, str]] = [
    (nested_rules, "a.py keep.gen.py sub/only_top.py deep/er/y.py sub/b.gen.py", "b.gen.py only_top.py #odd.py build/out.py deep/x.py deep/er/x.py sub/y.py sub/deep/y.py blank.py"),
    (a_folder_below_is_opened, "a.py in/out/e.py", "b.py c.gen.py out/d.py"),
    (far_below, "w.py y.py", "x.py z.py"),
    (an_ignored_folder_is_opened, "", "a.py in/b.py"),
    (below_an_ignored_folder, "", "b.py"),
    (a_repository_in_an_ignored_folder, "a.py", "b.py"),
    (tracked_although_ignored, "a.gen.py out/b.py c.py", "d.gen.py out/e.py"),
    (tracked_where_the_index_is_short, "a.gen.py out/b.py c.py", "d.gen.py out/e.py"),
    (tracked_with_other_hashes, "a.gen.py out/b.py c.py", "d.gen.py out/e.py"),
    (tracked_but_marked, "a.gen.py out/b.py c.py", "d.gen.py out/e.py"),
    (tracked_in_the_folder_that_is_opened, "b.py", "e.py"),
    (a_merge_under_way, "a.gen.py out/b.py c.py", "d.gen.py out/e.py"),
    (a_submodule_that_a_rule_matches, "lib.js/a.py lib.js/c.py", "lib.js/b.py"),
    (a_submodule_whose_repository_is_missing, "lib/a.py", "lib/b.py lib/c.py"),
    (an_empty_folder_in_the_place_of_a_repository, "a.py in/out/e.py", "b.py c.gen.py out/d.py"),
    (a_repository_without_its_head, "in/a.py", "in/b.py in/c.py"),
    (a_zero_in_a_rule, "a.py", "b.py"),
    (a_linked_worktree, "a.py c.py", "b.py"),
    (a_submodule_by_itself, "a.py c.py", "b.py"),
    (a_submodule_from_above, "lib.js/a.py lib.js/c.py", "lib.js/b.py"),
    (a_repository_moved_elsewhere, "a.py", "b.py"),
    (repositories_within, "a.py inner/b.py inner/x.py fresh/c.py", "x.py fresh/b.py out/inner/c.py"),
    (exclude_file, "a.py", "b.py sub/b.py sub/c.py"),
    (another_repository_in_the_environment, "a.py", "b.py"),
    (capital_letters, "a.py", "b.py C.PY"),
    (letters_in_brackets, "1.py _.py", "a.py B.py é.py"),
    (behind_a_megabyte, "a.py", "b.py"),
    (a_mark_at_the_beginning, "a.py", "b.py"),
    (a_link_is_no_file_of_rules, "a.py", ""),
    *[
        (each, "a.py C.PY", "b.py")
        for each in (
            excludes_of_the_user, excludes_with_a_comment, excludes_in_quotes, excludes_on_two_lines,
            excludes_that_are_named_twice, included, included_if, in_the_users_config_folder,
            settings_in_the_config_folder, a_config_folder_of_another_name, settings_of_another_name,
            excludes_of_the_repository, excludes_of_the_system, excludes_of_the_environment, included_for_a_branch,
            included_beside_the_settings, settings_of_one_worktree_that_do_not_count,
        )
    ],
]  # fmt: skip
ENVIRONMENT = (
    "XDG_CONFIG_HOME GIT_CONFIG_GLOBAL GIT_CONFIG_SYSTEM GIT_DIR GIT_WORK_TREE "
    "GIT_CONFIG_COUNT GIT_CONFIG_KEY_0 GIT_CONFIG_VALUE_0 GIT_CONFIG_KEY_1 GIT_CONFIG_VALUE_1"
)
IDS = [layout.__name__ for layout, _, _ in TABLE]


def check(root: Path, shown: Sequence[str], hidden: Sequence[str]) -> None:
    """What the walk finds, and what is said of each path by itself: alone, among others and after the walk."""
    alone, workspace = Workspace([root]), Workspace([root])
    left_out: list[LeftOut] = []
    assert {each.path for each in workspace.scan(left_out)} == set(shown)
    said = {
        path: (alone.ignores(path), workspace.ignores(path), Workspace([root]).ignores(path))
        for path in (*shown, *hidden)
    }
    assert said == {**dict.fromkeys(shown, (False,) * 3), **dict.fromkeys(hidden, (True,) * 3)}
    assert {path: alone.find(path) for path in hidden} == dict.fromkeys(hidden, Unreadable("ignored", "it is ignored"))
    told = [each.path for each in left_out if each.path is not None and each.reason == "ignored"]
    assert [path for path in hidden if not any(path == each or path.startswith(each) for each in told)] == (
        [] if shown else hidden if not told else []
    )


@pytest.mark.parametrize(("layout", "shown", "hidden"), TABLE, ids=IDS)
def test_as_git_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layout: Layout, shown: str, hidden: str
) -> None:
    for name in ENVIRONMENT.split():
        monkeypatch.setenv(name, "")  # so that what a layout puts there is taken back
        monkeypatch.delenv(name)
    root = layout(tmp_path)
    check(root, shown.split(), hidden.split())
    environ = {name: value for name, value in os.environ.items() if name not in {"GIT_DIR", "GIT_WORK_TREE"}}
    for path in (*shown.split(), *hidden.split()):
        if path.startswith("out/inner/"):
            continue  # there git sees the inner repository alone
        where, name = (root / path).parent, (root / path).name
        if layout is a_submodule_whose_repository_is_missing:  # git would not say a thing there
            where, name = root, path
        asked = subprocess.run(["git", "check-ignore", "-q", name], cwd=where, env=environ, check=False)
        assert (path, asked.returncode) == (path, 0 if path in hidden.split() else 1)
    monkeypatch.setattr(command, "run_git", _no_git)  # there is no git, or it refuses
    check(root, shown.split(), hidden.split())


def test_names_with_blanks_line_ends_and_wildcards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = names_that_are_not_plain(tmp_path)
    check(root, ["ü a\n.py", "*.py"], ["b ü.py", "[x].py"])
    monkeypatch.setattr(command, "run_git", _no_git)
    check(root, ["ü a\n.py", "*.py"], ["b ü.py", "[x].py"])


@pytest.mark.parametrize("there", [True, False], ids=["git", "no git"])
def test_own_rules_add_to_those_of_git_and_take_nothing_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, there: bool
) -> None:
    files = {
        ".gitignore": "a.py\nout/\n", ".darnerignore": "!a.py\n!out/\nb*.py\n!but.py\n", "a.py": "", "out/a.py": "",
        "b.py": "", "but.py": "", "c.py": "", "app/.darnerignore": "!b.py\nc.py\n", "app/b.py": "", "app/c.py": "", "app/x.py": "",
    }  # fmt: skip
    work = repository(tmp_path / "work", files)
    if not there:
        monkeypatch.setattr(command, "run_git", _no_git)
    check(work, ["but.py", "c.py", "app/b.py", "app/x.py"], ["a.py", "out/a.py", "b.py", "app/c.py"])
    check(work / "app", ["b.py", "x.py"], ["c.py"])
    run(work, "add", "-f", "c.py", "b.py", "out/a.py")
    if there:
        check(work, ["but.py", "c.py", "app/b.py", "app/x.py", "out/a.py"], ["a.py", "b.py", "app/c.py"])
    workspace = Workspace([work], [["app/x.py", "/c.py"]])
    assert [path for path in ("app/x.py", "c.py", "but.py") if workspace.ignores(path)] == ["app/x.py", "c.py"]


def test_what_is_made_and_what_is_said_later(tmp_path: Path) -> None:
    work = repository(tmp_path / "work", {".gitignore": "x*.py\n", "a.py": "", "x1.py": ""})
    workspace = Workspace([work])
    assert {each.path for each in workspace.scan([])} == {"a.py"}
    write(work, {"b.py": "", "x2.py": "", "new/c.py": "", "new/x.py": "", "new/deep/d.py": ""})
    later = ["b.py", "x2.py", "new/c.py", "new/x.py", "new/deep/d.py", "not/there/e.py", "x3.py"]
    assert [path for path in later if workspace.ignores(path)] == ["x2.py", "new/x.py", "x3.py"]
    write(work, {".gitignore": "new/\n", "new/.gitignore": "!c.py\n"})
    workspace.renew()
    assert [path for path in later if workspace.ignores(path)] == ["new/c.py", "new/x.py", "new/deep/d.py"]
    run(work, "add", "-f", "new/c.py")
    workspace.renew()
    assert {each.path for each in workspace.scan([])} == {"a.py", "b.py", "x1.py", "x2.py", "new/c.py"}


def test_a_link_shows_nothing_that_is_ignored_or_secret(tmp_path: Path) -> None:
    work = repository(
        tmp_path / "work", {".gitignore": "out/\n", "out/a.py": "", ".env": "", "b.py": "", "sub/c.py": ""}
    )
    for name, target in (("l.py", "out/a.py"), ("s.py", ".env"), ("o", "out"), ("d", "sub"), ("n.py", "b.py")):
        (work / name).symlink_to(target)
    workspace = Workspace([work])
    hidden, secret = Unreadable("ignored", "it is ignored"), Unreadable("secret", "it may contain secrets")
    assert [workspace.find(path) for path in ("l.py", "o/a.py", "s.py", "d/c.py", "n.py")] == [
        hidden, hidden, secret, work / "sub/c.py", work / "b.py",
    ]  # fmt: skip


def test_git_is_asked_once_for_a_walk_and_for_all_that_is_asked_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = repository(tmp_path / "work", {".gitignore": "x.py\n", "a.py": "", "x.py": "", "b/c.txt": ""})
    asked: list[str] = []
    ask = command.run_git

    def counted(root: Path, *words: str, **more: Any) -> bytes | None:  # noqa: ANN401 - whatever it takes
        asked.append(words[0])
        return ask(root, *words, **more)

    monkeypatch.setattr(command, "run_git", counted)
    workspace = Workspace([work])
    for _ in range(3):
        assert [each.path for each in workspace.scan([])] == ["a.py"]
        assert [workspace.ignores(path) for path in ("a.py", "b/c.txt")] == [False, False]
    assert asked == ["ls-files"]
    assert [workspace.ignores("x.py"), workspace.ignores("x.py")] == [True, True]
    workspace.renew()
    del asked[:]
    assert [workspace.ignores("x.py"), workspace.ignores("a.py")] == [True, False]
    assert asked == []


def test_git_is_asked_of_the_first_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = repository(tmp_path / "work", {".gitignore": "x.py\n", "a.py": "", "x.py": "", "b/[a].py": "", "c.py": ""})
    asked: list[str] = []
    ask = command.run_git

    def noted(root: Path, *words: str, **more: Any) -> bytes | None:  # noqa: ANN401 - whatever it takes
        asked.append(words[-1])
        return ask(root, *words, **more)

    monkeypatch.setattr(command, "run_git", noted)
    workspace = Workspace([work])
    assert [workspace.ignores(path) for path in ("a.py", "b/[a].py", "a.py")] == [False] * 3
    assert asked == [":(literal)a.py", ":(literal)b/[a].py"]
    assert [workspace.ignores(path) for path in ("c.py", "x.py", "a.py")] == [False, True, False]
    assert asked[2].startswith("--exclude=")  # from now on all are listed


def pipe(path: Path) -> None:
    os.mkfifo(path)


def link(target: str) -> Make:
    return lambda path: path.symlink_to(target)


def folder(path: Path) -> None:
    path.mkdir()


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(20_000_000_000)


@pytest.mark.parametrize("name", [".gitignore", ".darnerignore", "sub/.gitignore", ".git/info/exclude", ".git"])
@pytest.mark.parametrize(
    "make",
    [pipe, link("/dev/zero"), link("/dev/tty"), link("rules"), link("/proc/self/mem"), folder, huge],
    ids=["pipe", "zero", "terminal", "nowhere", "memory", "folder", "20 GB"],
)
def test_odd_files_in_the_place_of_rules(tmp_path: Path, name: str, make: Make) -> None:
    """What is of no form is no rule; what is too large to be read may say anything, so its folder is left out."""
    root = write(tmp_path / "work", {"a.py": "", "sub/b.py": ""})
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    make(root / name)
    found = {each.path for each in Workspace([root]).scan([])}
    lost = {"a.py", "sub/b.py"} if make is huge and name in {".gitignore", ".darnerignore"} else set[str]()
    lost |= {"sub/b.py"} if make is huge and name == "sub/.gitignore" else set()
    assert found == {"a.py", "sub/b.py"} - lost


@pytest.mark.parametrize(
    "name",
    [
        ".gitignore",
        ".git/info/exclude",
        ".git/config",
        ".git/index",
        ".git/HEAD",
        ".git/commondir",
        ".git/more",
        "mine",
    ],
)
@pytest.mark.parametrize("make", [pipe, link("/dev/tty"), huge], ids=["pipe", "terminal", "20 GB"])
def test_git_is_not_asked_where_it_would_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, make: Make
) -> None:
    work = repository(tmp_path / "work", {"a.py": "", "sub/b.py": ""})
    run(work, "config", "include.path", "more")
    run(work, "config", "core.excludesFile", "mine")
    (work / name).unlink(missing_ok=True)
    make(work / name)
    asked: list[str] = []

    def noted(_root: Path, *words: str, **_more: object) -> None:
        asked.append(words[0])

    monkeypatch.setattr(command, "run_git", noted)
    for root, path in ((work, "sub/b.py"), (work / "sub", "b.py")):
        assert Workspace([root]).ignores(path) == (name == ".gitignore" and make is huge)
        assert changed_lines({"": root}) == {}
    asked = [each for each in asked if each != "config"]
    a_link = name == ".gitignore" and make is not pipe and make is not huge  # git follows none
    assert asked == (["ls-files"] * 2 if a_link else [])


@pytest.mark.parametrize(
    "damage", [b"", b"DIRC", b"DIRC\0\0\0\2\0\0\0\7", b"x" * 200, b"DIRC\0\0\0\4\x7f" + b"\xff" * 300]
)
def test_a_damaged_index_tracks_nothing(tmp_path: Path, damage: bytes) -> None:
    root = write(tracked_although_ignored(tmp_path), {".git/index": damage})
    assert {each.path for each in Workspace([root]).scan([])} == {"c.py"}


@pytest.mark.parametrize(
    "rule",
    [
        "*a" * 60 + "b", "*" * 5_000 + "b", "**/a" * 40 + "/b", "**/" * 1_000 + "b", "[a-z]*" * 200 + "Z", "?*" * 200 + "Z",
        "*a" * 4_000 + "b", "a/**" * 60 + "/b", "*a*" * 60 + "/**/*b" * 20, "**/*a" * 40 + "b", "[" * 5_000, "\\" * 5_001,
        "**/*a*a*a" * 20 + "/**/b", "(a+)+" * 100 + "$", "/**" * 3_000 + "b", "[[:alpha:]]*" * 100 + "1", "x" * 2_000_000,
    ],
)  # fmt: skip
def test_no_rule_takes_long(rule: str) -> None:
    rules = [("", parse_rules([rule, f"!{rule}", f"{rule}/", "yes.py"]))]
    deep = "/".join(["a" * 40] * 80)
    assert [path for path in ("a" * 255, deep, "a/" * 1_000 + "c", "a" * 4_000) if ignored(path, rules)] == []
    assert ignored("yes.py", rules)


RULES = (
    "a*b a**b **a a** **/a a/** a/**/b a/**b *a/b /a/* ** * /** **/ a/ /a a// //a \\a \\*a a\\ [a [a] [!a] [^a] []] "
    "[]a] [a-c] [c-a] [a-] [-a] [\\]] [a\\]b] [[:alpha:]] [[:bad:]] [[:alpha:] [a[:digit:]-] [--a] [!-a] ? ?? a?b "
    "*.py !a \\!a \\#a #a a\\ \\  a*/b a*b/c **b/c a/*/c a/**/**/c foo** a\\*b a\\\\b [a/b] a[/]b é [é] ?? *é"
)
NAMES = "a b c ab aab a*b a-b ] - 1 é a\\b !a #a foo foobar a.py [a"


def test_rules_are_read_as_git_reads_them(tmp_path: Path) -> None:
    """Many rules against many paths: git is asked about each."""
    rules = RULES.split(" ")
    names = NAMES.split()
    paths = [
        *names,
        *(f"{one}/{two}" for one in names for two in names),
        "a/b/c",
        "a/x/b",
        "a/x/y/b",
        "x/y/a",
        "a/ab/c",
    ]
    work = repository(tmp_path, {})
    for rule in rules:
        write(work, {".gitignore": f"{rule}\n"})
        said = subprocess.run(
            ["git", "check-ignore", "-z", "--stdin", "--no-index"],
            cwd=work, input="\0".join(paths).encode(), capture_output=True, check=False,
        )  # fmt: skip
        chain = [("", parse_rules(lines_of((work / ".gitignore").read_bytes())))]
        found = [
            path
            for path in paths
            if ignored(path, chain)
            or any(ignored(path[: at + 1], chain) for at, letter in enumerate(path) if letter == "/")
        ]
        assert (rule, sorted(found)) == (rule, sorted(filter(None, said.stdout.decode().split("\0"))))
