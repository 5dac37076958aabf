import asyncio
from pathlib import Path

from lsprotocol import types
from tests.engine.scene import block
from tests.lsp.editor import Editor, Json, editing, plain

from darner_clients.testing import Script, ScriptedEndpoint

CELL = "vscode-notebook-cell:/work/a.ipynb#W0"
FILES = {"a.py": "import b\n\nb.helper()\n", "b.py": "def helper():\n    return 1\n"}


async def snippets(editor: Editor, uri: str) -> list[str]:
    """The paths that would be sent for a document."""
    asked = {"textDocument": {"uri": uri}, "instruction": "call helper"}
    found = plain(await editor.command("darner.explainContext", asked))
    return [each["path"] for each in found["snippets"]]


async def status(editor: Editor) -> Json:
    return plain(await editor.command("darner.status"))


async def until_files(editor: Editor, count: int) -> None:
    """Wait for the index: it takes events in at its own time."""
    async with asyncio.timeout(30):
        while (await status(editor))["index"]["files"] != count:
            pass


async def test_context_and_status_are_explained(tmp_path: Path) -> None:
    async with ScriptedEndpoint(Script()) as scripted, editing(tmp_path, FILES, scripted) as editor:
        editor.open("a.py")
        assert await snippets(editor, editor.uri("a.py")) == ["a.py", "b.py"]
        found = await status(editor)
        assert (found["index"]["files"], found["documents"], found["patches"]) == (2, 1, 0)
        assert found["settings"] == "the editor's settings"
        await editor.command("darner.restartIndex")


async def test_files_that_change_on_the_disk(tmp_path: Path) -> None:
    async with ScriptedEndpoint(Script()) as scripted, editing(tmp_path, FILES, scripted) as editor:
        editor.open("a.py")
        assert await snippets(editor, editor.uri("a.py")) == ["a.py", "b.py"]
        await until_files(editor, 2)
        new = editor.root / "c.py"
        new.write_text("def more():\n    return 2\n")
        event = types.FileEvent(new.as_uri(), types.FileChangeType.Created)
        editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
        await until_files(editor, 3)
        new.rename(editor.root / "d.py")
        renamed = types.FileRename(new.as_uri(), editor.uri("d.py"))
        editor.client.workspace_did_rename_files(types.RenameFilesParams([renamed]))
        await until_files(editor, 3)
        (editor.root / "d.py").unlink()
        editor.client.workspace_did_delete_files(types.DeleteFilesParams([types.FileDelete(editor.uri("d.py"))]))
        await until_files(editor, 2)


async def test_folders_come_and_go(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "c.py").write_text("def helper():\n    return 3\n")
    async with ScriptedEndpoint(Script()) as scripted, editing(tmp_path, FILES, scripted) as editor:
        editor.open("a.py")
        assert await snippets(editor, editor.uri("a.py")) == ["a.py", "b.py"]
        await until_files(editor, 2)
        folder = types.WorkspaceFolder(other.as_uri(), "other")
        change = types.WorkspaceFoldersChangeEvent(added=[folder], removed=[])
        editor.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(change))
        await until_files(editor, 3)
        assert set(await snippets(editor, editor.uri("a.py"))) == {"work/a.py", "work/b.py", "other/c.py"}
        change = types.WorkspaceFoldersChangeEvent(added=[], removed=[folder])
        editor.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(change))
        await until_files(editor, 2)


async def test_settings_are_pulled_when_they_change(tmp_path: Path) -> None:
    async with (
        ScriptedEndpoint(Script(otherwise=block("a.py", "import b\n", "import b as c\n"))) as scripted,
        editing(tmp_path, FILES, options={}) as editor,
    ):
        buffer = editor.open("a.py")
        rows = [{"name": "new", "kind": "vllm", "base_url": scripted.url, "model": "scripted"}]
        editor.settings["darner"] = {"endpoints": rows}
        editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))
        await editor.request("textDocument/hover", _at(editor.uri("a.py")))
        await editor.patch("a.py")
        assert buffer.text == FILES["a.py"].replace("import b", "import b as c")


async def test_settings_that_cannot_be_used_are_told_once(tmp_path: Path) -> None:
    async with editing(tmp_path, FILES, options={"endpoints": [{"name": "x"}]}) as editor:
        await editor.until(lambda: bool(editor.shown))
        assert editor.shown == [
            "the editor's settings: 'kind' is missing; every [[endpoints]] table needs name, kind, base_url"
        ]
        editor.shown.clear()


async def test_cells_of_a_notebook_are_documents(tmp_path: Path) -> None:
    edit = block("a.ipynb-W0.py", "x = 1\n", "x = 2\n")
    async with (
        ScriptedEndpoint(Script(otherwise=edit)) as scripted,
        editing(tmp_path, FILES, scripted) as editor,
    ):
        cell = types.NotebookCell(types.NotebookCellKind.Code, CELL)
        notebook = types.NotebookDocument("file:///work/a.ipynb", "jupyter-notebook", 1, [cell])
        text = types.TextDocumentItem(CELL, "python", 1, "x = 0\n")
        editor.client.notebook_document_did_open(types.DidOpenNotebookDocumentParams(notebook, [text]))
        changes = types.NotebookDocumentCellContentChanges(
            types.VersionedTextDocumentIdentifier(2, CELL), [types.TextDocumentContentChangeWholeDocument("x = 1\n")]
        )
        change = types.NotebookDocumentChangeEvent(cells=types.NotebookDocumentCellChanges(text_content=[changes]))
        identifier = types.VersionedNotebookDocumentIdentifier(2, notebook.uri)
        editor.client.notebook_document_did_change(types.DidChangeNotebookDocumentParams(identifier, change))
        asked = {"textDocument": {"uri": CELL}, "instruction": "do it", "scope": "file"}
        result = plain(await editor.request("darner/patch", asked))
        place = {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 0}}
        whole = {"textDocument": {"uri": CELL, "version": 2}, "edits": [{"range": place, "newText": "x = 2\n"}]}
        assert result["edit"] == {"documentChanges": [whole]}
        closed = types.DidCloseNotebookDocumentParams(
            types.NotebookDocumentIdentifier(notebook.uri), [types.TextDocumentIdentifier(CELL)]
        )
        editor.client.notebook_document_did_close(closed)
        assert (await status(editor))["documents"] == 0


def _at(uri: str) -> types.HoverParams:
    return types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(0, 0))
