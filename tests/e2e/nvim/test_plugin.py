"""What is around patches: ghost text, several files and roots, health, help, start-up."""

import re
from pathlib import Path

import pytest
from tests.e2e.nvim.neovim import PLUGIN, ROOT, VERSIONS, block, editing, home, neovim

from darner_clients.testing import Script, ScriptedReply

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
        nvim.lua("vim.api.nvim_del_augroup_by_name('darner.ghost.' .. vim.api.nvim_get_current_buf())")
        nvim.keys("ggcc")  # Neovim's own use of Tab: the next stop of a snippet
        nvim.lua("vim.snippet.expand('f(${1:x})$0')")
        nvim.keys("z<Tab>!<Esc>")
        assert nvim.lines()[0] == "f(z)!"


def test_ghost_text_of_several_lines_in_a_file_of_cr_lf(tmp_path: Path, version: str) -> None:
    with editing(tmp_path, version, {"a.py": "def f(x):\r\n\r\n"}, Script(otherwise="y = x\n    return y\n")) as nvim:
        nvim.keys("jA    ")
        nvim.until(f"{GHOST} == 'y = x'")
        nvim.keys("<Tab>")
        assert nvim.lines() == ["def f(x):", "    y = x", "    return y"]
        nvim.keys("<Esc>u")
        nvim.keys("A ")
        nvim.until(f"{GHOST} ~= ''")
        nvim.keys("<C-c>")  # leaves insert mode in silence
        nvim.until(f"{GHOST} == ''")


def test_a_server_that_was_stopped_by_force_stays_stopped(tmp_path: Path, version: str) -> None:
    with editing(tmp_path, version, {"a.py": "x = 1\n"}, Script(otherwise="")) as nvim:
        nvim.lua("""_G.started, _G.gone = 0, false
            local start = vim.lsp.start
            vim.lsp.start = function(...) _G.started = _G.started + 1; return start(...) end
            local client = vim.lsp.get_clients({ name = 'darner' })[1]
            vim.api.nvim_create_autocmd('LspDetach', { callback = function() _G.gone = true end })
            client:stop(true)""")
        nvim.until("_G.gone and #vim.lsp.get_clients({ name = 'darner' }) == 0")
        nvim.lua("vim.wait(0); vim.schedule(function() _G.later = true end)")
        nvim.until("_G.later")
        assert nvim.lua("return _G.started") == 0


def test_several_files_and_roots(tmp_path: Path, version: str) -> None:
    files = {"a.py": "one = 1\n", "b.py": "two = 2\n", "c.py": "three = 3\n"}
    new = "new.py\n```\n<<<<<<< SEARCH\n=======\nfour = 4\n>>>>>>> REPLACE\n```\n"
    every = block("a.py", "one = 1\n", "one = 11\n") + block("b.py", "two = 2\n", "two = 22\n") + new + NEVER
    script = Script(
        replies=(ScriptedReply("everywhere", every, times=1), ScriptedReply("everywhere", NEVER)),
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
        seen: list[str] = []
        for _ in range(3):
            nvim.keys("]h")
            seen.append(nvim.lua("return vim.fn.expand('%:t')"))
        assert sorted(seen) == ["a.py", "b.py", "new.py"]
        assert seen[-1] == "a.py"
        nvim.command("silent wall")
        texts = {each.name: each.read_text() for each in (tmp_path / "work").glob("*.py")}
        assert texts == {"a.py": "one = 11\n", "b.py": "two = 22\n", "c.py": "three = 3\n", "new.py": "four = 4\n"}

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


def test_a_patch_is_checked_and_repaired(tmp_path: Path, version: str) -> None:
    files = {"a.py": "one = 1\n", ".darner.toml": "check = 'grep -q \"one = 2\" a.py'\n"}
    script = Script(
        replies=(ScriptedReply("project's check", block("a.py", "one = 3\n", "one = 2\n")),),
        otherwise=block("a.py", "one = 1\n", "one = 3\n"),
    )
    shown = """return (function()
        local space = vim.api.nvim_get_namespaces()['darner.checks']
        local marks = space and vim.api.nvim_buf_get_extmarks(0, space, 0, -1, { details = true }) or {}
        return vim.tbl_map(function(each) return vim.trim(each[4].virt_text[1][1]) end, marks)
    end)()"""
    state = (
        "package.loaded['darner.checks'] and require('darner.checks').latest and require('darner.checks').latest.state"
    )
    with editing(tmp_path, version, files, script) as nvim:
        nvim.lua("""vim.lsp.handlers['window/showMessageRequest'] = function(_, params)
            _G.asked = params.message
            return params.actions[1]
        end""")
        nvim.command("DarnerRepair")
        assert "there is nothing to repair" in nvim.messages()
        nvim.command("%Darner three")
        nvim.until(f"({state}) == 'untrusted'")
        assert nvim.lua(shown) == ["not checked yet · :DarnerCheck"]
        nvim.command("DarnerCheck")
        nvim.until(f"({state}) == 'failed'")
        assert "that you have not run before" in nvim.lua("return _G.asked")
        assert nvim.lua(shown) == ['grep -q "one = 2" a.py ended with exit code 1 · :DarnerRepair']
        nvim.command("DarnerRepair")
        nvim.until(f"({state}) == 'passed'")
        assert (nvim.lines(), nvim.lua(shown)) == (["one = 2"], ['checked: grep -q "one = 2" a.py passed'])
        nvim.command("DarnerKeep!")
        nvim.lua("vim.schedule(function() _G.later = true end)")
        nvim.until("_G.later")
        assert nvim.lua(shown) == []


def test_maps(tmp_path: Path, version: str) -> None:
    desk = home(tmp_path, "http://127.0.0.1:9", {"a.txt": "one\ntwo\n"})
    chosen = (
        "{ maps = { next = '<M-n>', previous = false, keep = '<M-k>', undo = '<M-u>' }, server = { cmd = { 'true' } } }"
    )
    with neovim(version, desk, PLUGIN.replace("{}", chosen), "a.txt") as nvim:
        place = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 3}}
        count = "return #require('darner.hunks').of(0)"
        found: list[tuple[list[str], int]] = []
        for key in ("<M-u>", "<M-k>"):
            nvim.lua(
                "require('darner.apply').edit(vim.api.nvim_get_current_buf(), ..., 'utf-8')",
                [{"range": place, "newText": "1"}],
            )
            found.append((nvim.lines(), nvim.lua(count)))
            nvim.keys("G<M-n>" + key)
            found.append((nvim.lines(), nvim.lua(count)))
        changed = ["1", "two"]
        assert found == [(changed, 1), (["one", "two"], 0), (changed, 1), (changed, 0)]
        assert nvim.lua("return vim.fn.maparg('[h', 'n') .. vim.fn.maparg(']h', 'n')") == ""


