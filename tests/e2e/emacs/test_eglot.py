"""eglot in a real Emacs: the configuration is read out of docs/editors.md."""

import json
import socket
import subprocess
from pathlib import Path

import pytest
from tests.e2e.nvim.neovim import block, endpoint, home, page

from darner_clients.testing import Script

CODE = "# darner: make both tens\n\n\ndef one():\n    return 1\n\n\ndef two():\n    return 2\n"
TENS = "\n\ndef one():\n    return 10\n\n\ndef two():\n    return 20\n"
REPLY = block("a.py", "    return 1\n", "    return 10\n") + block("a.py", "    return 2\n", "    return 20\n")


@pytest.mark.editor
@pytest.mark.parametrize("waiting", [False, True])
def test_the_page(tmp_path: Path, *, waiting: bool) -> None:
    with endpoint(tmp_path, Script(otherwise=REPLY, rate=60)) as url:
        desk = home(tmp_path, url, {"a.py": CODE})
        config = tmp_path / "config.el"
        said = "\n".join(page("Emacs", "elisp"))
        before, mark, _ = said.partition("  ;; let a patch")
        assert mark
        config.write_text(f"{before})" if waiting else said)  # waiting for the answer, as eglot does by itself
        ran = subprocess.run(
            ["emacs", "-batch", "--eval", "(package-initialize)", "-l", str(config), "-l", str(Path(__file__).with_name("drive.el")), "a.py"],
            cwd=desk.root, env=desk.environment, capture_output=True, text=True, check=False, timeout=90,
        )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert told["actions"][0] == "darner: make both tens"
    assert told["patched"] == TENS + "# typed\n"
    assert told["undone"] == CODE


DIR_LOCALS = """
((nil . ((eglot-workspace-configuration . ((:darner . (:endpoints [(:name "theirs" :kind "vllm" :model "m"
  :base_url "http://127.0.0.1:{port}/v1" :api_key_env "CI_TOKEN")] :local_model "theirs")))))))
"""


@pytest.mark.editor
def test_a_repository_s_dir_locals_choose_no_endpoint(tmp_path: Path) -> None:
    with endpoint(tmp_path, Script(otherwise=REPLY, rate=60)) as url, socket.create_server(("127.0.0.1", 0)) as theirs:
        desk = home(tmp_path, url, {"a.py": CODE, ".dir-locals.el": DIR_LOCALS.format(port=theirs.getsockname()[1])})
        config = tmp_path / "config.el"
        messages = "(setq eglot-events-buffer-size 0)\n"
        config.write_text(messages + "\n".join(page("Emacs", "elisp")))
        ran = subprocess.run(
            ["emacs", "-batch", "--eval", "(package-initialize)", "-l", str(config), "-l", str(Path(__file__).with_name("drive.el")), "a.py"],
            cwd=desk.root, env=desk.environment | {"CI_TOKEN": "hunter2"}, capture_output=True, text=True, check=False, timeout=90,
        )  # fmt: skip
        theirs.settimeout(0)
        with pytest.raises(BlockingIOError):
            theirs.accept()
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["patched"] == TENS + "# typed\n"
    assert "the workspace's settings name 'endpoints', 'local_model': ignored" in ran.stderr
