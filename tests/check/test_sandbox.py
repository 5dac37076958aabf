"""What a command in a sandbox can do to the rest of the machine, level by level, and how it ends."""

import asyncio
import json
import os
import secrets
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tests.check.levels import landlock_version, offered

from darner_server.check.isolation import LEVELS, Level, ResourceLimits, Unisolated
from darner_server.check.sandbox import Draft, Ended, run
from darner_server.check.scratch import scratch_folder

ATTACKS = Path(__file__).with_name("attacks.py")
SHELL = "/bin/sh"
LIMITS = ResourceLimits(60)
SCOPED = 6  # the version of Landlock from which signals are covered
EATER = 'import time; held = bytearray(b"x") * 40_000_000; time.sleep(600)'


# What works all the same. The rest of the list in attacks.py must work at neither level.
WORKS: dict[Level, set[str]] = {
    "namespaces": {"stays behind"},  # until the check ends
    "landlock": {"stays behind", "enters a namespace"},  # in which nothing can be mounted
}
WORKS_OUTSIDE = (
    "writes outside,changes a file outside,climbs out,reads a key,connects by TCP,connects to a socket file,"
    "signals the parent,looks into the parent,stays behind"
)


@dataclass(frozen=True, slots=True)
class Scene:
    """A workspace, and what lies around it."""

    root: Path
    workspace: Path
    scratch: Path

    def draft(self, changes: dict[str, bytes | None] | None = None) -> Draft:
        return Draft(self.workspace, changes or {}, self.scratch)


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    workspace = tmp_path / "home" / "work space,1:2"
    workspace.mkdir(parents=True)
    (workspace / "a.txt").write_text("old\n")
    (workspace / "gone.txt").write_text("gone\n")
    (workspace / "sub").mkdir()
    (workspace / "sub" / "b.txt").write_text("b\n")
    (tmp_path / "home" / ".ssh").mkdir()
    (tmp_path / "home" / ".ssh" / "key").write_text("a key")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "kept").write_text("kept")
    (workspace / "out").symlink_to(tmp_path / "outside")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    with scratch_folder(tmp_path / "copies") as scratch:
        yield Scene(tmp_path, workspace, scratch)


def environ() -> dict[str, str]:
    """Python's own folders come first, wherever the tests run from."""
    own = (Path(sys.executable).parent, Path(sys.base_prefix, "bin"))
    return {"PATH": os.pathsep.join([*map(str, own), os.environ["PATH"]])}


_HOLDS: dict[Level, Ended | Unisolated] = {}


async def at_level(level: Level, scene: Scene) -> Ended | Unisolated:
    """How a command that does nothing ends at a level, tried once."""
    if level not in _HOLDS:
        _HOLDS[level] = await run(
            [SHELL, "-c", "true"], scene.draft(), environ=environ(), limits=LIMITS, levels=[level]
        )
    return _HOLDS[level]


@pytest.fixture(params=LEVELS)
async def level(request: pytest.FixtureRequest, scene: Scene) -> Level:
    """The level that a test is about; on a machine without it the last one, which holds everywhere."""
    wanted: Level = request.param
    return wanted if isinstance(await at_level(wanted, scene), Ended) else "limits"


@pytest.mark.parametrize("wanted", LEVELS)
async def test_a_level_holds_wherever_the_machine_offers_it(scene: Scene, wanted: Level) -> None:
    found = await at_level(wanted, scene)
    if isinstance(found, Ended):
        assert (found.code, found.level) == (0, wanted)
        assert offered(wanted, scene.scratch)
    else:
        assert found.reason.startswith(f"{wanted}: ")
        assert offered(wanted, scene.scratch) is not True


async def ran(
    scene: Scene, command: str, level: Level, limits: ResourceLimits = LIMITS, **changes: bytes | None
) -> Ended:
    draft = scene.draft({name.replace("_", "."): content for name, content in changes.items()})
    ended = await run([SHELL, "-c", command], draft, environ=environ(), limits=limits, levels=[level])
    assert isinstance(ended, Ended), ended.reason
    assert ended.level == level
    return ended


