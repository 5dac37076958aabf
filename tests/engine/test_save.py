"""A file that has become something else since it was read is not written, and never waited for."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from darner_server.engine.save import save
from darner_server.file_writer import Unwritten


def endless(file: Path) -> None:
    file.symlink_to("/dev/zero")


def a_pipe(file: Path) -> None:
    os.mkfifo(file)


def huge(file: Path) -> None:
    file.write_bytes(b"a = 1\n")
    os.truncate(file, 20 << 30)


def other(file: Path) -> None:
    file.write_bytes(b"a = 2\n")


@pytest.mark.parametrize("becomes", [endless, a_pipe, huge, other, Path.mkdir])
def test_what_has_become_something_else(tmp_path: Path, becomes: Callable[[Path], None]) -> None:
    becomes(tmp_path / "a.py")
    done = save(tmp_path, {"a.py": "a = 1\n"}, {"a.py": "a = 3\n"})
    assert isinstance(done, Unwritten)
    assert done.path == "a.py"
    assert done.reason
