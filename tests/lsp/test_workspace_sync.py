import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from lsprotocol import types
from tests.engine.scene import block
from tests.lsp.editor import Editor, Json, editing, plain, refused
from tests.lsp.handlers.test_inline_completion import ask

from darner_clients.testing import Script, ScriptedEndpoint
from darner_server.lsp.text.positions import Point

if TYPE_CHECKING:
    from collections.abc import Callable

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
    async with asyncio.timeout(100):
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


FOREIGN = [
    ("endpoints", [{"name": "x", "kind": "vllm", "base_url": "http://127.0.0.1:9/v1", "api_key_env": "CI_TOKEN"}]),
    ("local_model", "another"),
    ("hedge", True),
    ("proxy", "http://127.0.0.1:9"),
    ("verify", False),
    ("api_key", "x"),
    ("check", "touch ran"),
    ("path", "./darner"),
    ("drafts", 9),
    ("[x](command:y)", 1),
]


@pytest.mark.parametrize(
    ("name", "value", "pulled"),
    [(*each, number % 2 == 0) for number, each in enumerate(FOREIGN)] + [(*FOREIGN[0], False)],
)
async def test_settings_that_a_repository_may_send_are_told_and_ignored(
    tmp_path: Path, *, name: str, value: Json, pulled: bool
) -> None:
    edit = block("a.py", "import b\n", "import b as c\n")
    async with ScriptedEndpoint(Script(otherwise=edit)) as scripted, editing(tmp_path, FILES, scripted) as editor:
        buffer = editor.open("a.py")
        await configure(editor, {name: value, "budget": 99}, pulled=pulled)
        await editor.until(lambda: bool(editor.shown))
        await editor.patch("a.py")
        assert buffer.text == FILES["a.py"].replace("import b", "import b as c")
        shown = name.replace("](", "] (")
        assert [each.partition(",")[0] for each in editor.shown] == [
            f"the workspace's settings name '{shown}': ignored"
        ]
        editor.shown.clear()


@pytest.mark.parametrize(
    "settings",
    [
        {"budget": "x"},
        {"budget": -1},
        {"budget": True},
        {"budget": 10**9},
        {"completion": 1},
        {"trusted": "yes"},
        {"next_edits": True},
    ],
)
async def test_a_value_that_cannot_be_used_stops_nothing(tmp_path: Path, settings: Json) -> None:
    async with ScriptedEndpoint(Script(otherwise="")) as scripted, editing(tmp_path, FILES, scripted) as editor:
        await configure(editor, settings, pulled=False)
        await editor.until(lambda: bool(editor.shown))
        assert (await status(editor))["settings"] == "the editor's settings"
        (name,) = settings
        assert editor.shown[0].startswith(f"the workspace's settings set '{name}' to an unusable value")
        editor.shown.clear()


async def test_settings_that_do_no_harm_are_taken_and_taken_back(tmp_path: Path) -> None:
    async with ScriptedEndpoint(Script(otherwise="1")) as scripted, editing(tmp_path, FILES, scripted) as editor:
        editor.open("a.py", "x = ")
        await configure(editor, {"completion": False}, pulled=True)
        assert await ask(editor, "a.py", 0, 4, invoked=True) == []
        await configure(editor, {}, pulled=True)
        assert await ask(editor, "a.py", 0, 4, invoked=True) != []


async def configure(editor: Editor, settings: Json, *, pulled: bool) -> None:
    """Have the client send settings, or be asked for them; they are in when this returns."""
    if pulled:
        editor.settings["darner"] = settings
    sent = None if pulled else {"darner": settings}
    editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(sent))
    for _ in range(2):  # the first request may be on its way before the answer is
        await editor.request("textDocument/hover", _at(editor.uri("a.py")))


@pytest.mark.parametrize("focus", ["work/a.py", "other/c.py", ""])
async def test_a_folder_s_instructions_go_with_its_own_files_only(tmp_path: Path, focus: str) -> None:
    told = {"work": "say please", "other": "say thanks"}
    other = tmp_path / "other"
    other.mkdir()
    (other / "c.py").write_text("def helper():\n    return 3\n")
    for name, words in told.items():
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / ".darner.toml").write_text(f'instructions = "{words}"\nignore = ["{name}_hidden.py"]\n')
        for each in told:
            (tmp_path / name / f"{each}_hidden.py").write_text(f"def helper():\n    return '{name} {each}'\n")
    async with (
        ScriptedEndpoint(Script(otherwise="")) as scripted,
        editing(tmp_path, FILES, options={"initialize": False}) as editor,
    ):
        rows = [{"name": "e", "kind": "vllm", "base_url": scripted.url, "model": "scripted"}]
        await editor.initialize({"endpoints": rows}, folders=[editor.root, other])
        folder, _, name = focus.partition("/")
        uri = (tmp_path / folder / name).as_uri() if focus else editor.uri("a.py")
        if focus:
            editor.open(uri, (tmp_path / focus).read_text())
        document = {"textDocument": {"uri": uri}} if focus else {}
        asked = {**document, "instruction": "call helper", "scope": "file" if focus else "workspace"}
        await refused(editor.command("darner.patch", asked))
        sent = str(scripted.asked[0].body)
        assert {each: words in sent for each, words in told.items()} == {each: each == folder for each in told}
        assert ("work work" in sent, "other other" in sent) == (False, False)
        assert editor.shown == ([f"this workspace's .darner.toml instructs the model: {told[folder]}"] if focus else [])
        editor.shown.clear()