async def test_a_command_sees_the_patch_and_changes_only_the_copy(scene: Scene, level: Level) -> None:
    command = (
        "cat; cat a.txt new.txt; ls gone.txt more; echo changed > sub/b.txt; echo x > more; cat sub/b.txt;"
        'ls -A "$HOME/.ssh" "$TMPDIR"; exit 3'
    )
    for _ in range(2):  # each time from the same files
        ended = await ran(scene, command, level, a_txt=b"patched\n", new_txt=b"new\n", gone_txt=None)
        assert (ended.code, ended.limit) == (3, None)
        assert ended.output.startswith("patched\nnew\n")
        assert "\nchanged\n" in ended.output
        assert ended.output.count("No such file") == 3
        assert {each.name for each in scene.workspace.iterdir()} == {"a.txt", "gone.txt", "sub", "out"}
        assert (scene.workspace / "a.txt").read_text() == "old\n"
        assert (scene.workspace / "sub" / "b.txt").read_text() == "b\n"
        assert list(scene.scratch.iterdir()) == []


@pytest.mark.parametrize("level", ["namespaces"], indirect=True)
async def test_a_build_reads_its_cache_and_changes_a_copy_of_it(scene: Scene, level: Level) -> None:
    cache = scene.root / "home" / ".cache" / "go-build"
    cache.mkdir(parents=True)
    (cache / "held").write_text("held\n")
    (cache.parent / "other").write_text("other\n")
    command = 'cd "$HOME/.cache"; cat go-build/held other; echo x > go-build/new; echo x > go-build/held; ls go-build'
    for _ in range(2):
        ended = await ran(scene, command, level)
        expected = "held\ncat: other: No such file or directory\nheld\nnew\n"
        assert ended.output == expected or level == "limits"
        assert [(each.name, each.read_text()) for each in cache.iterdir()] == [("held", "held\n")]


async def test_what_a_hostile_command_gets_done(scene: Scene, level: Level) -> None:
    marker = f"98765.{secrets.randbelow(10**9)}"
    with (
        TemporaryDirectory(prefix="d") as short,  # the path of a socket may have 107 characters
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_UNIX) as file_server,
    ):
        file_server.bind(f"{short}/s")
        file_server.listen()
        order = {
            "outside": str(scene.root / "outside"),
            "key": str(scene.root / "home" / ".ssh" / "key"),
            "port": str(server.getsockname()[1]),
            "socket": f"{short}/s",
            "parent": str(os.getpid()),
            "marker": marker,
        }
        if level == "limits":  # which shows that the attacks are some
            order["only"] = WORKS_OUTSIDE
        ended = await ran(
            scene, f"python attacks.py '{json.dumps(order)}'", level, attacks_py=ATTACKS.read_bytes()
        )  # fmt: skip
        worked = set(json.loads(ended.output))
        if level == "limits":
            assert worked == set(WORKS_OUTSIDE.split(","))
            return
        older = {"signals the parent"} if level == "landlock" and landlock_version() < SCOPED else set[str]()
        assert {"stays behind"} <= worked <= WORKS[level] | older
        server.settimeout(0)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert {each.name: each.read_text() for each in (scene.root / "outside").iterdir()} == {"kept": "kept"}
    assert not _running(marker)


async def test_what_a_command_leaves_behind_ends_with_it(scene: Scene, level: Level) -> None:
    marker = f"98765.{secrets.randbelow(10**9)}"
    ended = await ran(scene, f"(setsid sleep {marker} &) ; sleep {marker} & exit 0", level)
    assert ended.code == 0
    assert not _running(marker)


