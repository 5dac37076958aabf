"""Neovim without a plugin: the configuration is read out of docs/editors.md."""

import re
from pathlib import Path

import pytest
from tests.e2e.nvim.neovim import ROOT, VERSIONS, block, editing, page

from darner_clients.testing import Script, ScriptedReply

CODE = (
    "def one():\n    return 1\n\n\ndef two():\n    return 2\n\n\ndef three():  # darner: count to three\n    return 2\n"
)
BOTH = ScriptedReply(
    "both tens",
    block("a.py", "    return 1\n", "    return 10\n")
    + block("a.py", "def two():\n    return 2\n", "def two():\n    return 20\n"),
)
THREE = ScriptedReply("count to three", block("a.py", "def three():\n    return 2\n", "def three():\n    return 3\n"))
SCRIPT = Script(replies=(BOTH, THREE), otherwise="rint(one())", rate=300)
TENS = CODE.replace("1", "10").replace("2\n\n", "20\n\n")


@pytest.mark.parametrize("version", VERSIONS)
def test_the_page(tmp_path: Path, version: str) -> None:
    rc = "\n".join(page("Neovim 0.11 and 0.12, without", "lua"))
    with editing(tmp_path, version, {"a.py": CODE}, SCRIPT, rc=rc) as nvim:
        nvim.command("Darner both tens")
        nvim.until("table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false)):find('return 10') ~= nil")
        nvim.until("table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false)):find('return 20') ~= nil")
        assert nvim.text() == TENS

        nvim.lua("vim.api.nvim_win_set_cursor(0, { 9, 0 }); vim.lsp.buf.code_action({ apply = true })")
        nvim.until("vim.api.nvim_buf_get_lines(0, -2, -1, false)[1] == '    return 3'")
        nvim.until("table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false)):find('darner:', 1, true) == nil")
        changed = TENS.replace("  # darner: count to three\n    return 2", "\n    return 3")
        assert nvim.text() == changed

        nvim.lua("vim.lsp.codelens.refresh({ bufnr = 0 })")
        nvim.until("#vim.lsp.codelens.get(0) > 0")
        nvim.lua(
            """vim.ui.select = function(items, _, choose)
                 for _, each in ipairs(items) do
                   local lens = each.lens or each
                   if lens.command.title == 'Undo' then return choose(each) end
                 end
               end
               vim.api.nvim_win_set_cursor(0, { 2, 0 }); vim.lsp.codelens.run()"""
        )
        nvim.until("vim.api.nvim_buf_get_lines(0, 1, 2, false)[1] == '    return 1'")
        assert nvim.text() == changed.replace("10", "1")

        if version == "0.11":  # no ghost text in this one
            return
        nvim.keys("Go<CR>p")
        nvim.until(
            "vim.inspect(vim.api.nvim_buf_get_extmarks(0, -1, 0, -1, { details = true })):find('ComplHint', 1, true) ~= nil"
        )
        nvim.keys("<Tab>")
        nvim.until("vim.api.nvim_get_current_line() == 'print(one())'")


def test_the_readme_says_the_same() -> None:
    known = page("Neovim 0.11 and 0.12, without", "lua") + page("Neovim 0.11 and 0.12, with the", "lua")
    said = re.findall(
        r"^```lua\n(.*?)^```$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert said
    assert [each for each in said if each not in known] == []
