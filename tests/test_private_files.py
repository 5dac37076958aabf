"""What darner keeps is its user's alone, whatever the umask and whatever lies there; where nothing can be kept it works."""

import logging
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import platformdirs
import pytest
from tests.cli.desk import Desk
from tests.cli.test_patch import FILES, REPLY, config

from darner_clients.testing import Script, ScriptedEndpoint
from darner_context.system.private_files import private_database, private_file, private_folder
from darner_server.cli.app import PrivateLog
from darner_server.journal import begin
from darner_server.local.server_state import server_files
from darner_server.user_directories import cache_folder, config_folder, state_folder


@pytest.fixture
def everybody() -> Iterator[None]:
    """Whatever is made is open to all, unless it is made otherwise."""
    before = os.umask(0)
    yield
    os.umask(before)


def wide(folder: Path) -> list[str]:
    """What others could read, write or enter."""
    return [
        f"{path.relative_to(folder)} {stat.S_IMODE(path.lstat().st_mode):o}"
        for path in sorted(folder.rglob("*"))
        if path.lstat().st_mode & 0o077
    ]


async def run_all(desk: Desk) -> None:
    async with ScriptedEndpoint(Script(otherwise=REPLY)) as server:
        for arguments in (
            ["context", "a.py:1"],
            ["doctor", "--config", config(desk, server)],
            ["patch", "return two", "a.py", "--apply", "--config", config(desk, server)],
        ):
            ran = await desk.run(*arguments)
            assert ran.code == 0, ran.err


@pytest.mark.usefixtures("everybody")
async def test_a_home_that_others_look_into(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.put(FILES)
    await run_all(desk)
    home = tmp_path / "home"
    names = {path.name for path in home.rglob("*")}
    assert {"darner", "endpoints-2.sqlite3"} <= names
    assert wide(home) == []
    for path in home.rglob("*"):
        path.chmod(0o777 if path.is_dir() else 0o666)
    desk.put(FILES)
    await run_all(desk)
    assert [each for each in wide(home) if "darner" in each] == []


@pytest.mark.usefixtures("everybody")
def test_journal_log_and_the_embedded_models_files(tmp_path: Path) -> None:
    log = tmp_path / "state" / "darner.log"
    assert begin(tmp_path / "state" / "writing", tmp_path, [], []) is not None
    server_files(tmp_path / "state", "a")
    log.write_text("")
    handler = PrivateLog(log, maxBytes=10, backupCount=1, delay=True)
    for _ in range(3):
        handler.emit(logging.LogRecord("darner", logging.ERROR, "", 0, "more than ten", (), None))
    handler.close()
    assert (tmp_path / "state" / "darner.log.1").exists()
    assert wide(tmp_path) == []


def test_an_entry_that_cannot_be_written_costs_the_entry_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    handler = PrivateLog(tmp_path, delay=True)  # a folder
    handler.emit(logging.LogRecord("darner", logging.ERROR, "", 0, "words", (), None))
    handler.close()
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("make", [private_folder, private_file, private_database])
def test_what_is_not_ours_is_left_alone(
    make: Callable[[Path], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, elsewhere = tmp_path / "place", tmp_path / "elsewhere"
    is_folder = make is private_folder
    elsewhere.mkdir() if is_folder else elsewhere.write_bytes(b"")
    place.symlink_to(elsewhere)
    if is_folder:
        elsewhere.chmod(0o755)
        assert make(place) == place  # the user's own link to the user's own folder
        assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o700
    else:
        with pytest.raises(OSError, match="is a link, so darner stores nothing there"):
            make(place)
    place.unlink()
    place.symlink_to(tmp_path / "nowhere")
    with pytest.raises(OSError, match=r"is a link, so darner stores nothing there|ile exists"):
        make(place)
    place.unlink()
    place.write_bytes(b"") if is_folder else place.mkdir()
    with pytest.raises(OSError, match="irectory"):
        make(place)
    monkeypatch.setattr(os, "geteuid", lambda: 12_345)
    with pytest.raises(OSError, match="belongs to another user"):
        make(elsewhere)
    (tmp_path / "theirs").symlink_to(elsewhere)
    with pytest.raises(OSError, match="is a link, so darner stores nothing there"):
        make(tmp_path / "theirs")


@pytest.mark.parametrize("home", ["/dev/null", "/proc/nowhere", "."])
async def test_a_home_where_nothing_can_be_kept(tmp_path: Path, home: str) -> None:
    desk = Desk(tmp_path)
    desk.put(FILES)
    desk.put({"darner/config.toml": "nonsense", ".config/darner/config.toml": "nonsense"})
    before = desk.texts()
    ran = await desk.run("context", "a.py:1", HOME=home, TMPDIR=str(tmp_path))
    assert (ran.code, "def one" in ran.out) == (0, True), ran.err
    if home != ".":
        assert "the cache folder cannot be used: /" in ran.err
        assert "the state folder cannot be used: /" in ran.err
        assert "it works, but forgets" in ran.err
    assert desk.texts() == before


def test_somebody_without_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_name: str) -> Path:
        raise RuntimeError("could not determine the home directory")

    for kind in ("config", "cache", "state"):
        monkeypatch.setattr(platformdirs, f"user_{kind}_path", unknown)
        monkeypatch.delenv(f"DARNER_{kind.upper()}_DIR", raising=False)
    assert all(folder.is_absolute() for folder in (config_folder(), cache_folder(), state_folder()))


def test_a_folder_for_all_users_is_neither_used_nor_narrowed(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    with pytest.raises(OSError, match="is for all users, so darner stores nothing there"):
        private_folder(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o1777
    assert private_folder(tmp_path / "mine").is_dir()


def test_nothing_of_the_users_depends_on_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for kind in ("CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", ".")
        monkeypatch.delenv(f"DARNER_{kind}_DIR", raising=False)
    for folder in (config_folder(), cache_folder(), state_folder()):
        assert folder.is_absolute()
        assert not folder.is_relative_to(tmp_path)
    assert cache_folder({"DARNER_CACHE_DIR": "mine"}) == tmp_path / "mine"


def test_a_second_connection_of_a_process_ends_no_locks_of_the_first(tmp_path: Path) -> None:
    """Else another process that closes the file takes what the first one writes away from under it."""
    file = private_database(tmp_path / "base.sqlite")
    with closing(sqlite3.connect(file, isolation_level=None)) as first:
        first.execute("PRAGMA journal_mode=WAL")
        first.execute("CREATE TABLE t (n INTEGER)")
        private_database(file)
        program = "import sqlite3, sys; base = sqlite3.connect(sys.argv[1]); base.execute('INSERT INTO t VALUES (1)')"
        subprocess.run([sys.executable, "-c", f"{program}; base.commit(); base.close()", str(file)], check=True)
        first.execute("INSERT INTO t VALUES (2)")
        with closing(sqlite3.connect(file)) as other:
            assert other.execute("SELECT n FROM t").fetchall() == [(1,), (2,)]