def test_help(tmp_path: Path, version: str) -> None:
    with editing(tmp_path, version, {"a.py": ""}, Script()) as nvim:
        for tag in (
            "darner",
            ":Darner",
            ":DarnerCancel",
            ":DarnerContext",
            ":DarnerStatus",
            ":DarnerCheck",
            ":DarnerRepair",
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


@pytest.mark.parametrize(
    "case",
    [
        ("a b c\n", [(0, 0, 0, 1, "A"), (0, 4, 0, 5, "C")], "A b C\n", [[0, 1, "a b c"]]),
        ("one\ntwo\nthree\n", [(0, 0, 1, 0, "1\n"), (1, 0, 2, 0, "2\n")], "1\n2\nthree\n", [[0, 2, "one|two"]]),
        ("one\ntwo\n", [(1, 0, 2, 0, "")], "one\n", [[1, 1, "two"]]),
        ("one\ntwo\n", [(2, 0, 2, 0, "three\nfour\n")], "one\ntwo\nthree\nfour\n", [[2, 4, ""]]),
        ("one\ntwo\nthree\n", [(0, 3, 1, 3, "")], "one\nthree\n", [[1, 1, "two"]]),
        ("é😀x\r\ny\r\n", [(0, 6, 0, 7, "z\r\n1")], "é😀z\r\n1\r\ny\r\n", [[0, 2, "é😀x"]]),
        ("one\ntwo\n", [(0, 1, 0, 1, "x"), (1, 3, 2, 0, "!\n")], "oxne\ntwo!\n", [[0, 1, "one"], [1, 2, "two"]]),
        ("", [(0, 0, 0, 0, "new\n")], "new\n", [[0, 1, ""]]),
        ("one\n", [(0, 0, 1, 0, "one\n")], "one\n", []),
    ],
)
def test_edits(
    tmp_path: Path, version: str, case: tuple[str, list[tuple[int, int, int, int, str]], str, list[object]]
) -> None:
    text, edits, changed, hunks = case
    desk = home(tmp_path, "http://127.0.0.1:9", {"a.txt": text})
    alone = PLUGIN.replace("{}", "{ server = { cmd = { 'true' } } }")
    with neovim(version, desk, alone, "a.txt") as nvim:
        told = [
            {"range": {"start": {"line": a, "character": b}, "end": {"line": c, "character": d}}, "newText": new}
            for a, b, c, d, new in edits
        ]
        shown = nvim.lua(
            """local hunks = require('darner.hunks')
            require('darner.apply').edit(vim.api.nvim_get_current_buf(), ..., 'utf-8')
            return vim.tbl_map(function(each)
              local first, last = hunks.lines(0, each)
              return { first, last, table.concat(each.old, '|') }
            end, hunks.of(0))""",
            told,
        )
        assert (nvim.text(), shown) == (changed, hunks)
        nvim.command("DarnerUndo!" if hunks else "undo 0")
        assert nvim.text() == (text or "\n")
        if hunks:
            nvim.lua("require('darner.apply').edit(vim.api.nvim_get_current_buf(), ..., 'utf-8')", told)
            nvim.keys("u")
            assert (nvim.text(), nvim.lua("return #require('darner.hunks').of(0)")) == (text or "\n", 0)
