"""eglot in a real Emacs: the configuration is read out of docs/editors.md."""

import json
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
