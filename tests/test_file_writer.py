"""Files written all or none, whatever fails; text read and given back byte for byte."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from darner_server import journal
from darner_server.directory_handles import DirectoryHandle
from darner_server.file_writer import RealDisk, Unwritten, Written, set_mode, write

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

    def create(self, folder: DirectoryHandle, name: str, data: bytes, mode: int) -> None:
        self._fault(done=False)
        super().create(folder, name, data, mode)
        self._fault(done=True)

    def link(self, folder: DirectoryHandle, name: str, new: str) -> None:
        self._fault(done=False)
        super().link(folder, name, new)
        self._fault(done=True)

    def rename(self, folder: DirectoryHandle, name: str, new: str) -> None:
        self._fault(done=False)
        super().rename(folder, name, new)
        self._fault(done=True)

    def remove(self, folder: DirectoryHandle, name: str) -> None:
        self._fault(done=False)
        super().remove(folder, name)
        self._fault(done=True)

    def make_folder(self, folder: DirectoryHandle, name: str) -> None:
        self._fault(done=False)
        super().make_folder(folder, name)
        self._fault(done=True)

    def remove_folder(self, folder: DirectoryHandle, name: str) -> None:
        self._fault(done=False)
        super().remove_folder(folder, name)
        self._fault(done=True)

    def sync_folder(self, folder: DirectoryHandle) -> None:
        self._fault(done=False)
        super().sync_folder(folder)
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
        ("d/" * 900 + "out.txt", "more than 200 folders deep"),
        ("door/out.txt", "leads outside"),
        ("hole", "leads outside"),
        ("loop", "cannot be followed"),
        ("folder", "not a regular file"),
        ("folder/file/x", "Not a directory"),
        (".git/hooks/new", "belongs to the repository"),
        ("hooks/new", "belongs to the repository"),
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
        ({"a": b"A"}, {"a": b"other"}, "since been changed"),
        ({"a": b"A"}, {"a": None}, "since been created"),
        ({"z": b"Z"}, {"z": b"z"}, "since been deleted"),
        ({"z": None}, {}, "does not exist"),
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
        def link(self, folder: DirectoryHandle, name: str, new: str) -> None:
            raise OSError(errno.EPERM, os.strerror(errno.EPERM), folder.at(name), None, new)

    fill(tmp_path, BEFORE)
    assert write(tmp_path, CHANGES, disk=Plain()) == Written(tuple(CHANGES))
    assert tree(tmp_path) == AFTER


class Swapping(RealDisk):
    """A disk on which, before operation number `at`, a folder makes way for a link that leads out of the root."""

    def __init__(self, folder: Path, outside: Path, at: int) -> None:
        self.count = 0
        self._folder, self._outside, self._at = folder, outside, at

    def _swap(self) -> None:
        self.count += 1
        if self.count == self._at:
            self._folder.rename(self._folder.with_name("moved"))
            self._folder.symlink_to(self._outside)

    def create(self, folder: DirectoryHandle, name: str, data: bytes, mode: int) -> None:
        self._swap()
        super().create(folder, name, data, mode)

    def link(self, folder: DirectoryHandle, name: str, new: str) -> None:
        self._swap()
        super().link(folder, name, new)

    def rename(self, folder: DirectoryHandle, name: str, new: str) -> None:
        self._swap()
        super().rename(folder, name, new)

    def remove(self, folder: DirectoryHandle, name: str) -> None:
        self._swap()
        super().remove(folder, name)

    def make_folder(self, folder: DirectoryHandle, name: str) -> None:
        self._swap()
        super().make_folder(folder, name)

    def remove_folder(self, folder: DirectoryHandle, name: str) -> None:
        self._swap()
        super().remove_folder(folder, name)

    def sync_folder(self, folder: DirectoryHandle) -> None:
        self._swap()
        super().sync_folder(folder)


@pytest.mark.parametrize("swapped", ["b", "b/deep"])
def test_a_folder_that_becomes_a_link_at_any_operation_leads_nowhere(tmp_path: Path, swapped: str) -> None:
    before = {"a.txt": b"one", "b/b.txt": b"two", "b/deep/c.txt": b"three"}
    changes: dict[str, bytes | None] = {
        "a.txt": b"1",
        "b/b.txt": b"2",
        "b/deep/c.txt": None,
        "b/deep/d.txt": b"4",
        "b/deep/more/e.txt": b"5",
    }
    fill(tmp_path / "count", before)
    counting = Swapping(tmp_path, tmp_path, 0)
    assert write(tmp_path / "count", changes, disk=counting) == Written(tuple(changes))
    for at in range(1, counting.count + 1):
        root, outside = tmp_path / str(at) / "root", tmp_path / str(at) / "outside"
        fill(root, before)
        mine = {"b.txt": b"mine", "deep/c.txt": b"mine", "c.txt": b"mine"}
        fill(outside, mine)
        result = write(root, changes, disk=Swapping(root / swapped, outside, at))
        assert tree(outside) == mine, f"operation {at}"
        moved = {"b": "moved", "b/deep": "b/moved"}[swapped]
        found = {path.replace(moved, swapped): data for path, data in tree(root).items()}
        if isinstance(result, Unwritten):
            assert (found, result.left) == (before, ()), f"operation {at}: {result}"
        else:  # all was written before: only the old names were to be put away
            assert at > counting.count - 3, f"operation {at}"


def test_a_folder_that_is_a_link_when_a_patch_is_taken_back_leads_nowhere(tmp_path: Path) -> None:
    root, outside, journals = tmp_path / "root", tmp_path / "outside", tmp_path / "journals"
    fill(root, {"b/b.txt": b"new"})
    fill(outside, {"b.txt": b"new", ".b.old": b"old", ".b.new": b"x"})
    (root / "b/b.txt").unlink()
    (root / "b").rmdir()
    (root / "b").symlink_to(outside)
    file, fresh, saved = (str(root / "b" / each) for each in ("b.txt", ".b.new", ".b.old"))
    planned = journal.Planned(file, fresh, saved, existed=True, digest=journal.digest(b"new"))
    journal.begin(journals, root, [planned], [root / "b" / "gone"])
    (entry,) = journals.iterdir()
    entry.rename(entry.with_name(entry.name.replace(f".{os.getpid()}.", ".999999999.")))
    settled = journal.settle(journals, root)
    assert settled.changed == ((str(root / "b/b.txt"), str(root / "b/.b.old")),)
    assert tree(outside) == {"b.txt": b"new", ".b.old": b"old", ".b.new": b"x"}


def test_permissions_are_given_to_nothing_outside(tmp_path: Path) -> None:
    root = tmp_path / "root"
    fill(tmp_path, {"root/a": b"a", "outside": b"o"})
    (tmp_path / "outside").chmod(0o600)
    (root / "door").symlink_to(tmp_path / "outside")
    for path, mode in (("a", 0o640), ("door", 0o777), ("../outside", 0o777), ("none", 0o777)):
        set_mode(root, path, mode)
    assert [stat.S_IMODE((tmp_path / each).stat().st_mode) for each in ("root/a", "outside")] == [0o640, 0o600]


class Meddling(RealDisk):
    """A disk where another program acts when the new content of a file has been written beside it, or is put in place."""

    def __init__(self, act: Callable[[], object], at: str, operation: str) -> None:
        self._act, self._at, self._operation = act, at, operation

    def create(self, folder: DirectoryHandle, name: str, data: bytes, mode: int) -> None:
        super().create(folder, name, data, mode)
        self._meddle("create", name)

    def rename(self, folder: DirectoryHandle, name: str, new: str) -> None:
        super().rename(folder, name, new)
        self._meddle("rename", name)

    def _meddle(self, operation: str, name: str) -> None:
        if operation == self._operation and name.startswith(f".{self._at}."):
            self._operation = ""
            self._act()


THEIRS: dict[str, Callable[[Path], object]] = {
    "longer": lambda file: file.write_bytes(b"theirs, and longer"),
    "as long": lambda file: swap_case(file.resolve()),
    "replaced": lambda file: spare(file).replace(file),
    "removed": lambda file: file.unlink(),
    "emptied": lambda file: os.truncate(file, 0),
}


def swap_case(file: Path) -> None:
    file.write_bytes(file.read_bytes().swapcase())
    os.utime(file, (7, 7))


def spare(file: Path) -> Path:
    other = file.with_name("spare")
    other.write_bytes(file.read_bytes())
    return other


@pytest.mark.parametrize("act", THEIRS.values(), ids=THEIRS)
@pytest.mark.parametrize(("path", "at"), [("b/c.txt", "a.txt"), ("b/c.txt", "d.txt"), ("b/b.txt", "c.txt")])
@pytest.mark.parametrize("operation", ["create", "rename"])
def test_what_another_program_writes_just_then_is_kept(
    tmp_path: Path, act: Callable[[Path], object], path: str, at: str, operation: str
) -> None:
    changes = {each: CHANGES[each] for each in ("a.txt", "b/d.txt", "b/c.txt", "b/b.txt")}
    expected = {each: BEFORE.get(each) for each in changes}
    fill(tmp_path, BEFORE)

    def meddle() -> None:
        act(tmp_path / path)
        theirs.update(tree(tmp_path))

    theirs: dict[str, bytes] = {}
    done = write(tmp_path, changes, expected=expected, disk=Meddling(meddle, at, operation))
    assert isinstance(done, Unwritten), done
    assert (done.path, done.reason, done.left) == (path, "the file has since been changed", ())
    kept = {path: theirs[path]} if path in theirs else {}
    assert tree(tmp_path) == {each: BEFORE[each] for each in BEFORE if each != path} | kept


def test_a_file_that_appears_just_then_is_kept(tmp_path: Path) -> None:
    fill(tmp_path, BEFORE)
    disk = Meddling(lambda: (tmp_path / "b/d.txt").write_bytes(b"theirs"), "a.txt", "rename")
    done = write(tmp_path, {"a.txt": b"x", "b/d.txt": b"y"}, expected={"a.txt": b"one\r\n", "b/d.txt": None}, disk=disk)
    assert done == Unwritten("b/d.txt", "the file has since been changed")
    assert tree(tmp_path) == BEFORE | {"b/d.txt": b"theirs"}
