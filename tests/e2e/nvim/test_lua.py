"""The plugin's Lua: its form, its style, and what it costs at start-up."""

import os
import subprocess
from pathlib import Path

import pytest
from tests.e2e.nvim.neovim import PLUGIN, ROOT, VERSIONS, binary

FILES = sorted(str(each) for each in (ROOT / "nvim").rglob("*.lua"))


def run(*command: str, **environment: str) -> str:
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **environment})
    return ran.stdout + ran.stderr


def test_form() -> None:
    assert len(FILES) > 10
    script = str(Path(__file__).with_name("stylua.cjs"))
    assert run("node", script, *FILES, NODE_PATH=str(ROOT / ".tools/nvim/stylua/node_modules")) == ""


def test_style() -> None:
    assert run("luacheck", "--quiet", "--no-color", "--config", str(ROOT / "nvim/.luacheckrc"), *FILES).endswith(
        f"0 warnings / 0 errors in {len(FILES)} files\n"
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_only_one_module_is_loaded_at_the_start(tmp_path: Path, version: str) -> None:
    rc = tmp_path / "init.lua"
    rc.write_text(PLUGIN)
    loaded = "=vim.tbl_filter(function(name) return name:find('^darner') or name:find('^vim.lsp') end, vim.tbl_keys(package.loaded))"
    said = run(
        binary(version),
        "--headless",
        "-n",
        "-i",
        "NONE",
        "-u",
        str(rc),
        "-c",
        f"lua {loaded}",
        "-c",
        "qa!",
        HOME=str(tmp_path),
    )
    assert said.split() == ["{", '"darner"', "}"]
