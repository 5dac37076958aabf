"""git is not called where it would wait at a pipe or read a device without end, in repositories of every layout."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.context.sample_workspace import Files, write

from darner_context.git.blocking_files import blocks_git


def _git_folder(at: str, **more: str) -> Files:
    return {f"{at}/HEAD": "ref: refs/heads/main\n", f"{at}/config": "", f"{at}/objects/pack/p.pack": "",
        f"{at}/refs/tags/one": "", **{f"{at}/{name}": text for name, text in more.items()}}  # fmt: skip


REPOSITORY: Files = {"work/a/b.py": "", **_git_folder("work/.git")}
WORK_TREE: Files = {
    **REPOSITORY,
    "tree/a/b.py": "",
    "tree/.git": "gitdir: ../work/.git/worktrees/tree\n",
    "work/.git/worktrees/tree/HEAD": "ref: refs/heads/other\n",
    "work/.git/worktrees/tree/commondir": "../..\n",
}
SUBMODULE: Files = {
    **REPOSITORY,
    "work/sub/a/b.py": "",
    "work/sub/.git": "gitdir: ../.git/modules/sub\n",
    **_git_folder("work/.git/modules/sub"),
}
BORROWS: Files = {
    **REPOSITORY,
    "work/.git/objects/info/alternates": "# none\n../../../lent\n",
    "lent/info/alternates": "../again\n",
    "again/info/commit-graph": "",
}
NOTHING: Files = {"work/a/b.py": ""}


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _link_to_pipe(path: Path) -> None:
    pipe = path.with_name("pipe-elsewhere")
    os.mkfifo(pipe)
    path.symlink_to(pipe)


def _link_to_itself(path: Path) -> None:
    path.symlink_to(path.name)


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(20_000_000_000)


@pytest.mark.parametrize("make", [_pipe, _link_to_pipe, _device, _huge])
@pytest.mark.parametrize(
    ("files", "opened", "names"),
    [
        (REPOSITORY, "work", "HEAD commondir config config.worktree packed-refs index shallow info/exclude info/attributes"),
        (REPOSITORY, "work", "refs/heads/main info/grafts info/sparse-checkout objects/info/alternates ../.gitmodules"),
        (REPOSITORY, "work/a", "HEAD commondir config ../a/HEAD ../a/commondir"),
        (WORK_TREE, "tree/a", "HEAD commondir config packed-refs info/exclude refs/heads/other objects/info/alternates"),
        (WORK_TREE, "tree", "worktrees/tree/HEAD worktrees/tree/commondir worktrees/tree/index worktrees/tree/config.worktree"),
        (SUBMODULE, "work/sub/a", "modules/sub/HEAD modules/sub/commondir modules/sub/config modules/sub/info/exclude"),
        (BORROWS, "work", "objects/info/commit-graph ../../lent/info/alternates ../../again/info/commit-graph"),
        (NOTHING, "work/a", "../HEAD ../commondir ../a/HEAD"),
    ],
)  # fmt: skip
def test_no_file_that_git_reads_may_block(
    tmp_path: Path, files: Files, opened: str, names: str, make: Callable[[Path], None]
) -> None:
    for number, name in enumerate(names.split()):
        base = tmp_path.resolve() / str(number)
        write(base, files)
        assert not blocks_git(base / opened)
        path = Path(os.path.normpath(base / "work/.git" / name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        make(path)
        assert blocks_git(base / opened), name


@pytest.mark.parametrize("name", [".gitignore", ".git/HEAD", ".git/index", ".git/info", ".git/objects/info/alternates"])
@pytest.mark.parametrize("make", [Path.mkdir, _link_to_itself])
def test_folders_and_links_to_nowhere_block_nothing(tmp_path: Path, name: str, make: Callable[[Path], None]) -> None:
    path = write(tmp_path, REPOSITORY) / "work" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    make(path)
    assert not blocks_git(tmp_path / "work")


@pytest.mark.parametrize("name", [".gitignore", ".gitattributes", "a/.gitignore"])
def test_a_link_is_followed_only_where_git_follows_it(tmp_path: Path, name: str) -> None:
    root = write(tmp_path, REPOSITORY) / "work"
    _link_to_pipe(root / name)
    assert not blocks_git(root / "a")
    (root / name).unlink()
    _pipe(root / name)
    assert blocks_git(root / "a")


@pytest.mark.parametrize("make", [_pipe, _device])
def test_a_pack_may_be_as_large_as_it_is_but_no_pipe(tmp_path: Path, make: Callable[[Path], None]) -> None:
    pack = write(tmp_path, REPOSITORY) / "work/.git/objects/pack/p.pack"
    with pack.open("wb") as file:
        file.truncate(20_000_000_000)
    assert not blocks_git(tmp_path / "work")
    pack.unlink()
    make(pack)
    assert blocks_git(tmp_path / "work")
