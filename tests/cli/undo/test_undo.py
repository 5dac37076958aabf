from pathlib import Path

import pytest

from darner_server.cli import exit_codes
from darner_server.cli.undo.history import MOST, last_patch, remember
from darner_server.cli.undo.undo import undo
from darner_server.engine.save import save
from darner_server.file_writer import Written

FILES = {"a.py": b"one\r\n", "b/c.py": "\u00e9\n".encode("utf-16"), "gone.txt": b"last\n"}
BEFORE = {"a.py": "one\r\n", "b/c.py": "\u00e9\n", "gone.txt": "last\n", "new/d.py": None}
AFTER = {"a.py": "two\r\n", "b/c.py": "\u00e8\n", "gone.txt": None, "new/d.py": "made\n"}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DARNER_STATE_DIR", str(tmp_path / "state"))
    root = tmp_path / "work"
    for name, content in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


def held(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def patch(root: Path, before: dict[str, str | None], after: dict[str, str | None]) -> None:
    assert isinstance(save(root, before, after, remember=remember), Written)


def refused(root: Path) -> str:
    """Why nothing is taken back; and nothing is."""
    before = held(root)
    with pytest.raises(exit_codes.Stop) as stopped:
        undo(root)
    assert (stopped.value.code, held(root)) == (exit_codes.NOTHING, before)
    return str(stopped.value)


def test_every_file_is_what_it_was(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    patch(root, BEFORE, AFTER)
    assert held(root) != FILES
    assert undo(root) == exit_codes.PATCHED
    assert held(root) == FILES
    assert sorted(capsys.readouterr().out.split("\n")) == [
        "", "removed new/d.py", "restored a.py", "restored b/c.py", "restored gone.txt",
    ]  # fmt: skip
    assert "there is no patch below" in refused(root)


def test_one_patch_after_another(root: Path) -> None:
    for number in range(MOST + 2):
        text = (root / "a.py").read_bytes().decode()
        patch(root, {"a.py": text}, {"a.py": f"{number}\r\n"})
    for number in reversed(range(1, MOST + 1)):
        assert undo(root) == exit_codes.PATCHED
        assert (root / "a.py").read_bytes() == f"{number}\r\n".encode()
    assert "there is no patch below" in refused(root)


@pytest.mark.parametrize(
    ("name", "content"), [("a.py", b"three\r\n"), ("a.py", None), ("gone.txt", b"again\n"), ("new/d.py", b"")]
)
def test_what_changed_since_is_left_alone(root: Path, name: str, content: bytes | None) -> None:
    patch(root, BEFORE, AFTER)
    if content is None:
        (root / name).unlink()
    else:
        (root / name).write_bytes(content)
    assert f"nothing was written: {name} changed after the last patch" in refused(root)


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", '{"files": {"a.py": {"before": "\\u00e9", "after": 1}}}', '{"files": 3}']
)
def test_a_damaged_record_is_passed_over(root: Path, damage: str) -> None:
    patch(root, {"a.py": "one\r\n"}, {"a.py": "two\r\n"})
    patch(root, {"a.py": "two\r\n"}, {"a.py": "three\r\n"})
    newest = last_patch(root)
    assert newest is not None
    newest.record.write_text(damage)
    assert "a.py changed after the last patch" in refused(root)


def test_other_roots_have_patches_of_their_own(root: Path, tmp_path: Path) -> None:
    patch(root, {"a.py": "one\r\n"}, {"a.py": "two\r\n"})
    other = tmp_path / "other"
    other.mkdir()
    assert "there is no patch below" in refused(other)
    assert [path.stat().st_mode & 0o077 for path in (tmp_path / "state").rglob("*.json")] == [0]
