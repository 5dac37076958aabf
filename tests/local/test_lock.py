import subprocess
import sys
from pathlib import Path

from darner_server.local.lock import is_held, locked, try_lock


def test_a_lock_is_held_by_one_and_released(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert is_held(path) is False
    lock = try_lock(path)
    assert lock is not None
    assert try_lock(path) is None
    assert is_held(path) is True
    lock.release()
    assert is_held(path) is False


def test_a_killed_holder_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    program = (
        "import sys, pathlib; from darner_server.local.lock import try_lock\n"
        "lock = try_lock(pathlib.Path(sys.argv[1])); print(lock is not None, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        assert is_held(path) is True
        holder.kill()
        holder.wait()
        assert is_held(path) is False


async def test_waiting_is_told_once(tmp_path: Path) -> None:
    told: list[str] = []
    async with locked(tmp_path / "lock", lambda: told.append("waiting")):
        assert told == []
        assert is_held(tmp_path / "lock") is True
    assert is_held(tmp_path / "lock") is False
