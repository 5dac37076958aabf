"""Consent holds for one command in one folder."""

from pathlib import Path

import pytest

from darner_server.check.trusted_commands import is_trusted, trust


def test_trust_is_for_a_command_in_a_folder(tmp_path: Path) -> None:
    root, other, state = (tmp_path / each for each in ("root", "other", "state"))
    root.mkdir()
    other.mkdir()
    assert not is_trusted("make test", root, state)
    trust("make test", root, state)
    trust("make test", root, state)
    assert is_trusted("make test", root, state)
    assert not is_trusted("make  test", root, state)
    assert not is_trusted("make test", other, state)
    link = tmp_path / "link"
    link.symlink_to(root)
    assert is_trusted("make test", link, state)
    (held,) = state.iterdir()
    assert held.stat().st_mode & 0o077 == 0
    assert len(held.read_text().splitlines()) == 1
    assert "make test" not in held.read_text()


def test_a_folder_that_was_made_again_is_not_trusted(tmp_path: Path) -> None:
    root, state = tmp_path / "root", tmp_path / "state"
    root.mkdir()
    trust("make test", root, state)
    root.rename(tmp_path / "old")
    root.mkdir()
    assert not is_trusted("make test", root, state)


@pytest.mark.parametrize("held", [b"", b"\0\xff\n", b"[1]\nnull\n3\n", b'{"sha256": ', b'{"root": "x"}\n'])
def test_a_damaged_record_trusts_nothing_and_can_be_added_to(tmp_path: Path, held: bytes) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    (state / "trusted-checks.jsonl").write_bytes(held)
    assert not is_trusted("make test", tmp_path, state)
    trust("make test", tmp_path, state)
    assert is_trusted("make test", tmp_path, state) == (held.endswith(b"\n") or not held)
