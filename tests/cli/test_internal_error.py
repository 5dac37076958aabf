from pathlib import Path

import pytest

from darner_server.cli import app


def test_a_bug_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_given: object, **_more: object) -> None:
        raise KeyError("a line of somebody's code")

    monkeypatch.setenv("DARNER_STATE_DIR", str(tmp_path))
    monkeypatch.setattr(app, "app", broken)
    assert app.run(["doctor"]) == 1
    log = tmp_path / "darner.log"
    said = f"darner: internal error (KeyError); please report it and attach {log}\n"
    shown = capsys.readouterr()
    assert (shown.out, shown.err.replace("\n", " ").split()) == ("", said.split())
    kept = log.read_text()
    assert Path(__file__).name in kept
    assert "somebody" not in kept.replace('raise KeyError("a line of somebody\'s code")', "")
