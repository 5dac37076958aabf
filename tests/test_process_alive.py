"""Who has ended is not taken for alive, whether or not anybody has asked how it ended."""

import subprocess
import sys
from pathlib import Path

import pytest

from darner_server.process_alive import alive


def test_who_lives() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        assert alive(process.pid)
        process.communicate(b"\n")
    assert not alive(process.pid)
    assert not any(map(alive, (None, 0, -1, True, "1", 1 << 70)))


@pytest.mark.skipif(sys.platform != "linux", reason="told on Linux only")
def test_who_has_ended_and_was_not_collected() -> None:
    with subprocess.Popen([sys.executable, "-c", "print(1)"], stdout=subprocess.PIPE) as process:
        state = Path(f"/proc/{process.pid}/stat")
        while b") Z" not in state.read_bytes():
            pass
        assert not alive(process.pid)
