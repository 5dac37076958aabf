"""Only plain files are read, and never more of them than a limit."""

import os
from pathlib import Path

import pytest
from tests.context.sample_workspace import write

from darner_context.request import Unreadable
from darner_context.system.regular_file import read_plain

NOT_PLAIN, TOO_LARGE = Unreadable("no file", "it is not a plain file"), Unreadable("too large", "it is too large")


def check(path: Path | str, follow: bytes | Unreadable, none: bytes | Unreadable, most: int = 10) -> None:
    """What is read where links are followed, and where they are not."""
    assert (read_plain(path, most), read_plain(path, most, follow=False)) == (follow, none)


def test_files_links_devices_and_pipes(tmp_path: Path) -> None:
    write(tmp_path, {"empty": b"", "ten": b"x" * 10, "more": b"x" * 11, "folder/inside": b"in"})
    for name, target in (
        ("link", "ten"), ("link to more", "more"), ("zero", "/dev/zero"), ("null", "/dev/null"), ("loop", "loop"),
        ("nowhere", "gone"), ("to pipe", "pipe"), ("to folder", "folder"),
    ):  # fmt: skip
        (tmp_path / name).symlink_to(target)
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "huge").open("wb") as huge:
        huge.truncate(20_000_000_000)
    gone = Unreadable("failed", "cannot be read: No such file or directory")
    table: list[tuple[str, bytes | Unreadable, bytes | Unreadable]] = [
        ("empty", b"", b""), ("ten", b"x" * 10, b"x" * 10), ("more", TOO_LARGE, TOO_LARGE), ("huge", TOO_LARGE, TOO_LARGE),
        ("link", b"x" * 10, NOT_PLAIN), ("link to more", TOO_LARGE, NOT_PLAIN), ("folder", NOT_PLAIN, NOT_PLAIN),
        ("zero", NOT_PLAIN, NOT_PLAIN), ("null", NOT_PLAIN, NOT_PLAIN), ("pipe", NOT_PLAIN, NOT_PLAIN),
        ("to pipe", NOT_PLAIN, NOT_PLAIN), ("to folder", NOT_PLAIN, NOT_PLAIN), ("nowhere", gone, NOT_PLAIN),
        ("folder/inside", b"in", b"in"), ("gone", gone, gone),
        ("a\0b", Unreadable("no name", "it has no name"), Unreadable("no name", "it has no name")),
    ]  # fmt: skip
    for each, follow, none in table:
        check(tmp_path / each, follow, none)
    check(tmp_path / "loop", Unreadable("failed", "cannot be read: Too many levels of symbolic links"), NOT_PLAIN)


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 300_000])
def test_sizes(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    check(write(tmp_path, {"a": data}) / "a", data, data, size)


def test_a_file_that_says_it_is_empty_and_is_not() -> None:
    found = read_plain("/proc/self/status", 100_000)
    assert isinstance(found, bytes)
    assert found.startswith(b"Name:")
    assert read_plain("/proc/self/status", 10) == TOO_LARGE
