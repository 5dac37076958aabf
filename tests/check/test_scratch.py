"""The folders of checks are removed: whatever is in them, and also when darner is killed."""

import os
import subprocess
import sys
from pathlib import Path

from darner_server.check.scratch import remove, scratch_folder, sweep

HOLD = """
import sys
from pathlib import Path
from darner_server.check.scratch import scratch_folder
with scratch_folder(Path(sys.argv[1])) as scratch:
    (scratch / "left").write_text("x")
    sys.stdout.write("ready\\n")
    sys.stdout.flush()
    sys.stdin.read()
"""


def test_a_folder_lasts_as_long_as_its_block(tmp_path: Path) -> None:
    with scratch_folder(tmp_path / "copies") as scratch:
        (scratch / "a").write_text("x")
        assert sweep(tmp_path / "copies") == 0
        assert (scratch / "a").exists()
    assert list((tmp_path / "copies").iterdir()) == []


def test_a_killed_process_leaves_nothing_after_the_next_start(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        assert sweep(tmp_path) == 0
        process.kill()
    assert len(list(tmp_path.iterdir())) == 2  # the folder and its lock
    assert sweep(tmp_path) == 1
    assert list(tmp_path.iterdir()) == []
    assert sweep(tmp_path / "absent") == 0


def test_folders_without_rights_links_and_depth_do_not_keep_a_folder(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_text("x")
    folder = tmp_path / "folder"
    (folder / "closed" / "below").mkdir(parents=True)
    (folder / "closed" / "below" / "file").write_text("x")
    (folder / "closed").chmod(0)
    (folder / "link").symlink_to(kept)
    (folder / "dangling").symlink_to("nowhere")
    os.mkfifo(folder / "pipe")
    handle = os.open(folder, os.O_RDONLY)
    for _ in range(1_200):  # deeper than a path may be long, and than Python recurses
        os.mkdir("deep", dir_fd=handle)
        below = os.open("deep", os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = below
    os.close(handle)
    remove(folder)
    assert list(tmp_path.iterdir()) == [kept]
    assert (kept / "file").read_text() == "x"
