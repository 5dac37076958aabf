"""Patches by the plugin: streamed, reviewed, undone, cancelled."""

from pathlib import Path

import pytest
from tests.e2e.nvim.neovim import VERSIONS, Neovim, block, editing

from darner_clients.testing import Fault, Script, ScriptedReply
from darner_server.lsp.edits.patch_changes import CHANGED

pytestmark = [pytest.mark.editor, pytest.mark.parametrize("version", VERSIONS)]

CODE = "def one():\n    return 1\n\n\ndef two():\n    return 2\n\n\ndef three():\n    x = 1\n    return 3\n"
ONE = block("a.py", "    return 1\n", "    # new\n    return 11\n")
TWO = block("a.py", "    return 2\n", "    return 22\n")
THREE = block("a.py", "    x = 1\n    return 3\n", "    return 3\n")
PAUSE = Fault("pause", text="pause")  # until `resume`
DONE = "def one():\n    # new\n    return 11\n\n\ndef two():\n    return 22\n\n\ndef three():\n    return 3\n"


def hunks(nvim: Neovim) -> list[list[object]]:
    """First line, last line and what stood there, of each hunk."""
    return list(
        nvim.lua(
            """local hunks = require('darner.hunks')
            return vim.tbl_map(function(each)
              local first, last = hunks.lines(0, each)
              return { first + 1, last, table.concat(each.old, '|') }
            end, hunks.of(0))"""
        )
    )


def finished(nvim: Neovim) -> None:
    nvim.until("require('darner.patch').running() == 0")


def cursor(nvim: Neovim) -> int:
    return int(nvim.lua("return vim.api.nvim_win_get_cursor(0)[1]"))


def test_review(tmp_path: Path, version: str) -> None:
    again = ScriptedReply("once more", block("a.py", "    # new\n    return 11\n", "    # newer\n    return 111\n"))
    script = Script(replies=(again,), otherwise=ONE + TWO + THREE)
    with editing(tmp_path, version, {"a.py": CODE}, script) as nvim:
        assert nvim.lua("return require('darner').statusline()") == ""
        nvim.command("%Darner do it")
        finished(nvim)
        three = [[2, 3, "    return 1"], [7, 7, "    return 2"], [11, 10, "    x = 1"]]
        assert (nvim.text(), hunks(nvim)) == (DONE, three), nvim.messages()
        assert nvim.messages().startswith("darner: e0 · ")
        assert nvim.messages().endswith("3 hunks")

        # one `u` takes all of it back, `:redo` is the editor's own
        nvim.keys("u")
        assert (nvim.text(), hunks(nvim)) == (CODE, [])

        nvim.command("%Darner do it")
        finished(nvim)
        assert nvim.text() == DONE
        places: list[int] = []
        nvim.keys("gg")
        for keys in ("]h", "]h", "]h", "]h", "[h", "[h"):
            nvim.keys(keys)
            places.append(cursor(nvim))
        assert places == [2, 7, 11, 2, 11, 7]

        nvim.command("DarnerKeep")  # the second
        nvim.keys("]h")
        nvim.command("DarnerUndo")  # the third
        assert hunks(nvim) == [[2, 3, "    return 1"]]
        assert nvim.text() == DONE.replace("three():\n", "three():\n    x = 1\n")

        # a later patch of the same lines: what is restored is the text before both
        nvim.command("%Darner once more")
        finished(nvim)
        assert hunks(nvim) == [[2, 3, "    return 1"]]
        assert nvim.text() == DONE.replace("new", "newer").replace("11", "111").replace(
            "three():\n", "three():\n    x = 1\n"
        )
        nvim.command("DarnerUndo!")
        assert (nvim.text(), hunks(nvim)) == (CODE.replace("return 2", "return 22"), [])
        nvim.keys("u")
        assert nvim.text() != CODE.replace("return 2", "return 22")

        # what was asked before is completed, from the word at the cursor on
        assert nvim.lua("return vim.fn.getcompletion('Darner ', 'cmdline')") == ["once more", "do it"]
        assert nvim.lua("return vim.fn.getcompletion('%Darner! once m', 'cmdline')") == ["more"]

        nvim.command("DarnerContext")
        nvim.until("vim.api.nvim_buf_get_name(0):find('darner://context', 1, true)")
        shown = nvim.lines()
        assert shown[0].startswith("0 tokens of other code, "), shown
        assert any(line.startswith("── a.py:") for line in shown), shown
        assert nvim.lua("return vim.fn.foldclosed(2)") == 2
        nvim.keys("q")
        nvim.command("DarnerStatus")
        nvim.until("vim.api.nvim_buf_get_name(0):find('darner://status', 1, true)")
        assert any(line.startswith("e0: scripted at http://127.0.0.1:") for line in nvim.lines()), nvim.lines()
        assert "  window             8192 tokens" in nvim.lines()
        assert any(line.startswith("index: 2 files") for line in nvim.lines()), nvim.lines()


