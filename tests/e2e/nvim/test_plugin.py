"""What is around patches: ghost text, several files and roots, health, help, start-up."""

import re
from pathlib import Path

import pytest
from tests.e2e.nvim.neovim import ROOT, VERSIONS, block, editing

from darner_clients.testing import Said, Script

pytestmark = [pytest.mark.editor, pytest.mark.parametrize("version", VERSIONS)]

NEVER = block("c.py", "never\n", "ever\n")
GHOST = """(function()
  local space = vim.api.nvim_get_namespaces()['darner.ghost']
  local mark = space and vim.api.nvim_buf_get_extmarks(0, space, 0, -1, { details = true })[1]
  return mark and mark[4].virt_text[1][1] or ''
end)()"""


def test_ghost_text(tmp_path: Path, version: str) -> None:
    with editing(tmp_path, version, {"a.py": "x = 1\n"}, Script(otherwise="int(x)")) as nvim:
        nvim.keys("opr")
        nvim.until(f"{GHOST} == 'int(x)'")
        nvim.keys("i")  # the same is typed: what is left of it stays
        nvim.until(f"{GHOST} == 'nt(x)'")
        assert nvim.lines() == ["x = 1", "pri"]
        nvim.keys("<Tab>")
        assert nvim.lines() == ["x = 1", "print(x)"]
        assert nvim.lua("return vim.api.nvim_win_get_cursor(0)") == [2, 8]
        nvim.keys("<Esc>")
        nvim.until(f"{GHOST} == ''")
        nvim.keys("ggO<Tab>y<Esc>")  # where there is none the key is what it was
        assert nvim.lines()[0] in {"\ty", "    y"}


def test_several_files_and_roots(tmp_path: Path, version: str) -> None:
    files = {"a.py": "one = 1\n", "b.py": "two = 2\n", "c.py": "three = 3\n"}
    new = "new.py\n```\n<<<<<<< SEARCH\n=======\nfour = 4\n>>>>>>> REPLACE\n```\n"
    every = block("a.py", "one = 1\n", "one = 11\n") + block("b.py", "two = 2\n", "two = 22\n") + new + NEVER
    script = Script(
        replies=(Said("everywhere", every, times=1), Said("everywhere", NEVER)),
        otherwise=block("d.py", "five = 5\n", "five = 55\n"),
    )
    with editing(tmp_path, version, files, script) as nvim:
        nvim.command("Darner! everywhere")
        nvim.until("require('darner.patch').running() == 0")
        rows = nvim.lua(
            """return vim.tbl_map(function(each)
              return { vim.fn.fnamemodify(vim.fn.bufname(each.bufnr), ':t'), each.lnum, each.type, each.text }
            end, vim.fn.getqflist())"""
        )
        assert sorted(rows[:3]) == [
            ["a.py", 1, "", "one = 11"],
            ["b.py", 1, "", "two = 22"],
            ["new.py", 1, "", "four = 4"],
        ]
        assert [(row[0], row[2]) for row in rows[3:]] == [("c.py", "W")], rows
        assert nvim.lua("return vim.fn.getqflist({ title = 1 }).title") == "darner: everywhere"
        assert nvim.lua("return vim.fn.win_gettype()") == ""
        assert nvim.lines() == ["one = 11"]
        assert (tmp_path / "work/b.py").read_text() == "two = 2\n"  # a patch saves nothing
        seen = []
        for _ in range(3):
            nvim.keys("]h")
            seen.append(nvim.lua("return vim.fn.expand('%:t')"))
        assert sorted(seen) == ["a.py", "b.py", "new.py"]
        assert seen[-1] == "a.py"

        other = tmp_path / "other"
        other.mkdir()
        (other / ".darner.toml").write_text("")
        (other / "d.py").write_text("five = 5\n")
        nvim.command(f"edit {other}/d.py")
        nvim.attached()
        nvim.command("%Darner here")
        nvim.until("require('darner.patch').running() == 0")
        assert nvim.lines() == ["five = 55"]
        roots = nvim.lua(
            "return vim.tbl_map(function(each) return vim.fs.basename(each.root_dir) end, vim.lsp.get_clients())"
        )
        assert sorted(roots) == ["other", "work"]

        nvim.command("checkhealth darner")
        health = "\n".join(nvim.lines())
        assert re.search(r"OK.* darner \d+\.\d+\.\d+ \(.*/darner\)", health), health
        assert re.search(r"OK.* endpoint e0 \(scripted\)", health), health
        assert re.search(r"OK.* index: \d+ files, \d+ symbols", health), health
        assert "ERROR" not in health


def test_help(tmp_path: Path, version: str) -> None:
    with editing(tmp_path, version, {"a.py": ""}, Script()) as nvim:
        for tag in (
            "darner",
            ":Darner",
            ":DarnerCancel",
            ":DarnerContext",
            ":DarnerStatus",
            ":DarnerKeep",
            ":DarnerUndo",
        ):
            nvim.command(f"help {tag}")
            assert nvim.lua("return vim.fn.expand('%:t')") == "darner.txt"
        copy = tmp_path / "doc"
        copy.mkdir()
        (copy / "darner.txt").write_text((ROOT / "nvim/doc/darner.txt").read_text())
        nvim.command(f"helptags {copy}")
        assert (copy / "tags").read_text() == (ROOT / "nvim/doc/tags").read_text()
        options = nvim.lua("return vim.tbl_keys(require('darner').options)")
        page = (ROOT / "nvim/doc/darner.txt").read_text()
        assert [each for each in options if f"*darner-{each}*" not in page] == []
