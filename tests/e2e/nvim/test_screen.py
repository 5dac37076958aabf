"""What a person sees, in a real terminal."""

import subprocess
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.e2e.nvim.neovim import PLUGIN, VERSIONS, Home, binary, block, endpoint, home, variables

from darner_clients.testing import Script, ScriptedReply

pytestmark = [pytest.mark.editor, pytest.mark.parametrize("version", VERSIONS)]

STATUS = r"%f %m%= %{substitute(v:lua.require'darner'.statusline(), '\d\+ tokens', 'N tokens', '')}"
RC = PLUGIN + f"vim.o.statusline = [[{STATUS}]]\nvim.o.laststatus = 2\n"
CODE = "import os\n\n\ndef one():\n\treturn 1\n\n\ndef two():\n\tx = 1\n\treturn 2\n"
FIRST = (
    block("a.py", "import os\n\n", "import sys\n\n")
    + block("a.py", "\treturn 1\n", "\t# more\n\treturn 11\n")
    + block("a.py", "\tx = 1\n\treturn 2\n", "\treturn 2\n")
)
SCRIPT = Script(
    replies=(ScriptedReply("slowly", FIRST + "and so on " * 400),),
    otherwise="print(\n        one(),\n    )",
    rate=150,
    window=60000,
)


class Terminal:
    """Neovim in tmux: 60 columns, 20 lines."""

    def __init__(self, folder: Path, version: str, desk: Home) -> None:
        rc = folder / "init.lua"
        rc.write_text(RC)
        self._tmux = str(folder / "tmux.sock")
        self._nvim = [binary(version), "--server", str(folder / "nvim.sock"), "--remote-expr"]
        argv = [binary(version), "-n", "-i", "NONE", "-u", str(rc), "--listen", str(folder / "nvim.sock"), "a.py"]
        command = ["env", "-i", "-C", str(desk.root), *variables(desk), *argv]
        self.tmux("new-session", "-d", "-x", "60", "-y", "20", *command, ";", "set", "-g", "status", "off")

    def tmux(self, *arguments: str) -> str:
        """Run a command of tmux."""
        command = ["tmux", "-u", "-S", self._tmux, "-f", "/dev/null", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def until(self, expected: object, found: Callable[[], object]) -> None:
        """Look until it is as expected."""
        end = time.monotonic() + 60
        while (now := found()) != expected:
            assert time.monotonic() < end, f"{now}"

    def attached(self) -> None:
        """Wait until the server serves the buffer."""
        lua = (
            "luaeval('#vim.tbl_filter(function(each) return each.initialized end, vim.lsp.get_clients({ bufnr = 0 }))')"
        )

        def count() -> str:
            ran = subprocess.run([*self._nvim, lua], check=False, capture_output=True, text=True)
            return ran.stdout.strip()

        self.until("1", count)

    def shows(self, expected: list[str]) -> None:
        """Wait for a screen, without the message line and without what stands for no line."""
        self.until(
            expected,
            lambda: [
                line.rstrip() for line in self.tmux("capture-pane", "-p").split("\n")[:19] if line.rstrip() != "~"
            ],
        )


@contextmanager
def terminal(folder: Path, version: str) -> Generator[Terminal]:
    """A Neovim that is attached."""
    with endpoint(folder, SCRIPT) as url:
        made = Terminal(folder, version, home(folder, url, {"a.py": CODE}))
        try:
            made.attached()
            yield made
        finally:
            made.tmux("kill-server")


def test_half_a_patch(tmp_path: Path, version: str) -> None:
    with terminal(tmp_path, version) as screen:
        screen.tmux("send-keys", ":%Darner slowly", "Enter")
        screen.shows(
            [
                "import os",
                "import sys",
                "",
                "",
                "def one():",
                "    return 1",
                "    # more",
                "    return 11",
                "",
                "",
                "def two():",
                "    x = 1",
                "    return 2",
                "a.py [+]" + "e0 · N tokens/s · 3 hunks".rjust(52),
            ]
        )


def test_ghost_text(tmp_path: Path, version: str) -> None:
    with terminal(tmp_path, version) as screen:
        screen.tmux("send-keys", "2Gcc", "if x:", "Enter")
        screen.shows(
            [
                "import os",
                "if x:",
                "    print(",
                "        one(),",
                "    )",
                "",
                "def one():",
                "    return 1",
                "",
                "",
                "def two():",
                "    x = 1",
                "    return 2",
                "a.py [+]",
            ]
        )