def test_a_range_in_a_buffer_that_is_typed_in(tmp_path: Path, version: str) -> None:
    code = (
        'func 😀() {\r\n\tx := "ä"\r\n\treturn 1\r\n}\r\n\r\nfunc two() {\r\n\t// 😀\treturn 1\r\n\treturn 2\r\n}\r\n'
    )
    reply = (
        block("a.go", '\tx := "ä"\n\treturn 1\n', '\tx := "😀é"\n\treturn 11\n')
        + "pause\n\n"
        + block("a.go", "\treturn 2\n", "\treturn 22 // 😀\n")
    )
    with editing(tmp_path, version, {"a.go": code}, Script(otherwise=reply, faults=(PAUSE,))) as nvim:
        assert nvim.lua("return vim.bo.fileformat") == "dos"
        nvim.command("1,$-1Darner do it")
        nvim.keys("Go")
        nvim.until("vim.api.nvim_buf_get_lines(0, 2, 3, false)[1] == '\\treturn 11'")
        for each in "typed 😀":
            nvim.keys(each)
        nvim.synced()
        assert nvim.lua("return require('darner.patch').running()") == 1
        nvim.resume()
        finished(nvim)
        nvim.keys("!<Esc>")
        done = (
            code.replace('"ä"', '"😀é"')
            .replace("\treturn 1\r\n}", "\treturn 11\r\n}")
            .replace("return 2\r", "return 22 // 😀\r")
        )
        assert nvim.text() == done + "typed 😀!\r\n"
        assert hunks(nvim) == [[2, 3, '\tx := "ä"|\treturn 1'], [8, 8, "\treturn 2"]]
        nvim.command("silent write")
        assert (tmp_path / "work/a.go").read_bytes().decode() == done + "typed 😀!\r\n"
        nvim.command("DarnerUndo!")
        assert nvim.text() == code + "typed 😀!\r\n"


def test_the_function_at_the_cursor(tmp_path: Path, version: str) -> None:
    reply = block("a.py", "def two():\n    return 2\n", "def two():\n    return 22\n")
    with editing(
        tmp_path, version, {"a.py": CODE}, Script(replies=(ScriptedReply("line 6", reply),), otherwise=ONE)
    ) as nvim:
        nvim.keys("6G")
        nvim.lua("vim.ui.input = function(_, done) done('ask for it') end")
        nvim.command("Darner")
        finished(nvim)
        assert nvim.text() == CODE.replace("return 2", "return 22")


def test_cancelled_then_killed(tmp_path: Path, version: str) -> None:
    script = Script(replies=(ScriptedReply("slowly", ONE + "and " * 2000 + TWO),), otherwise=TWO, rate=150)
    with editing(tmp_path, version, {"a.py": CODE}, script) as nvim:
        nvim.command("%Darner slowly")
        nvim.until("#require('darner.hunks').of(0) == 1")
        nvim.command("DarnerCancel")
        finished(nvim)
        assert nvim.messages().rsplit("\n", 1)[-1].startswith("darner: cancelled")
        assert nvim.text() == CODE.replace("    return 1", "    # new\n    return 11")
        nvim.keys("u")
        assert (nvim.text(), hunks(nvim)) == (CODE, [])

        nvim.command("%Darner slowly")
        nvim.until("#require('darner.hunks').of(0) == 1")
        first = nvim.lua(
            """local client = vim.lsp.get_clients({ name = 'darner' })[1]
            vim.uv.kill(tonumber(vim.fn.system({ 'pgrep', '-f', '-P', vim.fn.getpid(), 'darner serve' })), 'sigkill')
            return client.id"""
        )
        finished(nvim)
        nvim.until("(vim.lsp.get_clients({ bufnr = 0, name = 'darner' })[1] or { id = a[1] }).id ~= a[1]", first)
        nvim.attached()
        assert "darner: the server stopped; run the command again" in nvim.messages()
        nvim.command("%Darner quickly")
        finished(nvim)
        assert nvim.text() == CODE.replace("    return 1", "    # new\n    return 11").replace("return 2", "return 22")


def test_lines_that_were_changed_meanwhile(tmp_path: Path, version: str) -> None:
    script = Script(otherwise=ONE + "pause\n\n" + TWO + THREE, faults=(PAUSE,))
    with editing(tmp_path, version, {"a.py": CODE}, script) as nvim:
        nvim.command("%Darner do it")
        nvim.until("#require('darner.hunks').of(0) == 1")
        nvim.keys("7GA3<Esc>")
        nvim.resume()
        finished(nvim)
        assert nvim.text() == DONE.replace("return 22", "return 23")
        assert [each[0] for each in hunks(nvim)] == [2, 11]
        rows = nvim.lua(
            "return vim.tbl_map(function(each) return { each.lnum, each.type, each.text } end, vim.fn.getqflist())"
        )
        assert rows[2:] == [[7, "W", CHANGED]]
        assert nvim.messages().rsplit("\n", 1)[-1].startswith("darner: e0 · ")
        assert f"1 rejected: {CHANGED[:8]}" in nvim.messages()
        nvim.keys("uu")  # first the hunk that came after the typing, then what was typed
        assert nvim.text() == CODE.replace("    return 1", "    # new\n    return 11")
        nvim.keys("u")
        assert (nvim.text(), hunks(nvim)) == (CODE, [])
