"""Files written all or none, whatever fails; text read and given back byte for byte."""

import errno
import os
import stat
from pathlib import Path

import pytest

from darner_server.workspace import RealDisk, Unwritten, Written, write

BEFORE = {"a.txt": b"one\r\n", "b/b.txt": b"two", "b/c.txt": b"\xff\x00three"}
CHANGES: dict[str, bytes | None] = {
    "a.txt": b"ONE\r\n",
    "new/deep/n.txt": b"new",
    "b/b.txt": None,
    "b/c.txt": b"THREE",
    "b/d.txt": b"four",
}
AFTER = {"a.txt": b"ONE\r\n", "new/deep/n.txt": b"new", "b/c.txt": b"THREE", "b/d.txt": b"four"}


class Interrupted(BaseException):
    """Stands for Ctrl-C."""


class Failing(RealDisk):
    """A disk whose operation number `fails` goes wrong, before it did anything or after."""

    def __init__(self, fails: int, error: BaseException, *, after: bool = False) -> None:
        self.count = 0
        self._fails, self._error, self._after = fails, error, after

    def _fault(self, *, done: bool) -> None:
        self.count += not done
        if self.count == self._fails and done == self._after:
            self._fails = 0
            raise self._error

    def create(self, path: Path, data: bytes, mode: int) -> None:
        self._fault(done=False)
        super().create(path, data, mode)
        self._fault(done=True)

    def link(self, path: Path, new: Path) -> None:
        self._fault(done=False)
        super().link(path, new)
        self._fault(done=True)

    def rename(self, path: Path, new: Path) -> None:
        self._fault(done=False)
        super().rename(path, new)
        self._fault(done=True)

    def remove(self, path: Path) -> None:
        self._fault(done=False)
        super().remove(path)
        self._fault(done=True)

    def make_folder(self, path: Path) -> None:
        self._fault(done=False)
        super().make_folder(path)
        self._fault(done=True)

    def remove_folder(self, path: Path) -> None:
        self._fault(done=False)
        super().remove_folder(path)
        self._fault(done=True)

    def sync_folder(self, path: Path) -> None:
        self._fault(done=False)
        super().sync_folder(path)
        self._fault(done=True)


def fill(root: Path, files: dict[str, bytes]) -> None:
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)


def tree(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def operations(tmp_path: Path) -> int:
    fill(tmp_path / "count", BEFORE)
    disk = Failing(0, OSError())
    assert write(tmp_path / "count", CHANGES, disk=disk) == Written(tuple(CHANGES))
    return disk.count


def test_all_is_written(tmp_path: Path) -> None:
    fill(tmp_path, BEFORE)
    assert write(tmp_path, CHANGES) == Written(tuple(CHANGES))
    assert tree(tmp_path) == AFTER
    assert list(tmp_path.rglob(".*")) == []


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), Interrupted()], ids=["full", "^C"])
def test_a_fault_at_any_operation_leaves_all_or_nothing(tmp_path: Path, error: BaseException, after: bool) -> None:
    total = operations(tmp_path)
    last = total - len(BEFORE)  # behind these operations, only the old names are put away
    for fails in range(1, total + 1):
        root = tmp_path / str(fails)
        fill(root, BEFORE)
        folders = {path for path in root.rglob("*") if path.is_dir()}
        disk = Failing(fails, error, after=after)
        try:
            result: object = write(root, CHANGES, disk=disk)
        except Interrupted as interrupted:
            result = interrupted
        # Only putting away the old names, at the very end, may fail unheard.
        found = {path: data for path, data in tree(root).items() if fails <= last or not path.endswith(".old")}
        if isinstance(result, Written) or (isinstance(result, Interrupted) and fails > last):
            assert found == AFTER, f"operation {fails}"
        else:
            assert found == BEFORE, f"operation {fails}"
            assert {path for path in root.rglob("*") if path.is_dir()} == folders


def test_permissions_stay_and_a_new_file_gets_the_usual_ones(tmp_path: Path) -> None:
    fill(tmp_path, {"run.sh": b"a", "plain": b"b"})
    (tmp_path / "run.sh").chmod(0o751)
    assert isinstance(write(tmp_path, {"run.sh": b"A", "fresh": b"c"}), Written)
    assert stat.S_IMODE((tmp_path / "run.sh").stat().st_mode) == 0o751
    assert (tmp_path / "fresh").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_file_that_is_read_only_stays_as_it_is(tmp_path: Path) -> None:
    fill(tmp_path, {"a": b"a", "b": b"b"})
    (tmp_path / "b").chmod(0o444)
    for data in (b"c", None):
        assert write(tmp_path, {"a": b"c", "b": data}) == Unwritten("b", "it is read-only; make it writable first")
    assert tree(tmp_path) == {"a": b"a", "b": b"b"}


def test_a_link_inside_stays_a_link(tmp_path: Path) -> None:
    fill(tmp_path, {"real.txt": b"a"})
    (tmp_path / "link.txt").symlink_to("real.txt")
    assert write(tmp_path, {"link.txt": b"A"}) == Written(("link.txt",))
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_bytes() == b"A"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("../out.txt", "outside the root"),
        ("/etc/out.txt", "outside the root"),
        ("a/../../out.txt", "outside the root"),
        ("", "outside the root"),
        ("door/out.txt", "leads outside"),
        ("hole", "leads outside"),
        ("loop", "cannot be followed"),
        ("folder", "not a file"),
        ("folder/file/x", "Not a directory"),
        (".git/hooks/new", "the repository's own"),
        ("hooks/new", "the repository's own"),
    ],
)
def test_paths_that_may_not_be_written(tmp_path: Path, path: str, reason: str) -> None:
    root = tmp_path / "root"
    fill(root, {"folder/file": b"a", "good.txt": b"g"})
    (tmp_path / "outside").mkdir()
    (root / "door").symlink_to(tmp_path / "outside")
    (root / "hole").symlink_to(tmp_path / "outside" / "file")
    (root / "loop").symlink_to(root / "loop")
    (root / "hooks").symlink_to(root / ".git/hooks")
    result = write(root, {"good.txt": b"G", path: b"x"})
    assert isinstance(result, Unwritten)
    assert (result.path, reason in result.reason) == (path, True), result.reason
    assert tree(tmp_path) == {"root/folder/file": b"a", "root/good.txt": b"g"}


@pytest.mark.parametrize(
    ("changes", "expected", "reason"),
    [
        ({"a": b"A"}, {"a": b"other"}, "changed meanwhile"),
        ({"a": b"A"}, {"a": None}, "there meanwhile"),
        ({"z": b"Z"}, {"z": b"z"}, "deleted meanwhile"),
        ({"z": None}, {}, "not there"),
        ({"a": b"A", "./a": b"B"}, {}, "the same file"),
    ],
)
def test_what_is_not_as_expected(
    tmp_path: Path, changes: dict[str, bytes | None], expected: dict[str, bytes | None], reason: str
) -> None:
    fill(tmp_path, {"a": b"a"})
    result = write(tmp_path, changes, expected=expected)
    assert isinstance(result, Unwritten)
    assert reason in result.reason
    assert tree(tmp_path) == {"a": b"a"}


def test_a_disk_without_hard_links(tmp_path: Path) -> None:
    class Plain(RealDisk):
        def link(self, path: Path, new: Path) -> None:
            raise OSError(errno.EPERM, os.strerror(errno.EPERM), str(path), None, str(new))

    fill(tmp_path, BEFORE)
    assert write(tmp_path, CHANGES, disk=Plain()) == Written(tuple(CHANGES))
    assert tree(tmp_path) == AFTER