@pytest.mark.parametrize("level", ["namespaces", "limits"], indirect=True)
@pytest.mark.parametrize(
    ("command", "limits", "passed"),
    [
        ("trap '' TERM INT HUP; sleep 600; sleep 600", ResourceLimits(0.1), "time"),
        ("for n in 1 2 3; do sleep 600 & done; wait", ResourceLimits(60, processes=3), "processes"),
        ("yes", ResourceLimits(60, output=1_000_000), "output"),
        (f"python -c '{EATER}' & python -c '{EATER}' & wait", ResourceLimits(60, memory=75_000_000), "memory"),
    ],
    ids=["sleeps", "starts too many", "talks without end", "eats memory"],
)
async def test_a_command_that_passes_a_limit_is_ended(
    scene: Scene, level: Level, command: str, limits: ResourceLimits, passed: str
) -> None:
    ended = await ran(scene, command, level, limits)
    assert (ended.code, ended.limit) == (None, passed)
    assert len(ended.output) <= 200_000


async def test_one_process_gets_no_more_memory_than_the_limit(scene: Scene) -> None:
    ended = await ran(scene, "python -c 'bytearray(300_000_000)'", "limits", ResourceLimits(60, memory=150_000_000))
    assert ended.code == 1
    assert "MemoryError" in ended.output


RUN = """
import asyncio, sys
from pathlib import Path
from darner_server.check.isolation import ResourceLimits
from darner_server.check.sandbox import Draft, run
draft = Draft(Path(sys.argv[1]), {}, Path(sys.argv[2]))
command = ["/bin/sh", "-c", "touch started; sleep " + sys.argv[4]]
asyncio.run(run(command, draft, environ={"PATH": "/usr/bin:/bin"}, limits=ResourceLimits(600), levels=[sys.argv[3]]))
"""


async def test_a_command_ends_with_darner_also_if_darner_is_killed(scene: Scene, level: Level) -> None:
    marker = f"98765.{secrets.randbelow(10**9)}"
    arguments = [sys.executable, "-c", RUN, str(scene.workspace), str(scene.scratch), level, marker]
    process = await asyncio.create_subprocess_exec(*arguments)
    await _until(lambda: _running(marker, "sleep") or process.returncode is not None)
    process.kill()
    assert await process.wait() == -signal.SIGKILL
    await _until(lambda: not _running(marker))


async def test_a_patch_is_not_written_through_a_link(scene: Scene, level: Level) -> None:
    ended = await run(
        [SHELL, "-c", "true"], scene.draft({"out/new": b"x"}), environ=environ(), limits=LIMITS, levels=[level]
    )
    assert isinstance(ended, Unisolated) == (level == "namespaces")  # a plain copy has no link that leads out
    assert not (scene.root / "outside" / "new").exists()


async def test_a_file_of_the_copy_is_kept_unless_it_is_a_link(scene: Scene, level: Level) -> None:
    for command, kept in (
        ("echo report > report.xml", "report\n"),
        ('ln -s "$HOME/.ssh/key" report.xml', None),
        (f"ln -s {scene.root}/outside/kept report.xml", None),
        ("mkdir report.xml", None),
        ("mkfifo report.xml", None),
        ("true", None),
    ):
        ended = await run(
            [SHELL, "-c", command], scene.draft(), environ=environ(), limits=LIMITS, levels=[level], keep="report.xml"
        )
        assert isinstance(ended, Ended)
        assert (ended.code, ended.kept) == (0, kept)


async def test_no_lower_level_than_allowed_is_used(scene: Scene) -> None:
    ended = await run([SHELL, "-c", "true"], scene.draft(), environ=environ(), limits=LIMITS, levels=[])
    assert ended == Unisolated("no level of isolation was allowed")


async def _until(state: Callable[[], bool]) -> None:
    while not state():  # noqa: ASYNC110 - the state is that of other processes
        await asyncio.sleep(0.02)


def _running(marker: str, program: str = "") -> bool:
    """Whether a process of the machine has this word in its command, which begins with `program`."""
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = each.read_bytes()
        except OSError:
            continue
        if marker.encode() in command and command.startswith(program.encode()):
            return True
    return False