async def test_a_file_of_no_folder_gets_no_folder_s_instructions(tmp_path: Path) -> None:
    files = FILES | {".darner.toml": 'instructions = "say please"'}
    async with ScriptedEndpoint(Script(otherwise="")) as scripted, editing(tmp_path, files, scripted) as editor:
        for number, uri in enumerate(((tmp_path / "elsewhere.py").as_uri(), "untitled:Untitled-1")):
            editor.open(uri, "x = 1\n")
            asked = {"textDocument": {"uri": uri}, "instruction": "call helper", "scope": "file"}
            await refused(editor.command("darner.patch", asked))
            assert [("please" in str(each.body)) for each in scripted.asked] == [False] * len(scripted.asked)
            assert len(scripted.asked) > number


async def test_settings_that_cannot_be_used_are_told_once(tmp_path: Path) -> None:
    async with editing(tmp_path, FILES, options={"endpoints": [{"name": "x"}]}) as editor:
        await editor.until(lambda: bool(editor.shown))
        (said,) = editor.shown
        assert said.startswith(
            "the editor's settings: 'kind' is missing; every [[endpoints]] table needs name, kind, base_url; kind is "
        )
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


@pytest.mark.parametrize(
    ("root", "document"),
    [
        ("link", "file://{base}/work/a.py"),
        ("work", "file://{base}/link/a.py"),
        ("work", "file://{base}/work/in.py"),
        ("link", "file:{base}/link/a.py"),
        ("work", "file://localhost{base}/work/%61.py"),
    ],
)
async def test_the_unsaved_buffer_is_patched_by_whatever_name(tmp_path: Path, root: str, document: str) -> None:
    edit = block("a.py", "unsaved = 1\n", "unsaved = 2\n")
    uri = document.format(base=tmp_path)
    async with (
        ScriptedEndpoint(Script(otherwise=edit)) as scripted,
        editing(tmp_path, FILES, options={"initialize": False}) as editor,
    ):
        (tmp_path / "link").symlink_to("work")
        (tmp_path / "work/in.py").symlink_to("a.py")
        rows = [{"name": "e", "kind": "vllm", "base_url": scripted.url, "model": "scripted"}]
        await editor.initialize({"endpoints": rows}, folders=[tmp_path / root])
        focused, other = editor.open(uri, "unsaved = 1\n"), editor.open("b.py")
        assert (await editor.patch(uri))["refused"] == []
        assert focused.text == "unsaved = 2\n"
        focused.edit([(Point(0, 10), Point(0, 11), "1")])
        whole = [types.TextDocumentContentChangeWholeDocument(focused.text)]
        version = types.VersionedTextDocumentIdentifier(focused.version, uri)
        editor.client.text_document_did_change(types.DidChangeTextDocumentParams(version, whole))
        assert (await editor.patch("b.py", scope="workspace"))["refused"] == []
        assert (focused.text, other.text) == ("unsaved = 2\n", FILES["b.py"])
        assert (editor.root / "a.py").read_text() == FILES["a.py"]


async def test_a_client_is_asked_for_its_settings_at_the_start(tmp_path: Path) -> None:
    async with (
        ScriptedEndpoint(Script(otherwise="1")) as scripted,
        editing(tmp_path, FILES, options={"initialize": False}) as editor,
    ):
        editor.settings["darner"] = {"completion": False}
        rows = [{"name": "e", "kind": "vllm", "base_url": scripted.url, "model": "scripted"}]
        await editor.initialize({"endpoints": rows})
        editor.open("a.py", "x = ")
        assert await ask(editor, "a.py", 0, 4, invoked=True) == []
        for settings, count in (({}, 1), ({"completion": False}, 0), ({"budget": 99}, 1)):
            await configure(editor, settings, pulled=False)
            assert len(await ask(editor, "a.py", 0, 4, invoked=True)) == count


@pytest.mark.parametrize("answer", [None, [], "x", [None], ["x"], [[]], [{"completion": "x"}]])
async def test_what_a_client_says_of_its_settings_stops_nothing(tmp_path: Path, answer: Json) -> None:
    async with (
        ScriptedEndpoint(Script(otherwise="1")) as scripted,
        editing(tmp_path, FILES, options={"initialize": False}) as editor,
    ):
        features = cast("dict[str, Callable[[Json], Json]]", cast("Json", editor.client).protocol.fm.features)
        features["workspace/configuration"] = lambda _params: answer
        rows = [{"name": "e", "kind": "vllm", "base_url": scripted.url, "model": "scripted"}]
        await editor.initialize({"endpoints": rows})
        editor.open("a.py", "x = ")
        assert len(await ask(editor, "a.py", 0, 4, invoked=True)) == 1
        assert len(editor.shown) == (answer == [{"completion": "x"}])
        editor.shown.clear()
