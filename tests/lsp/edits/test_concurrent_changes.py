"""Documents and folders that go, come or change their names while a patch streams."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from lsprotocol import types
from tests.engine.scene import block
from tests.lsp.editor import Editor, editing, plain

from darner_clients.testing import Fault, Script, ScriptedEndpoint
from darner_server.lsp.edits.patched_file import GONE, THROWN_AWAY

CODE = "def one():\n    return 1\n\n\ndef two():\n    return 2\n"
ONE = block("a.py", "    return 1\n", "    return 11\n")
TWO = block("a.py", "    return 2\n", "    return 22\n")
BETWEEN = Script(otherwise=ONE + "pause\n" + TWO, faults=(Fault("pause", text="pause"),))
BEFORE = Script(otherwise="pause\n" + ONE + TWO, faults=(Fault("pause", text="pause"),))
FILES = {"a.py": CODE, "b.py": "B = 1\n"}


def close(editor: Editor, name: str) -> None:
    uri = editor.uri(name) if ":" not in name else name
    editor.buffers.pop(uri)
    editor.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))


async def test_closed_and_thrown_away(tmp_path: Path) -> None:
    async with ScriptedEndpoint(BETWEEN) as scripted, editing(tmp_path, FILES, scripted) as editor:
        (editor.root / "a.py").write_text("# other\n" + CODE)
        editor.open("a.py", CODE)
        patch = asyncio.ensure_future(editor.patch("a.py"))
        await editor.until(lambda: len(editor.edits) == 1)
        close(editor, "a.py")
        scripted.resume()
        assert [each["reason"] for each in plain(await patch)["refused"]] == [THROWN_AWAY]
        assert (editor.root / "a.py").read_text() == "# other\n" + CODE
        assert editor.shown.pop() == f"1 edit not made: {THROWN_AWAY}"


async def test_closed_and_saved(tmp_path: Path) -> None:
    async with ScriptedEndpoint(BETWEEN) as scripted, editing(tmp_path, FILES, scripted) as editor:
        buffer = editor.open("a.py", CODE)
        patch = asyncio.ensure_future(editor.patch("a.py"))
        await editor.until(lambda: len(editor.edits) == 1)
        (editor.root / "a.py").write_text(buffer.text)
        close(editor, "a.py")
        scripted.resume()
        assert (await patch)["refused"] == []
        assert (editor.root / "a.py").read_text() == CODE.replace("2", "22").replace("1", "11")


@pytest.mark.parametrize("how", ["renamed", "deleted"])
async def test_gone(tmp_path: Path, how: str) -> None:
    async with ScriptedEndpoint(BETWEEN) as scripted, editing(tmp_path, FILES, scripted) as editor:
        editor.open("a.py", CODE)
        patch = asyncio.ensure_future(editor.patch("a.py"))
        await editor.until(lambda: len(editor.edits) == 1)
        if how == "renamed":
            (editor.root / "a.py").rename(editor.root / "c.py")
            text = editor.buffers[editor.uri("a.py")].text
            close(editor, "a.py")
            editor.open("c.py", text)
            renamed = types.FileRename(editor.uri("a.py"), editor.uri("c.py"))
            editor.client.workspace_did_rename_files(types.RenameFilesParams([renamed]))
        else:
            (editor.root / "a.py").unlink()
            close(editor, "a.py")
        scripted.resume()
        assert [each["reason"] for each in plain(await patch)["refused"]] == [GONE]
        assert editor.shown.pop() == f"1 edit not made: {GONE}"
        assert not (editor.root / "a.py").exists()


async def test_untitled_closed(tmp_path: Path) -> None:
    async with (
        ScriptedEndpoint(replace(BEFORE, otherwise=BEFORE.otherwise.replace("a.py", "Untitled-1.py"))) as scripted,
        editing(tmp_path, FILES, scripted) as editor,
    ):
        uri = "untitled:Untitled-1"
        editor.open(uri, CODE)
        patch = asyncio.ensure_future(
            editor.command("darner.patch", {"textDocument": {"uri": uri}, "instruction": "do it", "scope": "file"})
        )
        await scripted.until(lambda: len(scripted.asked) == 1)
        close(editor, uri)
        scripted.resume()
        assert [each["reason"] for each in plain(await patch)["refused"]] == [GONE, GONE]
        assert editor.shown.pop() == f"2 edits not made: {GONE}"
        assert editor.edits == []


async def test_a_folder_comes(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    async with ScriptedEndpoint(BEFORE) as scripted, editing(tmp_path, FILES, scripted) as editor:
        buffer = editor.open("a.py", CODE)
        patch = asyncio.ensure_future(editor.patch("a.py"))
        await scripted.until(lambda: len(scripted.asked) == 1)
        folder = types.WorkspaceFolder(other.as_uri(), "other")
        change = types.WorkspaceFoldersChangeEvent(added=[folder], removed=[])
        editor.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(change))
        scripted.resume()
        assert (await patch)["refused"] == []
        assert buffer.text == CODE.replace("2", "22").replace("1", "11")


async def test_a_document_outside_with_a_name_of_the_workspace(tmp_path: Path) -> None:
    async with ScriptedEndpoint(Script(otherwise=ONE + TWO)) as scripted, editing(tmp_path, FILES, scripted) as editor:
        outside = tmp_path / "a.py"
        outside.write_text("elsewhere = 1\n")
        editor.open(outside.as_uri(), "elsewhere = 1\n")
        buffer = editor.open("a.py", CODE)
        assert (await editor.patch("a.py"))["refused"] == []
        assert buffer.text == CODE.replace("2", "22").replace("1", "11")
        assert editor.buffers[outside.as_uri()].text == "elsewhere = 1\n"


async def test_two_folders_of_one_name(tmp_path: Path) -> None:
    one, two = tmp_path / "one" / "app", tmp_path / "two" / "app"
    for folder in (one, two):
        folder.mkdir(parents=True)
        (folder / "a.py").write_text(CODE)
    reply = (ONE + TWO).replace("a.py", "app-2/a.py")
    async with (
        ScriptedEndpoint(Script(otherwise=reply)) as scripted,
        editing(tmp_path, {}, scripted, options={"initialize": False}) as editor,
    ):
        rows = [{"name": "e0", "kind": "vllm", "base_url": scripted.url, "model": "scripted"}]
        await editor.initialize({"endpoints": rows}, folders=[one, two])
        first, second = ((folder / "a.py").as_uri() for folder in (one, two))
        editor.open(first, CODE)
        editor.open(second, CODE)
        await editor.command("darner.patch", {"textDocument": {"uri": second}, "instruction": "do it", "scope": "file"})
        assert editor.buffers[first].text == CODE
        assert editor.buffers[second].text == CODE.replace("2", "22").replace("1", "11")
