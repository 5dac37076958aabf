"""A patch that changes what something runs or obeys says so, and writes it only where somebody has named it."""

from pathlib import Path

import pytest
from tests.cli.desk import Desk
from tests.cli.test_patch import FILES, NEW, REPLY, config

from darner_clients.testing import Script, ScriptedEndpoint

OLD = {name: text.encode() for name, text in FILES.items()}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    made.put(FILES)
    return made


TEXTS = {".json": "{}", ".toml": "budget = 9", ".lua": "x = 1", ".py": "x = 1"}


def new(path: str) -> str:
    return f"*** Begin Patch\n*** Add File: {path}\n+{TEXTS.get(Path(path).suffix, 'x')}\n*** End Patch\n"


@pytest.mark.parametrize(
    "path",
    [".profile", ".vscode/tasks.json", ".github/workflows/ci.yml", ".husky/pre-commit", "conftest.py", ".darner.toml"],
)
async def test_a_new_file_that_something_runs(desk: Desk, path: str) -> None:
    shown = await desk.run("apply", "-", stdin=new(path))
    assert (shown.code, f"\n+++ b/{path}\n" in shown.out, shown.err.startswith(f"{path}: ")) == (0, True, True), (
        shown.err
    )
    ran = await desk.run("apply", "-", "--apply", stdin=new(path))
    assert (ran.code, ran.out, desk.texts()) == (1, "", OLD)
    assert ran.err.startswith(f"{path}: ")
    assert f"nothing was written: the patch changes {path}, which you did not name" in ran.err
    ran = await desk.run("apply", "-", "--apply", "--allow-run-files", stdin=new(path))
    assert (ran.code, set(desk.texts())) == (0, {*OLD, path}), ran.err


async def test_a_link_hides_no_such_file(desk: Desk) -> None:
    (desk.root / ".github/workflows").mkdir(parents=True)
    (desk.root / "ci").symlink_to(".github/workflows")
    ran = await desk.run("apply", "-", "--apply", stdin=new("ci/x.yml"))
    assert (ran.code, ran.err.startswith("ci/x.yml: a build service runs it"), desk.texts()) == (1, True, OLD)


async def test_a_file_that_was_named(desk: Desk) -> None:
    desk.put({"conftest.py": "x = 1\n"})
    reply = REPLY.replace("a.py", "conftest.py").replace("    return 1", "x = 1").replace("    return 2", "x = 2")
    ran = await desk.run("apply", "-", "--apply", "--file", "conftest.py", stdin=reply)
    assert (ran.code, ran.err) == (0, "changed 1 file\n")
    desk.put({"conftest.py": "x = 1\n"})
    async with ScriptedEndpoint(Script(otherwise=reply)) as server:
        given = ("--apply", "--config", config(desk, server))
        ran = await desk.run("patch", "count up", "conftest.py", *given)
        assert (ran.code, "pytest" in ran.err) == (0, False), ran.err
        desk.put({"conftest.py": "x = 1\n"})
        ran = await desk.run("patch", "count up in conftest.py", *given)
        assert (ran.code, "conftest.py: Python, pytest" in ran.err) == (0, True), ran.err
        desk.put({"conftest.py": "x = 1\n"})
        ran = await desk.run("patch", "count up in my_conftest.py", *given)
        assert (ran.code, desk.texts()["conftest.py"]) == (1, b"x = 1\n"), ran.err


async def test_the_rest_is_kept_where_that_is_wanted(desk: Desk) -> None:
    reply = f"{REPLY}\n{new('.profile')}"
    ran = await desk.run("apply", "-", "--apply", "--json", stdin=REPLY + "\n.profile\n```\nx\n```\n")
    assert (ran.code, [each["event"] for each in ran.events][-2:], desk.texts()) == (1, ["refused", "error"], OLD), (
        reply
    )
    ran = await desk.run("apply", "-", "--apply", "--partial", stdin=REPLY + "\n.profile\n```\nx\n```\n")
    assert (ran.code, desk.texts(), ".profile" in ran.out) == (0, NEW, False), ran.err
    assert "not written: .profile (--allow-run-files allows it)" in ran.err


async def test_a_file_that_is_moved_to_such_a_place_stays_whole(desk: Desk) -> None:
    moving = "*** Begin Patch\n*** Update File: b.py\n*** Move to: conftest.py\n*** End Patch\n"
    ran = await desk.run("apply", "-", "--apply", "--partial", stdin=moving)
    assert (ran.code, desk.texts()) == (1, OLD), ran.err
