"""A real Neovim with a real server and a scripted endpoint. Conditions are waited for inside of Neovim."""

import json
import os
import re
import subprocess
import sys
import warnings
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from urllib.request import urlopen

import pynvim  # pyright: ignore[reportMissingTypeStubs]

from darner_clients.testing import Script

ROOT = Path(__file__).parents[3]
VERSIONS = ("0.11", "0.12")


def binary(version: str) -> str:
    """The program; `prepare.sh` has put it there."""
    return str(ROOT / ".tools/nvim" / version / "nvim")


def page(heading: str, language: str) -> list[str]:
    """The code blocks of one language below a heading of the page on editors."""
    text = (ROOT / "docs/editors.md").read_text(encoding="utf-8")
    section = re.split(r"^## ", text, flags=re.MULTILINE)
    found = next(each for each in section if each.startswith(heading))
    return re.findall(rf"^```{language}\n(.*?)^```$", found, re.MULTILINE | re.DOTALL)


PLUGIN = page("Neovim 0.11 and 0.12, with the", "lua")[0].replace("/path/to/darner", str(ROOT))


def block(path: str, before: str, after: str) -> str:
    """One edit as a model writes it."""
    return f"{path}\n```\n<<<<<<< SEARCH\n{before}=======\n{after}>>>>>>> REPLACE\n```\n"


def scripted(folder: Path, script: Script) -> tuple[list[str], Path]:
    """The command that starts a scripted endpoint, and the file it reads."""
    told = {
        "replies": [{"when": each.when, "text": each.text, "times": each.times} for each in script.replies],
        "otherwise": script.otherwise,
        "rate": script.rate,
        "first_token": script.first_token,
        "window": script.window,
        "faults": [asdict(fault) for fault in script.faults],
    }
    file = folder / "script.json"
    file.write_text(json.dumps(told))
    return [sys.executable, "-m", "darner_clients.testing", "--stdin", "--script", str(file)], file


@contextmanager
def endpoint(folder: Path, script: Script) -> Generator[str]:
    """A scripted endpoint in a process of its own; gives its URL."""
    command, _ = scripted(folder, script)
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "clients")}
    with subprocess.Popen(command, stdin=-1, stdout=-1, env=environment, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()
            process.wait(100)


@dataclass(frozen=True, slots=True)
class Home:
    """A workspace, and the environment of an editor that knows nothing of the machine's user."""

    root: Path
    environment: dict[str, str]

    def put(self, files: dict[str, str]) -> None:
        """Write files of the workspace, byte for byte."""
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())


def home(folder: Path, url: str, files: dict[str, str]) -> Home:
    """Settings with one endpoint, and a workspace with these files."""
    config = folder / "config.toml"
    config.write_text(f'[[endpoints]]\nname = "e0"\nkind = "vllm"\nbase_url = "{url}"\nmodel = "scripted"\n')
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "DARNER_DAEMON": "0",  # no process of a test stays behind
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "DARNER_KEYRING": "off",
        "DARNER_CONFIG": str(config),
        **{f"XDG_{kind}_HOME": str(folder / kind.lower()) for kind in ("CACHE", "STATE", "CONFIG", "DATA")},
    }
    made = Home(folder / "work", environment)
    made.root.mkdir(exist_ok=True)
    (made.root / ".darner.toml").write_text("")
    made.put(files)
    return made


class Neovim:
    """One Neovim, driven over its own protocol."""

    def __init__(self, nvim: Any) -> None:  # noqa: ANN401 - the client has no types
        self._nvim = nvim
        self.endpoint = ""  # the scripted endpoint's URL

    def lua(self, code: str, *arguments: object) -> Any:  # noqa: ANN401 - whatever it returns
        """Run Lua and give what it returns."""
        return self._nvim.exec_lua(code, *arguments)

    def until(self, condition: str, *arguments: object) -> None:
        """Wait until a Lua expression is true."""
        code = f"local a = {{...}}; return vim.wait(100000, function() return {condition} end, 5)"
        if not self.lua(code, *arguments):
            state = self.lua(
                "return { vim.api.nvim_get_mode(), vim.api.nvim_exec2('messages', { output = true }).output }"
            )
            raise AssertionError(f"never: {condition} ({state}); buffer: {self.text()!r}")

    def synced(self) -> None:
        """Wait until the server has the buffer as it is. Neovim holds changes back for 150 ms, or until a request."""
        self.lua(
            """local client = vim.lsp.get_clients({ name = 'darner' })[1]
            client:request_sync('workspace/executeCommand', { command = 'darner.status' }, 100000, 0)"""
        )

    def resume(self) -> None:
        """End the pause of the scripted endpoint's reply."""
        with urlopen(urljoin(self.endpoint, "/_continue")) as answer:  # noqa: S310 - on loopback
            assert answer.status == 200

    def command(self, command: str) -> None:
        """An Ex command."""
        self._nvim.command(command)

    def keys(self, keys: str) -> None:
        """Press keys, as at a terminal, and wait until Neovim has taken them."""
        self._nvim.input(keys)
        self.lua("vim.wait(100000, function() return vim.fn.getchar(1) == 0 end, 1)")

    def lines(self) -> list[str]:
        """The lines of the current buffer."""
        return list(self.lua("return vim.api.nvim_buf_get_lines(0, 0, -1, false)"))

    def text(self) -> str:
        """The text of the current buffer as it would be saved."""
        return str(
            self.lua(
                """local text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\\n')
                text = text .. (vim.bo.eol and '\\n' or '')
                return vim.bo.fileformat == 'dos' and text:gsub('\\n', '\\r\\n') or text"""
            )
        )

    def messages(self) -> str:
        """What `:messages` shows."""
        return str(self.lua("return vim.api.nvim_exec2('messages', { output = true }).output"))

    def attached(self) -> None:
        """Wait until the server serves the current buffer."""
        self.until(
            "#vim.lsp.get_clients({ bufnr = 0, name = 'darner' }) == 1 and vim.lsp.get_clients({ bufnr = 0, name = 'darner' })[1].initialized"
        )


@contextmanager
def neovim(version: str, home: Home, rc: str, *arguments: str) -> Generator[Neovim]:
    """Neovim with this configuration, without a screen."""
    file = home.root.parent / "init.lua"
    file.write_text(rc)
    argv = [binary(version), "--embed", "--headless", "-n", "-i", "NONE", "-u", str(file), *arguments]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # pynvim asks for asyncio's child watcher where it still is
        nvim: Any = pynvim.attach("child", argv=["env", "-i", "-C", str(home.root), *variables(home), *argv])
    try:
        yield Neovim(nvim)
    finally:
        try:
            nvim.command("qa!", async_=True)
            nvim.run_loop(None, None)
        except (OSError, EOFError):
            pass
        nvim.close()


def variables(home: Home) -> list[str]:
    """The environment as `env` takes it."""
    return [f"{name}={value}" for name, value in home.environment.items()]


@contextmanager
def editing(
    folder: Path, version: str, files: dict[str, str], script: Script, *arguments: str, rc: str = PLUGIN
) -> Generator[Neovim]:
    """Endpoint, workspace and Neovim, attached; the first file is in the current buffer."""
    with ExitStack() as stack:
        url = stack.enter_context(endpoint(folder, script))
        made = home(folder, url, files)
        opened: Sequence[str] = arguments or [next(iter(files))]
        nvim = stack.enter_context(neovim(version, made, rc, *opened))
        nvim.endpoint = url
        nvim.attached()
        yield nvim
