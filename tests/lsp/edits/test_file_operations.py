"""Files that a patch moves, makes or must leave alone, and who is told."""

from pathlib import Path

import pytest
from tests.engine.scene import block
from tests.lsp.editor import Editor, editing, plain, refused
from tests.lsp.test_protocol import INITIALIZE, said, wire

from darner_clients.testing import Script, ScriptedEndpoint

CODE = "def one():\n    return 1\n"
ONE = block("a.py", "    return 1\n", "    return 11\n")
OTHER = block("b.py", "B = 1\n", "B = 2\n")
FILES = {"a.py": CODE, "b.py": "B = 1\n"}
MOVED = """*** Begin Patch
*** Update File: a.py
*** Move to: lib/c.py
@@
 def one():
-    return 1
+    return 11
*** End Patch
"""
GIT = """diff --git a/a.py b/lib/c.py
similarity index 50%
rename from a.py
rename to lib/c.py
--- a/a.py
+++ b/lib/c.py
@@ -1,2 +1,2 @@
 def one():
-    return 1
+    return 11
"""


def parts(editor: Editor) -> list[tuple[str, str]]:
    """What was asked of the editor, in order: the kind of each part and the file it is about."""
    found: list[tuple[str, str]] = []
    for params in editor.edits:
        for part in params.edit.document_changes:
            kind = getattr(part, "kind", "edit")
            uri = part.text_document.uri if kind == "edit" else getattr(part, "new_uri", None) or part.uri
            found.append((kind, uri.removeprefix(editor.root.as_uri() + "/")))
    return found


@pytest.mark.parametrize("streamed", [True, False])
async def test_a_new_file_is_created_before_it_is_written(tmp_path: Path, *, streamed: bool) -> None:
    reply = ONE + block("new.py", "", "x = 1\n")
    async with ScriptedEndpoint(Script(otherwise=reply)) as scripted, editing(tmp_path, FILES, scripted) as editor:
        editor.open("a.py")
        asked = {"textDocument": {"uri": editor.uri("a.py")}, "instruction": "do it", "scope": "workspace"}
        if streamed:
            result = plain(await editor.command("darner.patch", asked))
        else:
            result = plain(await editor.request("darner/patch", asked))
        assert result["refused"] == []
        kinds = [
            (part.get("kind", "edit"), part.get("uri") or part["textDocument"]["uri"])
            for part in result["edit"]["documentChanges"]
        ]
        new = editor.uri("new.py")
        assert kinds == [("create", new), ("edit", editor.uri("a.py")), ("edit", new)]


@pytest.mark.parametrize("reply", [MOVED, f"```diff\n{GIT}```\n"])
@pytest.mark.parametrize("opened", [("a.py",), ("b.py",)])
async def test_a_file_is_moved_when_its_edits_are_in(tmp_path: Path, reply: str, opened: tuple[str, ...]) -> None:
    async with ScriptedEndpoint(Script(otherwise=reply)) as scripted, editing(tmp_path, FILES, scripted) as editor:
        for name in opened:
            editor.open(name)
        result = plain(await editor.patch(opened[0], scope="workspace"))
        assert result["refused"] == []
        assert parts(editor) == [("edit", "a.py"), ("rename", "lib/c.py")]
        kinds = [part.get("kind", "edit") for part in result["edit"]["documentChanges"]]
        assert kinds == ["edit", "rename"]


async def test_a_client_that_moves_no_files_gets_the_edits_and_is_told(tmp_path: Path) -> None:
    async with (
        ScriptedEndpoint(Script(otherwise=f"```diff\n{GIT}```\n")) as scripted,
        editing(tmp_path, FILES, scripted, client="bare") as editor,
    ):
        buffer = editor.open("a.py")
        result = plain(await editor.patch("a.py", scope="workspace"))
        assert (buffer.text, (editor.root / "lib").exists()) == (CODE.replace("1", "11"), False)
        assert [each["reason"] for each in result["refused"]] == [editor.shown.pop().removeprefix("1 edit not made: ")]
        assert "cannot rename files" in result["refused"][0]["reason"]


@pytest.mark.parametrize(
    "reply",
    [
        ONE + OTHER,
        ONE + "new.py\n```\n<<<<<<< SEARCH\n=======\nx = 1\n>>>>>>> REPLACE\n```\n",
        ONE + "*** Begin Patch\n*** Delete File: b.py\n*** End Patch\n",
    ],
)
async def test_a_patch_of_a_file_changes_no_other(tmp_path: Path, reply: str) -> None:
    async with ScriptedEndpoint(Script(otherwise=reply)) as scripted, editing(tmp_path, FILES, scripted) as editor:
        buffer = editor.open("a.py")
        result = plain(await editor.patch("a.py"))
        assert {name for _, name in parts(editor)} <= {"a.py"}
        assert (editor.root / "b.py").read_text() == "B = 1\n"
        assert not (editor.root / "new.py").exists()
        assert buffer.text == CODE.replace("1", "11")
        assert len(result["refused"]) == 1
        assert "a.py only" in editor.shown.pop()


async def test_a_document_that_is_not_open_is_not_patched(tmp_path: Path) -> None:
    async with ScriptedEndpoint(Script(otherwise=OTHER)) as scripted, editing(tmp_path, FILES, scripted) as editor:
        for name in ("a.py", "nothing.py"):
            _, said = await refused(editor.patch(name))
            assert said == f"{name} is not open in the editor; open it, then run the command again"
        assert (editor.edits, scripted.asked) == ([], [])


async def test_a_client_that_ignores_the_result_hears_what_was_refused(tmp_path: Path) -> None:
    async with ScriptedEndpoint(Script(otherwise=ONE)) as scripted, editing(tmp_path, FILES, scripted) as editor:
        editor.open("a.py")
        editor.applies = lambda _params: "read only"
        await editor.patch("a.py")
        assert editor.shown.pop() == "1 edit not made: the editor did not apply the edit: read only"
        await editor.patch("a.py", partialResultToken="p")  # one that follows the events shows them itself
        assert editor.shown == []


async def test_a_client_that_never_answers_about_progress_gets_its_patch(tmp_path: Path) -> None:
    async with ScriptedEndpoint(Script(otherwise=ONE)) as scripted, wire(tmp_path) as server:
        capabilities = {"window": {"workDoneProgress": True}}
        endpoint = {"name": "e", "kind": "vllm", "base_url": scripted.url, "model": "scripted"}
        params = {"capabilities": capabilities, "initializationOptions": {"endpoints": [endpoint]}}
        item = {"uri": "untitled:a.py", "languageId": "python", "version": 1, "text": CODE}
        asked = {"textDocument": {"uri": "untitled:a.py"}, "instruction": "do it", "scope": "file"}
        server.send(
            INITIALIZE | {"params": params},
            said("textDocument/didOpen", {"textDocument": item}),
            said("darner/patch", asked, 7),
        )
        methods: list[str | None] = []
        while (message := await server.receive()).get("id") != 7:
            methods.append(message.get("method"))
        assert message["result"]["refused"] == []
        assert methods[1:] == ["window/workDoneProgress/create"]
