"""The copy where there is no overlay: what is in it, and whether a check of it would see the patch."""

import subprocess
from pathlib import Path

from darner_server.check.plain_copy import copy_files, imports_of, leads_back


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


def copied(workspace: Path, target: Path) -> set[str]:
    copy_files(workspace, target)
    return {each.relative_to(target).as_posix() for each in target.rglob("*") if not each.is_dir() or each.is_symlink()}


def test_what_git_tracks_or_would_is_copied_as_it_is_now(tmp_path: Path) -> None:
    workspace = tmp_path / "work"
    put(workspace, "a.py", "gone.py", "ignored.log", ".gitignore", "sub/b.py", "node_modules/m/index.js")
    (workspace / ".gitignore").write_text("*.log\nnode_modules\n")
    for words in (["init", "-q"], ["add", "a.py", "gone.py"]):
        subprocess.run(["git", *words], cwd=workspace, check=True)
    (workspace / "gone.py").unlink()
    (workspace / "a.py").write_text("changed")
    (workspace / "outward").symlink_to(tmp_path)
    (workspace / "inward").symlink_to("a.py")
    target = tmp_path / "copy"
    assert copied(workspace, target) == {"a.py", ".gitignore", "sub/b.py", "node_modules", "inward"}
    assert (target / "a.py").read_text() == "changed"
    assert (target / "inward").readlink() == Path("a.py")


def test_without_git_all_is_copied_but_dependencies(tmp_path: Path) -> None:
    workspace = tmp_path / "work"
    put(workspace, "a.py", "sub/b.py", ".venv/bin/python", "sub/node_modules/m.js")
    assert copied(workspace, tmp_path / "copy") == {"a.py", "sub/b.py", ".venv"}


def test_an_editable_install_is_imported_from_the_copy(tmp_path: Path) -> None:
    workspace, files = tmp_path / "work", tmp_path / "copy"
    packages = workspace / ".venv" / "lib" / "python3.12" / "site-packages"
    put(workspace, "server/app/__init__.py", "lib/deep/tools/__init__.py", "src/x.py")
    packages.mkdir(parents=True)
    (packages / "_editable.pth").write_text(f"{workspace}/server\n/elsewhere\n")
    (packages / "__editable___x_finder.py").write_text(f"MAPPING = {{'tools': '{workspace}/lib/deep/tools'}}\n")
    copy_files(workspace, files)
    expected = [files, files / "src", files / "server", files / "lib" / "deep"]
    assert set(imports_of(workspace, files)) == {str(each) for each in expected}


def test_a_dependency_that_leads_back_into_the_workspace_is_named(tmp_path: Path) -> None:
    put(tmp_path, "packages/core/index.js", "node_modules/other/index.js", "node_modules/.pnpm/x/index.js")
    modules = tmp_path / "node_modules"
    (modules / "x").symlink_to(".pnpm/x")
    assert leads_back(tmp_path) is None
    (modules / "@our").mkdir()
    (modules / "@our" / "core").symlink_to("../../packages/core")
    assert leads_back(tmp_path) == "node_modules/@our/core"
